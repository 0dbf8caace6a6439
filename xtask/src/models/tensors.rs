//! Named tensors in f32, and their way into a safetensors file in f16.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail, ensure};
use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

/// A tensor in row-major order.
#[derive(Debug, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

/// A tensor as it lies in a file: name, type, shape, bytes.
pub type Stored = (String, Dtype, Vec<usize>, Vec<u8>);

/// Tensors by name.
pub type Tensors = BTreeMap<String, Tensor>;

impl Tensor {
    /// Swaps the axes of a matrix.
    pub fn transposed(&self) -> Result<Self> {
        let &[rows, columns] = self.shape.as_slice() else {
            bail!("a tensor of shape {:?} is no matrix", self.shape);
        };
        let values = (0..columns)
            .flat_map(|column| (0..rows).map(move |row| self.values[row * columns + column]));
        Ok(Self {
            shape: vec![columns, rows],
            values: values.collect(),
        })
    }
}

/// Reads the f32 tensors of a safetensors file that is an encoder's.
pub fn read(bytes: &[u8]) -> Result<Tensors> {
    let file = SafeTensors::deserialize(bytes).context("the safetensors file cannot be read")?;
    let mut tensors = Tensors::new();
    for (name, view) in file.iter() {
        // A buffer with the numbers 0 to 511, which old versions of transformers saved along.
        if name == "embeddings.position_ids" {
            continue;
        }
        ensure!(
            view.dtype() == Dtype::F32,
            "{name} is stored as {:?}, not as F32",
            view.dtype()
        );
        let values = values_of(view.data());
        tensors.insert(
            name.to_owned(),
            Tensor {
                shape: view.shape().to_vec(),
                values,
            },
        );
    }
    Ok(tensors)
}

/// Little-endian f32 values.
pub fn values_of(bytes: &[u8]) -> Vec<f32> {
    let (values, _) = bytes.as_chunks::<4>();
    values
        .iter()
        .map(|&value| f32::from_le_bytes(value))
        .collect()
}

/// Writes a safetensors file, each value rounded to the nearest f16. The same tensors always give the same bytes.
pub fn write_f16(tensors: &Tensors) -> Result<Vec<u8>> {
    let mut halves = Vec::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        let mut bytes = Vec::with_capacity(2 * tensor.values.len());
        for &value in &tensor.values {
            let half = f16::from_f32(value);
            ensure!(
                half.is_finite(),
                "{name} holds {value}, which f16 cannot hold"
            );
            bytes.extend(half.to_le_bytes());
        }
        halves.push((name.clone(), Dtype::F16, tensor.shape.clone(), bytes));
    }
    write(&halves)
}

/// Writes a safetensors file of tensors as they are.
pub fn write(tensors: &[Stored]) -> Result<Vec<u8>> {
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((
                name.as_str(),
                TensorView::new(*dtype, shape.clone(), bytes)?,
            ))
        })
        .collect::<Result<Vec<_>>>()?;
    // transformers refuses a file that doesn't say which framework's conventions it follows.
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    Ok(safetensors::serialize(views, Some(metadata))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(shape: &[usize], values: &[f32]) -> Tensor {
        Tensor {
            shape: shape.to_vec(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_matrix_is_transposed_and_a_vector_refused() -> Result<()> {
        let matrix = tensor(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(
            matrix.transposed()?,
            tensor(&[3, 2], &[1.0, 4.0, 2.0, 5.0, 3.0, 6.0])
        );
        assert!(tensor(&[2], &[1.0, 2.0]).transposed().is_err());
        Ok(())
    }

    #[test]
    fn values_are_rounded_to_the_nearest_half() -> Result<()> {
        let tensors = Tensors::from([("a.weight".to_owned(), tensor(&[1, 2], &[0.1, -3.0]))]);
        let bytes = write_f16(&tensors)?;
        let file = SafeTensors::deserialize(&bytes)?;
        let view = file.tensor("a.weight")?;
        assert_eq!(
            (view.dtype(), view.shape()),
            (Dtype::F16, [1, 2].as_slice())
        );
        // 0.1 is 0x2e66 and -3 is 0xc200.
        assert_eq!(view.data(), [0x66, 0x2e, 0x00, 0xc2]);
        Ok(())
    }

    #[test]
    fn a_value_beyond_the_range_of_f16_is_refused() {
        let tensors = Tensors::from([("b".to_owned(), tensor(&[1], &[70_000.0]))]);
        let error = write_f16(&tensors).expect_err("65504 is f16's largest value");
        assert_eq!(error.to_string(), "b holds 70000, which f16 cannot hold");
    }

    #[test]
    fn position_ids_are_left_out() -> Result<()> {
        let bytes = 1.5_f32.to_le_bytes();
        let views = [
            (
                "embeddings.position_ids",
                TensorView::new(Dtype::I64, vec![0], &[])?,
            ),
            (
                "pooler.dense.bias",
                TensorView::new(Dtype::F32, vec![1], &bytes)?,
            ),
        ];
        let file = safetensors::serialize(views, None)?;
        assert_eq!(
            read(&file)?,
            Tensors::from([("pooler.dense.bias".to_owned(), tensor(&[1], &[1.5]))])
        );
        Ok(())
    }
}
