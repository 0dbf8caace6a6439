//! The step back of attention, in two kernels: one for the queries' gradient, one for those of keys and values.

use burn::cubecl::{self, prelude::*};

use super::{
    LOWEST, STRIDE, Sizes, TILE, add_rows, dot, head_start, is_attended, words, write_rows,
};
use crate::kernel::cube::{CubeTensor, contiguous, elem_type, empty, empty_like};

/// What a step back keeps of a row between its kernels: the logarithm of the sum of exponentials, the mean of the
/// probabilities' gradients, and whether the row is padding.
const KEPT: usize = 3;

/// The gradients of query, key and value.
///
/// # Shapes
/// - as [`attention()`](super::attention); `gradient` as its output
pub(in super::super) fn attention_backward(
    projections: [CubeTensor; 3],
    padding: CubeTensor,
    gradient: CubeTensor,
    heads: usize,
) -> [CubeTensor; 3] {
    let [query, key, value] = projections.map(contiguous);
    let gradient = contiguous(gradient);
    let sizes = Sizes::new(&query, heads);
    let gradients = [(); 3].map(|()| empty_like(&query));
    let [query_gradient, key_gradient, value_gradient] = gradients.clone();
    let kept = empty(&query, [sizes.batch * heads * sizes.tokens, KEPT]);
    let (client, elem) = (query.client.clone(), elem_type(&query));
    // SAFETY: rows and columns are held within the tokens and the width.
    unsafe {
        query_backward_kernel::launch_unchecked(
            &client,
            sizes.cubes(),
            sizes.units(),
            query.clone().into_buffer_arg(),
            key.clone().into_buffer_arg(),
            value.clone().into_buffer_arg(),
            words(padding).into_buffer_arg(),
            gradient.clone().into_buffer_arg(),
            query_gradient.into_buffer_arg(),
            kept.clone().into_buffer_arg(),
            sizes.tokens,
            heads,
            sizes.scale(),
            sizes.width,
            elem,
        );
        key_value_backward_kernel::launch_unchecked(
            &client,
            sizes.cubes(),
            sizes.units(),
            query.into_buffer_arg(),
            key.into_buffer_arg(),
            value.into_buffer_arg(),
            gradient.into_buffer_arg(),
            kept.into_buffer_arg(),
            key_gradient.into_buffer_arg(),
            value_gradient.into_buffer_arg(),
            sizes.tokens,
            heads,
            sizes.scale(),
            sizes.width,
            elem,
        );
    }
    gradients
}

/// The gradient of a tile of queries, and what is kept of its rows.
#[cube(launch_unchecked)]
fn query_backward_kernel<F: Float>(
    query: &[F],
    key: &[F],
    value: &[F],
    padding: &[u32],
    gradient: &[F],
    query_gradient: &mut [F],
    kept: &mut [f32],
    tokens: usize,
    heads: usize,
    scale: f32,
    #[comptime] width: usize,
    #[define(F)] _elem: ElemType,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let hidden = heads * width;
    let start = head_start(tokens, hidden, width);
    let keys_of_text = CUBE_POS_Z as usize * tokens;
    let rows = CUBE_POS_X as usize * TILE;

    let mut left = Shared::<[f32]>::new_slice(272usize);
    let mut right = Shared::<[f32]>::new_slice(272usize);
    let mut shares = Shared::<[f32]>::new_slice(272usize);
    let mut products = Shared::<[f32]>::new_slice(272usize);

    // The softmax again, and beside its sum that of the probabilities' gradients.
    let mut highest = f32::new(LOWEST);
    let mut total = 0.0f32;
    let mut mean = 0.0f32;
    let mut columns = 0usize;
    while columns < tokens {
        let score = scale
            * dot::<F>(
                query, key, rows, columns, start, tokens, hidden, &mut left, &mut right, width,
            );
        let of_share = dot::<F>(
            gradient, value, rows, columns, start, tokens, hidden, &mut left, &mut right, width,
        );
        let attends = is_attended(padding, keys_of_text, columns + x, tokens);
        shares[y * STRIDE + x] = select(attends, score, LOWEST);
        sync_cube();
        let before = highest;
        for column in 0..TILE {
            highest = max(highest, shares[y * STRIDE + column]);
        }
        sync_cube();
        let share = select(attends, f32::exp(score - highest), 0.0f32);
        shares[y * STRIDE + x] = share;
        products[y * STRIDE + x] = share * of_share;
        sync_cube();
        let shrink = f32::exp(before - highest);
        total *= shrink;
        mean *= shrink;
        for column in 0..TILE {
            total += shares[y * STRIDE + column];
            mean += products[y * STRIDE + column];
        }
        columns += TILE;
    }
    let total = max(total, 1e-30f32);
    let mean = mean / total;
    let log_sum = highest + f32::ln(total);

    let chunks = comptime!(width.div_ceil(TILE));
    let mut sums = Array::<f32>::new(chunks);
    #[unroll]
    for chunk in 0..chunks {
        sums[chunk] = 0.0f32;
    }
    let mut columns = 0usize;
    while columns < tokens {
        let score = scale
            * dot::<F>(
                query, key, rows, columns, start, tokens, hidden, &mut left, &mut right, width,
            );
        let of_share = dot::<F>(
            gradient, value, rows, columns, start, tokens, hidden, &mut left, &mut right, width,
        );
        let attends = is_attended(padding, keys_of_text, columns + x, tokens);
        let share = select(attends, f32::exp(score - log_sum), 0.0f32);
        shares[y * STRIDE + x] = share * (of_share - mean) * scale;
        sync_cube();
        add_rows::<F>(
            &mut sums, &shares, key, columns, start, tokens, hidden, width,
        );
        columns += TILE;
    }
    write_rows::<F>(
        &sums,
        query_gradient,
        rows + y,
        start,
        tokens,
        hidden,
        width,
    );

    let row = rows + y;
    if x == 0 && row < tokens {
        let head = CUBE_POS_Z as usize * heads + CUBE_POS_Y as usize;
        let place = (head * tokens + row) * KEPT;
        kept[place] = log_sum;
        kept[place + 1] = mean;
        kept[place + 2] = f32::cast_from(padding[keys_of_text + row]);
    }
}

/// The gradients of a tile of keys and values. Rows are keys here and columns queries.
#[cube(launch_unchecked)]
fn key_value_backward_kernel<F: Float>(
    query: &[F],
    key: &[F],
    value: &[F],
    gradient: &[F],
    kept: &[f32],
    key_gradient: &mut [F],
    value_gradient: &mut [F],
    tokens: usize,
    heads: usize,
    scale: f32,
    #[comptime] width: usize,
    #[define(F)] _elem: ElemType,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let hidden = heads * width;
    let start = head_start(tokens, hidden, width);
    let rows = CUBE_POS_X as usize * TILE;
    let head = CUBE_POS_Z as usize * heads + CUBE_POS_Y as usize;
    let own = (head * tokens + min(rows + y, tokens - 1)) * KEPT;
    let is_padding = kept[own + 2] > 0.0f32;

    let mut left = Shared::<[f32]>::new_slice(272usize);
    let mut right = Shared::<[f32]>::new_slice(272usize);
    let mut shares = Shared::<[f32]>::new_slice(272usize);
    let mut of_scores = Shared::<[f32]>::new_slice(272usize);
    let chunks = comptime!(width.div_ceil(TILE));
    let mut of_keys = Array::<f32>::new(chunks);
    let mut of_values = Array::<f32>::new(chunks);
    #[unroll]
    for chunk in 0..chunks {
        of_keys[chunk] = 0.0f32;
        of_values[chunk] = 0.0f32;
    }

    let mut columns = 0usize;
    while columns < tokens {
        let score = scale
            * dot::<F>(
                key, query, rows, columns, start, tokens, hidden, &mut left, &mut right, width,
            );
        let of_share = dot::<F>(
            value, gradient, rows, columns, start, tokens, hidden, &mut left, &mut right, width,
        );
        let column = columns + x;
        let place = (head * tokens + min(column, tokens - 1)) * KEPT;
        let counts = !is_padding && column < tokens;
        let share = select(counts, f32::exp(score - kept[place]), 0.0f32);
        shares[y * STRIDE + x] = share;
        of_scores[y * STRIDE + x] = share * (of_share - kept[place + 1]) * scale;
        sync_cube();
        add_rows::<F>(
            &mut of_keys,
            &of_scores,
            query,
            columns,
            start,
            tokens,
            hidden,
            width,
        );
        add_rows::<F>(
            &mut of_values,
            &shares,
            gradient,
            columns,
            start,
            tokens,
            hidden,
            width,
        );
        columns += TILE;
    }
    write_rows::<F>(
        &of_keys,
        key_gradient,
        rows + y,
        start,
        tokens,
        hidden,
        width,
    );
    write_rows::<F>(
        &of_values,
        value_gradient,
        rows + y,
        start,
        tokens,
        hidden,
        width,
    );
}
