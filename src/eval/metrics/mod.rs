//! Metrics: pure arithmetic on labels, probabilities and values, as scikit-learn defines them.
//!
//! | file | holds |
//! |---|---|
//! | `classification` | [`classification_report`]: accuracy, precision, recall, F1, Matthews correlation, confusion matrix |
//! | `ranking` | [`roc_auc`] and [`average_precision`] of one label, and their curves |
//! | `curves` | those curves in few points, [`ThresholdTable`] |
//! | `probabilistic` | [`log_loss`], [`one_vs_rest`] |
//! | `calibration` | [`calibration()`]: expected calibration error and its reliability table |
//! | `temperature` | [`fit_temperature`], and probabilities at a temperature |
//! | `multi_label` | [`multi_label_metrics`] |
//! | `regression` | [`regression_metrics`] |
//! | `residuals` | predicted numbers beside true ones, and their errors' histogram |
//! | `bootstrap` | [`bootstrap_interval`] of any statistic |
//! | `report` | [`EvaluationReport`]: all of the above that fits a task |
//!
//! What the examples do not determine is `None`, never NaN: the ROC-AUC of a label that no example has, say. The one
//! exception is scikit-learn's own, `zero_division=0`: precision, recall and F1 are 0 where their divisor is.
//! Arguments that do not fit each other are a [`MetricsError`].

mod arithmetic;
mod bootstrap;
mod calibration;
mod classification;
mod curves;
mod error;
mod inputs;
mod multi_label;
mod probabilistic;
mod ranking;
mod regression;
mod report;
mod residuals;
mod temperature;

pub use bootstrap::{Interval, bootstrap_interval, percentile_interval};
pub use calibration::{Calibration, DEFAULT_BINS, ReliabilityBin, calibration};
pub use classification::{Averages, ClassMetrics, ClassificationReport, classification_report};
pub use curves::{AtThreshold, Curves, Selected, ThresholdTable};
pub use error::MetricsError;
pub use multi_label::{MultiLabelMetrics, multi_label_metrics};
pub use probabilistic::{log_loss, one_vs_rest};
pub use ranking::{
    LabelRanking, PrecisionRecallPoint, RankingMetrics, RocPoint, average_precision,
    precision_recall_curve, roc_auc, roc_curve,
};
pub use regression::{RegressionMetrics, regression_metrics};
pub use report::{
    EvaluationReport, MultiLabelReport, RegressionReport, ScaledCalibration, SingleLabelReport,
    multi_label_report, regression_report, single_label_report,
};
pub use residuals::{PredictedValue, ResidualBin};
pub use temperature::{fit_temperature, log_probabilities, scale_logits, scale_probabilities};
