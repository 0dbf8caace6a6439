//! Texts' hidden states below the layers that change, computed once and kept.

use burn::tensor::{Device, ExecutionError, TensorData};
use half::f16;
use half::slice::HalfFloatSliceExt;

use super::groups::Groups;
use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// The hidden states of a set of examples below a layer, where the layers before it do not change: each text goes through
/// those once. They are kept on the host without padding; as they are if there is room for all of them, else as 16-bit
/// floating-point numbers, and if that is too much, those of the longest texts alone.
///
/// The sizes alone decide, and what is rounded is rounded before it is first used: a run that is resumed finds the same.
#[derive(Debug, Clone)]
pub struct HiddenStateCache {
    layer: usize,
    width: usize,
    precision: Precision,
    /// For each example `[tokens, width]`.
    rows: Vec<Option<Row>>,
    groups: Groups,
    /// So many groups are kept, from that of the longest texts on. Those of the others are computed anew each time.
    kept: usize,
}

#[derive(Debug, Clone, Copy)]
enum Precision {
    F32,
    F16,
}

#[derive(Debug, Clone)]
enum Row {
    F32(Box<[f32]>),
    F16(Box<[f16]>),
}

impl Row {
    fn new(values: &[f32], precision: Precision) -> Self {
        match precision {
            Precision::F32 => Self::F32(values.into()),
            Precision::F16 => {
                let mut halves = vec![f16::ZERO; values.len()];
                halves.convert_from_f32_slice(values);
                Self::F16(halves.into())
            }
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F16(halves) => halves.len(),
        }
    }

    fn write(&self, values: &mut [f32]) {
        match self {
            Self::F32(own) => values.copy_from_slice(own),
            Self::F16(own) => own.convert_to_f32_slice(values),
        }
    }
}

impl HiddenStateCache {
    /// An empty cache for these examples, of hidden states of so many numbers a token. It grows to at most `bytes`.
    pub fn new(
        examples: &[EncodedExample],
        batch_size: usize,
        layer: usize,
        width: usize,
        bytes: usize,
    ) -> Self {
        let groups = Groups::new(examples, batch_size);
        let numbers = groups.iter().map(|group| {
            let tokens = group.iter().map(|&at| examples[at as usize].ids.len());
            tokens.sum::<usize>() * width
        });
        let all: usize = numbers.clone().sum();
        let (precision, most) = if all <= bytes / size_of::<f32>() {
            (Precision::F32, all)
        } else {
            (Precision::F16, bytes / size_of::<f16>())
        };
        let kept = numbers
            .scan(0, |sum, numbers| {
                *sum += numbers;
                Some(*sum)
            })
            .take_while(|&sum| sum <= most)
            .count();
        Self {
            layer,
            width,
            precision,
            rows: vec![None; examples.len()],
            groups,
            kept,
        }
    }

    /// The layer below which they are.
    pub fn layer(&self) -> usize {
        self.layer
    }

    /// The hidden states of the examples with these indices, padded with zeros; those not yet known are computed.
    ///
    /// `examples` are those that the cache was made for; `model` is on `device`, without autodiff.
    ///
    /// # Shapes
    /// - output: `[indices, tokens, width]`
    ///
    /// # Errors
    /// If the device fails.
    pub async fn hidden_states(
        &mut self,
        indices: &[u32],
        examples: &[EncodedExample],
        pad_id: u32,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<TensorData, ExecutionError> {
        let mut passing: Vec<u32> = Vec::new();
        for &index in indices {
            if self.rows[index as usize].is_some() {
                continue;
            }
            let group = self.groups.of(index);
            if group >= self.kept {
                passing.push(index);
                continue;
            }
            let members = self.groups.members(group).to_vec();
            self.compute(&members, examples, pad_id, model, device)
                .await?;
        }
        if !passing.is_empty() {
            self.compute(&passing, examples, pad_id, model, device)
                .await?;
        }

        let lengths = indices
            .iter()
            .map(|&index| examples[index as usize].ids.len());
        let tokens = lengths.max().unwrap_or(0);
        let mut padded = vec![0.0; indices.len() * tokens * self.width];
        let texts = padded.chunks_mut((tokens * self.width).max(1));
        for (&index, text) in indices.iter().zip(texts) {
            if let Some(row) = &self.rows[index as usize] {
                row.write(&mut text[..row.len()]);
            }
        }
        for index in passing {
            self.rows[index as usize] = None;
        }
        Ok(TensorData::new(padded, [indices.len(), tokens, self.width]))
    }

    /// Computes those of some examples together.
    async fn compute(
        &mut self,
        indices: &[u32],
        examples: &[EncodedExample],
        pad_id: u32,
        model: &TextClassifier,
        device: &Device,
    ) -> Result<(), ExecutionError> {
        let tokens = TokenBatch::of(examples, indices, pad_id);
        let batch = BatchTensors::new(&tokens, device);
        let hidden = model.encoder.hidden_below(self.layer, &batch);
        let values: Vec<f32> = hidden.into_data_async().await?.iter::<f32>().collect();
        let texts = values.chunks((tokens.tokens * self.width).max(1));
        for ((&index, &length), text) in indices.iter().zip(&tokens.lengths).zip(texts) {
            let row = Row::new(&text[..length * self.width], self.precision);
            self.rows[index as usize] = Some(row);
        }
        Ok(())
    }
}
