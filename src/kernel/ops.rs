//! The operations as burn sees them, on any backend.
//!
//! What stands in the trait itself is burn's own way; `flex.rs` and `cube.rs` have the kernels' ways, `autodiff.rs` the
//! derivatives.

mod by_burn;
mod operands;

use std::sync::Arc;

use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, TensorMetadata, backend_extension};
use burn::tensor::{DType, Distribution, FloatDType, Shape};

use super::packs::Packs;
use by_burn::burn_scaled_clipping;
pub(super) use by_burn::{burn_adapter, burn_attention, burn_packed_attention};
pub use operands::{AdamStep, Adapter, FrozenLinear, Mask};

/// Operations that there are kernels for.
#[backend_extension(Flex: cfg(feature = "cpu"), Cube: cfg(feature = "gpu"), Autodiff)]
pub trait Kernels: Backend {
    /// Whether this backend has them. Where it has not, burn derives its own operations.
    const EXIST: bool = false;

    /// Whether attention without padding is one of them.
    const PACKED_ATTENTION: bool = false;

    /// Whether an adapter is one of them.
    const ADAPTERS: bool = false;

    /// `input · weight + bias`. The weight is packed once, until there is another one. Where its packs ask for 8-bit
    /// integers, its products are in these on backends that have them, those of gradients included.
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

    /// Two layers with [`Self::exact_gelu`] between them, each as [`Self::packed_linear`]; without gradients, an approximation
    /// of GELU where it is lost in the steps of 8-bit integers.
    ///
    /// # Shapes
    /// - `input`: `[..., d_input]`
    /// - output: `[..., d_output]`
    fn feed_forward(
        input: FloatTensor<Self>,
        #[extension_type] up: FrozenLinear<Self>,
        #[extension_type] down: FrozenLinear<Self>,
    ) -> FloatTensor<Self> {
        feed_forward_apart::<Self>(input, up, down)
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
        // Sums over many rows, for weights of 32-bit numbers.
        let [input, gradient] = [input, gradient].map(to_f32::<Self>);
        let shape = input.shape();
        let width = Shape::new([shape[shape.num_dims() - 1]]);
        let ones = Self::float_ones(width, &input.device(), FloatDType::F32);
        let normalised = Self::layer_norm(input, ones, None, epsilon);
        let scale = Self::float_mul(gradient.clone(), normalised);
        // Summed over the rows, as a bias is.
        (
            Self::linear_bias_backward(scale),
            Self::linear_bias_backward(gradient),
        )
    }

    /// [`Self::fused_norm`] of a sum.
    ///
    /// # Shapes
    /// - as there; `residual` as the input, or to be broadcast to it
    fn residual_norm(
        input: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        Self::residual_norm_with_sum(input, residual, scale, shift, epsilon).1
    }

    /// [`Self::residual_norm`] beside the sum, which its step back wants.
    ///
    /// # Shapes
    /// - as there
    fn residual_norm_with_sum(
        input: FloatTensor<Self>,
        residual: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> (FloatTensor<Self>, FloatTensor<Self>) {
        let sum = Self::float_add(input, residual);
        let output = Self::fused_norm(sum.clone(), scale, shift, epsilon);
        (sum, output)
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

    /// Ones with the probability `keep`, else zeros, of `like`'s shape. The device's seed decides; there is no gradient.
    fn dropout_mask(like: FloatTensor<Self>, keep: f64) -> FloatTensor<Self> {
        let dtype = like.dtype().into();
        Self::float_random(
            like.shape(),
            Distribution::Bernoulli(keep),
            &like.device(),
            dtype,
        )
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

    /// Multi-head attention of texts that lie one after another without padding. Where it is asked for, its products are in
    /// 8-bit integers on backends that have them, unless gradients are wanted.
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
        _in_int8: bool,
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

    /// [`Self::packed_linear`] with an adapter beside it.
    ///
    /// # Shapes
    /// - as there
    fn adapted_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        #[extension_type] adapter: Adapter<Self>,
        packs: Packs,
    ) -> FloatTensor<Self> {
        Self::adapted_linear_with_projection(input, weight, bias, adapter, packs).0
    }

    /// [`Self::adapted_linear`] and, where adapters are among the kernels, what comes between A and B, scaled.
    ///
    /// # Shapes
    /// - as there; projection: `[rows, rank]`
    fn adapted_linear_with_projection(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        #[extension_type] adapter: Adapter<Self>,
        packs: Packs,
    ) -> (FloatTensor<Self>, Option<FloatTensor<Self>>) {
        let output = Self::packed_linear(input.clone(), weight, bias, packs);
        let update = burn_adapter::<Self>(input, adapter);
        (Self::float_add(output, update), None)
    }

    /// The gradients of [`Self::adapted_linear`]'s input, if it is wanted, of A and of B, where adapters are among the
    /// kernels.
    ///
    /// # Shapes
    /// - as there
    fn adapted_linear_backward(
        _input: FloatTensor<Self>,
        _projection: FloatTensor<Self>,
        _weight: FloatTensor<Self>,
        #[extension_type] _adapter: Adapter<Self>,
        _gradient: FloatTensor<Self>,
        _wants_input: bool,
        _packs: Packs,
    ) -> Option<(
        Option<FloatTensor<Self>>,
        FloatTensor<Self>,
        FloatTensor<Self>,
    )> {
        None
    }

    /// A gradient's squares, summed up to a few numbers, as many for each.
    ///
    /// # Shapes
    /// - output: `[parts]`
    fn squares(gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_sum(Self::float_mul(gradient.clone(), gradient))
    }

    /// [`Self::squares`] beside those of other gradients.
    ///
    /// # Shapes
    /// - `sum`, output: `[parts]`
    fn add_squares(sum: FloatTensor<Self>, gradient: FloatTensor<Self>) -> FloatTensor<Self> {
        Self::float_add(sum, Self::squares(gradient))
    }

    /// The loss, the norm of all gradients, and what they are multiplied with so that it is at most `max_norm`, as one
    /// tensor: so that it is read at once, and that the updates need not wait for it.
    ///
    /// Source: `torch.nn.utils.clip_grad_norm_`.
    ///
    /// # Shapes
    /// - `sum`: `[parts]`
    /// - `loss`: `[1]`
    /// - output: `[3]`
    fn clipping(
        sum: FloatTensor<Self>,
        loss: FloatTensor<Self>,
        max_norm: Option<f64>,
    ) -> FloatTensor<Self> {
        let norm = Self::float_sqrt(Self::float_sum(sum));
        // PyTorch's 1e-6 keeps a zero norm from dividing.
        let inverse = Self::float_recip(Self::float_add_scalar(norm.clone(), 1e-6.into()));
        let most = max_norm.unwrap_or(f64::INFINITY);
        let scale = Self::float_mul_scalar(inverse, most.into());
        let scale = Self::float_clamp_max(scale, 1.into());
        Self::float_cat(vec![loss, norm, scale], 0)
    }

    /// [`Self::clipping`] of the gradients of a loss that was multiplied with `scale`, which their multiplier takes off. It is
    /// 0, which leaves a parameter and its moments as they are, where the norm is no number, and where `before` has 0 there:
    /// after such a step none counts until its reader knows of it.
    ///
    /// Source: `torch.amp.GradScaler`.
    ///
    /// # Shapes
    /// - as there; `before`: `[3]`
    fn scaled_clipping(
        sum: FloatTensor<Self>,
        loss: FloatTensor<Self>,
        before: FloatTensor<Self>,
        max_norm: Option<f64>,
        scale: f64,
    ) -> FloatTensor<Self> {
        burn_scaled_clipping::<Self>(sum, loss, before, max_norm, scale)
    }

    /// The parameter and its moments after an update; its gradient is first multiplied as [`Self::clipping`] says. With 0 all
    /// stay as they are, whatever the gradient is.
    ///
    /// Source: the algorithms in the documentation of `torch.optim.{AdamW,Adam}`.
    ///
    /// # Shapes
    /// - `value`, `gradient`, `mean`, `mean_square`, outputs: of any one shape
    /// - `clipping`: `[3]`
    fn adam(
        value: FloatTensor<Self>,
        gradient: FloatTensor<Self>,
        mean: FloatTensor<Self>,
        mean_square: FloatTensor<Self>,
        clipping: FloatTensor<Self>,
        step: AdamStep,
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>);
}

/// [`Kernels::feed_forward`], one operation after another.
pub(super) fn feed_forward_apart<B: Kernels>(
    input: FloatTensor<B>,
    up: FrozenLinear<B>,
    down: FrozenLinear<B>,
) -> FloatTensor<B> {
    let inner = B::packed_linear(input, up.weight, up.bias, up.packs);
    B::packed_linear(B::exact_gelu(inner), down.weight, down.bias, down.packs)
}

/// Whether the kernels, which know no other numbers, can work on these.
pub(super) fn are_f32<T: TensorMetadata, const N: usize>(tensors: [&T; N]) -> bool {
    tensors.iter().all(|tensor| tensor.dtype() == DType::F32)
}

/// A tensor as one of 32-bit numbers.
pub(super) fn to_f32<B: Backend>(tensor: FloatTensor<B>) -> FloatTensor<B> {
    cast::<B>(tensor, DType::F32)
}

/// A tensor as one of some other numbers.
pub(super) fn cast<B: Backend>(tensor: FloatTensor<B>, dtype: DType) -> FloatTensor<B> {
    match tensor.dtype() == dtype {
        true => tensor,
        false => B::float_cast(tensor, dtype.into()),
    }
}
