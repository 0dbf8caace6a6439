//! A low-rank adapter beside a frozen linear layer: thin products, where burn's would compute tiles of mostly nothing. The
//! adapter is of 32-bit numbers, as is what comes between A and B; what the layer computes on may be of 16-bit ones.

use burn::cubecl::{self, prelude::*};

use super::{CubeTensor, contiguous, elem_type, elementwise, empty, sizes};
use crate::kernel::ops::{Adapter, Mask};

/// Columns of a cube of [`outer_kernel()`], and the parts that it cuts a column's sum into.
const COLUMNS: usize = 32;
const PARTS: usize = 8;

/// The adapter's output and the bias, added to the product with the frozen weight; and what comes between A and B,
/// scaled.
///
/// # Shapes
/// - `base`, output: `[..., d_output]`
/// - `input`: `[..., d_input]`
/// - `bias`: `[d_output]`
/// - projection: `[rows, rank]`
pub(super) fn update(
    base: CubeTensor,
    input: CubeTensor,
    bias: CubeTensor,
    adapter: Adapter<burn::backend::Cube>,
) -> (CubeTensor, CubeTensor) {
    let factor = adapter.factor();
    let projection = project(input, mask(adapter.mask), adapter.a, false, factor);
    let (base, bias, b) = (contiguous(base), contiguous(bias), contiguous(adapter.b));
    let (numbers, columns) = sizes(&base);
    let (_, rank) = sizes(&projection);
    let (count, dim) = elementwise(&base.client, numbers);
    // SAFETY: units beyond the output's length end.
    unsafe {
        update_kernel::launch_unchecked(
            &base.client,
            count,
            dim,
            projection.clone().into_buffer_arg(),
            b.into_buffer_arg(),
            bias.into_buffer_arg(),
            base.clone().into_buffer_arg(),
            columns,
            rank,
            elem_type(&base),
        );
    }
    (base, projection)
}

/// The gradient of the input, where `base` is that of the frozen part, and those of A and B.
///
/// # Shapes
/// - `base`, `input`: `[..., d_input]`
/// - `projection`: `[rows, rank]`
/// - `gradient`: `[..., d_output]`
pub(super) fn backward(
    base: Option<CubeTensor>,
    input: CubeTensor,
    projection: CubeTensor,
    adapter: Adapter<burn::backend::Cube>,
    gradient: CubeTensor,
) -> (Option<CubeTensor>, [CubeTensor; 2]) {
    let factor = adapter.factor();
    let mask = mask(adapter.mask);
    let gradient = contiguous(gradient);
    let of_projection = project(gradient.clone(), None, adapter.b, true, factor);
    let of_b = outer(gradient, None, projection, false);
    let of_a = outer(contiguous(input), mask.clone(), of_projection.clone(), true);
    let of_input = base.map(|base| {
        let (base, a) = (contiguous(base), contiguous(adapter.a));
        let (numbers, columns) = sizes(&base);
        let (_, rank) = sizes(&of_projection);
        let (count, dim) = elementwise(&base.client, numbers);
        // SAFETY: units beyond the output's length end.
        unsafe {
            input_backward_kernel::launch_unchecked(
                &base.client,
                count,
                dim,
                of_projection.into_buffer_arg(),
                a.into_buffer_arg(),
                mask.map(CubeTensor::into_buffer_arg).into(),
                base.clone().into_buffer_arg(),
                columns,
                rank,
                elem_type(&base),
            );
        }
        base
    });
    (of_input, [of_a, of_b])
}

fn mask(mask: Mask<burn::backend::Cube>) -> Option<CubeTensor> {
    match mask {
        Mask::None => None,
        Mask::Kept(mask, _) => Some(contiguous(mask)),
    }
}

/// `factor · (input ∘ mask) · matrix`, or its transpose.
///
/// # Shapes
/// - `input`, `mask`: `[..., depth]`
/// - `matrix`: `[depth, rank]`, or `[rank, depth]`
/// - output: `[rows, rank]`
fn project(
    input: CubeTensor,
    mask: Option<CubeTensor>,
    matrix: CubeTensor,
    transposed: bool,
    factor: f32,
) -> CubeTensor {
    let (input, matrix) = (contiguous(input), contiguous(matrix));
    let (numbers, depth) = sizes(&input);
    let rank = matrix.meta.num_elements() / depth;
    let (depth_stride, rank_stride) = match transposed {
        true => (1, depth),
        false => (rank, 1),
    };
    let output = empty(&input, [numbers / depth, rank]);
    let (count, dim) = elementwise(&output.client, numbers / depth * rank);
    let elem = elem_type(&input);
    // SAFETY: units beyond the output's length end.
    unsafe {
        project_kernel::launch_unchecked(
            &output.client,
            count,
            dim,
            input.into_buffer_arg(),
            mask.map(CubeTensor::into_buffer_arg).into(),
            matrix.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            depth,
            rank,
            depth_stride,
            rank_stride,
            factor,
            elem,
        );
    }
    output
}

/// `narrowᵀ · (wide ∘ mask)`, or its transpose.
///
/// # Shapes
/// - `wide`, `mask`: `[..., width]`
/// - `narrow`: `[rows, rank]`
/// - output: `[rank, width]`, or `[width, rank]`
fn outer(
    wide: CubeTensor,
    mask: Option<CubeTensor>,
    narrow: CubeTensor,
    transposed: bool,
) -> CubeTensor {
    let (numbers, width) = sizes(&wide);
    let (_, rank) = sizes(&narrow);
    let (shape, column_stride, rank_stride) = match transposed {
        true => ([width, rank], rank, 1),
        false => ([rank, width], 1, width),
    };
    let output = empty(&wide, shape);
    let elem = elem_type(&wide);
    // SAFETY: units beyond the width write nothing, and sums stop at the rows.
    unsafe {
        outer_kernel::launch_unchecked(
            &output.client,
            CubeCount::Static(width.div_ceil(COLUMNS) as u32, rank as u32, 1),
            CubeDim::new_2d(COLUMNS as u32, PARTS as u32),
            wide.into_buffer_arg(),
            mask.map(CubeTensor::into_buffer_arg).into(),
            narrow.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            numbers / width,
            width,
            rank,
            column_stride,
            rank_stride,
            elem,
        );
    }
    output
}

#[cube(launch_unchecked)]
fn project_kernel<F: Float>(
    input: &[F],
    mask: ComptimeOption<&[F]>,
    matrix: &[f32],
    output: &mut [f32],
    depth: usize,
    rank: usize,
    depth_stride: usize,
    rank_stride: usize,
    factor: f32,
    #[define(F)] _elem: ElemType,
) {
    let at = ABSOLUTE_POS;
    if at >= output.len() {
        terminate!();
    }
    let start = at / rank * depth;
    let column = at % rank * rank_stride;
    let mut sum = 0.0f32;
    for step in 0..depth {
        let kept: ComptimeOption<f32> = mask.map(|mask| f32::cast_from(mask[start + step]));
        let value = f32::cast_from(input[start + step]) * kept.unwrap_or_else(|| 1.0f32);
        sum += value * matrix[step * depth_stride + column];
    }
    output[at] = sum * factor;
}

#[cube(launch_unchecked)]
fn update_kernel<F: Float>(
    projection: &[f32],
    b: &[f32],
    bias: &[f32],
    output: &mut [F],
    columns: usize,
    rank: usize,
    #[define(F)] _elem: ElemType,
) {
    let at = ABSOLUTE_POS;
    if at >= output.len() {
        terminate!();
    }
    let start = at / columns * rank;
    let column = at % columns;
    let mut sum = bias[column];
    for step in 0..rank {
        sum += projection[start + step] * b[step * columns + column];
    }
    output[at] = F::cast_from(f32::cast_from(output[at]) + sum);
}

#[cube(launch_unchecked)]
fn input_backward_kernel<F: Float>(
    of_projection: &[f32],
    a: &[f32],
    mask: ComptimeOption<&[F]>,
    output: &mut [F],
    columns: usize,
    rank: usize,
    #[define(F)] _elem: ElemType,
) {
    let at = ABSOLUTE_POS;
    if at >= output.len() {
        terminate!();
    }
    let start = at / columns * rank;
    let column = at % columns * rank;
    let mut sum = 0.0f32;
    for step in 0..rank {
        sum += of_projection[start + step] * a[column + step];
    }
    let kept: ComptimeOption<f32> = mask.map(|mask| f32::cast_from(mask[at]));
    let sum = sum * kept.unwrap_or_else(|| 1.0f32);
    output[at] = F::cast_from(f32::cast_from(output[at]) + sum);
}

#[cube(launch_unchecked)]
fn outer_kernel<F: Float>(
    wide: &[F],
    mask: ComptimeOption<&[F]>,
    narrow: &[f32],
    output: &mut [f32],
    rows: usize,
    width: usize,
    rank: usize,
    column_stride: usize,
    rank_stride: usize,
    #[define(F)] _elem: ElemType,
) {
    let (x, part) = (UNIT_POS_X as usize, UNIT_POS_Y as usize);
    let column = CUBE_POS_X as usize * COLUMNS + x;
    let place = CUBE_POS_Y as usize;
    let mut shared = Shared::<[f32]>::new_slice(256usize);
    let mut sum = 0.0f32;
    if column < width {
        let mut row = part;
        while row < rows {
            let at = row * width + column;
            let kept: ComptimeOption<f32> = mask.map(|mask| f32::cast_from(mask[at]));
            let value = f32::cast_from(wide[at]) * kept.unwrap_or_else(|| 1.0f32);
            sum += value * narrow[row * rank + place];
            row += PARTS;
        }
    }
    shared[part * COLUMNS + x] = sum;
    sync_cube();
    if part == 0 && column < width {
        let mut total = 0.0f32;
        for part in 0..PARTS {
            total += shared[part * COLUMNS + x];
        }
        output[column * column_stride + place * rank_stride] = total;
    }
}
