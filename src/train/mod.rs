//! Training: configuration, learning-rate schedule, and the session that takes one optimizer step at a time.

pub mod config;
