//! The activation between the two feed-forward layers.

use burn::tensor::activation::{gelu_approximate, relu};
use burn::tensor::{FloatDType, Tensor};

use crate::kernel::tensors::gelu;

/// An activation by the names that transformers has for it (`ACT2FN`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// `gelu`: by the error function.
    Gelu,
    /// `gelu_new`, `gelu_pytorch_tanh`: GELU's approximation by the hyperbolic tangent.
    GeluTanh,
    /// `relu`
    Relu,
}

impl Activation {
    /// The names that [`Self::from_name`] knows, as a sentence lists them.
    pub const NAMES: &str = "gelu, gelu_new, gelu_pytorch_tanh or relu";

    /// The activation of a name in config.json.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "gelu" => Some(Self::Gelu),
            "gelu_new" | "gelu_pytorch_tanh" => Some(Self::GeluTanh),
            "relu" => Some(Self::Relu),
            _ => None,
        }
    }

    /// Applies it to each value.
    pub fn forward<const D: usize>(self, input: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Gelu => gelu(input),
            Self::GeluTanh => {
                // A cube of what 16-bit numbers hold is beyond them.
                let dtype = FloatDType::from(input.dtype());
                gelu_approximate(input.cast(FloatDType::F32)).cast(dtype)
            }
            Self::Relu => relu(input),
        }
    }
}
