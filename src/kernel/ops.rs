//! The operations as burn sees them, on any backend.
//!
//! What stands in the trait itself is burn's own way; `flex.rs` and `cube.rs` have the kernels' ways, `autodiff.rs` the
//! derivatives.

use burn::backend::ops::AttentionModuleOptions;
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, ExtensionType, TensorMetadata, backend_extension};
use burn::tensor::{Shape, Slice};

use super::packs::Packs;

/// A low-rank adapter: `scaling · (input ∘ mask) · A · B`.
///
/// # Shapes
/// - `a`: `[d_input, rank]`
/// - `b`: `[rank, d_output]`
#[derive(Debug, Clone, ExtensionType)]
pub struct Adapter<B: Backend> {
    /// From the input to the rank.
    pub a: FloatTensor<B>,
    /// From the rank to the output.
    pub b: FloatTensor<B>,
    /// Which of the input's numbers it sees.
    #[extension_type]
    pub mask: Mask<B>,
    /// What its output is multiplied with.
    pub scaling: f64,
}

/// What dropout leaves.
#[derive(Debug, Clone, ExtensionType)]
pub enum Mask<B: Backend> {
    /// All.
    None,
    /// What has a one here, of the input's shape, and the probability that a number has.
    Kept(FloatTensor<B>, f64),
}

/// The numbers of an update by Adam or AdamW.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    /// What the parameter is multiplied with: AdamW's decay.
    pub keep: f64,
    /// How much of the parameter is added to its gradient: Adam's decay.
    pub decay: f64,
    /// How much of the gradients' mean stays.
    pub beta_1: f64,
    /// How much of their squares' mean stays.
    pub beta_2: f64,
    /// The learning rate, corrected for the zeros that the means began with.
    pub rate: f64,
    /// What keeps a square of zero from dividing, corrected likewise.
    pub epsilon: f64,
}

/// Operations that there are kernels for. No gradient is computed for their weights, but for an adapter's.
#[backend_extension(Flex: cfg(feature = "cpu"), Cube: cfg(feature = "gpu"), Autodiff)]
pub trait Kernels: Backend {
    /// Whether this backend has them. Where it has not, burn derives its own operations.
    const EXIST: bool = false;

    /// Whether an adapter is one of them.
    const ADAPTERS: bool = false;

    /// `input · weight + bias`
    ///
    /// # Shapes
    /// - `input`: `[..., d_input]`
    /// - `weight`: `[d_input, d_output]`
    /// - `bias`: `[d_output]`
    /// - output: `[..., d_output]`
    fn frozen_linear(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        _packs: Packs,
    ) -> FloatTensor<Self> {
        Self::linear(input, weight, Some(bias))
    }

    /// The gradient of [`Self::frozen_linear`]'s input.
    ///
    /// # Shapes
    /// - `gradient`: `[..., d_output]`
    /// - `weight`: `[d_input, d_output]`
    /// - output: `[..., d_input]`
    fn frozen_linear_backward(
        gradient: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        _packs: Packs,
    ) -> FloatTensor<Self> {
        Self::linear_x_backward(weight, gradient)
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
    fn frozen_norm(
        input: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        epsilon: f64,
    ) -> FloatTensor<Self> {
        Self::layer_norm(input, scale, Some(shift), epsilon)
    }

    /// [`Self::frozen_norm`] of a sum.
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
        let output = Self::frozen_norm(sum.clone(), scale, shift, epsilon);
        (sum, output)
    }

    /// The gradient of [`Self::frozen_norm`]'s input, where the kernels exist.
    ///
    /// # Shapes
    /// - `input`, `gradient`, output: `[..., width]`
    /// - `scale`: `[width]`
    fn frozen_norm_backward(
        _input: FloatTensor<Self>,
        _scale: FloatTensor<Self>,
        _gradient: FloatTensor<Self>,
        _epsilon: f64,
    ) -> Option<FloatTensor<Self>> {
        None
    }

    /// Multi-head attention.
    ///
    /// # Shapes
    /// - `query`, `key`, `value`, output: `[batch, tokens, hidden]`
    /// - `padding`: `[batch, 1, 1, tokens]`, true where a token is padding
    fn self_attention(
        query: FloatTensor<Self>,
        key: FloatTensor<Self>,
        value: FloatTensor<Self>,
        padding: BoolTensor<Self>,
        heads: usize,
    ) -> FloatTensor<Self> {
        burn_attention::<Self>([query, key, value], padding, heads)
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

    /// [`Self::frozen_linear`] with an adapter beside it.
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
        let output = Self::frozen_linear(input.clone(), weight, bias, packs);
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

    /// The parameter and its moments after an update; its gradient is first multiplied as [`Self::clipping`] says.
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
    ) -> (FloatTensor<Self>, FloatTensor<Self>, FloatTensor<Self>) {
        let ones = Shape::from(vec![1; gradient.rank()]);
        let scale = Self::float_reshape(Self::float_slice(clipping, &[Slice::from(2..3)]), ones);
        let mut gradient = Self::float_mul(gradient, scale);
        if step.decay != 0.0 {
            let decay = Self::float_mul_scalar(value.clone(), step.decay.into());
            gradient = Self::float_add(gradient, decay);
        }
        let running = |before, keep: f64, addend| {
            let kept = Self::float_mul_scalar(before, keep.into());
            let new = Self::float_mul_scalar(addend, (1.0 - keep).into());
            Self::float_add(kept, new)
        };
        let square = Self::float_mul(gradient.clone(), gradient.clone());
        let mean = running(mean, step.beta_1, gradient);
        let mean_square = running(mean_square, step.beta_2, square);
        let root = Self::float_sqrt(mean_square.clone());
        let root = Self::float_add_scalar(root, step.epsilon.into());
        let change = Self::float_mul_scalar(mean.clone(), step.rate.into());
        let change = Self::float_div(change, root);
        let value = Self::float_mul_scalar(value, step.keep.into());
        (Self::float_sub(value, change), mean, mean_square)
    }
}

impl<B: Backend> Adapter<B> {
    /// What the projection is multiplied with: the scaling, and dropout's for what is left.
    pub(super) fn factor(&self) -> f32 {
        match self.mask {
            Mask::None => self.scaling as f32,
            Mask::Kept(_, keep) => (self.scaling / keep) as f32,
        }
    }

    /// The same with each tensor changed.
    pub(super) fn map<C: Backend>(
        self,
        mut change: impl FnMut(FloatTensor<B>) -> FloatTensor<C>,
    ) -> Adapter<C> {
        Adapter {
            a: change(self.a),
            b: change(self.b),
            mask: match self.mask {
                Mask::None => Mask::None,
                Mask::Kept(mask, keep) => Mask::Kept(change(mask), keep),
            },
            scaling: self.scaling,
        }
    }
}

/// An adapter's output by burn's own operations.
///
/// # Shapes
/// - `input`: `[..., d_input]`
/// - output: `[..., d_output]`
pub(super) fn burn_adapter<B: Backend>(
    input: FloatTensor<B>,
    adapter: Adapter<B>,
) -> FloatTensor<B> {
    let mut shape = input.shape();
    let input = match adapter.mask {
        Mask::None => input,
        Mask::Kept(mask, keep) => {
            B::float_mul_scalar(B::float_mul(input, mask), (1.0 / keep).into())
        }
    };
    let [d_input, _] = adapter.a.shape().dims();
    let [_, d_output] = adapter.b.shape().dims();
    let rows = shape.num_elements() / d_input.max(1);
    let rows = B::float_reshape(input, Shape::new([rows, d_input]));
    let update = B::float_matmul(B::float_matmul(rows, adapter.a), adapter.b);
    let update = B::float_mul_scalar(update, adapter.scaling.into());
    if let Some(last) = shape.iter_mut().last() {
        *last = d_output;
    }
    B::float_reshape(update, shape)
}

/// Attention by burn's own operation, which wants the heads apart.
///
/// # Shapes
/// - as [`Kernels::self_attention`]
pub(super) fn burn_attention<B: Backend>(
    projections: [FloatTensor<B>; 3],
    padding: BoolTensor<B>,
    heads: usize,
) -> FloatTensor<B> {
    let [batch, tokens, hidden] = projections[0].shape().dims();
    let [query, key, value] = projections.map(|x| {
        let apart = Shape::new([batch, tokens, heads, hidden / heads]);
        B::float_swap_dims(B::float_reshape(x, apart), 1, 2)
    });
    let padding = B::bool_expand(padding, Shape::new([batch, heads, tokens, tokens]));
    let options = AttentionModuleOptions::default();
    let context = B::attention(query, key, value, Some(padding), None, options);
    B::float_reshape(
        B::float_swap_dims(context, 1, 2),
        Shape::new([batch, tokens, hidden]),
    )
}
