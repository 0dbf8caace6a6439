//! Any number of labels an example: each is true or not, and is given or not.

use serde::{Deserialize, Serialize};

use super::arithmetic::{mean, ratio, surprise};
use super::classification::{Counts, macro_average, weighted_average};
use super::inputs::{probabilities, same_length};
use super::ranking::{Ranked, RankingMetrics};
use super::{Averages, ClassMetrics, MetricsError};
use crate::reason::Phrase;

/// What scikit-learn tells of multi-label predictions, with `zero_division=0`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MultiLabelMetrics {
    /// Probability from which on a label is given.
    pub threshold: f64,
    /// Share of examples that were given exactly their labels, 0 to 1; 0 without examples.
    pub subset_accuracy: f64,
    /// Share of wrong decisions, of one for each example and label, 0 to 1; `None` if there are none to make.
    pub hamming_loss: Option<f64>,
    /// Mean binary cross-entropy over examples and labels, in nats, probabilities kept off 0 and 1 as in
    /// [`log_loss`](super::log_loss); `None` if there are none.
    pub log_loss: Option<f64>,
    /// A row for each label, in label order.
    pub per_label: Vec<ClassMetrics>,
    /// Over all decisions at once.
    pub micro_average: Averages,
    /// Unweighted mean over the labels.
    pub macro_average: Averages,
    /// Mean over the labels, weighted by support.
    pub weighted_average: Averages,
    /// Mean over the examples; one without labels that was given none counts as 0.
    pub samples_average: Averages,
    /// Each label's ROC-AUC and average precision, and their means over the labels. Those are `None` if one label has
    /// none; scikit-learn takes the average precision of a label without examples for 0.
    pub ranking: RankingMetrics,
}

/// Compares the labels that examples have with those that are at least as probable as `threshold`.
///
/// `truth` holds the numbers, below `labels.len()`, of each example's labels, in any order; `given` a probability for
/// each example and label, which need not sum to 1.
///
/// # Errors
/// If the arguments do not fit each other, hold what is no probability, or the threshold is none.
pub fn multi_label_metrics(
    labels: &[String],
    truth: &[Vec<u32>],
    given: &[Vec<impl Copy + Into<f64>>],
    threshold: f64,
) -> Result<MultiLabelMetrics, MetricsError> {
    Ok(Decisions::new(labels.len(), truth, given, threshold)?.metrics(labels))
}

/// What is true and what was given, for each example and label.
pub(super) struct Decisions {
    threshold: f64,
    truth: Vec<Vec<bool>>,
    given: Vec<Vec<f64>>,
    labels: usize,
}

impl Decisions {
    pub(super) fn new(
        labels: usize,
        truth: &[Vec<u32>],
        given: &[Vec<impl Copy + Into<f64>>],
        threshold: f64,
    ) -> Result<Self, MetricsError> {
        if !(0.0..=1.0).contains(&threshold) {
            return Err(MetricsError::Setting {
                setting: Phrase("threshold"),
                found: threshold,
                range: Phrase("from 0 to 1"),
            });
        }
        same_length(truth.len(), given.len())?;
        let truth = (0..)
            .zip(truth)
            .map(|(example, found)| indicators(labels, example, found))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            threshold,
            truth,
            given: probabilities(labels, given)?,
            labels,
        })
    }

    pub(super) fn metrics(&self, labels: &[String]) -> MultiLabelMetrics {
        let examples = self.counts_by_example();
        let per_label: Vec<_> = labels
            .iter()
            .enumerate()
            .map(|(label, name)| ClassMetrics::new(name, self.label_counts(label)))
            .collect();
        let exact = examples
            .iter()
            .filter(|counts| counts.right == counts.support && counts.right == counts.predicted);
        let wrong: u32 = examples
            .iter()
            .map(|counts| counts.support + counts.predicted - 2 * counts.right)
            .sum();
        let decisions = examples.len() * self.labels;
        MultiLabelMetrics {
            threshold: self.threshold,
            subset_accuracy: ratio(exact.count() as f64, examples.len() as f64),
            hamming_loss: (decisions > 0).then(|| f64::from(wrong) / decisions as f64),
            log_loss: self.log_loss(),
            micro_average: micro_average(examples.iter()),
            macro_average: macro_average(&per_label),
            weighted_average: weighted_average(&per_label),
            samples_average: samples_average(&examples),
            ranking: RankingMetrics::macro_average(&self.ranked()),
            per_label,
        }
    }

    /// How often each example's labels were right, true and given.
    pub(super) fn counts_by_example(&self) -> Vec<Counts> {
        let examples = self.truth.iter().zip(&self.given);
        examples
            .map(|(truth, given)| self.count(truth.iter().zip(given)))
            .collect()
    }

    fn label_counts(&self, label: usize) -> Counts {
        let examples = self.truth.iter().zip(&self.given);
        self.count(examples.map(|(truth, given)| (&truth[label], &given[label])))
    }

    fn count<'a>(&self, decisions: impl Iterator<Item = (&'a bool, &'a f64)>) -> Counts {
        let mut counts = Counts::default();
        for (&has, &probability) in decisions {
            let given = probability >= self.threshold;
            counts += Counts {
                right: u32::from(has && given),
                support: u32::from(has),
                predicted: u32::from(given),
            };
        }
        counts
    }

    fn log_loss(&self) -> Option<f64> {
        let losses: Vec<f64> = self
            .truth
            .iter()
            .flatten()
            .zip(self.given.iter().flatten())
            .map(|(&has, p)| surprise(if has { *p } else { 1.0 - p }))
            .collect();
        mean(losses.into_iter())
    }

    /// The examples in the order of each label's probability.
    pub(super) fn ranked(&self) -> Vec<Ranked> {
        (0..self.labels)
            .map(|label| {
                let has: Vec<bool> = self.truth.iter().map(|row| row[label]).collect();
                let scores: Vec<f64> = self.given.iter().map(|row| row[label]).collect();
                Ranked::new(&has, &scores)
            })
            .collect()
    }
}

/// Precision, recall and F1 over all decisions of some examples.
pub(super) fn micro_average<'a>(examples: impl Iterator<Item = &'a Counts>) -> Averages {
    let mut all = Counts::default();
    examples.for_each(|counts| all += *counts);
    all.averages()
}

fn samples_average(examples: &[Counts]) -> Averages {
    let mean = |metric: fn(Averages) -> f64| {
        let sum: f64 = examples
            .iter()
            .map(|counts| metric(counts.averages()))
            .sum();
        ratio(sum, examples.len() as f64)
    };
    Averages {
        precision: mean(|averages| averages.precision),
        recall: mean(|averages| averages.recall),
        f1: mean(|averages| averages.f1),
    }
}

/// Whether an example has each label.
fn indicators(labels: usize, example: u32, found: &[u32]) -> Result<Vec<bool>, MetricsError> {
    let mut row = vec![false; labels];
    for &label in found {
        *row.get_mut(label as usize)
            .ok_or(MetricsError::LabelOutOfRange {
                example,
                label,
                labels: labels as u32,
            })? = true;
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["a", "b"].map(String::from).to_vec()
    }

    #[test]
    fn the_threshold_itself_gives_the_label() {
        let found = multi_label_metrics(&names(), &[vec![0]], &[vec![0.5, 0.499]], 0.5).unwrap();
        assert_eq!(found.subset_accuracy, 1.0);
    }

    #[test]
    fn nothing_to_compare() {
        let none: [Vec<f32>; 0] = [];
        let found = multi_label_metrics(&names(), &[], &none, 0.5).unwrap();
        assert_eq!((found.subset_accuracy, found.micro_average.f1), (0.0, 0.0));
        assert_eq!(found.samples_average.f1, 0.0);
        assert_eq!((found.hamming_loss, found.log_loss), (None, None));
        assert_eq!(found.ranking.average_precision, None);
    }

    #[test]
    fn arguments_must_fit() {
        let rows = [vec![0.5, 0.5]];
        assert_eq!(
            multi_label_metrics(&names(), &[vec![1, 2]], &rows, 0.5),
            Err(MetricsError::LabelOutOfRange {
                example: 0,
                label: 2,
                labels: 2
            })
        );
        assert_eq!(
            multi_label_metrics(&names(), &[], &rows, 0.5),
            Err(MetricsError::LengthMismatch {
                truth: 0,
                predicted: 1
            })
        );
        for threshold in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(
                multi_label_metrics(&names(), &[vec![1]], &rows, threshold),
                Err(MetricsError::Setting {
                    setting: Phrase("threshold"),
                    ..
                })
            ));
        }
    }
}
