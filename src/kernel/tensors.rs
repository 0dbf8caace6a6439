//! The operations on burn's tensors.

use std::sync::Arc;

use burn::backend::Dispatch;
#[cfg(feature = "cpu")]
use burn::tensor::FloatDType;
use burn::tensor::{Bool, Device, Tensor};

use super::ops::{AdamStep, Adapter, FrozenLinear, Kernels, Mask};
use super::packs::Packs;

/// `input · weight + bias`. The weight is packed once, until there is another one. Where its packs ask for 8-bit integers,
/// its products are in these, those of the input's gradient included; a device without any computes in floating point.
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

/// Whether a device has 8-bit integers for [`packed_linear`], with instructions that make them faster than floating point.
pub fn has_int8(device: &Device) -> bool {
    #[cfg(feature = "cpu")]
    return super::flex::runs_on(device) && super::int8::is_available();
    #[cfg(not(feature = "cpu"))]
    return false;
}

/// Whether a device computes in 16-bit numbers: a GPU whose adapter has `shader-f16`.
pub fn has_float16(device: &Device) -> bool {
    #[cfg(feature = "cpu")]
    return !super::flex::runs_on(device) && device.supports_dtype(FloatDType::F16);
    #[cfg(not(feature = "cpu"))]
    return false;
}

/// A linear layer that is not trained.
#[derive(Debug, Clone)]
pub struct Frozen {
    /// `[d_input, d_output]`
    pub weight: Tensor<2>,
    /// `[d_output]`
    pub bias: Tensor<1>,
    /// The weight's packed forms.
    pub packs: Packs,
}

impl From<Frozen> for FrozenLinear<Dispatch> {
    fn from(layer: Frozen) -> Self {
        Self {
            weight: layer.weight.into_dispatch(),
            bias: layer.bias.into_dispatch(),
            packs: layer.packs,
        }
    }
}

/// A feed-forward network: [`packed_linear`] twice, with [`gelu()`] between. Only the input gets a gradient.
///
/// # Shapes
/// - `input`: `[..., d_input]`
/// - output: `[..., d_output]`
pub fn feed_forward<const D: usize>(input: Tensor<D>, up: Frozen, down: Frozen) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::feed_forward(
        input.into_dispatch(),
        up.into(),
        down.into(),
    ))
}

/// GELU by the error function, of each value.
pub fn gelu<const D: usize>(input: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::exact_gelu(input.into_dispatch()))
}

/// A low-rank adapter beside a linear layer: `scaling · (input ∘ mask) · A · B`, where the mask is dropout's.
#[derive(Debug, Clone)]
pub struct LowRank {
    /// `[d_input, rank]`
    pub a: Tensor<2>,
    /// `[rank, d_output]`
    pub b: Tensor<2>,
    /// What the output is multiplied with.
    pub scaling: f64,
}

/// [`packed_linear`] with a frozen weight and an adapter beside it, which gets gradients.
///
/// # Shapes
/// - as there
/// - `mask`: as `input`, ones where dropout keeps a number, beside the probability that it does
pub fn adapted_linear<const D: usize>(
    input: Tensor<D>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    adapter: LowRank,
    mask: Option<(Tensor<D>, f64)>,
    packs: &Packs,
) -> Tensor<D> {
    let LowRank { a, b, scaling } = adapter;
    let adapter = Adapter {
        a: a.into_dispatch(),
        b: b.into_dispatch(),
        mask: match mask {
            Some((mask, keep)) => Mask::Kept(mask.into_dispatch(), keep),
            None => Mask::None,
        },
        scaling,
    };
    Tensor::from_dispatch(Dispatch::adapted_linear(
        input.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        adapter,
        packs.clone(),
    ))
}

/// Layer norm of a sum over the last axis.
///
/// # Shapes
/// - `input`, output: `[..., width]`
/// - `residual`: the same, or to be broadcast to it
/// - `scale`, `shift`: `[width]`
pub fn residual_norm<const D: usize>(
    input: Tensor<D>,
    residual: Tensor<D>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    epsilon: f64,
) -> Tensor<D> {
    Tensor::from_dispatch(Dispatch::residual_norm(
        input.into_dispatch(),
        residual.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
        epsilon,
    ))
}

/// Dropout in training, which is on devices with autodiff; the tensor itself elsewhere. The device's seed decides.
pub fn dropout<const D: usize>(input: Tensor<D>, probability: f64) -> Tensor<D> {
    match dropout_mask(&input, probability) {
        Some((mask, keep)) => input * (mask / keep),
        None => input,
    }
}

/// What dropout leaves of an input, if it is at work: ones where a number stays, and the probability that it does.
pub fn dropout_mask<const D: usize>(
    input: &Tensor<D>,
    probability: f64,
) -> Option<(Tensor<D>, f64)> {
    if probability == 0.0 || !input.device().is_autodiff() {
        return None;
    }
    let keep = 1.0 - probability;
    let mask = Dispatch::dropout_mask(input.clone().into_dispatch(), keep);
    Some((Tensor::from_dispatch(mask), keep))
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

/// The same for texts that lie one after another without padding. Its products are in 8-bit integers where that is asked
/// for and no gradient is, on devices where [`has_int8`] says that they are faster.
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
    in_int8: bool,
) -> Tensor<3> {
    Tensor::from_dispatch(Dispatch::packed_attention(
        query.into_dispatch(),
        key.into_dispatch(),
        value.into_dispatch(),
        lengths,
        heads,
        in_int8,
    ))
}

/// The sum of a gradient's squares, beside that of others, as a few numbers that only [`clipping`] knows.
pub fn add_squares<const D: usize>(sum: Option<Tensor<1>>, gradient: Tensor<D>) -> Tensor<1> {
    let gradient = gradient.into_dispatch();
    Tensor::from_dispatch(match sum {
        Some(sum) => Dispatch::add_squares(sum.into_dispatch(), gradient),
        None => Dispatch::squares(gradient),
    })
}

/// The loss, the norm of all gradients, and what they are multiplied with so that it is at most `max_norm`.
///
/// # Shapes
/// - `squares`: what [`add_squares`] gave
/// - `loss`: `[1]`
/// - output: `[3]`
pub fn clipping(squares: Tensor<1>, loss: Tensor<1>, max_norm: Option<f64>) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::clipping(
        squares.into_dispatch(),
        loss.into_dispatch(),
        max_norm,
    ))
}

/// [`clipping()`] of the gradients of a loss that was multiplied with `scale`: what they are multiplied with takes it off, and
/// the norm is without it. Where the norm is no number they are multiplied with 0, which leaves all as it is, as they are where
/// `before`, of the step before if its numbers were not read yet, has 0.
///
/// # Shapes
/// - as there; `before`: `[3]`
pub fn scaled_clipping(
    squares: Tensor<1>,
    loss: Tensor<1>,
    before: Tensor<1>,
    max_norm: Option<f64>,
    scale: f64,
) -> Tensor<1> {
    Tensor::from_dispatch(Dispatch::scaled_clipping(
        squares.into_dispatch(),
        loss.into_dispatch(),
        before.into_dispatch(),
        max_norm,
        scale,
    ))
}

/// A parameter and its moments after an update by Adam or AdamW; as they were where the gradient is multiplied with 0.
///
/// # Shapes
/// - `clipping`: what [`clipping()`] or [`scaled_clipping()`] gave
pub fn adam<const D: usize>(
    value: Tensor<D>,
    gradient: Tensor<D>,
    [mean, mean_square]: [Tensor<D>; 2],
    clipping: Tensor<1>,
    step: AdamStep,
) -> (Tensor<D>, [Tensor<D>; 2]) {
    let (value, mean, mean_square) = Dispatch::adam(
        value.into_dispatch(),
        gradient.into_dispatch(),
        mean.into_dispatch(),
        mean_square.into_dispatch(),
        clipping.into_dispatch(),
        step,
    );
    let [value, mean, mean_square] = [value, mean, mean_square].map(Tensor::from_dispatch);
    (value, [mean, mean_square])
}

#[cfg(test)]
mod tests;
