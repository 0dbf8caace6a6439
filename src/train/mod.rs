//! Training: configuration, learning-rate schedule, optimizer, and the session that takes one step at a time.

#[cfg(feature = "engine")]
mod checkpoint;
pub mod config;
#[cfg(feature = "engine")]
mod optimizer;
#[cfg(feature = "engine")]
mod parameters;
mod schedule;
#[cfg(feature = "engine")]
pub mod self_check;
#[cfg(feature = "engine")]
mod session;

#[cfg(feature = "engine")]
pub use checkpoint::{Checkpoint, CheckpointError};
#[cfg(feature = "engine")]
pub use optimizer::{AdamWOptimizer, global_norm};
#[cfg(feature = "engine")]
pub use parameters::{ParameterPath, trainable_parameters};
pub use schedule::LinearSchedule;
#[cfg(feature = "engine")]
pub use session::{StepReport, TrainError, TrainSession};
