//! Operations by burn's own.

use burn::backend::ops::AttentionModuleOptions;
use burn::backend::tensor::{BoolTensor, FloatTensor};
use burn::backend::{Backend, TensorMetadata, get_device_settings};
use burn::tensor::{BoolDType, Shape, Slice};

use super::{Adapter, Kernels, Mask};

/// An adapter's output by burn's own operations.
///
/// # Shapes
/// - `input`: `[..., d_input]`
/// - output: `[..., d_output]`
pub(in super::super) fn burn_adapter<B: Backend>(
    input: FloatTensor<B>,
    adapter: Adapter<B>,
) -> FloatTensor<B> {
    let mut shape = input.shape();
    let factor = adapter.factor();
    let input = match adapter.mask {
        Mask::None => input,
        Mask::Kept(mask, _) => B::float_mul(input, mask),
    };
    let [d_input, _] = adapter.a.shape().dims();
    let [_, d_output] = adapter.b.shape().dims();
    let rows = shape.num_elements() / d_input.max(1);
    let rows = B::float_reshape(input, Shape::new([rows, d_input]));
    // Scaled where the rows are short.
    let projection = B::float_mul_scalar(B::float_matmul(rows, adapter.a), factor.into());
    let update = B::float_matmul(projection, adapter.b);
    if let Some(last) = shape.iter_mut().last() {
        *last = d_output;
    }
    B::float_reshape(update, shape)
}

/// [`Kernels::scaled_clipping`] by burn's own operations.
///
/// # Shapes
/// - as there
pub(in super::super) fn burn_scaled_clipping<B: Kernels>(
    sum: FloatTensor<B>,
    loss: FloatTensor<B>,
    before: FloatTensor<B>,
    max_norm: Option<f64>,
    scale: f64,
) -> FloatTensor<B> {
    let truths = truths_of::<B>(&loss);
    // The norm of the scaled gradients is clipped to the scaled bound.
    let numbers = B::clipping(sum, loss, max_norm.map(|norm| norm * scale));
    let at = |numbers: &FloatTensor<B>, place: isize| {
        B::float_slice(numbers.clone(), &[Slice::from(place..place + 1)])
    };
    let unscale = |number| B::float_mul_scalar(number, (1.0 / scale).into());
    let (norm, factor) = (unscale(at(&numbers, 1)), unscale(at(&numbers, 2)));
    let is_no_number = B::bool_or(
        B::float_is_nan(norm.clone(), truths),
        B::float_is_inf(norm.clone(), truths),
    );
    let is_void = B::float_equal_elem(at(&before, 2), 0.into(), truths);
    let factor = B::float_mask_fill(factor, B::bool_or(is_no_number, is_void), 0.into());
    B::float_cat(vec![at(&numbers, 0), norm, factor], 0)
}

/// How a tensor's device keeps truth values.
fn truths_of<B: Backend>(tensor: &FloatTensor<B>) -> BoolDType {
    get_device_settings::<B>(&tensor.device()).bool_dtype
}

/// Attention by burn's own operation, which wants the heads apart.
///
/// # Shapes
/// - as [`Kernels::self_attention`]
pub(in super::super) fn burn_attention<B: Backend>(
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
pub(in super::super) fn burn_packed_attention<B: Backend>(
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
