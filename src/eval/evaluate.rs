//! Running a model over examples, a batch at a time. It holds no loop: whoever drives it may stop or do
//! something else between any two batches.

use std::sync::Arc;

use burn::tensor::{Device, ExecutionError};

use super::embeddings::rows;
use super::features::FeatureCache;
use super::groups::by_length;
use super::outcome::{Outcome, OutputScale};
use crate::data::Target;
use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// An evaluation under way.
pub struct Evaluation {
    examples: Arc<[EncodedExample]>,
    /// Indices of the examples, see [`by_length`].
    order: Vec<u32>,
    batch_size: usize,
    pad_id: u32,
    done: usize,
    logits: Vec<Vec<f32>>,
}

impl Evaluation {
    /// An evaluation that has not begun.
    pub fn new(examples: Arc<[EncodedExample]>, batch_size: usize, pad_id: u32) -> Self {
        let logits = vec![Vec::new(); examples.len()];
        Self {
            order: by_length(&examples),
            examples,
            batch_size: batch_size.max(1),
            pad_id,
            done: 0,
            logits,
        }
    }

    /// Examples evaluated so far.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Examples in all.
    pub fn total(&self) -> usize {
        self.examples.len()
    }

    /// Evaluates the next batch. False if there was none left.
    ///
    /// `model` is without autodiff. With a cache of the examples' features, what is in it is not computed again.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn step(
        &mut self,
        model: &TextClassifier,
        cache: Option<&mut FeatureCache>,
        device: &Device,
    ) -> Result<bool, ExecutionError> {
        let end = (self.done + self.batch_size).min(self.order.len());
        let chosen = &self.order[self.done..end];
        if chosen.is_empty() {
            return Ok(false);
        }
        let logits = match cache {
            Some(cache) => {
                let features = cache
                    .features(chosen, &self.examples, self.pad_id, model, device)
                    .await?;
                model.forward_features(features)
            }
            None => {
                let batch = TokenBatch::of(&self.examples, chosen, self.pad_id);
                model.forward(&BatchTensors::new(&batch, device))
            }
        };
        for (&index, row) in chosen.iter().zip(rows(logits).await?) {
            self.logits[index as usize] = row;
        }
        self.done = end;
        Ok(true)
    }

    /// The outcome over all examples; [`step`](Self::step) has returned false.
    pub fn finish(self, scale: &OutputScale) -> Outcome {
        let targets: Vec<&Target> = self
            .examples
            .iter()
            .map(|example| &example.target)
            .collect();
        scale.outcome(&self.logits, &targets)
    }
}

/// The logits of each text of a batch.
///
/// # Errors
/// If the device fails.
pub async fn logits(
    model: &TextClassifier,
    batch: &TokenBatch,
    device: &Device,
) -> Result<Vec<Vec<f32>>, ExecutionError> {
    rows(model.forward(&BatchTensors::new(batch, device))).await
}
