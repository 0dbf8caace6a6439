//! Texts' vectors, computed once and kept.

use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// The vectors of a set of examples under an encoder that does not change: where only the head is trained, each text
/// goes through the encoder once. They are kept on the host, four bytes a component.
///
/// The same texts always go through it together, whichever of them is asked for first: a vector's rounding depends on the
/// batch, and a run that is resumed must find the same.
#[derive(Debug, Clone)]
pub struct EmbeddingCache {
    rows: Vec<Option<Vec<f32>>>,
    /// Indices of the examples, see [`by_length`].
    order: Vec<u32>,
    /// The place of each example in `order`.
    places: Vec<u32>,
    batch_size: usize,
}

impl EmbeddingCache {
    /// An empty cache for these examples.
    pub fn new(examples: &[EncodedExample], batch_size: usize) -> Self {
        let order = by_length(examples);
        let mut places = vec![0; examples.len()];
        for (place, &index) in (0..).zip(&order) {
            places[index as usize] = place;
        }
        Self {
            rows: vec![None; examples.len()],
            order,
            places,
            batch_size: batch_size.max(1),
        }
    }

    /// The vectors of the examples with these indices; those not yet known are computed.
    ///
    /// `examples` are those that the cache was made for; `model` is without autodiff.
    ///
    /// # Shapes
    /// - output: `[indices, hidden]`
    ///
    /// # Errors
    /// If the device fails.
    pub async fn embed(
        &mut self,
        indices: &[u32],
        examples: &[EncodedExample],
        pad_id: u32,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<Tensor<2>, ExecutionError> {
        for &index in indices {
            if self.rows[index as usize].is_some() {
                continue;
            }
            let batch = self.places[index as usize] as usize / self.batch_size;
            self.embed_batch(batch, examples, pad_id, model, device)
                .await?;
        }
        let known: Vec<&[f32]> = indices
            .iter()
            .filter_map(|&index| self.rows[index as usize].as_deref())
            .collect();
        let width = known.first().map_or(0, |row| row.len());
        let values = TensorData::new(known.concat(), [known.len(), width]);
        Ok(Tensor::from_data(values, device))
    }
}

impl EmbeddingCache {
    /// Examples whose vectors are known.
    pub fn known(&self) -> usize {
        self.rows.iter().filter(|row| row.is_some()).count()
    }

    /// The vectors in the order of the examples, as far as they are known.
    pub fn rows(&self) -> impl Iterator<Item = Option<&[f32]>> {
        self.rows.iter().map(Option::as_deref)
    }

    /// Computes the vectors of the next batch of which one is not known. False if all are.
    ///
    /// # Errors
    /// As [`embed`](Self::embed), whose arguments it takes.
    pub async fn embed_next(
        &mut self,
        examples: &[EncodedExample],
        pad_id: u32,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<bool, ExecutionError> {
        let unknown = |batch: &[u32]| batch.iter().any(|&at| self.rows[at as usize].is_none());
        let Some(next) = self.order.chunks(self.batch_size).position(unknown) else {
            return Ok(false);
        };
        self.embed_batch(next, examples, pad_id, model, device)
            .await?;
        Ok(true)
    }

    async fn embed_batch(
        &mut self,
        batch: usize,
        examples: &[EncodedExample],
        pad_id: u32,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<(), ExecutionError> {
        let together = self.order.chunks(self.batch_size).nth(batch);
        let together = together.unwrap_or_default();
        let ids: Vec<&[u32]> = together
            .iter()
            .map(|&index| examples[index as usize].ids.as_slice())
            .collect();
        let batch = BatchTensors::new(&TokenBatch::pad(&ids, pad_id), device);
        let rows = rows(model.embed(&batch)).await?;
        for (&index, row) in together.iter().zip(rows) {
            self.rows[index as usize] = Some(row);
        }
        Ok(())
    }
}

/// Indices of examples, the longest first: texts of like length share a batch, and little is padding.
pub(super) fn by_length(examples: &[EncodedExample]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..examples.len() as u32).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(examples[index as usize].ids.len()));
    order
}

/// Reads a matrix back, row by row.
pub(super) async fn rows(matrix: Tensor<2>) -> Result<Vec<Vec<f32>>, ExecutionError> {
    let [_, columns] = matrix.dims();
    let values: Vec<f32> = matrix.into_data_async().await?.iter::<f32>().collect();
    Ok(values.chunks(columns.max(1)).map(<[f32]>::to_vec).collect())
}
