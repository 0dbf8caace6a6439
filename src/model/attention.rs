//! Multi-head self-attention.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::activation::softmax;
use burn::tensor::{Bool, Device, FloatDType, Tensor};

use super::layout::Layout;
use super::lora::LoraLinear;
use super::norm::LayerNorm;
use super::weights::{Weights, WeightsError};
use crate::kernel::tensors::{dropout, packed_attention, self_attention};

/// Self-attention with its output projection, residual connection and layer norm.
///
/// Source: `BertSelfAttention` and `BertSelfOutput` of transformers, `models/bert/modeling_bert.py`; that of the other
/// families computes the same.
#[derive(Module, Debug)]
pub struct SelfAttention {
    /// Query projection.
    pub query: LoraLinear,
    /// Key projection.
    pub key: LoraLinear,
    /// Value projection.
    pub value: LoraLinear,
    /// Projection of the heads' joined output.
    pub output: LoraLinear,
    norm: LayerNorm,
    pub(super) dropout: Dropout,
    heads: usize,
    /// Whether it computes in 8-bit integers where it is not trained.
    #[module(skip)]
    in_int8: bool,
}

impl SelfAttention {
    pub(super) fn load(weights: &Weights, layer: usize) -> Result<Self, WeightsError> {
        let names = weights.names();
        let linear = |part| weights.linear(&names.in_layer(layer, part));
        Ok(Self {
            query: linear(names.query)?.into(),
            key: linear(names.key)?.into(),
            value: linear(names.value)?.into(),
            output: linear(names.attention_output)?.into(),
            norm: weights.layer_norm(&names.in_layer(layer, names.attention_norm))?,
            dropout: DropoutConfig::new(0.0).init(),
            heads: weights.config().num_attention_heads,
            in_int8: false,
        })
    }

    pub(super) fn merged(self) -> Self {
        Self {
            query: self.query.merged(),
            key: self.key.merged(),
            value: self.value.merged(),
            output: self.output.merged(),
            ..self
        }
    }

    pub(super) fn in_int8(self, in_int8: bool) -> Self {
        Self {
            query: self.query.in_int8(in_int8),
            key: self.key.in_int8(in_int8),
            value: self.value.in_int8(in_int8),
            output: self.output.in_int8(in_int8),
            in_int8,
            ..self
        }
    }

    pub(super) fn in_float16(self, in_float16: bool) -> Self {
        Self {
            query: self.query.in_float16(in_float16),
            key: self.key.in_float16(in_float16),
            value: self.value.in_float16(in_float16),
            output: self.output.in_float16(in_float16),
            ..self
        }
    }

    /// # Shapes
    /// - `hidden`, output: as `layout` says
    pub fn forward(&self, hidden: Tensor<3>, layout: &Layout) -> Tensor<3> {
        let query = self.query.forward(hidden.clone());
        let key = self.key.forward(hidden.clone());
        let value = self.value.forward(hidden.clone());
        let context = match layout {
            Layout::Padded(padding) if self.drops(&hidden.device()) => {
                self.attention_with_dropout([query, key, value], padding.clone())
            }
            Layout::Padded(padding) => {
                self_attention(query, key, value, padding.clone(), self.heads)
            }
            Layout::Packed(lengths) => {
                let lengths = lengths.clone();
                packed_attention(query, key, value, lengths, self.heads, self.in_int8)
            }
        };
        let output = dropout(self.output.forward(context), self.dropout.prob);
        self.norm.forward(output, hidden)
    }

    /// Whether dropout is at work: in training alone, which is on devices with autodiff.
    pub(super) fn drops(&self, device: &Device) -> bool {
        self.dropout.prob > 0.0 && device.is_autodiff()
    }

    /// Attention with dropout on its probabilities, which the kernels have not. In 32-bit numbers: a sum of exponentials needs
    /// them.
    ///
    /// # Shapes
    /// - `projections`, output: `[batch, tokens, hidden]`
    /// - `padding`: `[batch, 1, 1, tokens]`
    fn attention_with_dropout(
        &self,
        projections: [Tensor<3>; 3],
        padding: Tensor<4, Bool>,
    ) -> Tensor<3> {
        let [batch, tokens, hidden] = projections[0].dims();
        let dtype = FloatDType::from(projections[0].dtype());
        let (heads, width) = (self.heads, hidden / self.heads);
        let [query, key, value] = projections.map(|x| {
            let x = x.cast(FloatDType::F32);
            x.reshape([batch, tokens, heads, width]).swap_dims(1, 2)
        });
        let scores = query.matmul(key.transpose()) / (width as f64).sqrt();
        // No row is all padding: every text has its special tokens.
        let padding = padding.expand([batch, heads, tokens, tokens]);
        let scores = scores.mask_fill(padding, f32::NEG_INFINITY);
        let context = dropout(softmax(scores, 3), self.dropout.prob).matmul(value);
        let context = context.swap_dims(1, 2).reshape([batch, tokens, hidden]);
        context.cast(dtype)
    }
}
