//! All that is said of a model on its test examples, as plain data that crosses the protocol.

use serde::{Deserialize, Serialize};

use super::arithmetic::{argmax, mean};
use super::inputs::probabilities;
use super::multi_label::{Decisions, micro_average};
use super::probabilistic::{ranked_labels, summarise};
use super::ranking::Ranked;
use super::{
    Calibration, ClassificationReport, DEFAULT_BINS, Interval, MetricsError, MultiLabelMetrics,
    PrecisionRecallPoint, RankingMetrics, RegressionMetrics, RocPoint, bootstrap_interval,
    calibration, classification_report, log_loss, regression_metrics, scale_probabilities,
};

/// Confidence of the intervals.
const LEVEL: f64 = 0.95;
/// Resamples of the bootstrap: their quantiles then move the ends of an interval little.
const RESAMPLES: u32 = 1_000;
/// Points of all the curves of one kind in a report, so that it stays small with many labels.
const MOST_POINTS: usize = 5_000;
/// Points of each curve: no screen shows more, and with fewer than the least it has no shape.
const POINTS_EACH: std::ops::RangeInclusive<usize> = 20..=200;

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
}

/// A label's curves, to be drawn: of longer ones only some points, evenly chosen, the first and the last included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// As [`roc_curve`](super::roc_curve).
    pub roc: Option<Vec<RocPoint>>,
    /// As [`precision_recall_curve`](super::precision_recall_curve).
    pub precision_recall: Option<Vec<PrecisionRecallPoint>>,
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
    let squares: Vec<f64> = truth
        .iter()
        .zip(predicted)
        .map(|(&truth, &predicted)| (truth.into() - predicted.into()).powi(2))
        .collect();
    let root_mean_squared_error_interval =
        bootstrap_interval(squares.len() as u32, RESAMPLES, LEVEL, seed, |indices| {
            mean(indices.iter().map(|&index| squares[index])).map(f64::sqrt)
        })?;
    Ok(RegressionReport {
        examples: truth.len() as u32,
        metrics,
        root_mean_squared_error_interval,
    })
}

fn curves(ranked: &[Ranked]) -> Vec<Curves> {
    let most = MOST_POINTS / ranked.len().max(1);
    let most = most.clamp(*POINTS_EACH.start(), *POINTS_EACH.end());
    ranked
        .iter()
        .map(|label| Curves {
            roc: label.roc_curve().map(|points| thinned(&points, most)),
            precision_recall: label
                .precision_recall_curve()
                .map(|points| thinned(&points, most)),
        })
        .collect()
}

/// At most `most` of the points, evenly chosen, the first and the last included.
fn thinned<T: Copy>(points: &[T], most: usize) -> Vec<T> {
    if points.len() <= most {
        return points.to_vec();
    }
    let (last, steps) = (points.len() - 1, most - 1);
    (0..=steps)
        .map(|step| points[step * last / steps])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinned_curves_keep_their_ends() {
        let points: Vec<u32> = (0..1_001).collect();
        let kept = thinned(&points, 101);
        assert_eq!(kept.len(), 101);
        assert_eq!((kept[0], kept[1], kept[100]), (0, 10, 1_000));
        assert_eq!(thinned(&points, 1_001), points);
    }

    #[test]
    fn curves_stay_small_with_many_labels() {
        let truth: Vec<bool> = (0..1_000).map(|example| example % 3 == 0).collect();
        let scores: Vec<f64> = (0..1_000)
            .map(|example| f64::from(example * 7 % 1_000))
            .collect();
        let sizes = [(1, 200), (100, 50), (1_000, 20)];
        for (labels, size) in sizes {
            let ranked: Vec<Ranked> = (0..labels).map(|_| Ranked::new(&truth, &scores)).collect();
            let found = curves(&ranked);
            assert_eq!(found.len(), labels);
            assert_eq!(found[0].roc.as_ref().map(Vec::len), Some(size));
            assert_eq!(found[0].precision_recall.as_ref().map(Vec::len), Some(size));
        }
    }
}
