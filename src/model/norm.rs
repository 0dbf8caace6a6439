//! Layer norm.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::kernel::tensors::fused_norm;

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

    /// # Shapes
    /// - `input`, output: `[..., width]`
    pub fn forward<const D: usize>(&self, input: Tensor<D>) -> Tensor<D> {
        fused_norm(input, self.gamma.val(), self.beta.val(), self.epsilon)
    }
}
