//! Texts' hidden states below the layers that change, computed once and kept.

use burn::tensor::{Device, ExecutionError, TensorData};
use half::f16;
use half::slice::HalfFloatSliceExt;

use super::groups::Groups;
use super::spill::SpillRegion;
use crate::model::TextClassifier;
use crate::model::encoder::BatchTensors;
use crate::text::{EncodedExample, TokenBatch};

/// The hidden states of a set of examples below a layer, where the layers before it do not change: each text goes through
/// those once. They are kept on the host without padding; as they are if there is room for all of them, else as 16-bit
/// floating-point numbers, and if that is too much, those of the longest texts alone. The others go to a [`SpillRegion`]
/// if there is one; what that has no room for, or cannot keep, is computed each time.
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
    /// So many groups are kept, from that of the longest texts on.
    kept: usize,
    /// Those of the groups after these.
    spilled: Option<Spilled>,
}

/// Hidden states outside of memory, as 16-bit numbers.
#[derive(Debug, Clone)]
struct Spilled {
    region: SpillRegion,
    /// The group that it has no more room for.
    end: usize,
    /// For each example the place of its block, if it has one.
    places: Vec<Option<u64>>,
    /// Whether each example's block is there.
    written: Vec<bool>,
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
            // More than 32 bits count.
            (tokens.sum::<usize>() * width) as u64
        });
        let all: u64 = numbers.clone().sum();
        let room = |size| (bytes / size) as u64;
        let (precision, most) = if all <= room(size_of::<f32>()) {
            (Precision::F32, all)
        } else {
            (Precision::F16, room(size_of::<f16>()))
        };
        let kept = numbers
            .scan(0_u64, |sum, numbers| {
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
            spilled: None,
        }
    }

    /// Bytes of those that there is no room for.
    pub fn overflow(&self, examples: &[EncodedExample]) -> u64 {
        let groups = self.groups.iter().skip(self.kept).flatten();
        groups.map(|&index| self.block(index, examples)).sum()
    }

    /// Lets those that there is no room for go to a part of a store, as far as that has room. What it holds is not looked
    /// at.
    pub fn spill_to(&mut self, region: SpillRegion, examples: &[EncodedExample]) {
        let mut places = vec![None; examples.len()];
        let mut end = self.kept;
        let mut next = 0;
        for group in self.groups.iter().skip(self.kept) {
            let blocks = group.iter().map(|&index| self.block(index, examples));
            if next + blocks.sum::<u64>() > region.length() {
                break;
            }
            for &index in group {
                places[index as usize] = Some(next);
                next += self.block(index, examples);
            }
            end += 1;
        }
        self.spilled = (end > self.kept).then(|| Spilled {
            region,
            end,
            places,
            written: vec![false; examples.len()],
        });
    }

    /// Bytes of an example's 16-bit numbers.
    fn block(&self, index: u32, examples: &[EncodedExample]) -> u64 {
        let numbers = examples[index as usize].ids.len() * self.width;
        (numbers * size_of::<f16>()) as u64
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
        // Those that are in memory for this one time.
        let mut passing: Vec<u32> = Vec::new();
        let mut unknown: Vec<u32> = Vec::new();
        for &index in indices {
            if self.rows[index as usize].is_some() {
                continue;
            }
            let group = self.groups.of(index);
            if group < self.kept {
                let members = self.groups.members(group).to_vec();
                self.compute(&members, examples, pad_id, model, device)
                    .await?;
                continue;
            }
            if self.read(index, examples) {
                passing.push(index);
                continue;
            }
            if self.spilled.as_ref().is_some_and(|it| group < it.end) {
                let members = self.groups.members(group).to_vec();
                self.compute(&members, examples, pad_id, model, device)
                    .await?;
                self.write(&members);
                passing.extend(members);
                continue;
            }
            passing.push(index);
            unknown.push(index);
        }
        if !unknown.is_empty() {
            self.compute(&unknown, examples, pad_id, model, device)
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

    /// Takes an example's block from the store into memory. False if it is not there; a store that fails is given up, and
    /// its examples are computed again.
    fn read(&mut self, index: u32, examples: &[EncodedExample]) -> bool {
        let at = index as usize;
        let Some(spilled) = self.spilled.as_ref().filter(|it| it.written[at]) else {
            return false;
        };
        let mut bytes = vec![0; self.block(index, examples) as usize];
        let read = spilled.places[at].map(|place| spilled.region.read(place, &mut bytes));
        if !matches!(read, Some(Ok(()))) {
            self.spilled = None;
            return false;
        }
        let (halves, _) = bytes.as_chunks::<2>();
        let halves = halves.iter().map(|&half| f16::from_le_bytes(half));
        self.rows[at] = Some(Row::F16(halves.collect()));
        true
    }

    /// Writes the blocks of a group, which lie one after another. A store that fails is given up.
    fn write(&mut self, members: &[u32]) {
        let Some(spilled) = &mut self.spilled else {
            return;
        };
        let place = members
            .first()
            .and_then(|&first| spilled.places[first as usize]);
        let Some(place) = place else {
            return;
        };
        let mut bytes = Vec::new();
        for &index in members {
            if let Some(Row::F16(halves)) = &self.rows[index as usize] {
                bytes.extend(halves.iter().flat_map(|half| half.to_le_bytes()));
            }
        }
        if spilled.region.write(place, &bytes).is_err() {
            self.spilled = None;
            return;
        }
        for &index in members {
            spilled.written[index as usize] = true;
        }
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
