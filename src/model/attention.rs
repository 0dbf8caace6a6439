//! Multi-head self-attention.

use burn::module::Module;
use burn::nn::LayerNorm;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;
use burn::tensor::{Bool, Tensor};

use super::config::BertConfig;
use super::lora::LoraLinear;
use super::weights::{Weights, WeightsError};

/// Self-attention with its output projection, residual connection and layer norm.
///
/// Source: `BertSelfAttention` and `BertSelfOutput` of transformers, `models/bert/modeling_bert.py`.
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
    heads: usize,
}

impl SelfAttention {
    pub(super) fn load(
        config: &BertConfig,
        weights: &Weights<'_>,
        layer: usize,
    ) -> Result<Self, WeightsError> {
        let name = |part: &str| format!("encoder.layer.{layer}.attention.{part}");
        Ok(Self {
            query: weights.linear(&name("self.query"))?.into(),
            key: weights.linear(&name("self.key"))?.into(),
            value: weights.linear(&name("self.value"))?.into(),
            output: weights.linear(&name("output.dense"))?.into(),
            norm: weights.layer_norm(&name("output.LayerNorm"), config.layer_norm_eps)?,
            heads: config.num_attention_heads,
        })
    }

    /// # Shapes
    /// - `hidden`: `[batch, tokens, hidden]`
    /// - `padding`: `[batch, 1, 1, tokens]`, true where a token is padding
    /// - output: `[batch, tokens, hidden]`
    pub fn forward(&self, hidden: Tensor<3>, padding: Tensor<4, Bool>) -> Tensor<3> {
        let [batch, tokens, width] = hidden.dims();
        let heads = self.heads;
        let split = |x: Tensor<3>| {
            x.reshape([batch, tokens, heads, width / heads])
                .swap_dims(1, 2)
        };

        let context = attention(
            split(self.query.forward(hidden.clone())),
            split(self.key.forward(hidden.clone())),
            split(self.value.forward(hidden.clone())),
            Some(padding.expand([batch, heads, tokens, tokens])),
            None,
            AttentionModuleOptions::default(),
        );
        let context = context.swap_dims(1, 2).reshape([batch, tokens, width]);
        self.norm.forward(hidden + self.output.forward(context))
    }
}
