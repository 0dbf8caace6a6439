//! From a text's vector to its logits.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::activation::{relu, tanh};
use burn::tensor::{Device, Tensor};
use rand_chacha::ChaCha8Rng;

use super::lora::uniform;

/// The dense layer that a family's `ForSequenceClassification` has before its classifier.
#[derive(Module, Debug)]
pub struct Dense {
    /// `[hidden] -> [hidden]`
    pub linear: Linear,
    /// Dropout on its input, where the family has one.
    dropout: Option<Dropout>,
    #[module(skip)]
    activation: DenseActivation,
}

/// Activation of [`Dense`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenseActivation {
    /// BERT's pooler and RoBERTa's dense layer.
    Tanh,
    /// DistilBERT's pre-classifier.
    Relu,
}

/// What a family's head is like in transformers.
#[derive(Debug)]
pub struct DenseInit {
    /// Pretrained weights, where the encoder's file has them.
    pub pretrained: Option<Linear>,
    /// Activation of the dense layer.
    pub activation: DenseActivation,
    /// Whether dropout stands before the dense layer too.
    pub input_dropout: bool,
}

/// Dropout and a linear layer, behind a dense layer for [`Pooling::Pooler`](crate::train::config::Pooling::Pooler).
#[derive(Module, Debug)]
pub struct Head {
    /// The family's dense layer.
    pub dense: Option<Dense>,
    dropout: Dropout,
    /// `[hidden] -> [outputs]`
    pub classifier: Linear,
}

impl Head {
    /// A head whose weights are all trainable. They are drawn from U(±1/√hidden), as PyTorch does for linear layers,
    /// but for a pretrained dense layer.
    pub fn init(
        [hidden, outputs]: [usize; 2],
        dense: Option<DenseInit>,
        dropout: f64,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let mut linear = |outputs| Linear {
            weight: uniform([hidden, outputs], hidden, rng, device),
            bias: Some(uniform([outputs], hidden, rng, device)),
        };
        let dropout = DropoutConfig::new(dropout).init();
        let dense = dense.map(|init| Dense {
            linear: init.pretrained.unwrap_or_else(|| linear(hidden)),
            dropout: init.input_dropout.then(|| dropout.clone()),
            activation: init.activation,
        });
        Self {
            dense,
            classifier: linear(outputs),
            dropout,
        }
    }

    /// # Shapes
    /// - `pooled`: `[batch, hidden]`
    /// - output: `[batch, outputs]`
    pub fn forward(&self, pooled: Tensor<2>) -> Tensor<2> {
        let input = match &self.dense {
            Some(dense) => dense.forward(pooled),
            None => pooled,
        };
        self.classifier.forward(self.dropout.forward(input))
    }
}

impl Dense {
    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let input = match &self.dropout {
            Some(dropout) => dropout.forward(input),
            None => input,
        };
        let output = self.linear.forward(input);
        match self.activation {
            DenseActivation::Tanh => tanh(output),
            DenseActivation::Relu => relu(output),
        }
    }
}
