//! Evaluation: pure metrics, and running a model over examples.

#[cfg(feature = "engine")]
mod asking;
pub mod baseline;
#[cfg(feature = "engine")]
mod embeddings;
#[cfg(feature = "engine")]
mod evaluate;
#[cfg(feature = "engine")]
mod features;
#[cfg(feature = "engine")]
mod groups;
#[cfg(feature = "engine")]
mod hidden;
pub mod metrics;
mod outcome;
#[cfg(feature = "engine")]
mod pipeline;
pub mod score;
mod scores;
#[cfg(feature = "engine")]
mod spill;
pub mod tested;
#[cfg(feature = "engine")]
mod untrained;

#[cfg(feature = "engine")]
pub use asking::Asking;
#[cfg(feature = "engine")]
pub use embeddings::EmbeddingCache;
#[cfg(feature = "engine")]
pub use evaluate::{Evaluation, logits};
#[cfg(feature = "engine")]
pub use features::FeatureCache;
#[cfg(feature = "engine")]
pub use hidden::HiddenStateCache;
pub use outcome::{Outcome, OutputScale};
#[cfg(feature = "engine")]
pub use pipeline::{Answer, Pipeline, PipelineError};
pub use scores::{THRESHOLD, report, scores, temperature};
#[cfg(all(feature = "engine", not(target_family = "wasm")))]
pub use spill::SpillFile;
#[cfg(feature = "engine")]
pub use spill::{SpillRegion, SpillStore};
#[cfg(feature = "engine")]
pub use untrained::{Embedded, Untrained};
