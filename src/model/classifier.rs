//! The whole model: encoder with adapters, pooling, head.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::config::{EncoderConfig, Family};
use super::encoder::{BatchTensors, Encoder};
use super::head::{DenseActivation, DenseInit, Head};
use super::pooling::pool;
use crate::kernel::tensors::has_int8;
use crate::train::config::{Method, Pooling, TargetModule, TrainConfig};

/// What a part of a model makes of a batch, from which the rest goes on.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum Features {
    /// `[batch, hidden]`, the texts' vectors. What is left is the head.
    Embeddings(Tensor<2>),
    /// The hidden state below a layer.
    HiddenStates {
        /// The first layer that is left.
        layer: usize,
        /// `[batch, tokens, hidden]`
        hidden: Tensor<3>,
        /// The texts.
        batch: BatchTensors,
    },
}

/// Gives texts their logits.
#[derive(Module, Debug)]
pub struct TextClassifier {
    /// The pretrained encoder, with adapters where LoRA is trained.
    pub encoder: Encoder,
    /// What is always trained.
    pub head: Head,
    #[module(skip)]
    pooling: Pooling,
}

impl TextClassifier {
    /// Adds what `config` asks for to an encoder. The seed alone decides the values of what is fresh.
    pub fn init(
        mut encoder: Encoder,
        shape: &EncoderConfig,
        outputs: usize,
        config: &TrainConfig,
        device: &Device,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
        if config.method == Method::Lora {
            for layer in &mut encoder.layers {
                for &target in TargetModule::ALL {
                    if config.lora.target_modules.contains(&target) {
                        layer
                            .target_mut(target)
                            .add_lora(&config.lora, &mut rng, device);
                    }
                }
            }
        }
        let dense = (config.pooling == Pooling::Pooler).then(|| dense(shape.family, &mut encoder));
        let shape = [shape.hidden_size, outputs];
        let head = Head::init(shape, dense, config.head_dropout, &mut rng, device);
        Self {
            encoder: encoder
                .with_dropout(config.encoder_dropout)
                .in_int8(config.trains_in_8bit()),
            head,
            pooling: config.pooling,
        }
        .trained_in(config.method, 0)
        .in_float16(config.trains_in_float16())
    }

    /// # Shapes
    /// - output: `[batch, outputs]`, logits
    pub fn forward(&self, batch: &BatchTensors) -> Tensor<2> {
        self.head.forward(self.embed(batch))
    }

    /// The logits, given word embeddings in the place of the batch's own.
    ///
    /// # Shapes
    /// - `words`: `[batch, tokens, hidden]`
    /// - output: `[batch, outputs]`
    pub fn forward_words(&self, words: Tensor<3>, batch: &BatchTensors) -> Tensor<2> {
        let hidden = self.encoder.forward_words(words, batch);
        let pooled = pool(self.pooling, hidden, batch.padding.clone());
        self.head.forward(pooled)
    }

    /// The logits, given what a part of the model has made of the texts.
    ///
    /// # Shapes
    /// - output: `[batch, outputs]`
    pub fn forward_features(&self, features: Features) -> Tensor<2> {
        let pooled = match features {
            Features::Embeddings(embedded) => embedded,
            Features::HiddenStates {
                layer,
                hidden,
                batch,
            } => {
                let layers = layer..self.encoder.layers.len();
                let hidden = self.encoder.forward_layers(layers, hidden, &batch);
                pool(self.pooling, hidden, batch.padding)
            }
        };
        self.head.forward(pooled)
    }

    /// The same model for predictions alone, faster and less exact: linear layers and attention of the encoder in 8-bit integers,
    /// adapters merged; all else as before. `None` where [`has_int8`] says no of its device.
    pub fn in_int8(&self, device: &Device) -> Option<Self> {
        has_int8(device).then(|| Self {
            encoder: self.encoder.clone().merged().in_int8(true),
            ..self.clone()
        })
    }

    /// The same model whose encoder's layers compute on 16-bit numbers, where [`has_float16`](super::has_float16) says yes of
    /// its device, or no longer.
    #[must_use]
    pub fn in_float16(self, in_float16: bool) -> Self {
        Self {
            encoder: self.encoder.in_float16(in_float16),
            ..self
        }
    }

    /// The same model in 32-bit floating point throughout.
    #[must_use]
    pub fn in_float32(self) -> Self {
        Self {
            encoder: self.encoder.in_int8(false).in_float16(false),
            ..self
        }
    }

    /// A vector for each text: all that comes before the head.
    ///
    /// # Shapes
    /// - output: `[batch, hidden]`
    pub fn embed(&self, batch: &BatchTensors) -> Tensor<2> {
        let hidden = self.encoder.forward(batch);
        pool(self.pooling, hidden, batch.padding.clone())
    }
}

/// The dense layer that a family's `ForSequenceClassification` has. BERT's is the encoder's pooler.
fn dense(family: Family, encoder: &mut Encoder) -> DenseInit {
    match family {
        Family::Bert => DenseInit {
            pretrained: encoder.take_pooler(),
            activation: DenseActivation::Tanh,
            input_dropout: false,
        },
        Family::DistilBert => DenseInit {
            pretrained: None,
            activation: DenseActivation::Relu,
            input_dropout: false,
        },
        Family::Roberta | Family::XlmRoberta => DenseInit {
            pretrained: None,
            activation: DenseActivation::Tanh,
            input_dropout: true,
        },
    }
}
