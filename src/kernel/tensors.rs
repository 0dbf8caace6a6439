//! The operations on burn's tensors.

use std::sync::Arc;

use burn::backend::Dispatch;
use burn::tensor::{Bool, Device, Tensor};

use super::ops::Kernels;
use super::packs::Packs;

/// `input · weight + bias`. The weight is packed once, until there is another one.
///
/// # Shapes
/// - `input`: `[..., d_input]`
/// - `weight`: `[d_input, d_output]`
/// - `bias`: `[d_output]`
/// - output: `[..., d_output]`
pub fn packed_linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    packs: &Packs,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::packed_linear(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        packs.clone(),
    ))
}

/// [`packed_linear`] in 8-bit integers, without any gradient. On a device that has none, or where
/// [`has_int8`](super::has_int8) says no, it is in floating point.
///
/// # Shapes
/// - as there
pub fn int8_linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    packs: &Packs,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::int8_linear(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        packs.clone(),
    ))
}

/// [`int8_linear`] of GELU of each input.
///
/// # Shapes
/// - as there
pub fn int8_gelu_linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    packs: &Packs,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::int8_gelu_linear(
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

/// Layer norm over the last axis.
///
/// # Shapes
/// - `input`, output: `[..., width]`
/// - `scale`, `shift`: `[width]`
pub fn fused_norm<const D: usize>(
    input: Tensor<D>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    epsilon: f64,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::fused_norm(
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
/// - `padding`: `[batch, 1, 1, tokens]`, true where a token is padding, which comes after a text's tokens
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

/// Whether a device has a kernel for [`packed_attention`], which takes an operation a text elsewhere.
pub fn has_packed_attention(device: &Device) -> bool {
    #[cfg(feature = "cpu")]
    return super::flex::runs_on(device);
    #[cfg(not(feature = "cpu"))]
    return false;
}

/// The same for texts that lie one after another without padding.
///
/// # Shapes
/// - `query`, `key`, `value`, output: `[1, tokens of all texts, hidden]`
/// - `lengths`: the tokens of each text
pub fn packed_attention(
    query: Tensor<3>,
    key: Tensor<3>,
    value: Tensor<3>,
    lengths: Arc<[usize]>,
    heads: usize,
) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::packed_attention(
        query.into_dispatch(),
        key.into_dispatch(),
        value.into_dispatch(),
        lengths,
        heads,
    ))
}

#[cfg(test)]
mod tests;
