//! Reading the expected values.

use burn::tensor::{Tensor, TensorData};
use safetensors::SafeTensors;
use tabtune::text::TokenBatch;

/// A file of expected tensors.
pub struct Golden<'a>(SafeTensors<'a>);

impl<'a> Golden<'a> {
    pub fn open(bytes: &'a [u8]) -> Self {
        Self(SafeTensors::deserialize(bytes).unwrap())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.names().contains(&name)
    }

    /// What follows `prefix` in the names that begin with it, in order.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let names = self.0.names().into_iter();
        let mut names: Vec<String> = names
            .filter_map(|name| name.strip_prefix(prefix))
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names
    }

    pub fn shape(&self, name: &str) -> Vec<usize> {
        self.0.tensor(name).unwrap().shape().to_vec()
    }

    pub fn floats(&self, name: &str) -> Vec<f32> {
        self.words(name).map(f32::from_le_bytes).collect()
    }

    pub fn integers(&self, name: &str) -> Vec<u32> {
        self.words(name).map(u32::from_le_bytes).collect()
    }

    fn words(&self, name: &str) -> impl Iterator<Item = [u8; 4]> {
        let view = self
            .0
            .tensor(name)
            .unwrap_or_else(|_| panic!("the fixture has no {name}"));
        view.data()
            .chunks_exact(4)
            .map(|four| four.try_into().unwrap())
    }

    /// A matrix, rows and columns swapped: PyTorch keeps `[out, in]`, burn `[in, out]`.
    pub fn transposed(&self, name: &str) -> TensorData {
        let [rows, columns] = self.shape(name).try_into().unwrap();
        let values = self.floats(name);
        let swapped = (0..columns).flat_map(|column| (0..rows).map(move |row| (row, column)));
        let swapped: Vec<f32> = swapped
            .map(|(row, column)| values[row * columns + column])
            .collect();
        TensorData::new(swapped, [columns, rows])
    }

    /// A batch from its `input_ids` and `attention_mask`, padded with `pad_id`.
    pub fn batch(&self, prefix: &str, pad_id: u32) -> TokenBatch {
        let ids = self.integers(&format!("{prefix}input_ids"));
        let mask = self.integers(&format!("{prefix}attention_mask"));
        let [batch, tokens] = self
            .shape(&format!("{prefix}input_ids"))
            .try_into()
            .unwrap();
        let lengths = mask
            .chunks(tokens)
            .map(|row| row.iter().sum::<u32>() as usize)
            .collect();
        TokenBatch {
            batch,
            tokens,
            input_ids: ids,
            lengths,
            pad_id,
        }
    }
}

pub async fn read<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .into_data_async()
        .await
        .unwrap()
        .iter::<f32>()
        .collect()
}

/// Asserts that no value is further from the expected one than `tolerance` times one more than its size.
pub fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}: as many values");
    let error = |(found, expected): (&f32, &f32)| (found - expected).abs() / (1.0 + expected.abs());
    let worst = found
        .iter()
        .zip(expected)
        .map(error)
        .max_by(f32::total_cmp)
        .unwrap_or(0.0);
    assert!(
        worst <= tolerance,
        "{what}: differs by {worst:e}, more than {tolerance:e}"
    );
}

/// The hidden states of a batch's tokens: what a model leaves at padding has no meaning.
pub fn without_padding(hidden: &[f32], batch: &TokenBatch) -> Vec<f32> {
    let padding = batch.padding();
    let width = hidden.len() / padding.len();
    let rows = hidden.chunks_exact(width).zip(padding);
    let tokens = rows.filter_map(|(row, is_padding)| (!is_padding).then_some(row));
    tokens.flatten().copied().collect()
}

/// Asserts that the difference's L2 norm is at most `tolerance` of the expected one's.
pub fn assert_close_norm(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}: as many values");
    let norm = |values: &mut dyn Iterator<Item = f32>| {
        values.map(|value| value * value).sum::<f32>().sqrt()
    };
    let distance = norm(&mut found.iter().zip(expected).map(|(a, b)| a - b));
    let ratio = distance / norm(&mut expected.iter().copied());
    assert!(
        ratio <= tolerance,
        "{what}: differs by {ratio:e} of its norm, more than {tolerance:e}"
    );
}
