//! From a file's bytes to float32, as the device wants it.

use half::{bf16, f16};
use safetensors::{Dtype, tensor::TensorView};

use super::Misfit;

/// The standard types of weights.
pub(crate) const NUMBERS: [Dtype; 3] = [Dtype::F32, Dtype::F16, Dtype::BF16];

/// A tensor's values, widened.
pub(crate) fn to_f32(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, Misfit> {
    let bytes = view.data();
    // Safetensors are little-endian.
    let pairs = || bytes.chunks_exact(2).map(|pair| [pair[0], pair[1]]);
    match view.dtype() {
        Dtype::F32 => Ok(bytes
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect()),
        Dtype::F16 => Ok(pairs()
            .map(|pair| f16::from_le_bytes(pair).to_f32())
            .collect()),
        Dtype::BF16 => Ok(pairs()
            .map(|pair| bf16::from_le_bytes(pair).to_f32())
            .collect()),
        found => Err(Misfit::Dtype {
            name: name.into(),
            expected: &NUMBERS,
            found,
        }),
    }
}

/// `[rows, columns]` to `[columns, rows]`. On the host, once: a transposed view on the device would be
/// copied or strided over at every step.
pub(crate) fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut transposed = vec![0.0; values.len()];
    for (row, source) in values.chunks_exact(columns.max(1)).enumerate() {
        for (column, &value) in source.iter().enumerate() {
            transposed[column * rows + row] = value;
        }
    }
    transposed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_weight_is_transposed() {
        assert_eq!(
            transpose(&[1., 2., 3., 4., 5., 6.], 2, 3),
            [1., 4., 2., 5., 3., 6.]
        );
    }

    #[test]
    fn each_type_of_number_is_widened() {
        let read = |dtype, bytes: &[u8]| {
            to_f32("x", &TensorView::new(dtype, vec![1], bytes).unwrap()).unwrap()
        };
        assert_eq!(read(Dtype::F32, &1.5_f32.to_le_bytes()), [1.5]);
        assert_eq!(read(Dtype::F16, &[0x00, 0x3e]), [1.5]);
        assert_eq!(read(Dtype::BF16, &[0xc0, 0x3f]), [1.5]);
    }
}
