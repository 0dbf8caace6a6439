//! What a run tells of itself.

use serde::{Deserialize, Serialize};

/// How fast a run is, and what it takes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pace {
    /// Tokens of training examples a second, lately.
    pub tokens_per_second: f64,
    /// Training examples a second, lately.
    pub examples_per_second: f64,
    /// Seconds of training and evaluation so far, pauses excluded.
    pub elapsed: f64,
    /// Seconds that are left.
    pub left: f64,
    /// Bytes of the worker's memory; what lies on a GPU is not counted.
    pub memory: f64,
}
