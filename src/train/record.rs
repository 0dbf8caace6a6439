//! What a run tells while it goes on. Plain data: the page, the protocol and the terminal share it.

use serde::{Deserialize, Deserializer, Serialize};

use crate::eval::score::{Metric, Score};

/// One optimizer step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Counted from 1.
    pub step: u32,
    /// The objective over the step's examples: what is minimised, smoothing and class weights included.
    pub loss: f64,
    /// Learning rate of this step.
    pub learning_rate: f64,
    /// Global L2 norm of the gradients before clipping.
    pub grad_norm: f64,
    /// Tokens of the step's examples, padding left out.
    pub tokens: u32,
    /// The step's examples.
    pub examples: u32,
}

/// Evaluation on the validation examples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValidationRecord {
    /// Epochs done.
    pub epoch: u32,
    /// Steps done.
    pub step: u32,
    /// Mean loss, without smoothing or class weights.
    pub loss: f64,
    /// What else is measured of the problem, the most telling first. What is undefined is left out.
    pub scores: Vec<Score>,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum RunEnd {
    /// Every step is done.
    Completed,
    /// The user ended it.
    Stopped,
    /// It no longer got better.
    EarlyStopped,
    /// The loss or a gradient was no number any more; the weights are the last ones of which the loss was one.
    NotFinite {
        /// The step, counted from 1; the last one taken, if it was seen in a validation or the test.
        step: u32,
        /// The loss.
        #[serde(deserialize_with = "number_or_nan")]
        loss: f64,
    },
}

/// Reads a number, or what JSON has in the place of one that is none: `null`.
pub(crate) fn number_or_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

impl ValidationRecord {
    /// The value of a metric, if it was measured.
    pub fn score(&self, metric: Metric) -> Option<f64> {
        if metric == Metric::Loss {
            return Some(self.loss);
        }
        let score = self.scores.iter().find(|score| score.metric == metric)?;
        Some(score.value)
    }

    /// The most telling metric of the problem.
    pub fn main_score(&self) -> Option<Score> {
        self.scores.first().copied()
    }
}
