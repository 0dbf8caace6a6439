//! From a file's bytes to float32, as the device wants it.

use half::{bf16, f16};
use safetensors::{Dtype, tensor::TensorView};

use super::{Misfit, q4_0};

/// The standard types of weights.
pub(crate) const NUMBERS: [Dtype; 3] = [Dtype::F32, Dtype::F16, Dtype::BF16];

/// How numbers are stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum Encoding {
    F32,
    F16,
    BF16,
    Q4_0,
}

impl Encoding {
    /// How a tensor of a standard type is stored.
    ///
    /// # Errors
    /// If the type is not read here.
    pub fn of(name: &str, dtype: Dtype) -> Result<Self, Misfit> {
        match dtype {
            Dtype::F32 => Ok(Self::F32),
            Dtype::F16 => Ok(Self::F16),
            Dtype::BF16 => Ok(Self::BF16),
            found => Err(Misfit::Dtype {
                name: name.into(),
                expected: &NUMBERS,
                found,
            }),
        }
    }

    /// Bytes that can only be read together.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::Q4_0 => q4_0::BYTES,
        }
    }

    /// Gives each number of whole units of [`Self::bytes`], widened, to `put`. Safetensors are little-endian.
    pub fn decode(self, bytes: &[u8], mut put: impl FnMut(f32)) {
        let (pairs, _) = bytes.as_chunks::<2>();
        match self {
            Self::F32 => {
                let (fours, _) = bytes.as_chunks::<4>();
                fours.iter().for_each(|&four| put(f32::from_le_bytes(four)));
            }
            Self::F16 => pairs
                .iter()
                .for_each(|&pair| put(f16::from_le_bytes(pair).to_f32())),
            Self::BF16 => pairs
                .iter()
                .for_each(|&pair| put(bf16::from_le_bytes(pair).to_f32())),
            Self::Q4_0 => q4_0::decode(bytes, put),
        }
    }
}

/// A tensor's values, widened.
pub(crate) fn to_f32(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, Misfit> {
    let encoding = Encoding::of(name, view.dtype())?;
    let mut values = Vec::with_capacity(view.data().len() / encoding.bytes());
    encoding.decode(view.data(), |value| values.push(value));
    Ok(values)
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
        let wide = TensorView::new(Dtype::F64, vec![1], &[0; 8]).unwrap();
        assert!(to_f32("x", &wide).is_err());
    }
}
