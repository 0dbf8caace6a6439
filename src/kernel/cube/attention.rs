//! Self-attention that keeps no probabilities: a cube computes a tile of rows over all tiles of columns, and each softmax
//! grows with them. It computes in 32-bit numbers, also where those that it reads and writes are of 16 bits.
//!
//! Source: Dao et al. 2022, algorithms 1 and 4, <https://arxiv.org/abs/2205.14135>.

mod backward;

use burn::backend::Cube;
use burn::backend::ops::BoolTensorOps;
use burn::cubecl::{self, prelude::*};
use burn::tensor::{BoolStore, DType, IntDType};

use super::{CubeTensor, contiguous, elem_type, empty_like};
pub(super) use backward::attention_backward;

/// Rows and columns of a tile, and steps of the depth that are in shared memory at once.
const TILE: usize = 16;

/// A row of a tile in shared memory. One more than there are numbers, so that rows begin in different banks.
const STRIDE: usize = 17;

/// Stands for minus infinity, which WGSL cannot spell.
const LOWEST: f32 = -1e30;

/// `softmax(query · keyᵀ / √width) · value`, of each head. Nothing attends to padding.
///
/// # Shapes
/// - `projections`, of query, key and value, and output: `[batch, tokens, hidden]`
/// - `padding`: `[batch, 1, 1, tokens]`
pub(super) fn attention(
    projections: [CubeTensor; 3],
    padding: CubeTensor,
    heads: usize,
) -> CubeTensor {
    let [query, key, value] = projections.map(contiguous);
    let sizes = Sizes::new(&query, heads);
    let output = empty_like(&query);
    let elem = elem_type(&query);
    // SAFETY: rows and columns are held within the tokens and the width.
    unsafe {
        attention_kernel::launch_unchecked(
            &output.client,
            sizes.cubes(),
            sizes.units(),
            query.into_buffer_arg(),
            key.into_buffer_arg(),
            value.into_buffer_arg(),
            words(padding).into_buffer_arg(),
            output.clone().into_buffer_arg(),
            sizes.tokens,
            heads,
            sizes.scale(),
            sizes.width,
            elem,
        );
    }
    output
}

struct Sizes {
    batch: usize,
    tokens: usize,
    heads: usize,
    width: usize,
}

impl Sizes {
    fn new(query: &CubeTensor, heads: usize) -> Self {
        let [batch, tokens, hidden] = query.meta.shape().dims();
        Self {
            batch,
            tokens,
            heads,
            width: hidden / heads.max(1),
        }
    }

    /// One for each tile of rows of each head.
    fn cubes(&self) -> CubeCount {
        let tiles = self.tokens.div_ceil(TILE);
        CubeCount::Static(tiles as u32, self.heads as u32, self.batch as u32)
    }

    /// One for each number of a tile.
    fn units(&self) -> CubeDim {
        CubeDim::new_2d(TILE as u32, TILE as u32)
    }

    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }
}

/// Truth values as WebGPU has them: a word each.
fn words(truths: CubeTensor) -> CubeTensor {
    match truths.dtype {
        DType::Bool(BoolStore::U32) => contiguous(truths),
        _ => contiguous(Cube::bool_into_int(truths, IntDType::U32)),
    }
}

#[cube(launch_unchecked)]
fn attention_kernel<F: Float>(
    query: &[F],
    key: &[F],
    value: &[F],
    padding: &[u32],
    output: &mut [F],
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
    let chunks = comptime!(width.div_ceil(TILE));
    let mut context = Array::<f32>::new(chunks);
    #[unroll]
    for chunk in 0..chunks {
        context[chunk] = 0.0f32;
    }
    let mut highest = f32::new(LOWEST);
    let mut total = 0.0f32;

    let mut columns = 0usize;
    while columns < tokens {
        let score = scale
            * dot::<F>(
                query, key, rows, columns, start, tokens, hidden, &mut left, &mut right, width,
            );
        let attends = is_attended(padding, keys_of_text, columns + x, tokens);
        shares[y * STRIDE + x] = select(attends, score, LOWEST);
        sync_cube();
        let before = highest;
        for column in 0..TILE {
            highest = max(highest, shares[y * STRIDE + column]);
        }
        // All have read the scores before they become shares.
        sync_cube();
        shares[y * STRIDE + x] = select(attends, f32::exp(score - highest), 0.0f32);
        sync_cube();
        let shrink = f32::exp(before - highest);
        total *= shrink;
        for column in 0..TILE {
            total += shares[y * STRIDE + column];
        }
        #[unroll]
        for chunk in 0..chunks {
            context[chunk] *= shrink;
        }
        add_rows::<F>(
            &mut context,
            &shares,
            value,
            columns,
            start,
            tokens,
            hidden,
            width,
        );
        columns += TILE;
    }
    let total = max(total, 1e-30f32);
    #[unroll]
    for chunk in 0..chunks {
        context[chunk] /= total;
    }
    write_rows::<F>(&context, output, rows + y, start, tokens, hidden, width);
}

/// Where the numbers of this cube's head and text begin among hidden states.
#[cube]
fn head_start(tokens: usize, hidden: usize, #[comptime] width: usize) -> usize {
    CUBE_POS_Z as usize * tokens * hidden + CUBE_POS_Y as usize * width
}

#[cube]
fn is_attended(padding: &[u32], keys_of_text: usize, column: usize, tokens: usize) -> bool {
    column < tokens && padding[keys_of_text + min(column, tokens - 1)] == 0
}

/// The product of this unit's row of a tile of `left` with its column, a row of a tile of `right`. Ends before the shared
/// memory is free again, and begins by waiting until it is.
#[cube]
fn dot<F: Float>(
    left: &[F],
    right: &[F],
    left_rows: usize,
    right_rows: usize,
    start: usize,
    tokens: usize,
    hidden: usize,
    left_tile: &mut Shared<[f32]>,
    right_tile: &mut Shared<[f32]>,
    #[comptime] width: usize,
) -> f32 {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    // Rows beyond the last are masked later; they only must be somewhere.
    let left_start = start + min(left_rows + y, tokens - 1) * hidden;
    let right_start = start + min(right_rows + y, tokens - 1) * hidden;
    let mut sum = 0.0f32;
    let mut step = 0usize;
    while step < width {
        let place = min(step + x, width - 1);
        let is_inside = step + x < width;
        sync_cube();
        left_tile[y * STRIDE + x] =
            select(is_inside, f32::cast_from(left[left_start + place]), 0.0f32);
        right_tile[y * STRIDE + x] = select(
            is_inside,
            f32::cast_from(right[right_start + place]),
            0.0f32,
        );
        sync_cube();
        #[unroll]
        for depth in 0..TILE {
            sum += left_tile[y * STRIDE + depth] * right_tile[x * STRIDE + depth];
        }
        step += TILE;
    }
    sum
}

/// Adds the rows of a tile of `matrix`, each times this unit's row's factor for it. A unit has every sixteenth column.
#[cube]
fn add_rows<F: Float>(
    sums: &mut Array<f32>,
    factors: &Shared<[f32]>,
    matrix: &[F],
    rows: usize,
    start: usize,
    tokens: usize,
    hidden: usize,
    #[comptime] width: usize,
) {
    let (x, y) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    for row in 0..TILE {
        let factor = factors[y * STRIDE + row];
        // Rows beyond the last have a factor of zero.
        let row_start = start + min(rows + row, tokens - 1) * hidden;
        #[unroll]
        for chunk in 0..comptime!(width.div_ceil(TILE)) {
            let column = min(chunk * TILE + x, width - 1);
            sums[chunk] += factor * f32::cast_from(matrix[row_start + column]);
        }
    }
}

/// Writes what [`add_rows()`] has summed up to a row.
#[cube]
fn write_rows<F: Float>(
    sums: &Array<f32>,
    output: &mut [F],
    row: usize,
    start: usize,
    tokens: usize,
    hidden: usize,
    #[comptime] width: usize,
) {
    let x = UNIT_POS_X as usize;
    #[unroll]
    for chunk in 0..comptime!(width.div_ceil(TILE)) {
        let column = chunk * TILE + x;
        if row < tokens && column < width {
            output[start + row * hidden + column] = F::cast_from(sums[chunk]);
        }
    }
}
