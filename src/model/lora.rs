//! Low-rank adapters beside a frozen linear layer.

use burn::module::{Module, Param};
use burn::nn::{Dropout, DropoutConfig, Linear};
use burn::tensor::{DType, Device, FloatDType, Tensor, TensorData};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::kernel::Packs;
use crate::kernel::tensors::{Frozen, LowRank, adapted_linear, dropout_mask, packed_linear};
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
}

/// A frozen linear layer, with or without an adapter.
#[derive(Module, Debug)]
pub struct LoraLinear {
    pub(super) linear: Linear,
    /// The adapter.
    pub lora: Option<Lora>,
    #[module(skip)]
    packs: Packs,
    /// Whether it computes in 8-bit integers while the weight is frozen.
    #[module(skip)]
    in_int8: bool,
    /// The frozen weight and the bias in 16-bit numbers, beside them.
    #[module(skip)]
    float16: Option<(Tensor<2>, Tensor<1>)>,
}

impl From<Linear> for LoraLinear {
    fn from(linear: Linear) -> Self {
        Self {
            linear,
            lora: None,
            packs: Packs::default(),
            in_int8: false,
            float16: None,
        }
    }
}

impl LoraLinear {
    /// Computes in the numbers of the input, whatever those of the weight are.
    ///
    /// # Shapes
    /// - `input`: `[batch, tokens, d_input]`
    /// - output: `[batch, tokens, d_output]`
    pub fn forward(&self, input: Tensor<3>) -> Tensor<3> {
        let Linear { weight, bias } = &self.linear;
        let Some(bias) = bias else {
            return self.linear.forward(input);
        };
        let packs = self.packs();
        let (weight, own_bias) = self.of_dtype(weight, bias, input.dtype());
        match &self.lora {
            Some(Lora {
                a,
                b,
                dropout,
                scaling,
            }) => {
                let mask = dropout_mask(&input, dropout.prob);
                let adapter = LowRank {
                    a: a.val(),
                    b: b.val(),
                    scaling: *scaling,
                };
                adapted_linear(input, weight, bias.val(), adapter, mask, &packs)
            }
            None => packed_linear(input, weight, own_bias, &packs),
        }
    }

    /// The layer as one that nothing of is trained, for inputs of a type, if it is.
    pub(super) fn frozen(&self, dtype: DType) -> Option<Frozen> {
        let Linear { weight, bias } = &self.linear;
        let bias = bias.as_ref()?;
        let is_trained = self.lora.is_some() || weight.is_require_grad() || bias.is_require_grad();
        (!is_trained).then(|| {
            let (weight, bias) = self.of_dtype(weight, bias, dtype);
            let packs = self.packs();
            Frozen {
                weight,
                bias,
                packs,
            }
        })
    }

    /// Weight and bias as numbers of a type. Those that are trained are turned anew, as each step changes them.
    fn of_dtype(
        &self,
        weight: &Param<Tensor<2>>,
        bias: &Param<Tensor<1>>,
        dtype: DType,
    ) -> (Tensor<2>, Tensor<1>) {
        match &self.float16 {
            Some(frozen) if dtype == DType::F16 && !weight.is_require_grad() => frozen.clone(),
            _ => {
                let dtype = FloatDType::from(dtype);
                (weight.val().cast(dtype), bias.val().cast(dtype))
            }
        }
    }

    /// The weight's packs: to compute in 8-bit integers where that is wanted, and the weight is not trained.
    fn packs(&self) -> Packs {
        match self.in_int8 && !self.linear.weight.is_require_grad() {
            true => self.packs.in_int8(),
            false => self.packs.clone(),
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

    /// The same layer where the frozen weight is computed with in 8-bit integers, or no longer.
    pub(super) fn in_int8(self, in_int8: bool) -> Self {
        Self { in_int8, ..self }
    }

    /// The same layer with a copy of the frozen weight in 16-bit numbers beside it, for inputs of such, or without.
    pub(super) fn in_float16(self, in_float16: bool) -> Self {
        let Linear { weight, bias } = &self.linear;
        let float16 = match bias {
            Some(bias) if in_float16 && !weight.is_require_grad() => Some((
                weight.val().cast(FloatDType::F16),
                bias.val().cast(FloatDType::F16),
            )),
            _ => None,
        };
        Self { float16, ..self }
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
