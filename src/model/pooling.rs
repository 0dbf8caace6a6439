//! From hidden states to one vector a text.

use burn::tensor::{Bool, Tensor};

/// Mean of the hidden states of a text's own tokens, padding left out.
///
/// Source: `Pooling` of sentence-transformers, mode `mean`.
///
/// # Shapes
/// - `hidden`: `[batch, tokens, hidden]`
/// - `padding`: `[batch, tokens]`, true where a token is padding
/// - output: `[batch, hidden]`
pub fn masked_mean(hidden: Tensor<3>, padding: Tensor<2, Bool>) -> Tensor<2> {
    let [batch, _, width] = hidden.dims();
    let mask = padding.bool_not().float().unsqueeze_dim::<3>(2);
    // A text has at least its special tokens; the clamp keeps an empty row finite.
    let tokens = mask.clone().sum_dim(1).clamp_min(1.0);
    ((hidden * mask).sum_dim(1) / tokens).reshape([batch, width])
}
