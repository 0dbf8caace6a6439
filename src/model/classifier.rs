//! The whole model: encoder with adapters, mean pooling, dropout, linear head.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::encoder::{BatchTensors, Encoder};
use super::lora::uniform;
use super::pooling::masked_mean;
use crate::train::config::{TargetModule, TrainConfig};

/// Classifies texts. The head and the adapters are trainable, the encoder is not.
#[derive(Module, Debug)]
pub struct TextClassifier {
    /// The frozen encoder, with adapters on query and value of every layer.
    pub encoder: Encoder,
    dropout: Dropout,
    /// `[hidden] -> [classes]`
    pub classifier: Linear,
}

impl TextClassifier {
    /// Adds fresh adapters and a fresh head to an encoder. The seed alone decides their values.
    pub fn init(
        mut encoder: Encoder,
        hidden_size: usize,
        classes: usize,
        config: &TrainConfig,
        device: &Device,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
        for layer in &mut encoder.layers {
            for &target in TargetModule::ALL {
                if config.lora.target_modules.contains(&target) {
                    layer
                        .target_mut(target)
                        .add_lora(&config.lora, &mut rng, device);
                }
            }
        }
        let classifier = Linear {
            weight: uniform([hidden_size, classes], hidden_size, &mut rng, device),
            bias: Some(uniform([classes], hidden_size, &mut rng, device)),
        };
        Self {
            encoder,
            dropout: DropoutConfig::new(config.head_dropout).init(),
            classifier,
        }
    }

    /// # Shapes
    /// - output: `[batch, classes]`, logits
    pub fn forward(&self, batch: &BatchTensors) -> Tensor<2> {
        let hidden = self.encoder.forward(batch);
        let pooled = masked_mean(hidden, batch.padding.clone());
        self.classifier.forward(self.dropout.forward(pooled))
    }
}
