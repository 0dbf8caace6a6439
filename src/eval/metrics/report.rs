//! All that is said of a model on its test examples, as plain data that crosses the protocol.

use serde::{Deserialize, Serialize};

use super::arithmetic::{argmax, mean};
use super::curves::{Curves, ThresholdTable, curves};
use super::inputs::probabilities;
use super::multi_label::{Decisions, micro_average};
use super::probabilistic::{ranked_labels, summarise};
use super::residuals::{PredictedValue, ResidualBin, histogram, sampled};
use super::{
    Calibration, ClassificationReport, DEFAULT_BINS, Interval, MetricsError, MultiLabelMetrics,
    RankingMetrics, RegressionMetrics, bootstrap_interval, calibration, classification_report,
    log_loss, regression_metrics, scale_probabilities,
};
use crate::eval::score::{Metric, Score};

/// Confidence of the intervals.
const LEVEL: f64 = 0.95;
/// Resamples of the bootstrap: their quantiles then move the ends of an interval little.
const RESAMPLES: u32 = 1_000;

/// A model on its test examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EvaluationReport {
    /// One label an example.
    SingleLabel(SingleLabelReport),
    /// Any number of labels an example.
    MultiLabel(MultiLabelReport),
    /// A number an example.
    Regression(RegressionReport),
}

/// What [`single_label_report`] makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SingleLabelReport {
    /// The most probable labels against the true ones.
    pub classification: ClassificationReport,
    /// 95 % bootstrap interval of the accuracy; `None` without examples.
    pub accuracy_interval: Option<Interval>,
    /// As [`log_loss`].
    pub log_loss: Option<f64>,
    /// As [`one_vs_rest`](super::one_vs_rest).
    pub ranking: RankingMetrics,
    /// A pair for each label, in label order.
    pub curves: Vec<Curves>,
    /// What thresholds would do: a table for each of two labels, none of more. Reports of earlier versions have none.
    #[serde(default)]
    pub thresholds: Vec<ThresholdTable>,
    /// In ten bins.
    pub calibration: Calibration,
    /// The same at the temperature that was fitted; `None` if none was.
    pub scaled: Option<ScaledCalibration>,
}

/// Probabilities after temperature scaling. The labels that they predict stay the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScaledCalibration {
    /// As [`fit_temperature`](super::fit_temperature) found it on other examples.
    pub temperature: f64,
    /// As [`log_loss`].
    pub log_loss: Option<f64>,
    /// In ten bins.
    pub calibration: Calibration,
}

/// What [`multi_label_report`] makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MultiLabelReport {
    /// All single numbers.
    pub metrics: MultiLabelMetrics,
    /// 95 % bootstrap interval of the micro-averaged F1; `None` without examples.
    pub micro_f1_interval: Option<Interval>,
    /// A pair for each label, in label order.
    pub curves: Vec<Curves>,
}

/// What [`regression_report`] makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionReport {
    /// How many examples there are.
    pub examples: u32,
    /// All single numbers.
    pub metrics: RegressionMetrics,
    /// 95 % bootstrap interval of the root mean squared error; `None` without examples.
    pub root_mean_squared_error_interval: Option<Interval>,
    /// Examples with what was predicted of them, to be drawn: at most 500, in the order of their numbers. Reports of
    /// earlier versions have none.
    #[serde(default)]
    pub values: Vec<PredictedValue>,
    /// How the errors, predicted minus true numbers, are spread over all examples; likewise.
    #[serde(default)]
    pub residuals: Vec<ResidualBin>,
}

impl EvaluationReport {
    /// The numbers that runs are compared by, the most telling first; what is undefined is left out.
    pub fn scores(&self) -> Vec<Score> {
        let scores = match self {
            Self::SingleLabel(report) => {
                let found = &report.classification;
                [
                    (Metric::Accuracy, Some(found.accuracy)),
                    (Metric::MacroF1, Some(found.macro_average.f1)),
                    (
                        Metric::MatthewsCorrelation,
                        Some(found.matthews_correlation),
                    ),
                    (Metric::Loss, report.log_loss),
                ]
                .to_vec()
            }
            Self::MultiLabel(MultiLabelReport { metrics, .. }) => [
                (Metric::MicroF1, Some(metrics.micro_average.f1)),
                (Metric::MacroF1, Some(metrics.macro_average.f1)),
                (Metric::Accuracy, Some(metrics.subset_accuracy)),
                (Metric::Loss, metrics.log_loss),
            ]
            .to_vec(),
            Self::Regression(RegressionReport { metrics, .. }) => [
                (Metric::R2, metrics.r_squared),
                (Metric::Pearson, metrics.pearson),
                (Metric::Spearman, metrics.spearman),
            ]
            .to_vec(),
        };
        let defined = |(metric, value): (Metric, Option<f64>)| {
            Some(Score {
                metric,
                value: value?,
            })
        };
        scores.into_iter().filter_map(defined).collect()
    }
}

/// Reports on one label an example.
///
/// `truth` holds an index into `labels` for each example, `given` a probability for each example and label; the first
/// of the most probable labels is the predicted one. `temperature` is one that was fitted on other examples, `seed` that
/// of the bootstrap.
///
/// # Errors
/// If the arguments do not fit each other, or hold what is no probability or temperature.
pub fn single_label_report(
    labels: &[String],
    truth: &[u32],
    given: &[Vec<impl Copy + Into<f64>>],
    temperature: Option<f64>,
    seed: u64,
) -> Result<SingleLabelReport, MetricsError> {
    let given = probabilities(labels.len(), given)?;
    let predicted: Vec<u32> = given.iter().map(|row| argmax(row) as u32).collect();
    let classification = classification_report(labels, truth, &predicted)?;
    let right = |&index: &usize| f64::from(truth[index] == predicted[index]);
    let accuracy_interval =
        bootstrap_interval(truth.len() as u32, RESAMPLES, LEVEL, seed, |indices| {
            mean(indices.iter().map(right))
        })?;
    let scaled = temperature.map(|temperature| {
        let rows = scale_probabilities(labels.len(), &given, temperature)?;
        Ok::<_, MetricsError>(ScaledCalibration {
            temperature,
            log_loss: log_loss(labels.len(), truth, &rows)?,
            calibration: calibration(labels.len(), truth, &rows, DEFAULT_BINS)?,
        })
    });
    let ranked = ranked_labels(labels.len(), truth, &given)?;
    Ok(SingleLabelReport {
        classification,
        accuracy_interval,
        log_loss: log_loss(labels.len(), truth, &given)?,
        ranking: summarise(&ranked),
        curves: curves(&ranked),
        thresholds: match labels {
            [_, _] => ranked.iter().map(ThresholdTable::new).collect(),
            _ => Vec::new(),
        },
        calibration: calibration(labels.len(), truth, &given, DEFAULT_BINS)?,
        scaled: scaled.transpose()?,
    })
}

/// Reports on any number of labels an example. Arguments are those of
/// [`multi_label_metrics`](super::multi_label_metrics), and the seed of the bootstrap.
///
/// # Errors
/// If the arguments do not fit each other, hold what is no probability, or the threshold is none.
pub fn multi_label_report(
    labels: &[String],
    truth: &[Vec<u32>],
    given: &[Vec<impl Copy + Into<f64>>],
    threshold: f64,
    seed: u64,
) -> Result<MultiLabelReport, MetricsError> {
    let decisions = Decisions::new(labels.len(), truth, given, threshold)?;
    let examples = decisions.counts_by_example();
    let micro_f1_interval =
        bootstrap_interval(examples.len() as u32, RESAMPLES, LEVEL, seed, |indices| {
            Some(micro_average(indices.iter().map(|&index| &examples[index])).f1)
        })?;
    Ok(MultiLabelReport {
        metrics: decisions.metrics(labels),
        micro_f1_interval,
        curves: curves(&decisions.ranked()),
    })
}

/// Reports on a number an example: what it is, and what it was predicted to be. `seed` is that of the bootstrap.
///
/// # Errors
/// If the two differ in length, or a value is not finite.
pub fn regression_report(
    truth: &[impl Copy + Into<f64>],
    predicted: &[impl Copy + Into<f64>],
    seed: u64,
) -> Result<RegressionReport, MetricsError> {
    let metrics = regression_metrics(truth, predicted)?;
    let values: Vec<PredictedValue> = truth
        .iter()
        .zip(predicted)
        .map(|(&truth, &predicted)| PredictedValue {
            truth: truth.into(),
            predicted: predicted.into(),
        })
        .collect();
    let squares: Vec<f64> = values
        .iter()
        .map(|value| (value.truth - value.predicted).powi(2))
        .collect();
    let root_mean_squared_error_interval =
        bootstrap_interval(squares.len() as u32, RESAMPLES, LEVEL, seed, |indices| {
            mean(indices.iter().map(|&index| squares[index])).map(f64::sqrt)
        })?;
    Ok(RegressionReport {
        examples: truth.len() as u32,
        metrics,
        root_mean_squared_error_interval,
        residuals: histogram(&values),
        values: sampled(&values),
    })
}
