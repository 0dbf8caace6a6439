//! The tensors of a Hugging Face folder, found by name, checked by shape, put on a device.
//!
//! PyTorch keeps a linear layer's weight as `[d_output, d_input]`, burn as `[d_input, d_output]`. Beside the standard
//! types of numbers, matrices may have 4-bit ones, `q4_0`.

mod arriving;
mod error;
mod header;
mod index;
mod numbers;
mod q4_0;
mod random;
mod reader;
mod sources;

use std::collections::BTreeMap;

use burn::module::Param;
use burn::nn::{Embedding, Linear};
use burn::tensor::{Device, Tensor};

pub use error::{Misfit, ShardFault, WeightsError};
pub use index::shard_names;
pub use random::random_file;
pub use reader::WeightsReader;

use super::config::EncoderConfig;
use super::folder::WeightFiles;
use super::names::Names;
use super::norm::LayerNorm;
pub(crate) use error::list;
pub(crate) use numbers::{NUMBERS, to_f32, transpose};

/// An encoder's tensors on a device, each of its right shape.
pub struct Weights {
    /// By their names in transformers, without prefix.
    tensors: BTreeMap<String, Parameter>,
    config: EncoderConfig,
    /// Whether the files have a pooler.
    pooler: bool,
    surplus: Vec<String>,
}

/// A tensor on a device. No gradient is computed for it.
enum Parameter {
    Vector(Param<Tensor<1>>),
    /// A linear layer's is transposed.
    Matrix(Param<Tensor<2>>),
}

impl Weights {
    /// Reads files that lie in memory. What arrives or lies elsewhere is read by a [`WeightsReader`].
    ///
    /// # Errors
    /// If the bytes are not whole safetensors files, or files and index differ, or tensors are missing, misshapen or
    /// of a type that is not understood. All of them are named.
    pub fn open(
        files: &WeightFiles,
        config: &EncoderConfig,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let mut reader = match files {
            WeightFiles::Single(_) => WeightsReader::single(config, device),
            WeightFiles::Sharded { index, shards } => {
                WeightsReader::sharded(index, |name| shards.contains_key(name), config, device)?
            }
        };
        files.read_into(&mut reader)?;
        reader.finish()
    }

    /// The configuration that they fit.
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// What the family calls its tensors.
    pub(super) fn names(&self) -> &'static Names {
        self.config.family.names()
    }

    /// The pooler's name, where the files have one.
    pub(super) fn pooler(&self) -> Option<&'static str> {
        self.names().pooler.filter(|_| self.pooler)
    }

    /// Tensors in the files that the encoder does not use, sorted: a head's weights, for example.
    pub fn surplus(&self) -> &[String] {
        &self.surplus
    }

    pub(super) fn linear(&self, name: &str) -> Result<Linear, WeightsError> {
        Ok(Linear {
            weight: self.matrix(&format!("{name}.weight"))?,
            bias: Some(self.vector(&format!("{name}.bias"))?),
        })
    }

    pub(super) fn embedding(&self, name: &str) -> Result<Embedding, WeightsError> {
        Ok(Embedding {
            weight: self.matrix(&format!("{name}.weight"))?,
        })
    }

    pub(super) fn layer_norm(&self, name: &str) -> Result<LayerNorm, WeightsError> {
        let gamma = self.vector(&format!("{name}.weight"))?;
        let beta = self.vector(&format!("{name}.bias"))?;
        Ok(LayerNorm::new(gamma, beta, self.config.layer_norm_eps))
    }

    fn vector(&self, name: &str) -> Result<Param<Tensor<1>>, WeightsError> {
        match self.tensors.get(name) {
            Some(Parameter::Vector(vector)) => Ok(vector.clone()),
            _ => Err(missing(name)),
        }
    }

    fn matrix(&self, name: &str) -> Result<Param<Tensor<2>>, WeightsError> {
        match self.tensors.get(name) {
            Some(Parameter::Matrix(matrix)) => Ok(matrix.clone()),
            _ => Err(missing(name)),
        }
    }
}

fn missing(name: &str) -> WeightsError {
    WeightsError::Mismatch(vec![Misfit::Missing {
        name: name.to_owned(),
    }])
}

#[cfg(test)]
mod tests;
