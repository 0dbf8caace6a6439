//! Which tensors of files are which of an encoder.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::{Dtype, tensor::TensorInfo};

use super::arriving::ArrivingTensor;
use super::numbers::{Encoding, NUMBERS};
use super::{Misfit, Parameter, WeightsError, q4_0};
use crate::model::config::EncoderConfig;
use crate::model::names::{self, BUFFERS, modern_name, old_name};

/// Where each tensor of an encoder lies, as far as names tell.
#[derive(Debug)]
pub(super) struct Sources {
    /// Stands before every name.
    prefix: &'static str,
    /// Whether there is a pooler.
    pub pooler: bool,
    /// The encoder's tensors.
    needed: Vec<Needed>,
    /// Those that are there, by their names in the files.
    by_stored: BTreeMap<String, usize>,
}

/// A tensor of the encoder.
#[derive(Debug)]
pub(super) struct Needed {
    /// Its name in transformers, without prefix.
    pub name: String,
    /// Its shape.
    shape: Vec<usize>,
    /// Whether it is the weight of a linear layer, which burn keeps transposed.
    is_linear: bool,
    /// Its name in the files, if it is there.
    stored: Option<String>,
    /// Whether it is stored in 4-bit numbers.
    packed: bool,
}

impl Needed {
    /// It, of which nothing has arrived, where what is stored fits.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub fn arriving(&self, found: &TensorInfo) -> Result<ArrivingTensor, WeightsError> {
        let encoding = match self.packed {
            true => Encoding::Q4_0,
            false => Encoding::of(&self.name, found.dtype)
                .map_err(|misfit| WeightsError::Mismatch(vec![misfit]))?,
        };
        ArrivingTensor::new(&self.name, &self.shape, encoding, self.is_linear)
    }

    /// Puts it on the device.
    pub fn parameter(&self, values: Vec<f32>, device: &Device) -> Parameter {
        match self.shape[..] {
            [rows, columns] if self.is_linear => {
                Parameter::Matrix(frozen(values, [columns, rows], device))
            }
            [rows, columns] => Parameter::Matrix(frozen(values, [rows, columns], device)),
            _ => {
                let shape = [values.len()];
                Parameter::Vector(frozen(values, shape, device))
            }
        }
    }

    /// How what is stored differs from what is expected, if it does.
    pub fn misfit(&self, found: &TensorInfo) -> Option<Misfit> {
        if !self.packed {
            return misfit(found, self.name.clone(), self.shape.clone(), &NUMBERS);
        }
        match q4_0::stored_shape(&self.shape) {
            Some(shape) => misfit(found, packed_name(&self.name), shape.into(), &[Dtype::U8]),
            None => Some(Misfit::Missing {
                name: self.name.clone(),
            }),
        }
    }
}

impl Sources {
    /// Finds an encoder's tensors among these names.
    pub fn find<'a>(names: impl Iterator<Item = &'a str> + Clone, config: &EncoderConfig) -> Self {
        let own = config.family.names();
        let prefixed = names.clone().any(|name| name.starts_with(own.prefix));
        let prefix = if prefixed { own.prefix } else { "" };
        let names: BTreeSet<&str> = names.collect();
        let stored = |name: &str| {
            let as_stored = |name: &str| {
                let name = format!("{prefix}{name}");
                names.contains(name.as_str()).then_some(name)
            };
            let plain = as_stored(name).or_else(|| as_stored(&old_name(name)?));
            match plain {
                Some(plain) => (Some(plain), false),
                None => (as_stored(&packed_name(name)), true),
            }
        };
        let pooler = own.pooler.is_some_and(|pooler| {
            let (weight, _) = stored(&format!("{pooler}.weight"));
            weight.is_some()
        });
        let needed: Vec<Needed> = names::tensors(config, pooler)
            .into_iter()
            .map(|(name, shape)| {
                let (stored, packed) = stored(&name);
                Needed {
                    is_linear: shape.len() == 2 && !own.is_embedding(&name),
                    name,
                    shape,
                    stored,
                    packed,
                }
            })
            .collect();
        let by_stored = needed.iter().enumerate();
        let by_stored = by_stored.filter_map(|(at, needed)| Some((needed.stored.clone()?, at)));
        Self {
            prefix,
            pooler,
            by_stored: by_stored.collect(),
            needed,
        }
    }

    /// The encoder's tensor that a file calls so, if it is one of the encoder's.
    pub fn needed(&self, stored: &str) -> Option<&Needed> {
        self.needed.get(*self.by_stored.get(stored)?)
    }

    /// All that does not fit, given what the files say of a tensor.
    pub fn misfits<'a>(&self, find: impl Fn(&str) -> Option<&'a TensorInfo>) -> Vec<Misfit> {
        let needed = self.needed.iter();
        let misfits = needed.filter_map(|needed| match needed.stored.as_deref().and_then(&find) {
            Some(found) => needed.misfit(found),
            None => Some(Misfit::Missing {
                name: needed.name.clone(),
            }),
        });
        misfits.collect()
    }

    /// Whether a tensor of the files is none of the encoder's, nor a buffer that old files carry.
    pub fn is_surplus(&self, stored: &str) -> bool {
        let own = modern_name(stored.strip_prefix(self.prefix).unwrap_or(stored));
        let own = own.strip_suffix(q4_0::SUFFIX).unwrap_or(&own);
        !BUFFERS.contains(&own) && !self.needed.iter().any(|needed| needed.name == own)
    }
}

/// What a matrix is called that is stored in 4-bit numbers.
fn packed_name(name: &str) -> String {
    format!("{name}{}", q4_0::SUFFIX)
}

fn misfit(
    found: &TensorInfo,
    name: String,
    expected: Vec<usize>,
    types: &'static [Dtype],
) -> Option<Misfit> {
    if found.shape != expected {
        return Some(Misfit::Shape {
            name,
            expected,
            found: found.shape.clone(),
        });
    }
    let found = found.dtype;
    (!types.contains(&found)).then_some(Misfit::Dtype {
        name,
        expected: types,
        found,
    })
}

/// A parameter that no gradient is computed for.
fn frozen<const D: usize>(
    values: Vec<f32>,
    shape: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    Param::from_data(TensorData::new(values, shape), device).set_require_grad(false)
}
