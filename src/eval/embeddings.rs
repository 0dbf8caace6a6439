//! Texts' vectors, computed once and kept.

use burn::tensor::{Device, ExecutionError, Tensor, TensorData};

use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// The vectors of a set of examples under an encoder that does not change: where only the head is trained, each text
/// goes through the encoder once. They are kept on the host, four bytes a component.
#[derive(Debug, Clone, Default)]
pub struct EmbeddingCache {
    rows: Vec<Option<Vec<f32>>>,
}

impl EmbeddingCache {
    /// An empty cache for so many examples.
    pub fn new(examples: usize) -> Self {
        Self {
            rows: vec![None; examples],
        }
    }

    /// The vectors of the examples with these indices; those not yet known are computed.
    ///
    /// `model` is without autodiff.
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
        let mut missing: Vec<u32> = indices
            .iter()
            .copied()
            .filter(|&index| self.rows[index as usize].is_none())
            .collect();
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            let ids: Vec<&[u32]> = missing
                .iter()
                .map(|&index| examples[index as usize].ids.as_slice())
                .collect();
            let batch = BatchTensors::new(&TokenBatch::pad(&ids, pad_id), device);
            let rows = rows(model.embed(&batch)).await?;
            for (index, row) in missing.into_iter().zip(rows) {
                self.rows[index as usize] = Some(row);
            }
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

/// Reads a matrix back, row by row.
pub(super) async fn rows(matrix: Tensor<2>) -> Result<Vec<Vec<f32>>, ExecutionError> {
    let [_, columns] = matrix.dims();
    let values: Vec<f32> = matrix.into_data_async().await?.iter::<f32>().collect();
    Ok(values.chunks(columns.max(1)).map(<[f32]>::to_vec).collect())
}
