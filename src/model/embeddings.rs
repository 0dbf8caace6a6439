//! Word, position and token-type embeddings.

use burn::module::Module;
use burn::nn::{Embedding, LayerNorm};
use burn::tensor::{Int, Tensor};

use super::config::BertConfig;
use super::weights::{Weights, WeightsError};

/// Sum of word, position and token-type embeddings, normalised.
///
/// Source: `BertEmbeddings` of transformers, `models/bert/modeling_bert.py`.
#[derive(Module, Debug)]
pub struct BertEmbeddings {
    word: Embedding,
    position: Embedding,
    token_type: Embedding,
    norm: LayerNorm,
}

impl BertEmbeddings {
    pub(super) fn load(config: &BertConfig, weights: &Weights<'_>) -> Result<Self, WeightsError> {
        Ok(Self {
            word: weights.embedding("embeddings.word_embeddings")?,
            position: weights.embedding("embeddings.position_embeddings")?,
            token_type: weights.embedding("embeddings.token_type_embeddings")?,
            norm: weights.layer_norm("embeddings.LayerNorm", config.layer_norm_eps)?,
        })
    }

    /// Looks token ids up.
    ///
    /// # Shapes
    /// - `input_ids`: `[batch, tokens]`
    /// - output: `[batch, tokens, hidden]`
    pub fn words(&self, input_ids: Tensor<2, Int>) -> Tensor<3> {
        self.word.forward(input_ids)
    }

    /// Adds positions and types to word embeddings; every token is of type 0, as in a single text.
    ///
    /// # Shapes
    /// - `words`, output: `[batch, tokens, hidden]`
    pub fn forward(&self, words: Tensor<3>) -> Tensor<3> {
        let [_, tokens, _] = words.dims();
        let positions = self.position.weight.val().narrow(0, 0, tokens);
        let token_type = self.token_type.weight.val().narrow(0, 0, 1);
        self.norm
            .forward(words + (positions + token_type).unsqueeze::<3>())
    }
}
