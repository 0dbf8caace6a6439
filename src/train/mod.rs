//! Training: configuration, objective, optimizer, and the session that takes one step at a time.

#[cfg(feature = "engine")]
mod backward;
#[cfg(feature = "engine")]
mod batch;
#[cfg(feature = "engine")]
mod best;
#[cfg(feature = "engine")]
mod checkpoint;
pub mod config;
pub mod estimate;
#[cfg(feature = "engine")]
mod exact;
#[cfg(feature = "engine")]
mod log_interval;
#[cfg(feature = "engine")]
mod loss_scaler;
#[cfg(feature = "engine")]
mod objective;
#[cfg(feature = "engine")]
mod optimizer;
#[cfg(feature = "engine")]
mod parameters;
pub mod record;
#[cfg(feature = "engine")]
mod rehearsal;
mod sampler;
mod schedule;
#[cfg(feature = "engine")]
pub mod self_check;
#[cfg(feature = "engine")]
mod session;
#[cfg(feature = "engine")]
mod setup;
#[cfg(feature = "engine")]
mod trainer;
#[cfg(feature = "engine")]
mod unread;
#[cfg(feature = "engine")]
mod untrained;
#[cfg(feature = "engine")]
mod warm_up;

#[cfg(feature = "engine")]
pub use backward::gradients;
#[cfg(feature = "engine")]
pub use batch::LabelledBatch;
#[cfg(feature = "engine")]
pub use checkpoint::{Checkpoint, CheckpointError};
#[cfg(feature = "engine")]
pub use log_interval::LogInterval;
#[cfg(feature = "engine")]
pub use objective::Objective;
#[cfg(feature = "engine")]
pub use optimizer::{Clipping, Optimizer, ParameterState, UpdateRule};
#[cfg(feature = "engine")]
pub use parameters::trainable_parameters;
#[cfg(feature = "engine")]
pub use rehearsal::Rehearsal;
pub use sampler::Sampler;
pub use schedule::Schedule;
#[cfg(feature = "engine")]
pub use session::{TrainError, TrainSession};
#[cfg(feature = "engine")]
pub use setup::{SetupError, set_up, settings_on};
#[cfg(feature = "engine")]
pub use trainer::{Finished, Progress, Test, Trainer};
#[cfg(feature = "engine")]
pub use warm_up::WarmUp;
