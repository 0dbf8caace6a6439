//! From hidden states to one vector a text.

use burn::tensor::{Bool, Tensor};

use crate::train::config::Pooling;

/// One vector for each text. [`Pooling::Pooler`] takes the first token's: its dense layer belongs to the head.
///
/// Source: `Pooling` of sentence-transformers, modes `mean`, `cls` and `max`.
///
/// # Shapes
/// - `hidden`: `[batch, tokens, hidden]`
/// - `padding`: `[batch, tokens]`, true where a token is padding
/// - output: `[batch, hidden]`
pub fn pool(pooling: Pooling, hidden: Tensor<3>, padding: Tensor<2, Bool>) -> Tensor<2> {
    let [batch, _, width] = hidden.dims();
    match pooling {
        Pooling::Mean => {
            let mask = padding.bool_not().float().unsqueeze_dim::<3>(2);
            // A text has at least its special tokens; the clamp keeps an empty row finite.
            let tokens = mask.clone().sum_dim(1).clamp_min(1.0);
            ((hidden * mask).sum_dim(1) / tokens).reshape([batch, width])
        }
        Pooling::Cls | Pooling::Pooler => hidden.narrow(1, 0, 1).reshape([batch, width]),
        Pooling::Max => {
            let padding = padding.unsqueeze_dim::<3>(2).expand(hidden.dims());
            hidden
                .mask_fill(padding, f32::MIN)
                .max_dim(1)
                .reshape([batch, width])
        }
    }
}
