//! The encoder: embeddings and a stack of layers.

use std::ops::Range;

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::activation::tanh;
use burn::tensor::{Bool, Device, FloatDType, Int, Tensor, TensorData};

use super::activation::Activation;
use super::attention::SelfAttention;
use super::embeddings::Embeddings;
use super::layout::{Layout, Packing};
use super::lora::LoraLinear;
use super::norm::LayerNorm;
use super::weights::{Weights, WeightsError};
use crate::kernel::tensors::{dropout, feed_forward, has_packed_attention};
use crate::text::TokenBatch;
use crate::train::config::TargetModule;

/// Attention and feed-forward, each with a residual connection and layer norm.
///
/// Source: `BertLayer` of transformers, `models/bert/modeling_bert.py`; that of the other families computes the same.
#[derive(Module, Debug)]
pub struct EncoderLayer {
    /// The attention half.
    pub attention: SelfAttention,
    /// First linear layer of the feed-forward half.
    pub intermediate: LoraLinear,
    /// Second linear layer of the feed-forward half.
    pub output: LoraLinear,
    norm: LayerNorm,
    dropout: Dropout,
    #[module(skip)]
    activation: Activation,
}

impl EncoderLayer {
    fn load(weights: &Weights, layer: usize) -> Result<Self, WeightsError> {
        let names = weights.names();
        let linear = |part| weights.linear(&names.in_layer(layer, part));
        Ok(Self {
            attention: SelfAttention::load(weights, layer)?,
            intermediate: linear(names.intermediate)?.into(),
            output: linear(names.output)?.into(),
            norm: weights.layer_norm(&names.in_layer(layer, names.output_norm))?,
            dropout: DropoutConfig::new(0.0).init(),
            activation: weights.config().activation,
        })
    }

    /// The linear layer that a target module names.
    pub fn target_mut(&mut self, target: TargetModule) -> &mut LoraLinear {
        match target {
            TargetModule::Query => &mut self.attention.query,
            TargetModule::Key => &mut self.attention.key,
            TargetModule::Value => &mut self.attention.value,
            TargetModule::AttentionOutput => &mut self.attention.output,
            TargetModule::Intermediate => &mut self.intermediate,
            TargetModule::Output => &mut self.output,
        }
    }

    fn merged(self) -> Self {
        Self {
            attention: self.attention.merged(),
            intermediate: self.intermediate.merged(),
            output: self.output.merged(),
            ..self
        }
    }

    fn in_int8(self, in_int8: bool) -> Self {
        Self {
            attention: self.attention.in_int8(in_int8),
            intermediate: self.intermediate.in_int8(in_int8),
            output: self.output.in_int8(in_int8),
            ..self
        }
    }

    fn in_float16(self, in_float16: bool) -> Self {
        Self {
            attention: self.attention.in_float16(in_float16),
            intermediate: self.intermediate.in_float16(in_float16),
            output: self.output.in_float16(in_float16),
            ..self
        }
    }

    /// # Shapes
    /// - `hidden`, output: as `layout` says
    pub fn forward(&self, hidden: Tensor<3>, layout: &Layout) -> Tensor<3> {
        let hidden = self.attention.forward(hidden, layout);
        let output = self.feed_forward(hidden.clone());
        let output = dropout(output, self.dropout.prob);
        self.norm.forward(output, hidden)
    }

    /// # Shapes
    /// - `hidden`, output: as [`Self::forward`]'s
    fn feed_forward(&self, hidden: Tensor<3>) -> Tensor<3> {
        let frozen = [&self.intermediate, &self.output].map(|layer| layer.frozen(hidden.dtype()));
        match (self.activation, frozen) {
            (Activation::Gelu, [Some(up), Some(down)]) => feed_forward(hidden, up, down),
            _ => {
                let inner = self.intermediate.forward(hidden);
                self.output.forward(self.activation.forward(inner))
            }
        }
    }
}

/// A batch on the device.
#[derive(Debug, Clone)]
pub struct BatchTensors {
    /// `[batch, tokens]`
    pub input_ids: Tensor<2, Int>,
    /// `[batch, tokens]`, true where a token is padding
    pub padding: Tensor<2, Bool>,
    /// `[batch, tokens]`, which of its text's tokens each is, from 1; 0 for padding
    pub ordinals: Tensor<2, Int>,
    /// How the layers leave padding out, on devices where that gains.
    packing: Option<Packing>,
}

impl BatchTensors {
    /// Puts a batch on the device.
    pub fn new(batch: &TokenBatch, device: &Device) -> Self {
        let shape = [batch.batch, batch.tokens];
        let integers = |values: &[u32]| {
            let values: Vec<i32> = values.iter().map(|value| value.cast_signed()).collect();
            Tensor::from_data(TensorData::new(values, shape), device)
        };
        Self {
            input_ids: integers(&batch.input_ids),
            ordinals: integers(&batch.ordinals()),
            padding: Tensor::from_data(TensorData::new(batch.padding(), shape), device),
            packing: has_packed_attention(device).then(|| Packing::new(batch, device)),
        }
    }

    fn padded(&self) -> Layout {
        Layout::Padded(self.padding.clone().unsqueeze_dims(&[1, 2]))
    }
}

/// An encoder of any [`Family`](super::Family), its weights frozen.
///
/// Source: Devlin et al. 2018, <https://arxiv.org/abs/1810.04805>; `BertModel`, `DistilBertModel` and `RobertaModel` of
/// transformers.
#[derive(Module, Debug)]
pub struct Encoder {
    pub(super) embeddings: Embeddings,
    /// The layers, from the embeddings on.
    pub layers: Vec<EncoderLayer>,
    pooler: Option<Linear>,
    /// What the layers compute on, and their hidden states are of between them.
    #[module(skip)]
    dtype: FloatDType,
}

impl Encoder {
    /// Puts the weights of a Hugging Face folder on the device, none of them trainable.
    ///
    /// # Errors
    /// If a tensor is missing; [`WeightsReader`](super::weights::WeightsReader) has found them all.
    pub fn load(weights: &Weights) -> Result<Self, WeightsError> {
        let layers = (0..weights.config().num_hidden_layers)
            .map(|layer| EncoderLayer::load(weights, layer))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            embeddings: Embeddings::load(weights)?,
            layers,
            pooler: weights
                .pooler()
                .map(|name| weights.linear(name))
                .transpose()?,
            dtype: FloatDType::F32,
        })
    }

    /// The last hidden state.
    ///
    /// # Shapes
    /// - output: `[batch, tokens, hidden]`
    pub fn forward(&self, batch: &BatchTensors) -> Tensor<3> {
        self.forward_words(self.embed_words(batch), batch)
    }

    /// The word embeddings: all that depends on which words a text has.
    ///
    /// # Shapes
    /// - output: `[batch, tokens, hidden]`
    pub fn embed_words(&self, batch: &BatchTensors) -> Tensor<3> {
        self.embeddings.words(batch)
    }

    /// The last hidden state, given word embeddings in the place of the batch's own.
    ///
    /// # Shapes
    /// - `words`, output: `[batch, tokens, hidden]`
    pub fn forward_words(&self, words: Tensor<3>, batch: &BatchTensors) -> Tensor<3> {
        let embedded = self.embeddings.forward(words, batch);
        self.forward_layers(0..self.layers.len(), embedded, batch)
    }

    /// The hidden state below a layer: what the layers before it make of the embeddings.
    ///
    /// # Shapes
    /// - output: `[batch, tokens, hidden]`
    pub fn hidden_below(&self, layer: usize, batch: &BatchTensors) -> Tensor<3> {
        let embedded = self.embeddings.forward(self.embed_words(batch), batch);
        self.forward_layers(0..layer, embedded, batch)
    }

    /// What some of the layers make of the hidden state below them. What stands at padding has no meaning.
    ///
    /// # Shapes
    /// - `hidden`, output: `[batch, tokens, hidden]`
    pub fn forward_layers(
        &self,
        layers: Range<usize>,
        hidden: Tensor<3>,
        batch: &BatchTensors,
    ) -> Tensor<3> {
        let forward = |hidden: Tensor<3>, layout: &Layout| {
            let hidden = self.layers[layers.clone()]
                .iter()
                .fold(hidden.cast(self.dtype), |hidden, layer| {
                    layer.forward(hidden, layout)
                });
            hidden.cast(FloatDType::F32)
        };
        match &batch.packing {
            Some(packing) if !self.drops(&hidden.device()) => {
                let shape = hidden.dims();
                let packed = forward(packing.pack(hidden), &packing.layout());
                packing.unpack(packed, shape)
            }
            _ => forward(hidden, &batch.padded()),
        }
    }

    /// Every hidden state: the embeddings, then each layer's output, as `output_hidden_states` of transformers.
    ///
    /// # Shapes
    /// - each: `[batch, tokens, hidden]`
    pub fn hidden_states(&self, batch: &BatchTensors) -> Vec<Tensor<3>> {
        let layout = batch.padded();
        let mut hidden = self.embeddings.forward(self.embed_words(batch), batch);
        let mut states = vec![hidden.clone()];
        for layer in &self.layers {
            hidden = layer.forward(hidden.cast(self.dtype), &layout);
            states.push(hidden.clone().cast(FloatDType::F32));
        }
        states
    }

    /// Whether dropout is at work. Its attention wants padding.
    fn drops(&self, device: &Device) -> bool {
        let mut layers = self.layers.iter();
        layers.any(|layer| layer.attention.drops(device))
    }

    /// The same encoder with dropout in training: on the embeddings, the attention probabilities and the output of each
    /// half of a layer, as transformers' `hidden_dropout_prob` and `attention_probs_dropout_prob` ask for.
    #[must_use]
    pub fn with_dropout(mut self, probability: f64) -> Self {
        let dropout = DropoutConfig::new(probability).init();
        self.embeddings.dropout = dropout.clone();
        for layer in &mut self.layers {
            layer.attention.dropout = dropout.clone();
            layer.dropout = dropout.clone();
        }
        self
    }

    /// The same encoder with its adapters merged into the weights.
    #[must_use]
    pub fn merged(mut self) -> Self {
        let layers = std::mem::take(&mut self.layers);
        self.layers = layers.into_iter().map(EncoderLayer::merged).collect();
        self
    }

    /// Numbers of a hidden state.
    pub fn hidden_size(&self) -> usize {
        self.embeddings.hidden_size()
    }

    /// Whether the layers compute padding, too, on a device.
    pub fn computes_padding(&self, device: &Device) -> bool {
        !has_packed_attention(device) || self.drops(device)
    }

    /// The same encoder where the frozen weights of its layers are computed with in 8-bit integers, or no longer.
    pub(super) fn in_int8(mut self, in_int8: bool) -> Self {
        let layers = std::mem::take(&mut self.layers);
        let layers = layers.into_iter().map(|layer| layer.in_int8(in_int8));
        self.layers = layers.collect();
        self
    }

    /// The same encoder where its layers compute on 16-bit numbers, their sums in 32-bit ones, where
    /// [`has_float16`](super::has_float16) says yes of its device; or on 32-bit ones again. What comes in and out stays of
    /// 32-bit ones. So do the weights; frozen ones get a copy.
    #[must_use]
    pub fn in_float16(mut self, in_float16: bool) -> Self {
        let layers = std::mem::take(&mut self.layers);
        let layers = layers.into_iter().map(|layer| layer.in_float16(in_float16));
        self.layers = layers.collect();
        self.dtype = match in_float16 {
            true => FloatDType::F16,
            false => FloatDType::F32,
        };
        self
    }

    /// Whether the files have a pooler.
    pub fn has_pooler(&self) -> bool {
        self.pooler.is_some()
    }

    /// Takes the pooler out, to go on with as part of a head.
    pub(super) fn take_pooler(&mut self) -> Option<Linear> {
        self.pooler.take()
    }

    /// tanh of a projection of the first token, where the file has a pooler.
    ///
    /// # Shapes
    /// - `hidden`: `[batch, tokens, hidden]`, the last hidden state
    /// - output: `[batch, hidden]`
    pub fn pooler_output(&self, hidden: Tensor<3>) -> Option<Tensor<2>> {
        let pooler = self.pooler.as_ref()?;
        let [batch, _, width] = hidden.dims();
        let first = hidden.slice([0..batch, 0..1]).reshape([batch, width]);
        Some(tanh(pooler.forward(first)))
    }
}
