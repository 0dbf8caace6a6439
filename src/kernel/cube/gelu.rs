//! GELU by the error function.

use burn::cubecl::{self, prelude::*};

use super::{CubeTensor, contiguous, elem_type, elementwise, empty_like};

/// x · Φ(x), where Φ is the normal distribution.
pub(super) fn gelu(input: CubeTensor) -> CubeTensor {
    let input = contiguous(input);
    let numbers = input.meta.num_elements();
    let output = empty_like(&input);
    let (count, dim) = elementwise(&output.client, numbers);
    // SAFETY: units beyond the output's length end.
    unsafe {
        gelu_kernel::launch_unchecked(
            &output.client,
            count,
            dim,
            input.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            elem_type(&output),
        );
    }
    output
}

/// Φ(x) + x · φ(x), where φ is the density, times the gradient.
pub(super) fn gelu_backward(input: CubeTensor, gradient: CubeTensor) -> CubeTensor {
    let (input, gradient) = (contiguous(input), contiguous(gradient));
    let numbers = input.meta.num_elements();
    let output = empty_like(&input);
    let (count, dim) = elementwise(&output.client, numbers);
    // SAFETY: units beyond the output's length end.
    unsafe {
        gelu_backward_kernel::launch_unchecked(
            &output.client,
            count,
            dim,
            input.into_buffer_arg(),
            gradient.into_buffer_arg(),
            output.clone().into_buffer_arg(),
            elem_type(&output),
        );
    }
    output
}

#[cube(launch_unchecked)]
fn gelu_kernel<F: Float>(input: &[F], output: &mut [F], #[define(F)] _elem: ElemType) {
    let at = ABSOLUTE_POS;
    if at >= output.len() {
        terminate!();
    }
    let x = f32::cast_from(input[at]);
    output[at] = F::cast_from(x * distribution(x, bell(x)));
}

#[cube(launch_unchecked)]
fn gelu_backward_kernel<F: Float>(
    input: &[F],
    gradient: &[F],
    output: &mut [F],
    #[define(F)] _elem: ElemType,
) {
    let at = ABSOLUTE_POS;
    if at >= output.len() {
        terminate!();
    }
    let x = f32::cast_from(input[at]);
    let bell = bell(x);
    // 1 / √(2π)
    let density = bell * 0.398_942_3f32;
    let slope = distribution(x, bell) + x * density;
    output[at] = F::cast_from(f32::cast_from(gradient[at]) * slope);
}

/// e^(−x²/2)
#[cube]
fn bell(x: f32) -> f32 {
    f32::exp(x * x * (-0.5f32))
}

/// Φ(x), with an error of at most 7.5e-8; `bell` is [`bell()`] of `x`.
///
/// Source: Abramowitz and Stegun, 7.1.26.
#[cube]
fn distribution(x: f32, bell: f32) -> f32 {
    // x / √2
    let z = f32::abs(x) * 0.707_106_77f32;
    let t = 1.0f32 / (1.0f32 + 0.327_591_1f32 * z);
    let series = 1.061_405_4f32 * t - 1.453_152_1f32;
    let series = series * t + 1.421_413_8f32;
    let series = series * t - 0.284_496_72f32;
    let series = (series * t + 0.254_829_6f32) * t;
    let beyond = 0.5f32 * series * bell;
    select(x < 0.0f32, beyond, 1.0f32 - beyond)
}
