//! A model with all that it needs to be asked.

use std::sync::Arc;

use burn::tensor::{Device, ExecutionError};
use serde::Serialize;

use super::evaluate::logits;
use super::outcome::OutputScale;
use crate::model::TextClassifier;
use crate::reason::as_text;
use crate::text::{TokenBatch, Tokenizer, TokenizerError};

/// From a text to what the model says of it. A clone shares the weights.
#[derive(Clone)]
pub struct Pipeline {
    /// The model, without autodiff.
    pub model: TextClassifier,
    /// The tokenizer, truncating as in training.
    pub tokenizer: Tokenizer,
    /// The labels' names in the order of the outputs; none for numbers.
    pub labels: Arc<[String]>,
    /// What the logits mean.
    pub scale: OutputScale,
    /// Where the model is.
    pub device: Device,
}

/// What a model says of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// See [`OutputScale::outputs`].
    pub outputs: Vec<f64>,
    /// Tokens after truncation, special ones included.
    pub tokens: usize,
}

/// Why a text got no answer.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum PipelineError {
    /// The text could not be tokenized.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The device failed.
    #[error("the device failed: {0}")]
    Device(
        #[serde(serialize_with = "as_text")]
        #[from]
        ExecutionError,
    ),
}

impl Pipeline {
    /// The same on the CPU with [`TextClassifier::in_int8`], where that is to be had.
    pub fn in_int8(&self) -> Option<Self> {
        Some(Self {
            model: self.model.in_int8(&self.device)?,
            ..self.clone()
        })
    }

    /// Asks the model.
    ///
    /// # Errors
    /// If the tokenizer refuses the text or the device fails.
    pub async fn ask(&self, text: &str) -> Result<Answer, PipelineError> {
        let ids = self.tokenizer.encode(text)?;
        let batch = TokenBatch::pad(&[&ids], self.tokenizer.pad_id());
        let rows = logits(&self.model, &batch, &self.device).await?;
        let outputs = rows
            .iter()
            .flat_map(|row| self.scale.outputs(row))
            .collect();
        Ok(Answer {
            outputs,
            tokens: ids.len(),
        })
    }
}
