//! The operations on burn's tensors. All but the first argument's gradients are left out, see [`Kernels`].

use burn::backend::Dispatch;
use burn::tensor::{Bool, Tensor};

use super::ops::Kernels;
use super::packs::Packs;

/// `input · weight + bias`, where no gradient is wanted for weight and bias.
///
/// # Shapes
/// - `input`: `[..., d_input]`
/// - `weight`: `[d_input, d_output]`
/// - `bias`: `[d_output]`
/// - output: `[..., d_output]`
pub fn frozen_linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    packs: &Packs,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::frozen_linear(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        packs.clone(),
    ))
}

/// GELU by the error function, of each value.
pub fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::exact_gelu(input.into_dispatch()))
}

/// Layer norm over the last axis, where no gradient is wanted for scale and shift.
///
/// # Shapes
/// - `input`, output: `[..., width]`
/// - `scale`, `shift`: `[width]`
pub fn frozen_norm<const D: usize>(
    input: Tensor<D>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    epsilon: f64,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::frozen_norm(
        input.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
        epsilon,
    ))
}

/// Dropout in training, which is on devices with autodiff; the tensor itself elsewhere. The device's seed decides.
pub fn dropout<const D: usize>(input: Tensor<D>, probability: f64) -> Tensor<D> {
    if probability == 0.0 || !input.device().is_autodiff() {
        return input;
    }
    let like = input.clone().into_dispatch();
    input * Tensor::from_dispatch(Dispatch::dropout_factors(like, probability))
}

/// Multi-head attention, of which all three projections get gradients.
///
/// # Shapes
/// - `query`, `key`, `value`, output: `[batch, tokens, hidden]`
/// - `padding`: `[batch, 1, 1, tokens]`, true where a token is padding
pub fn self_attention(
    query: Tensor<3>,
    key: Tensor<3>,
    value: Tensor<3>,
    padding: Tensor<4, Bool>,
    heads: usize,
) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::self_attention(
        query.into_dispatch(),
        key.into_dispatch(),
        value.into_dispatch(),
        padding.into_dispatch(),
        heads,
    ))
}

#[cfg(test)]
mod tests;
