//! What a data set holds, in numbers that the page shows.

use serde::{Deserialize, Serialize};

use super::dataset::Dataset;
use super::problem::Problem;
use super::split::Part;
use super::target::Target;

/// What a data set holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetSummary {
    /// File name or sample name.
    pub name: String,
    /// Examples in each part.
    pub examples: PartCounts,
    /// What they are examples of.
    pub targets: TargetSummary,
    /// Whether the split was read from the table.
    pub split_from_table: bool,
    /// Rows left out because their text is empty.
    pub empty_texts: u32,
}

/// What the examples of a data set are examples of, by its [`Problem`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TargetSummary {
    /// [`Problem::SingleLabel`]: every example counts for one label.
    SingleLabel {
        /// Every label with its examples, in label order.
        labels: Vec<LabelCounts>,
    },
    /// [`Problem::MultiLabel`]: an example counts for each of its labels.
    MultiLabel {
        /// Every label with its examples, in label order.
        labels: Vec<LabelCounts>,
        /// Examples with none of the labels.
        unlabelled: PartCounts,
    },
    /// [`Problem::Regression`]: the numbers of each part, `None` where it is empty.
    Regression {
        /// Those to learn from.
        train: Option<NumberSummary>,
        /// Those to follow training with.
        validation: Option<NumberSummary>,
        /// Those for the final report.
        test: Option<NumberSummary>,
    },
}

/// Examples of a label in each part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelCounts {
    /// The label's name.
    pub label: String,
    /// Its examples.
    pub examples: PartCounts,
}

/// Examples in each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PartCounts {
    /// Examples to learn from.
    pub train: u32,
    /// Examples to follow training with.
    pub validation: u32,
    /// Examples for the final report.
    pub test: u32,
}

/// How the numbers of a part are spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NumberSummary {
    /// The smallest.
    pub minimum: f64,
    /// The largest.
    pub maximum: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation of these very numbers: the sum of squares is divided by their count.
    pub standard_deviation: f64,
}

impl DatasetSummary {
    /// Counts what a data set holds.
    pub(super) fn new(dataset: &Dataset) -> Self {
        let [train, validation, test] = Part::ALL.map(|part| dataset.split.part(part).len() as u32);
        Self {
            name: dataset.name.clone(),
            examples: PartCounts {
                train,
                validation,
                test,
            },
            targets: TargetSummary::new(dataset),
            split_from_table: dataset.split_from_table,
            empty_texts: dataset.empty_texts,
        }
    }
}

impl TargetSummary {
    fn new(dataset: &Dataset) -> Self {
        match dataset.problem {
            Problem::SingleLabel => Self::SingleLabel {
                labels: count_labels(dataset),
            },
            Problem::MultiLabel { .. } => Self::MultiLabel {
                labels: count_labels(dataset),
                unlabelled: count_unlabelled(dataset),
            },
            Problem::Regression => {
                let numbers = |part| NumberSummary::new(&values(dataset, part));
                Self::Regression {
                    train: numbers(Part::Train),
                    validation: numbers(Part::Validation),
                    test: numbers(Part::Test),
                }
            }
        }
    }

    /// The labels with their examples; `None` where there are none by nature.
    pub fn labels(&self) -> Option<&[LabelCounts]> {
        match self {
            Self::SingleLabel { labels } | Self::MultiLabel { labels, .. } => Some(labels),
            Self::Regression { .. } => None,
        }
    }
}

impl PartCounts {
    /// Examples in all parts together.
    pub fn total(&self) -> u32 {
        self.train + self.validation + self.test
    }

    fn of_mut(&mut self, part: Part) -> &mut u32 {
        match part {
            Part::Train => &mut self.train,
            Part::Validation => &mut self.validation,
            Part::Test => &mut self.test,
        }
    }
}

impl NumberSummary {
    /// `None` without any numbers.
    fn new(numbers: &[f64]) -> Option<Self> {
        let first = *numbers.first()?;
        let count = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / count;
        let squares: f64 = numbers.iter().map(|number| (number - mean).powi(2)).sum();
        Some(Self {
            minimum: numbers.iter().copied().fold(first, f64::min),
            maximum: numbers.iter().copied().fold(first, f64::max),
            mean,
            standard_deviation: (squares / count).sqrt(),
        })
    }
}

/// The targets of a part.
fn targets(dataset: &Dataset, part: Part) -> impl Iterator<Item = &Target> {
    let examples = dataset.split.part(part).iter();
    examples
        .filter_map(|&index| dataset.examples.get(index as usize))
        .map(|example| &example.target)
}

fn count_labels(dataset: &Dataset) -> Vec<LabelCounts> {
    let mut counts = vec![PartCounts::default(); dataset.labels.len()];
    for part in Part::ALL {
        for label in targets(dataset, part).flat_map(Target::labels) {
            if let Some(counts) = counts.get_mut(*label as usize) {
                *counts.of_mut(part) += 1;
            }
        }
    }
    let labels = dataset.labels.iter().cloned().zip(counts);
    labels
        .map(|(label, examples)| LabelCounts { label, examples })
        .collect()
}

fn count_unlabelled(dataset: &Dataset) -> PartCounts {
    let mut counts = PartCounts::default();
    for part in Part::ALL {
        let unlabelled = targets(dataset, part).filter(|target| target.labels().is_empty());
        *counts.of_mut(part) = unlabelled.count() as u32;
    }
    counts
}

fn values(dataset: &Dataset, part: Part) -> Vec<f64> {
    targets(dataset, part).filter_map(Target::value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_summed_up() {
        let expected = NumberSummary {
            minimum: -1.0,
            maximum: 5.0,
            mean: 2.0,
            standard_deviation: 6_f64.sqrt(),
        };
        assert_eq!(NumberSummary::new(&[5.0, -1.0, 2.0]), Some(expected));
        let one = NumberSummary {
            minimum: 7.0,
            maximum: 7.0,
            mean: 7.0,
            standard_deviation: 0.0,
        };
        assert_eq!(NumberSummary::new(&[7.0]), Some(one));
        assert_eq!(NumberSummary::new(&[]), None);
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let most = f64::from(f32::MAX);
        let summary = NumberSummary::new(&[most, -most]).unwrap();
        assert_eq!((summary.mean, summary.standard_deviation), (0.0, most));
    }
}
