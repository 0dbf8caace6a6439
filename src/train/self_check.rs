//! A known forward and backward pass, computed on a device and on the CPU, before the device is trusted.
//!
//! An invalid shader drops a whole submission without a word and leaves stale buffers behind, so a device that
//! starts is not yet a device that computes.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, ExecutionError, FloatDType, Tensor, Transaction};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::backward::Backward;
use super::batch::LabelledBatch;
use super::config::{LoraConfig, TrainConfig};
use super::objective::Objective;
use crate::data::{Problem, Target};
use crate::model::activation::Activation;
use crate::model::encoder::BatchTensors;
use crate::model::lora::uniform;
use crate::model::weights::random_file;
use crate::model::{
    Encoder, EncoderConfig, Family, TextClassifier, WeightFiles, Weights, WeightsError,
};
use crate::text::EncodedExample;

const CLASSES: usize = 3;

/// Why the check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SelfCheckError {
    /// A device failed.
    #[error("the device failed: {0}")]
    Device(#[from] ExecutionError),
    /// The known model could not be made.
    #[error(transparent)]
    Model(#[from] WeightsError),
}

/// Largest relative difference that is rounding rather than a fault. Rounding has been seen to make up 8e-4 (of the
/// smallest gradient); a fault makes a difference of about 1.
pub const TOLERANCE: f64 = 1e-2;

/// The same where the device computes on 16-bit numbers. On lavapipe their rounding makes up 1e-2.
pub const FLOAT16_TOLERANCE: f64 = 5e-2;

/// What the loss is multiplied with in 16-bit numbers: the known gradients neither vanish nor overflow.
const LOSS_SCALE: f64 = 1024.0;

/// Largest difference between two devices over logits and all gradients, each relative to its own L2 norm.
///
/// # Errors
/// If either device fails.
pub async fn difference(device: &Device, reference: &Device) -> Result<f64, SelfCheckError> {
    let found = known_pass(device, None).await?;
    Ok(largest(&found, &known_pass(reference, None).await?))
}

/// [`difference`] where the device, which [has them](crate::model::has_float16), computes on 16-bit numbers. Infinite where
/// what is too large for them becomes the largest one, as WGSL allows: no overflow would be seen, and no loss scaled less.
///
/// # Errors
/// If either device fails.
pub async fn float16_difference(
    device: &Device,
    reference: &Device,
) -> Result<f64, SelfCheckError> {
    let too_large = Tensor::<1>::from_floats([1e6], device);
    let narrowed = too_large.cast(FloatDType::F16).cast(FloatDType::F32);
    let narrowed = narrowed.into_data_async().await?;
    if narrowed.iter::<f64>().any(f64::is_finite) {
        return Ok(f64::INFINITY);
    }
    let found = known_pass(device, Some(LOSS_SCALE)).await?;
    Ok(largest(&found, &known_pass(reference, None).await?))
}

fn largest(found: &[Vec<f64>], expected: &[Vec<f64>]) -> f64 {
    found
        .iter()
        .zip(expected)
        .map(|(found, expected)| relative(found, expected))
        .fold(0.0, f64::max)
}

/// ‖found − expected‖ / ‖expected‖; infinite where a value is not a number.
fn relative(found: &[f64], expected: &[f64]) -> f64 {
    let norm = |values: &mut dyn Iterator<Item = f64>| {
        values.map(|value| value * value).sum::<f64>().sqrt()
    };
    let distance = norm(
        &mut found
            .iter()
            .zip(expected)
            .map(|(found, expected)| found - expected),
    );
    let ratio = distance / norm(&mut expected.iter().copied()).max(f64::MIN_POSITIVE);
    if ratio.is_finite() {
        ratio
    } else {
        f64::INFINITY
    }
}

/// Logits and every gradient of a two-layer encoder with fixed weights, on three short texts; in 16-bit numbers if there is
/// something to multiply the loss with.
async fn known_pass(
    device: &Device,
    loss_scale: Option<f64>,
) -> Result<Vec<Vec<f64>>, SelfCheckError> {
    let device = device.clone().autodiff();
    let model = known_model(&device)?.in_float16(loss_scale.is_some());
    let batch = LabelledBatch::new(&known_examples(), 0);
    let logits = model.forward(&BatchTensors::new(&batch.tokens, &device));
    let objective = Objective::new(
        Problem::SingleLabel,
        CLASSES,
        batch.targets.iter(),
        &TrainConfig::default(),
    );
    let weight = objective.weight(&batch.targets);
    let mut backward =
        Backward::new(&model, &objective, weight, &device).with_loss_scale(loss_scale);
    backward.texts(&batch, None);
    let (_, gradients) = backward.finish();

    let mut read = Read {
        gradients: &gradients,
        transaction: Transaction::default().register(logits.inner()),
    };
    model.visit(&mut read);
    let data = read.transaction.execute_async().await?;
    let mut numbers: Vec<Vec<f64>> = data
        .iter()
        .map(|data| data.iter::<f64>().collect())
        .collect();
    for gradient in numbers.iter_mut().skip(1).flatten() {
        *gradient /= loss_scale.unwrap_or(1.0);
    }
    Ok(numbers)
}

struct Read<'a> {
    gradients: &'a GradientsParams,
    transaction: Transaction,
}

impl ModuleVisitor for Read<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(param.id) {
            self.transaction = std::mem::take(&mut self.transaction).register(gradient);
        }
    }
}

fn known_model(device: &Device) -> Result<TextClassifier, WeightsError> {
    let config = EncoderConfig {
        family: Family::Bert,
        vocab_size: 16,
        hidden_size: 32,
        num_hidden_layers: 2,
        num_attention_heads: 4,
        intermediate_size: 64,
        max_position_embeddings: 8,
        type_vocab_size: 2,
        pad_token_id: 0,
        layer_norm_eps: 1e-12,
        activation: Activation::Gelu,
    };
    let settings = TrainConfig {
        lora: LoraConfig {
            dropout: 0.0,
            ..LoraConfig::default()
        },
        head_dropout: 0.0,
        encoder_dropout: 0.0,
        ..TrainConfig::default()
    };
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let file = WeightFiles::Single(random_file(&config, &mut rng)?);
    let encoder = Encoder::load(&Weights::open(&file, &config, device)?)?;
    let mut model = TextClassifier::init(encoder, &config, CLASSES, &settings, device);
    // B starts at zero, and A's gradient with it: give the check something to see.
    for layer in &mut model.encoder.layers {
        for adapted in [&mut layer.attention.query, &mut layer.attention.value] {
            if let Some(lora) = &mut adapted.lora {
                lora.b = uniform(lora.b.val().dims(), config.hidden_size, &mut rng, device);
            }
        }
    }
    Ok(model)
}

fn known_examples() -> Vec<EncodedExample> {
    [
        (&[1, 5, 9, 2][..], 0),
        (&[1, 7, 2], 1),
        (&[1, 3, 4, 8, 6, 2], 2),
    ]
    .map(|(ids, label)| EncodedExample {
        ids: ids.to_vec(),
        target: Target::Class(label),
    })
    .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_or_missing_number_is_seen() {
        assert_eq!(relative(&[3.0, 4.0], &[3.0, 4.0]), 0.0);
        assert!((relative(&[3.0, 4.5], &[3.0, 4.0]) - 0.1).abs() < 1e-12);
        assert_eq!(relative(&[f64::NAN, 4.0], &[3.0, 4.0]), f64::INFINITY);
        assert!(relative(&[1.0], &[0.0]) > TOLERANCE);
    }

    #[test]
    fn the_cpu_agrees_with_itself() {
        let device = crate::device::cpu();
        assert_eq!(
            pollster::block_on(difference(&device, &device)).unwrap(),
            0.0
        );
    }
}
