//! Weights of no model, for the check of a device.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, SafeTensorError, tensor::TensorView};

use super::WeightsError;
use crate::model::config::EncoderConfig;
use crate::model::folder::SINGLE;
use crate::model::names;

/// A `model.safetensors` of random weights that fits a configuration, without a pooler: U(±0.2), wide enough that
/// every part of the model matters.
///
/// # Errors
/// If the file cannot be made.
pub fn random_file(config: &EncoderConfig, rng: &mut ChaCha8Rng) -> Result<Vec<u8>, WeightsError> {
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = names::tensors(config, false)
        .into_iter()
        .map(|(name, shape)| {
            let numbers = shape.iter().product();
            let bytes = (0..numbers)
                .flat_map(|_| rng.random_range(-0.2f32..=0.2).to_le_bytes())
                .collect();
            (name, shape, bytes)
        })
        .collect();
    serialize(&tensors).map_err(|source| WeightsError::Unreadable {
        file: SINGLE.to_owned(),
        source,
    })
}

fn serialize(tensors: &[(String, Vec<usize>, Vec<u8>)]) -> Result<Vec<u8>, SafeTensorError> {
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, SafeTensorError>>()?;
    safetensors::serialize(views, None)
}
