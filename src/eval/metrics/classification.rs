//! Predicted against true labels.

use serde::{Deserialize, Serialize};

use super::MetricsError;
use super::arithmetic::ratio;
use super::inputs::{labels_in_range, same_length};

/// What `sklearn.metrics.classification_report`, `matthews_corrcoef` and `confusion_matrix` tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassificationReport {
    /// Share of examples whose label was predicted, 0 to 1.
    pub accuracy: f64,
    /// Matthews correlation coefficient, -1 to 1; 0 if all examples have one label, or were given one.
    ///
    /// Source: Gorodkin 2004, <https://doi.org/10.1016/j.compbiolchem.2004.09.006>, for any number of labels.
    pub matthews_correlation: f64,
    /// A row for each label, in label order.
    pub per_class: Vec<ClassMetrics>,
    /// Over all examples at once. With one label an example, each of the three is the accuracy.
    pub micro_average: Averages,
    /// Unweighted mean over the labels.
    pub macro_average: Averages,
    /// Mean over the labels, weighted by support.
    pub weighted_average: Averages,
    /// `confusion[truth][predicted]` counts examples.
    pub confusion: Vec<Vec<u32>>,
}

/// Metrics of one label against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassMetrics {
    /// The label's name.
    pub label: String,
    /// Right predictions of the label, of all its predictions; 0 if it was never predicted.
    pub precision: f64,
    /// Right predictions of the label, of all its examples; 0 if it has none.
    pub recall: f64,
    /// Harmonic mean of precision and recall; 0 if both are.
    pub f1: f64,
    /// Examples with the label.
    pub support: u32,
}

/// Averages over the labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Averages {
    /// Averaged precision.
    pub precision: f64,
    /// Averaged recall.
    pub recall: f64,
    /// Averaged F1.
    pub f1: f64,
}

/// Compares predicted with true labels, as scikit-learn does with `zero_division=0` and every label of `labels`.
///
/// `truth` and `predicted` hold an index into `labels` for each example. Without examples every number is 0, the
/// accuracy too: there is nothing that was predicted right.
///
/// # Errors
/// If the two differ in length, or an index is out of range.
pub fn classification_report(
    labels: &[String],
    truth: &[u32],
    predicted: &[u32],
) -> Result<ClassificationReport, MetricsError> {
    same_length(truth.len(), predicted.len())?;
    labels_in_range(labels.len(), truth)?;
    labels_in_range(labels.len(), predicted)?;
    let confusion = confusion_matrix(labels.len(), truth, predicted);
    let per_class: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(class, label)| class_metrics(&confusion, class, label))
        .collect();
    let right = (0..labels.len()).map(|class| f64::from(confusion[class][class]));
    let accuracy = ratio(right.sum(), truth.len() as f64);
    Ok(ClassificationReport {
        accuracy,
        matthews_correlation: matthews_correlation(&confusion),
        micro_average: Averages {
            precision: accuracy,
            recall: accuracy,
            f1: accuracy,
        },
        macro_average: macro_average(&per_class),
        weighted_average: weighted_average(&per_class),
        per_class,
        confusion,
    })
}

fn confusion_matrix(classes: usize, truth: &[u32], predicted: &[u32]) -> Vec<Vec<u32>> {
    let mut confusion = vec![vec![0; classes]; classes];
    for (&truth, &predicted) in truth.iter().zip(predicted) {
        confusion[truth as usize][predicted as usize] += 1;
    }
    confusion
}

/// The covariance of true and predicted labels, each as one-hot vectors, over the root of their variances' product.
fn matthews_correlation(confusion: &[Vec<u32>]) -> f64 {
    let truths: Vec<f64> = confusion
        .iter()
        .map(|row| row.iter().map(|&count| f64::from(count)).sum())
        .collect();
    let predictions: Vec<f64> = (0..confusion.len())
        .map(|class| confusion.iter().map(|row| f64::from(row[class])).sum())
        .collect();
    let right: f64 = (0..confusion.len())
        .map(|class| f64::from(confusion[class][class]))
        .sum();
    let examples: f64 = truths.iter().sum();
    // Products of counts are exact below 2^53, so what should be 0 is 0.
    let covariance = |a: &[f64], b: &[f64], both: f64| {
        both * examples - a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>()
    };
    let variances =
        covariance(&truths, &truths, examples) * covariance(&predictions, &predictions, examples);
    ratio(covariance(&truths, &predictions, right), variances.sqrt())
}

/// Metrics of one class, from a square confusion matrix that has it.
fn class_metrics(confusion: &[Vec<u32>], class: usize, label: &str) -> ClassMetrics {
    ClassMetrics::new(
        label,
        Counts {
            right: confusion[class][class],
            support: confusion[class].iter().sum(),
            predicted: confusion.iter().map(|row| row[class]).sum(),
        },
    )
}

/// How often a label was right, true and predicted: all that precision, recall and F1 depend on.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// Examples that have the label and were given it.
    pub right: u32,
    /// Examples that have it.
    pub support: u32,
    /// Examples that were given it.
    pub predicted: u32,
}

impl Counts {
    /// Precision, recall and F1, each 0 where its divisor is.
    pub(super) fn averages(self) -> Averages {
        let [right, support, predicted] = [self.right, self.support, self.predicted].map(f64::from);
        Averages {
            precision: ratio(right, predicted),
            recall: ratio(right, support),
            // The harmonic mean of the two, 2pr / (p + r), without its division by zero.
            f1: ratio(2.0 * right, support + predicted),
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.right += other.right;
        self.support += other.support;
        self.predicted += other.predicted;
    }
}

impl ClassMetrics {
    pub(super) fn new(label: &str, counts: Counts) -> Self {
        let Averages {
            precision,
            recall,
            f1,
        } = counts.averages();
        Self {
            label: label.to_owned(),
            precision,
            recall,
            f1,
            support: counts.support,
        }
    }
}

/// The mean over labels, each counting the same.
pub(super) fn macro_average(classes: &[ClassMetrics]) -> Averages {
    average(classes, |_| 1.0)
}

/// The mean over labels, each counting as often as examples have it.
pub(super) fn weighted_average(classes: &[ClassMetrics]) -> Averages {
    average(classes, |class| f64::from(class.support))
}

fn average(classes: &[ClassMetrics], weight: fn(&ClassMetrics) -> f64) -> Averages {
    let total: f64 = classes.iter().map(weight).sum();
    let mean = |metric: fn(&ClassMetrics) -> f64| {
        let sum: f64 = classes
            .iter()
            .map(|class| metric(class) * weight(class))
            .sum();
        ratio(sum, total)
    };
    Averages {
        precision: mean(|class| class.precision),
        recall: mean(|class| class.recall),
        f1: mean(|class| class.f1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: u32) -> Vec<String> {
        (0..count).map(|label| label.to_string()).collect()
    }

    #[test]
    fn nothing_to_compare_is_all_zero() {
        let report = classification_report(&names(2), &[], &[]).unwrap();
        let zero = Averages {
            precision: 0.0,
            recall: 0.0,
            f1: 0.0,
        };
        assert_eq!((report.accuracy, report.matthews_correlation), (0.0, 0.0));
        assert_eq!(report.micro_average, zero);
        assert_eq!(
            (report.macro_average, report.weighted_average),
            (zero, zero)
        );
        assert_eq!(report.per_class.len(), 2);
        assert_eq!(report.confusion, [[0, 0], [0, 0]]);

        let report = classification_report(&[], &[], &[]).unwrap();
        assert_eq!((report.accuracy, report.macro_average), (0.0, zero));
    }

    #[test]
    fn rows_are_true_and_columns_predicted_labels() {
        let report = classification_report(&names(2), &[0, 0, 1], &[1, 1, 1]).unwrap();
        assert_eq!(report.confusion, [[0, 2], [0, 1]]);
    }

    #[test]
    fn lengths_must_agree() {
        let error = classification_report(&names(2), &[0, 1], &[0]).unwrap_err();
        assert_eq!(
            error,
            MetricsError::LengthMismatch {
                truth: 2,
                predicted: 1
            }
        );
    }

    #[test]
    fn labels_must_be_known() {
        for (truth, predicted) in [([0, 2], [0, 1]), ([0, 1], [0, 2])] {
            let error = classification_report(&names(2), &truth, &predicted).unwrap_err();
            assert_eq!(
                error,
                MetricsError::LabelOutOfRange {
                    example: 1,
                    label: 2,
                    labels: 2
                }
            );
        }
    }
}
