//! Texts' vectors, computed once and kept.

use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

use super::groups::Groups;
use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// The vectors of a set of examples under an encoder that does not change: where only the head is trained, each text
/// goes through the encoder once. They are kept on the host, four bytes a component.
#[derive(Debug, Clone)]
pub struct EmbeddingCache {
    rows: Vec<Option<Vec<f32>>>,
    groups: Groups,
}

impl EmbeddingCache {
    /// An empty cache for these examples.
    pub fn new(examples: &[EncodedExample], batch_size: usize) -> Self {
        Self {
            rows: vec![None; examples.len()],
            groups: Groups::new(examples, batch_size),
        }
    }

    /// The vectors of the examples with these indices; those not yet known are computed.
    ///
    /// `examples` are those that the cache was made for; `model` is on `device`, without autodiff.
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
            let group = self.groups.of(index);
            self.embed_group(group, examples, pad_id, model, device)
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
        let unknown = |group: &[u32]| group.iter().any(|&at| self.rows[at as usize].is_none());
        let Some(next) = self.groups.iter().position(unknown) else {
            return Ok(false);
        };
        self.embed_group(next, examples, pad_id, model, device)
            .await?;
        Ok(true)
    }

    async fn embed_group(
        &mut self,
        group: usize,
        examples: &[EncodedExample],
        pad_id: u32,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<(), ExecutionError> {
        let together = self.groups.members(group);
        let batch = BatchTensors::new(&TokenBatch::of(examples, together, pad_id), device);
        let rows = rows(model.embed(&batch)).await?;
        for (&index, row) in together.iter().zip(rows) {
            self.rows[index as usize] = Some(row);
        }
        Ok(())
    }
}

/// Reads a matrix back, row by row.
pub(super) async fn rows(matrix: Tensor<2>) -> Result<Vec<Vec<f32>>, ExecutionError> {
    let [_, columns] = matrix.dims();
    let values: Vec<f32> = matrix.into_data_async().await?.iter::<f32>().collect();
    Ok(values.chunks(columns.max(1)).map(<[f32]>::to_vec).collect())
}
