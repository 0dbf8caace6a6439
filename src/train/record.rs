//! What a run tells while it goes on. Plain data: the page, the protocol and the terminal share it.

use serde::{Deserialize, Serialize};

/// One optimizer step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// Counted from 1.
    pub step: u32,
    /// Mean cross-entropy over the batch, in nats.
    pub loss: f64,
    /// Learning rate of this step.
    pub learning_rate: f64,
    /// Global L2 norm of the gradients before clipping.
    pub grad_norm: f64,
    /// Tokens of the batch, padding left out.
    pub tokens: u32,
}

/// Evaluation on the validation examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ValidationRecord {
    /// Epochs done.
    pub epoch: u32,
    /// Steps done.
    pub step: u32,
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share of examples whose most probable label is right.
    pub accuracy: f64,
}
