//! From an encoder, a data set and settings to a run that can begin.

use std::sync::Arc;

use burn::tensor::Device;

use super::config::{TrainConfig, TrainConfigError};
use super::session::TrainSession;
use crate::data::{Dataset, Part};
use crate::model::{PretrainedEncoder, TextClassifier};
use crate::text::{EncodedExample, Tokenizer, TokenizerError};

/// A run that has not begun, and what it is measured on.
pub struct TrainSetup {
    /// The run.
    pub session: TrainSession,
    /// Examples to follow training with.
    pub validation: Arc<[EncodedExample]>,
    /// Examples for the final report.
    pub test: Arc<[EncodedExample]>,
    /// The encoder's tokenizer, truncating as the run does.
    pub tokenizer: Tokenizer,
}

/// Why a run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A setting is outside its range.
    #[error(transparent)]
    Config(#[from] TrainConfigError),
    /// The encoder has no position for the last tokens.
    #[error("the maximum length is {found} tokens, but this encoder takes {most}")]
    TooLong {
        /// The setting.
        found: u32,
        /// The encoder's positions.
        most: usize,
    },
    /// A text could not be tokenized.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// Nothing to learn from.
    #[error("the data set has no training examples")]
    NoExamples,
}

impl TrainSetup {
    /// Checks the settings, tokenizes every example, and adds fresh adapters and a head to the encoder.
    ///
    /// `device` is the encoder's, with autodiff on.
    ///
    /// # Errors
    /// If a setting does not fit, or there is nothing to learn from.
    pub fn new(
        encoder: &PretrainedEncoder,
        dataset: &Dataset,
        config: TrainConfig,
        device: &Device,
    ) -> Result<Self, SetupError> {
        config.validate()?;
        let most = encoder.config.max_tokens();
        if config.max_length as usize > most {
            return Err(SetupError::TooLong {
                found: config.max_length,
                most,
            });
        }
        let tokenizer = encoder.tokenizer.truncating(config.max_length as usize)?;
        let encode = |part| -> Result<Vec<EncodedExample>, TokenizerError> {
            let indices = dataset.split.part(part).iter();
            indices
                .map(|&index| EncodedExample::new(&dataset.examples[index as usize], &tokenizer))
                .collect()
        };
        let train = encode(Part::Train)?;
        if train.is_empty() {
            return Err(SetupError::NoExamples);
        }
        let (validation, test) = (encode(Part::Validation)?.into(), encode(Part::Test)?.into());
        let hidden = encoder.config.hidden_size;
        let model = TextClassifier::init(
            encoder.model.clone(),
            hidden,
            dataset.labels.len(),
            &config,
            device,
        );
        let session = TrainSession::new(model, train, tokenizer.pad_id(), config, device.clone());
        Ok(Self {
            session,
            validation,
            test,
            tokenizer,
        })
    }
}
