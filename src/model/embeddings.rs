//! Word, position and token-type embeddings.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Embedding};
use burn::tensor::Tensor;

use super::encoder::BatchTensors;
use super::norm::LayerNorm;
use super::weights::{Weights, WeightsError};
use crate::kernel::tensors::dropout;

/// Sum of word, position and, where the family has them, token-type embeddings, normalised, with dropout.
///
/// Source: `BertEmbeddings` and `RobertaEmbeddings` of transformers, `models/bert/modeling_bert.py` and
/// `models/roberta/modeling_roberta.py`; `Embeddings` of `models/distilbert/modeling_distilbert.py`.
#[derive(Module, Debug)]
pub struct Embeddings {
    word: Embedding,
    position: Embedding,
    token_type: Option<Embedding>,
    norm: LayerNorm,
    pub(super) dropout: Dropout,
    /// Position of padding, where a text's first token has the next one. Without, it has position 0.
    padding_position: Option<usize>,
}

impl Embeddings {
    pub(super) fn load(weights: &Weights) -> Result<Self, WeightsError> {
        let (config, names) = (weights.config(), weights.names());
        Ok(Self {
            word: weights.embedding(names.word)?,
            position: weights.embedding(names.position)?,
            token_type: names
                .token_type
                .map(|name| weights.embedding(name))
                .transpose()?,
            norm: weights.layer_norm(names.embeddings_norm)?,
            dropout: DropoutConfig::new(0.0).init(),
            padding_position: config
                .family
                .counts_from_padding()
                .then_some(config.pad_token_id),
        })
    }

    /// Numbers of a token's embedding.
    pub(super) fn hidden_size(&self) -> usize {
        let [_, hidden] = self.word.weight.val().dims();
        hidden
    }

    /// Looks token ids up.
    ///
    /// # Shapes
    /// - output: `[batch, tokens, hidden]`
    pub(super) fn words(&self, batch: &BatchTensors) -> Tensor<3> {
        self.word.forward(batch.input_ids.clone())
    }

    /// Adds positions and types to word embeddings; every token is of type 0, as in a single text.
    ///
    /// # Shapes
    /// - `words`, output: `[batch, tokens, hidden]`
    pub(super) fn forward(&self, words: Tensor<3>, batch: &BatchTensors) -> Tensor<3> {
        let [_, tokens, _] = words.dims();
        let mut rest = match self.padding_position {
            Some(padding) => self
                .position
                .forward(batch.ordinals.clone().add_scalar(padding as i32)),
            None => self.position.weight.val().narrow(0, 0, tokens).unsqueeze(),
        };
        if let Some(token_type) = &self.token_type {
            rest = rest + token_type.weight.val().narrow(0, 0, 1).unsqueeze();
        }
        dropout(self.norm.forward(words, rest), self.dropout.prob)
    }
}
