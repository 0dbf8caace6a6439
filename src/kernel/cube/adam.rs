//! An update by Adam or AdamW.

use burn::cubecl::{self, prelude::*};

use super::{CubeTensor, contiguous, elementwise, empty};
use crate::kernel::ops::AdamStep;

/// The parameter and its moments after an update; all as before where gradients are multiplied with 0. Moments change in
/// their memory where it is free; the parameter's stays, as whoever rolls back a step wants it.
pub(super) fn adam(
    value: CubeTensor,
    gradient: CubeTensor,
    moments: [CubeTensor; 2],
    clipping: CubeTensor,
    step: AdamStep,
) -> [CubeTensor; 3] {
    let [value, gradient, clipping] = [value, gradient, clipping].map(contiguous);
    let [mean, mean_square] = moments.map(|moment| match moment.can_mut() {
        true => contiguous(moment),
        false => contiguous(moment.copy()),
    });
    let output = empty(&value, value.meta.shape().clone());
    let (count, dim) = elementwise(&output.client, output.meta.num_elements());
    // SAFETY: units beyond the output's length end, and all tensors but `clipping` are as long.
    unsafe {
        adam_kernel::launch_unchecked(
            &output.client,
            count,
            dim,
            value.into_buffer_arg(),
            gradient.into_buffer_arg(),
            clipping.into_buffer_arg(),
            mean.clone().into_buffer_arg(),
            mean_square.clone().into_buffer_arg(),
            output.clone().into_buffer_arg(),
            step.keep as f32,
            step.decay as f32,
            step.beta_1 as f32,
            (1.0 - step.beta_1) as f32,
            step.beta_2 as f32,
            (1.0 - step.beta_2) as f32,
            step.rate as f32,
            step.epsilon as f32,
        );
    }
    [output, mean, mean_square]
}

#[cube(launch_unchecked)]
fn adam_kernel(
    value: &[f32],
    gradient: &[f32],
    clipping: &[f32],
    mean: &mut [f32],
    mean_square: &mut [f32],
    output: &mut [f32],
    keep: f32,
    decay: f32,
    beta_1: f32,
    new_1: f32,
    beta_2: f32,
    new_2: f32,
    rate: f32,
    epsilon: f32,
) {
    let at = ABSOLUTE_POS;
    if at >= output.len() {
        terminate!();
    }
    let value = value[at];
    let factor = clipping[2];
    if factor == 0.0f32 {
        // The gradient may be no number.
        output[at] = value;
        terminate!();
    }
    let gradient = gradient[at] * factor + value * decay;
    let first = mean[at] * beta_1 + gradient * new_1;
    let second = mean_square[at] * beta_2 + gradient * gradient * new_2;
    mean[at] = first;
    mean_square[at] = second;
    output[at] = value * keep - first * rate / (f32::sqrt(second) + epsilon);
}
