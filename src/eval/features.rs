//! What the frozen part of a model makes of texts, computed once a text.

use burn::tensor::{Device, ExecutionError, Tensor};

use super::embeddings::EmbeddingCache;
use super::hidden::HiddenStateCache;
use super::spill::SpillRegion;
use crate::model::TextClassifier;
use crate::model::classifier::Features;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// The features of a set of examples, for a model of which a part does not change.
#[derive(Debug, Clone)]
pub enum FeatureCache {
    /// Only the head changes.
    Embeddings(EmbeddingCache),
    /// The layers from one on change.
    HiddenStates(HiddenStateCache),
}

impl FeatureCache {
    /// The layer below which the model does not change; `None` if that is all of the encoder.
    pub fn layer(&self) -> Option<usize> {
        match self {
            Self::Embeddings(_) => None,
            Self::HiddenStates(cache) => Some(cache.layer()),
        }
    }

    /// Bytes of what there is no room for in memory.
    pub fn overflow(&self, examples: &[EncodedExample]) -> u64 {
        match self {
            Self::Embeddings(_) => 0,
            Self::HiddenStates(cache) => cache.overflow(examples),
        }
    }

    /// Lets what there is no room for in memory go to a part of a store, as far as that has room.
    pub fn spill_to(&mut self, region: SpillRegion, examples: &[EncodedExample]) {
        match self {
            // A vector for each text always fits.
            Self::Embeddings(_) => {}
            Self::HiddenStates(cache) => cache.spill_to(region, examples),
        }
    }

    /// The texts' vectors, if that is what it holds.
    pub fn into_embeddings(self) -> Option<EmbeddingCache> {
        match self {
            Self::Embeddings(cache) => Some(cache),
            Self::HiddenStates(_) => None,
        }
    }

    /// The features of the examples with these indices, on `device`, with autodiff if that has it on.
    ///
    /// `examples` are those that the cache was made for; `model` is without autodiff.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn features(
        &mut self,
        indices: &[u32],
        examples: &[EncodedExample],
        pad_id: u32,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<Features, ExecutionError> {
        let plain = device.clone().inner();
        match self {
            Self::Embeddings(cache) => {
                let embedded = cache
                    .embed(indices, examples, pad_id, model, &plain)
                    .await?;
                Ok(Features::Embeddings(if device.is_autodiff() {
                    Tensor::from_inner(embedded)
                } else {
                    embedded
                }))
            }
            Self::HiddenStates(cache) => {
                let hidden = cache
                    .hidden_states(indices, examples, pad_id, model, &plain)
                    .await?;
                let tokens = TokenBatch::of(examples, indices, pad_id);
                Ok(Features::HiddenStates {
                    layer: cache.layer(),
                    hidden: Tensor::from_data(hidden, device),
                    batch: BatchTensors::new(&tokens, device),
                })
            }
        }
    }
}
