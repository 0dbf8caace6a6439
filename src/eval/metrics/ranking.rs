//! How well a score puts the examples that have a label before those that do not, whatever the threshold.

use serde::{Deserialize, Serialize};

use super::MetricsError;
use super::arithmetic::mean_if_all;
use super::inputs::{same_length, values};

/// A point of the receiver operating characteristic: what a threshold would do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RocPoint {
    /// Examples at or above it have the label; `None` for the first point, a threshold above every score.
    pub threshold: Option<f64>,
    /// Share of the examples without the label that would be given it, 0 to 1.
    pub false_positive_rate: f64,
    /// Share of the examples with the label that would be given it, 0 to 1; the recall.
    pub true_positive_rate: f64,
}

/// A point of the precision-recall curve: what a threshold would do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRecallPoint {
    /// Examples at or above it have the label; `None` for the last point, a threshold above every score.
    pub threshold: Option<f64>,
    /// Share of the examples given the label that have it, 0 to 1; 1 by definition at the last point.
    pub precision: f64,
    /// Share of the examples with the label that would be given it, 0 to 1.
    pub recall: f64,
}

/// `sklearn.metrics.roc_curve` with `drop_intermediate=False`: a point for each distinct score, the highest first,
/// after a first point at (0, 0).
///
/// `truth` says of each example whether it has the label. `None` unless some have it and some have not.
///
/// # Errors
/// If the two differ in length, or a score is not finite.
pub fn roc_curve(
    truth: &[bool],
    scores: &[impl Copy + Into<f64>],
) -> Result<Option<Vec<RocPoint>>, MetricsError> {
    Ok(Ranked::checked(truth, scores)?.roc_curve())
}

/// `sklearn.metrics.roc_auc_score` of one label: the probability that an example with the label scores higher than
/// one without it, where a tie counts half.
///
/// `None` unless some examples have the label and some have not.
///
/// # Errors
/// If the two differ in length, or a score is not finite.
pub fn roc_auc(
    truth: &[bool],
    scores: &[impl Copy + Into<f64>],
) -> Result<Option<f64>, MetricsError> {
    Ok(Ranked::checked(truth, scores)?.roc_auc())
}

/// `sklearn.metrics.precision_recall_curve`: a point for each distinct score, the lowest first, and a last one at
/// recall 0 and precision 1.
///
/// `None` if no example has the label, where scikit-learn warns and sets the recall to 1.
///
/// # Errors
/// If the two differ in length, or a score is not finite.
pub fn precision_recall_curve(
    truth: &[bool],
    scores: &[impl Copy + Into<f64>],
) -> Result<Option<Vec<PrecisionRecallPoint>>, MetricsError> {
    Ok(Ranked::checked(truth, scores)?.precision_recall_curve())
}

/// `sklearn.metrics.average_precision_score` of one label: the area below the precision-recall curve as a sum of
/// steps, without interpolation.
///
/// `None` if no example has the label, where scikit-learn warns and returns 0.
///
/// # Errors
/// If the two differ in length, or a score is not finite.
pub fn average_precision(
    truth: &[bool],
    scores: &[impl Copy + Into<f64>],
) -> Result<Option<f64>, MetricsError> {
    Ok(Ranked::checked(truth, scores)?.average_precision())
}

/// How well the scores of each label rank the examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankingMetrics {
    /// One ROC-AUC for all labels, as the function that made this says; `None` if a label that it needs has none.
    pub roc_auc: Option<f64>,
    /// One average precision for all labels, likewise.
    pub average_precision: Option<f64>,
    /// A row for each label, in label order.
    pub per_label: Vec<LabelRanking>,
}

/// How well a label's scores rank the examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LabelRanking {
    /// As [`roc_auc`]; `None` unless some examples have the label and some have not.
    pub roc_auc: Option<f64>,
    /// As [`average_precision`]; `None` if no example has the label.
    pub average_precision: Option<f64>,
}

impl RankingMetrics {
    /// The mean over the labels, each counting the same.
    pub(super) fn macro_average(ranked: &[Ranked]) -> Self {
        let per_label: Vec<_> = ranked
            .iter()
            .map(|label| LabelRanking {
                roc_auc: label.roc_auc(),
                average_precision: label.average_precision(),
            })
            .collect();
        Self {
            roc_auc: mean_if_all(per_label.iter().map(|label| label.roc_auc)),
            average_precision: mean_if_all(per_label.iter().map(|label| label.average_precision)),
            per_label,
        }
    }
}

/// What each distinct score would do as a threshold, the highest first.
pub(super) struct Ranked {
    thresholds: Vec<Threshold>,
    positives: f64,
    negatives: f64,
}

/// Examples at or above a score. Counts are whole numbers, which f64 holds exactly.
struct Threshold {
    score: f64,
    true_positives: f64,
    false_positives: f64,
}

impl Ranked {
    fn checked(truth: &[bool], scores: &[impl Copy + Into<f64>]) -> Result<Self, MetricsError> {
        same_length(truth.len(), scores.len())?;
        Ok(Self::new(truth, &values(scores)?))
    }

    /// `truth` and `scores` have the same length, and scores are finite.
    pub(super) fn new(truth: &[bool], scores: &[f64]) -> Self {
        let mut ranked: Vec<(f64, bool)> =
            scores.iter().copied().zip(truth.iter().copied()).collect();
        ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let (mut positives, mut negatives) = (0.0, 0.0);
        let thresholds = ranked
            .chunk_by(|(a, _), (b, _)| a == b)
            .map(|tied| {
                let having = tied.iter().filter(|(_, has)| *has).count();
                positives += having as f64;
                negatives += (tied.len() - having) as f64;
                Threshold {
                    score: tied[0].0,
                    true_positives: positives,
                    false_positives: negatives,
                }
            })
            .collect();
        Self {
            thresholds,
            positives,
            negatives,
        }
    }

    pub(super) fn roc_curve(&self) -> Option<Vec<RocPoint>> {
        if self.positives == 0.0 || self.negatives == 0.0 {
            return None;
        }
        let first = RocPoint {
            threshold: None,
            false_positive_rate: 0.0,
            true_positive_rate: 0.0,
        };
        let points = self.thresholds.iter().map(|threshold| RocPoint {
            threshold: Some(threshold.score),
            false_positive_rate: threshold.false_positives / self.negatives,
            true_positive_rate: threshold.true_positives / self.positives,
        });
        Some(std::iter::once(first).chain(points).collect())
    }

    fn roc_auc(&self) -> Option<f64> {
        let pairs = self.positives * self.negatives;
        if pairs == 0.0 {
            return None;
        }
        // Twice the area below the trapezoids, in pairs of examples.
        let (mut area, mut above) = (0.0, (0.0, 0.0));
        for threshold in &self.thresholds {
            let (positives, negatives) = above;
            area +=
                (threshold.false_positives - negatives) * (threshold.true_positives + positives);
            above = (threshold.true_positives, threshold.false_positives);
        }
        Some(area / (2.0 * pairs))
    }

    pub(super) fn precision_recall_curve(&self) -> Option<Vec<PrecisionRecallPoint>> {
        if self.positives == 0.0 {
            return None;
        }
        let points = self
            .thresholds
            .iter()
            .rev()
            .map(|threshold| PrecisionRecallPoint {
                threshold: Some(threshold.score),
                precision: threshold.precision(),
                recall: threshold.true_positives / self.positives,
            });
        let last = PrecisionRecallPoint {
            threshold: None,
            precision: 1.0,
            recall: 0.0,
        };
        Some(points.chain([last]).collect())
    }

    /// Examples with the label, and those without.
    pub(super) fn totals(&self) -> (f64, f64) {
        (self.positives, self.negatives)
    }

    /// Examples at or above a score: those with the label, and those without.
    pub(super) fn at_or_above(&self, score: f64) -> (f64, f64) {
        let above = self
            .thresholds
            .partition_point(|threshold| threshold.score >= score);
        above
            .checked_sub(1)
            .and_then(|last| self.thresholds.get(last))
            .map_or((0.0, 0.0), |last| {
                (last.true_positives, last.false_positives)
            })
    }

    fn average_precision(&self) -> Option<f64> {
        if self.positives == 0.0 {
            return None;
        }
        let (mut area, mut above) = (0.0, 0.0);
        for threshold in &self.thresholds {
            area += (threshold.true_positives - above) * threshold.precision();
            above = threshold.true_positives;
        }
        Some(area / self.positives)
    }
}

impl Threshold {
    fn precision(&self) -> f64 {
        self.true_positives / (self.true_positives + self.false_positives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_of_either_sign_are_tied() {
        assert_eq!(roc_auc(&[true, false], &[-0.0, 0.0]), Ok(Some(0.5)));
    }

    #[test]
    fn scores_must_fit_the_truth() {
        assert_eq!(
            roc_auc(&[true], &[0.5, 0.5]),
            Err(MetricsError::LengthMismatch {
                truth: 1,
                predicted: 2
            })
        );
        let error = average_precision(&[true], &[f64::NAN]).unwrap_err();
        assert!(matches!(error, MetricsError::NotFinite { example: 0, .. }));
    }
}
