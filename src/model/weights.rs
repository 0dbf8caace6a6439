//! The tensors of a Hugging Face folder, found by name, checked by shape, put on a device.
//!
//! PyTorch keeps a linear layer's weight as `[d_output, d_input]`, burn as `[d_input, d_output]`. Beside the standard
//! types of numbers, matrices may have 4-bit ones, `q4_0`.

mod error;
mod index;
mod numbers;
mod q4_0;
mod random;

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn::{Embedding, Linear};
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

pub use error::{Misfit, ShardFault, WeightsError};
pub use index::shard_names;
pub use random::random_file;

use super::config::EncoderConfig;
use super::folder::{SINGLE, WeightFiles};
use super::names::{self, BUFFERS, Names, modern_name, old_name};
use super::norm::LayerNorm;
pub(crate) use error::list;
pub(crate) use numbers::{NUMBERS, to_f32, transpose};

/// The tensors of one file or of several, read in place, which are known to be an encoder's.
pub struct Weights<'a> {
    tensors: BTreeMap<String, TensorView<'a>>,
    config: &'a EncoderConfig,
    prefix: &'static str,
    device: &'a Device,
}

impl<'a> Weights<'a> {
    /// Reads the files' headers and checks every tensor that the encoder needs. The tensors themselves are read when
    /// the model asks for them; nothing is allocated for them before.
    ///
    /// # Errors
    /// If the bytes are not whole safetensors files, or files and index differ, or tensors are missing, misshapen or
    /// of a type that is not understood. All of them are named.
    pub fn open(
        files: &'a WeightFiles,
        config: &'a EncoderConfig,
        device: &'a Device,
    ) -> Result<Self, WeightsError> {
        let tensors = match files {
            WeightFiles::Single(bytes) => read_header(SINGLE, bytes)?.into_iter().collect(),
            WeightFiles::Sharded { index, shards } => index::read(index, shards)?,
        };
        let prefix = config.family.names().prefix;
        let prefixed = tensors.keys().any(|name| name.starts_with(prefix));
        let weights = Self {
            tensors,
            config,
            prefix: if prefixed { prefix } else { "" },
            device,
        };
        weights.check()?;
        Ok(weights)
    }

    /// The configuration that they fit.
    pub fn config(&self) -> &EncoderConfig {
        self.config
    }

    /// What the family calls its tensors.
    pub(super) fn names(&self) -> &'static Names {
        self.config.family.names()
    }

    /// The pooler's name, where the files have one.
    pub(super) fn pooler(&self) -> Option<&'static str> {
        self.names().pooler.filter(|name| {
            let weight = format!("{name}.weight");
            self.view(&weight).is_some()
                || self.view(&format!("{weight}{}", q4_0::SUFFIX)).is_some()
        })
    }

    /// Tensors in the files that the encoder does not use, sorted: a head's weights, for example.
    pub fn surplus(&self) -> Vec<String> {
        let expected = self.expected();
        self.tensors
            .keys()
            .filter(|name| {
                let own = modern_name(name.strip_prefix(self.prefix).unwrap_or(name));
                let own = own.strip_suffix(q4_0::SUFFIX).unwrap_or(&own);
                !BUFFERS.contains(&own) && !expected.iter().any(|(name, _)| name == own)
            })
            .cloned()
            .collect()
    }

    fn check(&self) -> Result<(), WeightsError> {
        let misfits: Vec<Misfit> = self
            .expected()
            .into_iter()
            .filter_map(|(name, shape)| self.misfit(name, shape))
            .collect();
        if misfits.is_empty() {
            Ok(())
        } else {
            Err(WeightsError::Mismatch(misfits))
        }
    }

    fn expected(&self) -> Vec<(String, Vec<usize>)> {
        names::tensors(self.config, self.pooler().is_some())
    }

    fn misfit(&self, name: String, expected: Vec<usize>) -> Option<Misfit> {
        if let Some(view) = self.view(&name) {
            return misfit(view, name, expected, &NUMBERS);
        }
        let packed = format!("{name}{}", q4_0::SUFFIX);
        match (self.view(&packed), q4_0::stored_shape(&expected)) {
            (Some(view), Some(shape)) => misfit(view, packed, shape.into(), &[Dtype::U8]),
            _ => Some(Misfit::Missing { name }),
        }
    }

    pub(super) fn linear(&self, name: &str) -> Result<Linear, WeightsError> {
        let ([d_output, d_input], values) = self.read::<2>(&format!("{name}.weight"))?;
        let transposed = transpose(&values, d_output, d_input);
        Ok(Linear {
            weight: self.frozen(transposed, [d_input, d_output]),
            bias: Some(self.vector(&format!("{name}.bias"))?),
        })
    }

    pub(super) fn embedding(&self, name: &str) -> Result<Embedding, WeightsError> {
        let (shape, values) = self.read::<2>(&format!("{name}.weight"))?;
        Ok(Embedding {
            weight: self.frozen(values, shape),
        })
    }

    pub(super) fn layer_norm(&self, name: &str) -> Result<LayerNorm, WeightsError> {
        let gamma = self.vector(&format!("{name}.weight"))?;
        let beta = self.vector(&format!("{name}.bias"))?;
        Ok(LayerNorm::new(gamma, beta, self.config.layer_norm_eps))
    }

    fn vector(&self, name: &str) -> Result<Param<Tensor<1>>, WeightsError> {
        let (shape, values) = self.read::<1>(name)?;
        Ok(self.frozen(values, shape))
    }

    /// A parameter that no gradient is computed for.
    fn frozen<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_data(TensorData::new(values, shape), self.device).set_require_grad(false)
    }

    fn read<const D: usize>(&self, name: &str) -> Result<([usize; D], Vec<f32>), WeightsError> {
        let read = self.values(name).and_then(|(shape, values)| {
            let shape = shape.try_into().map_err(|found| Misfit::Shape {
                name: name.into(),
                expected: vec![0; D],
                found,
            })?;
            Ok((shape, values))
        });
        read.map_err(|misfit| WeightsError::Mismatch(vec![misfit]))
    }

    fn values(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), Misfit> {
        if let Some(view) = self.view(name) {
            return Ok((view.shape().to_vec(), to_f32(name, view)?));
        }
        match self.view(&format!("{name}{}", q4_0::SUFFIX)) {
            Some(view) => Ok(q4_0::read(view)),
            None => Err(Misfit::Missing { name: name.into() }),
        }
    }

    fn view(&self, name: &str) -> Option<&TensorView<'a>> {
        let view = |name: &str| self.tensors.get(&format!("{}{name}", self.prefix));
        view(name).or_else(|| view(&old_name(name)?))
    }
}

/// How a tensor differs from what is expected, if it does.
fn misfit(
    view: &TensorView<'_>,
    name: String,
    expected: Vec<usize>,
    types: &'static [Dtype],
) -> Option<Misfit> {
    let found = view.shape();
    if found != expected {
        return Some(Misfit::Shape {
            name,
            expected,
            found: found.to_vec(),
        });
    }
    let found = view.dtype();
    (!types.contains(&found)).then_some(Misfit::Dtype {
        name,
        expected: types,
        found,
    })
}

/// The tensors of a file, in place. The header is checked against the file's length.
fn read_header<'a>(
    file: &str,
    bytes: &'a [u8],
) -> Result<Vec<(String, TensorView<'a>)>, WeightsError> {
    match SafeTensors::deserialize(bytes) {
        Ok(header) => Ok(header.tensors()),
        Err(source) => Err(WeightsError::Unreadable {
            file: file.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests;
