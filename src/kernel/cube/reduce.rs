//! Sums: over the units of a cube, over a gradient, and over all of them.

use burn::cubecl::{self, prelude::*};

use super::{CubeTensor, UNITS, contiguous, empty};

/// Cubes that sum a gradient, and so the partial sums that there are.
const PARTS: usize = 64;

/// The sum over the units of a cube, a power of two of them; each has it.
///
/// # Shapes
/// - `shared`: as many as units
#[cube]
pub(super) fn sum_over_units(shared: &mut Shared<[f32]>, value: f32) -> f32 {
    let unit = UNIT_POS as usize;
    // Whoever still reads the sum before this one.
    sync_cube();
    shared[unit] = value;
    sync_cube();
    let mut half = CUBE_DIM / 2;
    while half > 0 {
        if UNIT_POS < half {
            let other = shared[unit + half as usize];
            shared[unit] += other;
        }
        half /= 2;
        sync_cube();
    }
    shared[0]
}

/// Partial sums of a gradient's squares, beside those of the ones before it.
///
/// # Shapes
/// - `before`, output: `[PARTS]`
pub(super) fn squares(gradient: CubeTensor, before: Option<CubeTensor>) -> CubeTensor {
    let gradient = contiguous(gradient);
    let output = empty(&gradient, [PARTS]);
    let before = before.map(|before| contiguous(before).into_buffer_arg());
    // SAFETY: there is a cube for each partial sum, and units stop at the gradient's length.
    unsafe {
        squares_kernel::launch_unchecked(
            &output.client,
            CubeCount::Static(PARTS as u32, 1, 1),
            CubeDim::new_1d(UNITS),
            gradient.into_buffer_arg(),
            before.into(),
            output.clone().into_buffer_arg(),
        );
    }
    output
}

/// The loss, the norm of all gradients, and what clipping multiplies them with.
///
/// Where the loss was multiplied with a scale, `scaled` has the numbers of the step before and the scale. The norm is then that
/// of the loss's own gradients, and what they are multiplied with takes the scale off; it is 0 where the norm is no number or
/// the step before has 0 there.
///
/// # Shapes
/// - `sums`: `[PARTS]`
/// - `loss`: `[1]`
/// - numbers of the step before, output: `[3]`
pub(super) fn clipping(
    sums: CubeTensor,
    loss: CubeTensor,
    max_norm: Option<f64>,
    scaled: Option<(CubeTensor, f64)>,
) -> CubeTensor {
    let (sums, loss) = (contiguous(sums), contiguous(loss));
    let output = empty(&sums, [3]);
    let max_norm = max_norm.map_or(f32::MAX, |norm| norm as f32);
    let (before, scale) = scaled.unzip();
    let before = before.map(|before| contiguous(before).into_buffer_arg());
    // SAFETY: the output's length is known, and units stop at that of the sums.
    unsafe {
        clipping_kernel::launch_unchecked(
            &output.client,
            CubeCount::Static(1, 1, 1),
            CubeDim::new_1d(PARTS as u32),
            sums.into_buffer_arg(),
            loss.into_buffer_arg(),
            before.into(),
            output.clone().into_buffer_arg(),
            max_norm,
            scale.map_or(1.0, |scale| (1.0 / scale) as f32),
        );
    }
    output
}

#[cube(launch_unchecked)]
fn squares_kernel(gradient: &[f32], before: ComptimeOption<&[f32]>, output: &mut [f32]) {
    let mut shared = Shared::<[f32]>::new_slice(256usize);
    let mut sum = 0.0f32;
    let mut at = ABSOLUTE_POS;
    while at < gradient.len() {
        let value = gradient[at];
        sum += value * value;
        at += output.len() * CUBE_DIM as usize;
    }
    let sum = sum_over_units(&mut shared, sum);
    if UNIT_POS == 0 {
        let before: ComptimeOption<f32> = before.map(|before| before[CUBE_POS]);
        output[CUBE_POS] = sum + before.unwrap_or_else(|| 0.0f32);
    }
}

#[cube(launch_unchecked)]
fn clipping_kernel(
    sums: &[f32],
    loss: &[f32],
    before: ComptimeOption<&[f32]>,
    output: &mut [f32],
    max_norm: f32,
    unscale: f32,
) {
    let mut shared = Shared::<[f32]>::new_slice(64usize);
    let unit = UNIT_POS as usize;
    let norm = f32::sqrt(sum_over_units(&mut shared, sums[unit])) * unscale;
    if UNIT_POS == 0 {
        // As `clip_grad_norm_` of PyTorch: its 1e-6 keeps a zero norm from dividing.
        let factor = min(max_norm / (norm + 0.000_001f32), 1.0f32) * unscale;
        #[comptime]
        let factor = match before {
            ComptimeOption::Some(before) => {
                let counts = !(norm.is_nan() || norm.is_inf()) && before[2] != 0.0f32;
                select(counts, factor, 0.0f32)
            }
            ComptimeOption::None => factor,
        };
        output[0] = loss[0];
        output[1] = norm;
        output[2] = factor;
    }
}
