//! Layer norm.
//!
//! Source: Ba et al. 2016, <https://arxiv.org/abs/1607.06450>.

use super::lanes::sum;
use super::parallel;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 14;

/// A layer norm's numbers.
#[derive(Debug, Clone, Copy)]
pub struct Norm<'a> {
    /// `[width]`
    pub scale: &'a [f32],
    /// `[width]`
    pub shift: &'a [f32],
    /// Added to the variance.
    pub epsilon: f32,
}

impl Norm<'_> {
    /// Normalises each row.
    ///
    /// # Shapes
    /// - `input`, `output`: `[rows, width]`
    pub fn forward(&self, input: &[f32], output: &mut [f32]) {
        let width = self.scale.len();
        if width == 0 {
            return;
        }
        let most = input.len() / MIN_SHARE;
        parallel::split_mut(output, width, most, |start, output| {
            let rows = input[start..].chunks_exact(width);
            for (input, output) in rows.zip(output.chunks_exact_mut(width)) {
                let [mean, factor] = self.moments(input);
                for (index, output) in output.iter_mut().enumerate() {
                    let normalised = (input[index] - mean) * factor;
                    *output = normalised * self.scale[index] + self.shift[index];
                }
            }
        });
    }

    /// The gradient of [`Self::forward`]'s input.
    ///
    /// # Shapes
    /// - `input`, `gradient`, `output`: `[rows, width]`
    pub fn backward(&self, input: &[f32], gradient: &[f32], output: &mut [f32]) {
        let width = self.scale.len();
        if width == 0 {
            return;
        }
        let most = input.len() / MIN_SHARE;
        parallel::split_mut(output, width, most, |start, output| {
            let rows = input[start..].chunks_exact(width);
            let rows = rows.zip(gradient[start..].chunks_exact(width));
            for ((input, gradient), output) in rows.zip(output.chunks_exact_mut(width)) {
                self.row_backward(input, gradient, output);
            }
        });
    }

    /// The gradients of [`Self::forward`]'s scale and shift.
    ///
    /// # Shapes
    /// - `input`, `gradient`: `[rows, width]`
    /// - output: `[width]` each
    pub fn weights_backward(&self, input: &[f32], gradient: &[f32]) -> [Vec<f32>; 2] {
        let width = self.scale.len().max(1);
        let [mut scale, mut shift] = [(); 2].map(|()| vec![0.0; self.scale.len()]);
        for (input, gradient) in input.chunks_exact(width).zip(gradient.chunks_exact(width)) {
            let [mean, factor] = self.moments(input);
            for index in 0..scale.len() {
                scale[index] += gradient[index] * (input[index] - mean) * factor;
                shift[index] += gradient[index];
            }
        }
        [scale, shift]
    }

    /// With x̂ = (x - mean) factor and g the gradient times the scale: factor (g - mean(g) - x̂ mean(g x̂)).
    fn row_backward(&self, input: &[f32], gradient: &[f32], output: &mut [f32]) {
        let width = self.scale.len();
        let (input, gradient) = (&input[..width], &gradient[..width]);
        let [mean, factor] = self.moments(input);
        let normalised = |x: f32| (x - mean) * factor;
        let mean_gradient = sum([gradient, self.scale], |[g, scale]| g * scale) / width as f32;
        let slope = sum([gradient, self.scale, input], |[g, scale, x]| {
            g * scale * normalised(x)
        }) / width as f32;
        for (index, output) in output.iter_mut().enumerate() {
            let scaled = gradient[index] * self.scale[index];
            *output = factor * (scaled - mean_gradient - normalised(input[index]) * slope);
        }
    }

    /// A row's mean and what its deviations are multiplied with.
    fn moments(&self, row: &[f32]) -> [f32; 2] {
        let row = &row[..self.scale.len()];
        let width = row.len() as f32;
        let mean = sum([row], |[x]| x) / width;
        let variance = sum([row], |[x]| (x - mean) * (x - mean)) / width;
        [mean, 1.0 / (variance + self.epsilon).sqrt()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::reference::{close, values};

    const EPSILON: f32 = 1e-3;

    fn expected(input: &[f64], scale: &[f32], shift: &[f32]) -> Vec<f64> {
        let width = input.len() as f64;
        let mean = input.iter().sum::<f64>() / width;
        let variance = input.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / width;
        let factor = 1.0 / (variance + f64::from(EPSILON)).sqrt();
        let places = input.iter().zip(scale).zip(shift);
        places
            .map(|((x, &scale), &shift)| (x - mean) * factor * f64::from(scale) + f64::from(shift))
            .collect()
    }

    fn check_weights(norm: &Norm<'_>, input: &[f32], gradient: &[f32]) {
        let width = norm.scale.len();
        let found = norm.weights_backward(input, gradient);
        let (ones, zeros) = (vec![1.0; width], vec![0.0; width]);
        for index in 0..width {
            let mut sums = [0.0; 2];
            for (input, gradient) in input.chunks(width).zip(gradient.chunks(width)) {
                let wide: Vec<f64> = input.iter().copied().map(f64::from).collect();
                let gradient = f64::from(gradient[index]);
                sums[0] += gradient * expected(&wide, &ones, &zeros)[index];
                sums[1] += gradient;
            }
            for (found, sum) in found.iter().zip(sums) {
                close(found[index], sum, 2e-6);
            }
        }
    }

    #[test]
    fn values_and_gradients_are_those_of_the_definition() {
        for width in [1, 3, 8, 21, 40] {
            let rows = 3;
            let (scale, shift) = (values(width, 1), values(width, 2));
            let (input, gradient) = (values(rows * width, 3), values(rows * width, 4));
            let norm = Norm {
                scale: &scale,
                shift: &shift,
                epsilon: EPSILON,
            };
            let (mut output, mut back) = (vec![0.0; rows * width], vec![0.0; rows * width]);
            norm.forward(&input, &mut output);
            norm.backward(&input, &gradient, &mut back);
            check_weights(&norm, &input, &gradient);
            for row in 0..rows {
                let part = row * width..(row + 1) * width;
                let wide: Vec<f64> = input[part.clone()].iter().copied().map(f64::from).collect();
                let value = expected(&wide, &scale, &shift);
                for (&found, value) in output[part.clone()].iter().zip(value) {
                    close(found, value, 2e-6);
                }
                for index in 0..width {
                    let loss = |step: f64| -> f64 {
                        let mut moved = wide.clone();
                        moved[index] += step;
                        let value = expected(&moved, &scale, &shift);
                        let gradient = gradient[part.clone()].iter();
                        value
                            .iter()
                            .zip(gradient)
                            .map(|(y, &g)| y * f64::from(g))
                            .sum()
                    };
                    let slope = (loss(1e-6) - loss(-1e-6)) / 2e-6;
                    close(back[row * width + index], slope, 2e-5);
                }
            }
        }
    }
}
