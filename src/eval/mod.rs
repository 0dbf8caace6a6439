//! Evaluation: pure metrics, and running a model over examples.

#[cfg(feature = "engine")]
mod evaluate;
pub mod metrics;

#[cfg(feature = "engine")]
pub use evaluate::{Evaluation, Outcome, probabilities};
