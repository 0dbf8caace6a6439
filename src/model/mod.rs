//! The model: a frozen BERT encoder, low-rank adapters in it, and a classification head on its mean embedding.

pub mod attention;
pub mod classifier;
pub mod config;
pub mod embeddings;
pub mod encoder;
pub mod head;
pub mod lora;
pub mod pooling;
mod pretrained;
mod trainable;
pub mod weights;

pub use classifier::TextClassifier;
pub use config::{BertConfig, ConfigError};
pub use encoder::BertModel;
pub use pretrained::{FolderFiles, PretrainedEncoder, PretrainedError};
pub use weights::{Weights, WeightsError};
