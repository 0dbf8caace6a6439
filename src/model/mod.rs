//! The model: a frozen BERT encoder, low-rank adapters in it, and a classification head on its mean embedding.

pub mod attention;
pub mod classifier;
pub mod config;
pub mod embeddings;
pub mod encoder;
pub mod lora;
pub mod pooling;
pub mod weights;

pub use classifier::TextClassifier;
pub use config::{BertConfig, ConfigError};
pub use encoder::BertModel;
pub use weights::{Weights, WeightsError};
