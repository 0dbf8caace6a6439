//! Layer norm.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::kernel::tensors::residual_norm;

/// Layer norm over the last axis.
#[derive(Module, Debug)]
pub struct LayerNorm {
    /// `[width]`, the scale
    pub gamma: Param<Tensor<1>>,
    /// `[width]`, the shift
    pub beta: Param<Tensor<1>>,
    epsilon: f64,
}

impl LayerNorm {
    pub(super) fn new(gamma: Param<Tensor<1>>, beta: Param<Tensor<1>>, epsilon: f64) -> Self {
        Self {
            gamma,
            beta,
            epsilon,
        }
    }

    /// The norm of a sum: each norm of an encoder is one.
    ///
    /// # Shapes
    /// - `input`, output: `[..., width]`
    /// - `residual`: the same, or to be broadcast to it
    pub fn forward<const D: usize>(&self, input: Tensor<D>, residual: Tensor<D>) -> Tensor<D> {
        let (gamma, beta) = (self.gamma.val(), self.beta.val());
        residual_norm(input, residual, gamma, beta, self.epsilon)
    }
}
