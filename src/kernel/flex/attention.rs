//! Attention on burn-flex's memory.

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{f32s, tensor};
use crate::kernel::attention::{Attention, ProjectionGradients, Projections, TextRows};

/// Texts that are each padded to the longest. burn-flex keeps a truth value a byte.
///
/// # Shapes
/// - `padding`: `[batch, 1, 1, rows]`
pub(super) fn padded_texts(padding: FlexTensor) -> Vec<TextRows> {
    let padding = padding.to_contiguous();
    let [_, _, _, rows] = padding.shape().dims();
    let texts = padding.bytes().chunks(rows.max(1));
    texts
        .map(|padding| TextRows {
            rows,
            tokens: padding
                .iter()
                .filter(|&&is_padding| is_padding == 0)
                .count(),
        })
        .collect()
}

/// Texts of these lengths without padding.
pub(super) fn packed_texts(lengths: &[usize]) -> Vec<TextRows> {
    let text = |&tokens| TextRows {
        rows: tokens,
        tokens,
    };
    lengths.iter().map(text).collect()
}

/// # Shapes
/// - `projections`, output: `[batch, rows, hidden]`
pub(super) fn attention(
    projections: [FlexTensor; 3],
    texts: &[TextRows],
    heads: usize,
    in_int8: bool,
) -> FlexTensor {
    let [query, key, value] = projections.map(|tensor| tensor.to_contiguous());
    let mut output = vec![0.0; query.shape().num_elements()];
    let projections = Projections {
        query: f32s(&query),
        key: f32s(&key),
        value: f32s(&value),
    };
    let attention = sizes(&query, texts, heads);
    match in_int8 {
        true => attention.forward_in_int8(projections, &mut output),
        false => attention.forward(projections, &mut output),
    }
    tensor(output, query.shape())
}

/// The gradients of query, key and value.
///
/// # Shapes
/// - `projections`, `gradient`, output: `[batch, rows, hidden]`
pub(super) fn attention_backward(
    projections: [FlexTensor; 3],
    gradient: FlexTensor,
    texts: &[TextRows],
    heads: usize,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let [query, key, value] = projections.map(|tensor| tensor.to_contiguous());
    let gradient = gradient.to_contiguous();
    let shape = query.shape();
    let zeros = || vec![0.0; shape.num_elements()];
    let mut gradients = (zeros(), zeros(), zeros());
    let projections = Projections {
        query: f32s(&query),
        key: f32s(&key),
        value: f32s(&value),
    };
    sizes(&query, texts, heads).backward(
        projections,
        f32s(&gradient),
        ProjectionGradients {
            query: &mut gradients.0,
            key: &mut gradients.1,
            value: &mut gradients.2,
        },
    );
    let gradient = |values| tensor(values, shape.clone());
    (
        gradient(gradients.0),
        gradient(gradients.1),
        gradient(gradients.2),
    )
}

fn sizes<'a>(query: &FlexTensor, texts: &'a [TextRows], heads: usize) -> Attention<'a> {
    let [_, _, hidden] = query.shape().dims();
    Attention {
        texts,
        heads,
        width: hidden / heads.max(1),
    }
}
