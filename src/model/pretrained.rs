//! A Hugging Face folder as an encoder with its tokenizer.

use burn::tensor::Device;

use super::config::{BertConfig, ConfigError};
use super::encoder::BertModel;
use super::weights::{Weights, WeightsError};
use crate::text::{Tokenizer, TokenizerError};

/// A pretrained encoder on a device, and the tokenizer it was trained with.
pub struct PretrainedEncoder {
    /// Its shape.
    pub config: BertConfig,
    /// Its tokenizer.
    pub tokenizer: Tokenizer,
    /// Its weights.
    pub model: BertModel,
    /// Tensors of the file that it does not use: those of a head, for example.
    pub surplus: Vec<String>,
}

/// The files of a folder.
pub struct FolderFiles<'a> {
    /// `config.json`
    pub config: &'a [u8],
    /// `tokenizer.json`
    pub tokenizer: &'a [u8],
    /// `model.safetensors`
    pub weights: &'a [u8],
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PretrainedError {
    /// By its `config.json`.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// By its `tokenizer.json`.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// By its `model.safetensors`.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The tokenizer is of another encoder.
    #[error("tokenizer.json has {pieces} pieces, but config.json makes room for {vocab_size}")]
    Vocabulary {
        /// Pieces of the tokenizer.
        pieces: usize,
        /// Rows of the word embeddings.
        vocab_size: usize,
    },
}

impl PretrainedEncoder {
    /// Reads the files, the small ones first, and puts the weights on the device.
    ///
    /// # Errors
    /// If a file cannot be read, or they do not fit each other.
    pub fn load(files: &FolderFiles<'_>, device: &Device) -> Result<Self, PretrainedError> {
        let config = BertConfig::from_json(files.config)?;
        let tokenizer = Tokenizer::from_bytes(files.tokenizer)?;
        let (pieces, vocab_size) = (tokenizer.vocab_size(), config.vocab_size);
        if pieces > vocab_size {
            return Err(PretrainedError::Vocabulary { pieces, vocab_size });
        }
        let weights = Weights::open(files.weights, device)?;
        let model = BertModel::load(&config, &weights)?;
        let surplus = weights.surplus(&config);
        Ok(Self {
            config,
            tokenizer,
            model,
            surplus,
        })
    }
}
