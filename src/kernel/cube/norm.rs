//! Layer norm over the last axis, a cube a row. Its statistics are 32-bit numbers, whatever it normalises.

use burn::backend::Cube;
use burn::backend::ops::FloatTensorOps;
use burn::cubecl::{self, prelude::*};

use super::reduce::sum_over_units;
use super::{CubeTensor, contiguous, elem_type, empty_like, rowwise, sizes};

/// Units of a row: fewer than an encoder is wide, as each barrier waits for all of them.
const UNITS: u32 = 64;

/// The sum of both inputs, in the memory of the first where it is free, and its norm:
/// (x − mean) / √(variance + epsilon) · scale + shift.
///
/// # Shapes
/// - `input`: `[..., width]`
/// - `residual`: the same, or without the axes before its own
pub(super) fn residual_norm(
    input: CubeTensor,
    residual: CubeTensor,
    scale: CubeTensor,
    shift: CubeTensor,
    epsilon: f64,
) -> (CubeTensor, CubeTensor) {
    let shape = input.meta.shape().clone();
    let axes = residual.meta.shape().iter().rev().zip(shape.iter().rev());
    // Rows that come again and again, as those of positions do, but no other broadcast.
    let repeats = axes
        .skip_while(|(own, whole)| own == whole)
        .all(|(own, _)| *own == 1);
    let residual = match repeats {
        true => residual,
        false => Cube::float_expand(residual, shape),
    };
    let [input, residual, scale, shift] = [input, residual, scale, shift].map(contiguous);
    let sum = match input.can_mut() {
        true => input,
        false => input.copy(),
    };
    let (numbers, width) = sizes(&sum);
    let residual_rows = residual.meta.num_elements() / width;
    let output = empty_like(&sum);
    // SAFETY: cubes beyond the last row end, and units stop at the width.
    unsafe {
        residual_norm_kernel::launch_unchecked(
            &output.client,
            rowwise(numbers / width),
            CubeDim::new_1d(UNITS),
            residual.into_buffer_arg(),
            scale.into_buffer_arg(),
            shift.into_buffer_arg(),
            sum.clone().into_buffer_arg(),
            output.clone().into_buffer_arg(),
            numbers / width,
            residual_rows,
            width,
            epsilon as f32,
            elem_type(&output),
        );
    }
    (sum, output)
}

/// The gradient of the sum that [`residual_norm`] normalises.
pub(super) fn norm_backward(
    input: CubeTensor,
    scale: CubeTensor,
    gradient: CubeTensor,
    epsilon: f64,
) -> CubeTensor {
    let [input, scale, gradient] = [input, scale, gradient].map(contiguous);
    let (numbers, width) = sizes(&input);
    let output = empty_like(&input);
    // SAFETY: cubes beyond the last row end, and units stop at the width.
    unsafe {
        norm_backward_kernel::launch_unchecked(
            &output.client,
            rowwise(numbers / width),
            CubeDim::new_1d(UNITS),
            input.into_buffer_arg(),
            scale.into_buffer_arg(),
            gradient.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            numbers / width,
            width,
            epsilon as f32,
            elem_type(&output),
        );
    }
    output
}

#[cube(launch_unchecked)]
fn residual_norm_kernel<F: Float>(
    residual: &[F],
    scale: &[f32],
    shift: &[f32],
    sum: &mut [F],
    output: &mut [F],
    rows: usize,
    residual_rows: usize,
    width: usize,
    epsilon: f32,
    #[define(F)] _elem: ElemType,
) {
    let row = CUBE_POS;
    if row >= rows {
        terminate!();
    }
    let mut shared = Shared::<[f32]>::new_slice(64usize);
    let start = row * width;
    let other = row % residual_rows * width;
    let mut column = UNIT_POS as usize;
    // Each unit reads later only what it has written here.
    while column < width {
        let value = f32::cast_from(sum[start + column]);
        sum[start + column] = F::cast_from(value + f32::cast_from(residual[other + column]));
        column += CUBE_DIM as usize;
    }
    let (mean, deviation) = moments::<F>(&mut shared, &*sum, start, width, epsilon);
    normalise::<F>(&*sum, scale, shift, output, start, width, mean, deviation);
}

/// With x̂ the normalised input, g the gradient times the scale and σ the deviation: (g − mean(g) − x̂ · mean(g · x̂)) / σ.
#[cube(launch_unchecked)]
fn norm_backward_kernel<F: Float>(
    input: &[F],
    scale: &[f32],
    gradient: &[F],
    output: &mut [F],
    rows: usize,
    width: usize,
    epsilon: f32,
    #[define(F)] _elem: ElemType,
) {
    let row = CUBE_POS;
    if row >= rows {
        terminate!();
    }
    let mut shared = Shared::<[f32]>::new_slice(64usize);
    let start = row * width;
    let (mean, deviation) = moments::<F>(&mut shared, input, start, width, epsilon);
    let mut sum = 0.0f32;
    let mut product = 0.0f32;
    let mut column = UNIT_POS as usize;
    while column < width {
        let scaled = f32::cast_from(gradient[start + column]) * scale[column];
        sum += scaled;
        product += scaled * (f32::cast_from(input[start + column]) - mean) / deviation;
        column += CUBE_DIM as usize;
    }
    let sum = sum_over_units(&mut shared, sum) / f32::cast_from(width);
    let product = sum_over_units(&mut shared, product) / f32::cast_from(width);
    let mut column = UNIT_POS as usize;
    while column < width {
        let scaled = f32::cast_from(gradient[start + column]) * scale[column];
        let normalised = (f32::cast_from(input[start + column]) - mean) / deviation;
        output[start + column] = F::cast_from((scaled - sum - normalised * product) / deviation);
        column += CUBE_DIM as usize;
    }
}

/// Mean and √(variance + epsilon) of a row.
#[cube]
fn moments<F: Float>(
    shared: &mut Shared<[f32]>,
    input: &[F],
    start: usize,
    width: usize,
    epsilon: f32,
) -> (f32, f32) {
    let mut sum = 0.0f32;
    let mut column = UNIT_POS as usize;
    while column < width {
        sum += f32::cast_from(input[start + column]);
        column += CUBE_DIM as usize;
    }
    let mean = sum_over_units(shared, sum) / f32::cast_from(width);
    let mut squares = 0.0f32;
    let mut column = UNIT_POS as usize;
    while column < width {
        let centred = f32::cast_from(input[start + column]) - mean;
        squares += centred * centred;
        column += CUBE_DIM as usize;
    }
    let variance = sum_over_units(shared, squares) / f32::cast_from(width);
    (mean, f32::sqrt(variance + epsilon))
}

#[cube]
fn normalise<F: Float>(
    input: &[F],
    scale: &[f32],
    shift: &[f32],
    output: &mut [F],
    start: usize,
    width: usize,
    mean: f32,
    deviation: f32,
) {
    let mut column = UNIT_POS as usize;
    while column < width {
        let normalised = (f32::cast_from(input[start + column]) - mean) / deviation;
        output[start + column] = F::cast_from(normalised * scale[column] + shift[column]);
        column += CUBE_DIM as usize;
    }
}
