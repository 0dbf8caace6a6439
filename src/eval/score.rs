//! What a validation is judged by.

use serde::{Deserialize, Serialize};

use crate::data::Problem;

/// A number that tells how good a model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// What is minimised, without smoothing or class weights.
    #[default]
    Loss,
    /// Share of examples whose label is right; with several labels, those with all labels right.
    Accuracy,
    /// Mean over labels of the harmonic mean of precision and recall.
    MacroF1,
    /// The same over all decisions together; for several labels.
    MicroF1,
    /// Matthews correlation coefficient; for one label.
    MatthewsCorrelation,
    /// Share of the variance that is explained; for numbers.
    R2,
    /// Pearson's correlation; for numbers.
    Pearson,
    /// Spearman's rank correlation; for numbers.
    Spearman,
}

impl Metric {
    /// Whether a validation of such a problem measures it.
    pub fn fits(self, problem: Problem) -> bool {
        match self {
            Self::Loss => true,
            Self::Accuracy | Self::MacroF1 => problem != Problem::Regression,
            Self::MicroF1 => matches!(problem, Problem::MultiLabel { .. }),
            Self::MatthewsCorrelation => problem == Problem::SingleLabel,
            Self::R2 | Self::Pearson | Self::Spearman => problem == Problem::Regression,
        }
    }

    /// The score that tells the most of a problem.
    pub fn main(problem: Problem) -> Self {
        match problem {
            Problem::SingleLabel => Self::Accuracy,
            Problem::MultiLabel { .. } => Self::MicroF1,
            Problem::Regression => Self::R2,
        }
    }

    /// Whether more is better.
    pub fn greater_is_better(self) -> bool {
        self != Self::Loss
    }

    /// Whether `value` is better than `other`. A value that is no number is never better.
    pub fn is_better(self, value: f64, other: f64) -> bool {
        if self.greater_is_better() {
            value > other
        } else {
            value < other
        }
    }
}

/// A metric's value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Which.
    pub metric: Metric,
    /// Its value.
    pub value: f64,
}
