//! The model: a frozen encoder, low-rank adapters in it, and a classification head on its mean embedding.

pub mod activation;
pub mod archive;
pub mod attention;
pub mod classifier;
pub mod config;
pub mod embeddings;
pub mod encoder;
pub mod folder;
pub mod head;
mod layout;
pub mod lora;
pub mod names;
pub mod norm;
pub mod parameters;
pub mod pooling;
mod pretrained;
mod sink;
mod trainable;
pub mod weights;

pub use crate::kernel::tensors::{has_float16, has_int8};
pub use classifier::TextClassifier;
pub use config::{ConfigError, EncoderConfig, Family};
pub use encoder::Encoder;
pub use folder::{FolderFiles, MissingFile, WeightFiles};
pub use pretrained::{EncoderPlan, EncoderReader, PretrainedEncoder, PretrainedError, SmallFiles};
pub use sink::{FileBytes, FileSink, Folder};
pub use weights::{Misfit, Weights, WeightsError};
