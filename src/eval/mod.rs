//! Evaluation: pure metrics, and running a model over examples.

pub mod metrics;
