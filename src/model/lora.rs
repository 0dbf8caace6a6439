//! Low-rank adapters beside a frozen linear layer.

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::{Device, Distribution, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::kernel::Packs;
use crate::kernel::tensors::{LowRank, adapted_linear, frozen_linear};
use crate::train::config::LoraConfig;

/// The adapter: s · dropout(x) A B.
///
/// Source: Hu et al. 2021, <https://arxiv.org/abs/2106.09685>; initialised as PEFT's `LoraLayer` does.
#[derive(Module, Debug)]
pub struct Lora {
    /// `[d_input, rank]`
    pub a: Param<Tensor<2>>,
    /// `[rank, d_output]`
    pub b: Param<Tensor<2>>,
    dropout: Dropout,
    scaling: f64,
}

impl Lora {
    /// A Kaiming-uniform with a = √5, which is U(±1/√d_input), and B zero: at first the layer is unchanged.
    pub fn init(
        config: &LoraConfig,
        [d_input, d_output]: [usize; 2],
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let rank = config.rank as usize;
        Self {
            a: uniform([d_input, rank], d_input, rng, device),
            b: Param::from_tensor(Tensor::zeros([rank, d_output], device)),
            dropout: DropoutConfig::new(config.dropout).init(),
            scaling: config.scaling(),
        }
    }

    /// # Shapes
    /// - `input`: `[batch, tokens, d_input]`
    /// - output: `[batch, tokens, d_output]`
    fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let [batch, tokens, d_input] = input.dims();
        let rows = self
            .dropout
            .forward(input)
            .reshape([batch * tokens, d_input]);
        let update = rows.matmul(self.a.val()).matmul(self.b.val()) * self.scaling;
        let [_, d_output] = update.dims();
        update.reshape([batch, tokens, d_output])
    }

    /// As the kernels want it.
    fn low_rank(&self) -> LowRank {
        LowRank {
            a: self.a.val(),
            b: self.b.val(),
            scaling: self.scaling,
        }
    }

    /// What dropout leaves of an input: ones where a number stays, and the probability that it does. Drawn as
    /// [`Dropout`] draws it.
    fn mask(&self, input: &Tensor<3>) -> Option<(Tensor<3>, f64)> {
        let Dropout { prob, training } = &self.dropout;
        if *prob == 0.0 || !training.is_enabled() || !input.device().is_autodiff() {
            return None;
        }
        let keep = 1.0 - prob;
        Some((input.random_like(Distribution::Bernoulli(keep)), keep))
    }
}

/// A frozen linear layer, with or without an adapter.
#[derive(Module, Debug)]
pub struct LoraLinear {
    pub(super) linear: Linear,
    /// The adapter.
    pub lora: Option<Lora>,
    #[module(skip)]
    packs: Packs,
}

impl From<Linear> for LoraLinear {
    fn from(linear: Linear) -> Self {
        Self {
            linear,
            lora: None,
            packs: Packs::default(),
        }
    }
}

impl LoraLinear {
    /// # Shapes
    /// - `input`: `[batch, tokens, d_input]`
    /// - output: `[batch, tokens, d_output]`
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let Linear { weight, bias } = &self.linear;
        match (bias, &self.lora) {
            (Some(bias), lora) if !weight.is_require_grad() && !bias.is_require_grad() => {
                let (weight, bias) = (weight.val(), bias.val());
                match lora {
                    Some(lora) => {
                        let mask = lora.mask(&input);
                        adapted_linear(input, weight, bias, lora.low_rank(), mask, &self.packs)
                    }
                    None => frozen_linear(input, weight, bias, &self.packs),
                }
            }
            (_, lora) => {
                self.packs.clear();
                let output = self.linear.forward(input.clone());
                match lora {
                    Some(lora) => output + lora.forward(input),
                    None => output,
                }
            }
        }
    }

    /// Adds a fresh adapter.
    pub fn add_lora(&mut self, config: &LoraConfig, rng: &mut ChaCha8Rng, device: &Device) {
        self.lora = Some(Lora::init(
            config,
            self.linear.weight.val().dims(),
            rng,
            device,
        ));
    }
}

impl LoraLinear {
    /// One linear layer that computes the same: the adapter becomes part of the weight.
    #[must_use]
    pub fn merged(self) -> Self {
        let Some(lora) = self.lora else {
            return self;
        };
        let Linear { weight, bias } = self.linear;
        let update = lora.a.val().matmul(lora.b.val()) * lora.scaling;
        let weight = weight.map(|weight| weight + update);
        Linear { weight, bias }.into()
    }
}

/// A trainable parameter drawn from U(±1/√fan_in), as PyTorch initialises linear layers.
///
/// Drawn on the host: the same seed gives the same values on every device.
pub(crate) fn uniform<const D: usize>(
    shape: [usize; D],
    fan_in: usize,
    rng: &mut ChaCha8Rng,
    device: &Device,
) -> Param<Tensor<D>> {
    let bound = 1.0 / (fan_in as f32).sqrt();
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|_| rng.random_range(-bound..=bound))
        .collect();
    Param::from_tensor(Tensor::from_data(TensorData::new(values, shape), device))
}
