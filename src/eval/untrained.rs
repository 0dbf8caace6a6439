//! The nearest centroid of an untrained encoder's vectors, a batch at a time. It holds no loop.

use std::sync::Arc;

use burn::tensor::{Device, ExecutionError};

use super::baseline::Baseline;
use super::embeddings::EmbeddingCache;
use super::metrics::MetricsError;
use crate::model::TextClassifier;
use crate::text::EncodedExample;

/// Examples of a part, and what is known of their vectors.
pub struct Embedded {
    /// The examples, of one label each.
    pub examples: Arc<[EncodedExample]>,
    /// Their vectors under the untrained encoder.
    pub vectors: EmbeddingCache,
}

/// An evaluation of the untrained encoder under way.
pub struct Untrained {
    /// Without autodiff; its head is not asked.
    model: TextClassifier,
    train: Embedded,
    test: Embedded,
    pad_id: u32,
}

impl Untrained {
    /// One that has not begun. `model` holds the encoder before training, without autodiff.
    pub fn new(model: TextClassifier, train: Embedded, test: Embedded, pad_id: u32) -> Self {
        Self {
            model,
            train,
            test,
            pad_id,
        }
    }

    /// Examples whose vectors are known.
    pub fn done(&self) -> usize {
        self.train.vectors.known() + self.test.vectors.known()
    }

    /// Examples in all.
    pub fn total(&self) -> usize {
        self.train.examples.len() + self.test.examples.len()
    }

    /// Embeds the next batch. False if there was none left.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn step(&mut self, device: &Device) -> Result<bool, ExecutionError> {
        for part in [&mut self.train, &mut self.test] {
            let vectors = &mut part.vectors;
            if vectors
                .embed_next(&part.examples, self.pad_id, &self.model, device)
                .await?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// How well it does; [`step`](Self::step) has returned false.
    ///
    /// # Errors
    /// If a class is not one of `labels`.
    pub fn finish(&self, labels: &[String]) -> Result<Baseline, MetricsError> {
        let [train, test] = [&self.train, &self.test].map(|part| -> Vec<(&[f32], u32)> {
            let classes = part.examples.iter().map(|example| example.target.class());
            part.vectors
                .rows()
                .zip(classes)
                .filter_map(|(vector, class)| Some((vector?, class?)))
                .collect()
        });
        Baseline::nearest_centroid(labels, &train, &test)
    }
}
