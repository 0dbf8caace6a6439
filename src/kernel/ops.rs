//! The operations as burn sees them, on any backend.
//!
//! What stands in the trait itself is burn's own way, which the GPU goes; `flex.rs` has the kernels' way, `autodiff.rs`
//! their derivatives.

use std::sync::Arc;

use burn::backend::ops::AttentionModuleOptions;
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, TensorMetadata, backend_extension};
use burn::tensor::{Distribution, Shape};

use super::packs::Packs;

/// Operations that the CPU has kernels for.
#[backend_extension(Flex: cfg(feature = "cpu"), Cube: cfg(feature = "gpu"), Autodiff)]
pub trait Kernels: Backend {
    /// Whether this backend has them. Where it has not, burn derives its own operations.
    const EXIST: bool = false;

    /// `input · weight + bias`. The weight is packed once, until there is another one.
    ///
    /// # Shapes
    /// - `input`: `[..., d_input]`
    /// - `weight`: `[d_input, d_output]`
    /// - `bias`: `[d_output]`
    /// - output: `[..., d_output]`
    fn packed_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        _packs: Packs,
    ) -> FloatTensor<Self> {
        Self::linear(input, weight, Some(bias))
    }

    /// The gradient of [`Self::packed_linear`]'s input.
    ///
    /// # Shapes
    /// - `gradient`: `[..., d_output]`
    /// - `weight`: `[d_input, d_output]`
    /// - output: `[..., d_input]`
    fn packed_linear_backward(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        _packs: Packs,
    ) -> FloatTensor<Self> {
        Self::linear_x_backward(weight, gradient)
    }

    /// The gradient of [`Self::packed_linear`]'s weight.
    ///
    /// # Shapes
    /// - `input`: `[..., d_input]`
    /// - `gradient`: `[..., d_output]`
    /// - output: `[d_input, d_output]`
    fn packed_linear_weight_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::linear_weight_backward(input, gradient)
    }

    /// [`Self::packed_linear`] in 8-bit integers, where [`has_int8`](super::has_int8) says that they are faster; no gradient
    /// is computed.
    ///
    /// # Shapes
    /// - as there
    fn int8_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        _packs: Packs,
    ) -> FloatTensor<Self> {
        Self::linear(input, weight, Some(bias))
    }

    /// [`Self::int8_linear`] of GELU of each input.
    ///
    /// # Shapes
    /// - as there
    fn int8_gelu_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        _packs: Packs,
    ) -> FloatTensor<Self> {
        Self::linear(Self::gelu(input), weight, Some(bias))
    }

    /// GELU by the error function, of each value.
    fn exact_gelu(input: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::gelu(input)
    }

    /// The gradient of [`Self::exact_gelu`]'s input.
    fn exact_gelu_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        Self::gelu_backward(input, gradient)
    }

    /// Layer norm over the last axis.
    ///
    /// # Shapes
    /// - `input`, output: `[..., width]`
    /// - `scale`, `shift`: `[width]`
    fn fused_norm(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        Self::layer_norm(input, scale, Some(shift), epsilon)
    }

    /// The gradients of [`Self::fused_norm`]'s scale and shift.
    ///
    /// # Shapes
    /// - `input`, `gradient`: `[..., width]`
    /// - output: `[width]` each
    fn fused_norm_weights_backward(
        input: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let shape = input.shape();
        let width = Shape::new([shape[shape.num_dims() - 1]]);
        let ones = Self::float_ones(width, &input.device(), input.dtype().into());
        let normalised = Self::layer_norm(input, ones, None, epsilon);
        let scale = Self::float_mul(gradient.clone(), normalised);
        // Summed over the rows, as a bias is.
        (
            Self::linear_bias_backward(scale),
            Self::linear_bias_backward(gradient),
        )
    }

    /// The gradient of [`Self::fused_norm`]'s input, where the kernels exist.
    ///
    /// # Shapes
    /// - `input`, `gradient`, output: `[..., width]`
    /// - `scale`: `[width]`
    fn fused_norm_backward(
        _input: FloatTensor<Self>,
        _scale: FloatTensor<Self>,
        _gradient: FloatTensor<Self>,
        _epsilon: f64,
    ) -> Option<FloatTensor<Self>> {
        None
    }

    /// What dropout multiplies a tensor of `like`'s shape with: 0 with `probability`, else what keeps the mean. The device's
    /// seed decides; there is no gradient.
    fn dropout_factors(like: FloatTensor<Self>, probability: f64) -> FloatTensor<Self> {
        let kept = 1.0 - probability;
        let (shape, dtype) = (like.shape(), like.dtype().into());
        let mask = Self::float_random(shape, Distribution::Bernoulli(kept), &like.device(), dtype);
        Self::float_div_scalar(mask, kept.into())
    }

    /// Multi-head attention.
    ///
    /// # Shapes
    /// - `query`, `key`, `value`, output: `[batch, tokens, hidden]`
    /// - `padding`: `[batch, 1, 1, tokens]`, true where a token is padding, which comes after a text's tokens
    fn self_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        burn_attention::<Self>([query, key, value], Some(padding), heads)
    }

    /// The gradients of [`Self::self_attention`]'s query, key and value, where the kernels exist.
    ///
    /// # Shapes
    /// - as there
    fn self_attention_backward(
        _query: FloatTensor<Self>,
        _key: FloatTensor<Self>,
        _value: FloatTensor<Self>,
        _padding: BoolTensor<Self>,
        _gradient: FloatTensor<Self>,
        _heads: usize,
    ) -> Option<(FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>)> {
        None
    }

    /// Multi-head attention of texts that lie one after another without padding.
    ///
    /// # Shapes
    /// - `query`, `key`, `value`, output: `[1, tokens of all texts, hidden]`
    /// - `lengths`: the tokens of each text
    fn packed_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        lengths: Arc<[usize]>,
        heads: usize,
    ) -> FloatTensor<Self> {
        burn_packed_attention::<Self>([query, key, value], &lengths, heads)
    }

    /// The gradients of [`Self::packed_attention`]'s query, key and value, where the kernels exist.
    ///
    /// # Shapes
    /// - as there
    fn packed_attention_backward(
        _query: FloatTensor<Self>,
        _key: FloatTensor<Self>,
        _value: FloatTensor<Self>,
        _lengths: Arc<[usize]>,
        _gradient: FloatTensor<Self>,
        _heads: usize,
    ) -> Option<(FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>)> {
        None
    }
}

#[cfg(feature = "gpu")]
impl Kernels for burn::backend::Cube {}

/// Attention by burn's own operation, which wants the heads apart.
///
/// # Shapes
/// - as [`Kernels::self_attention`]
pub(super) fn burn_attention<B: Backend>(
    projections: [FloatTensor<B>; 3],
    padding: Option<BoolTensor<B>>,
    heads: usize,
) -> FloatTensor<B> {
    let [batch, tokens, hidden] = projections[0].shape().dims();
    let [query, key, value] = projections.map(|x| {
        let apart = Shape::new([batch, tokens, heads, hidden / heads]);
        B::float_swap_dims(B::float_reshape(x, apart), 1, 2)
    });
    let shape = Shape::new([batch, heads, tokens, tokens]);
    let padding = padding.map(|padding| B::bool_expand(padding, shape));
    let options = AttentionModuleOptions::default();
    let context = B::attention(query, key, value, padding, None, options);
    B::float_reshape(
        B::float_swap_dims(context, 1, 2),
        Shape::new([batch, tokens, hidden]),
    )
}

/// The same, a text at a time.
///
/// # Shapes
/// - as [`Kernels::packed_attention`]
pub(super) fn burn_packed_attention<B: Backend>(
    projections: [FloatTensor<B>; 3],
    lengths: &[usize],
    heads: usize,
) -> FloatTensor<B> {
    let [_, tokens, hidden] = projections[0].shape().dims();
    let mut start = 0;
    let texts = lengths.iter().map(|length| {
        let rows = start..(start + length).min(tokens);
        start = rows.end;
        let slices = [(0..1).into(), rows.into(), (0..hidden).into()];
        let own = projections.clone().map(|x| B::float_slice(x, &slices));
        burn_attention::<B>(own, None, heads)
    });
    B::float_cat(texts.collect(), 1)
}
