//! Layer norm.
//!
//! Source: Ba et al. 2016, <https://arxiv.org/abs/1607.06450>.

use super::lanes::sum;
use super::parallel::{self, Places};

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
    /// Normalises each row in its place.
    ///
    /// # Shapes
    /// - `values`: `[rows, width]`
    pub fn forward(&self, values: &mut [f32]) {
        self.split(values, |_, row| self.normalise(row));
    }

    /// Adds `residual` and normalises each row of the sums, all in place.
    ///
    /// # Shapes
    /// - `values`, `residual`: `[rows, width]`
    pub fn forward_of_sum(&self, values: &mut [f32], residual: &[f32]) {
        assert_eq!(values.len(), residual.len(), "sums of pairs");
        self.split(values, |start, row| {
            add(row, &residual[start..]);
            self.normalise(row);
        });
    }

    /// Adds `residual` in place, and normalises each row of the sums to memory of its own.
    ///
    /// # Shapes
    /// - `values`, `residual`, output: `[rows, width]`
    pub fn forward_with_sum(&self, values: &mut [f32], residual: &[f32]) -> Vec<f32> {
        assert_eq!(values.len(), residual.len(), "sums of pairs");
        let mut output = Vec::with_capacity(values.len());
        let places = Places::of(&mut output.spare_capacity_mut()[..values.len()]);
        self.split(values, |start, row| {
            add(row, &residual[start..]);
            // SAFETY: rows do not overlap.
            let places = unsafe { places.part(start..start + row.len()) };
            self.normalise(places.write_copy_of_slice(row));
        });
        // SAFETY: the rows make up the whole, and each is written.
        unsafe { output.set_len(values.len()) };
        output
    }

    /// The gradient of the input of [`Self::forward`] in place of the output's.
    ///
    /// # Shapes
    /// - `input`, `gradient`: `[rows, width]`
    pub fn backward(&self, input: &[f32], gradient: &mut [f32]) {
        assert_eq!(gradient.len(), input.len(), "a gradient for each value");
        self.split(gradient, |start, gradient| {
            self.row_backward(&input[start..], gradient);
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

    /// Does `work` on each row of `values` and where it begins.
    fn split(&self, values: &mut [f32], work: impl Fn(usize, &mut [f32]) + Sync) {
        let width = self.scale.len().max(1);
        assert!(values.len().is_multiple_of(width), "whole rows");
        let most = values.len() / MIN_SHARE;
        parallel::split_mut(values, width, most, |start, values| {
            for (index, row) in values.chunks_exact_mut(width).enumerate() {
                work(start + index * width, row);
            }
        });
    }

    fn normalise(&self, row: &mut [f32]) {
        let [mean, factor] = self.moments(row);
        let places = row.iter_mut().zip(self.scale).zip(self.shift);
        for ((x, scale), shift) in places {
            *x = (*x - mean) * factor * scale + shift;
        }
    }

    /// With x̂ = (x - mean) factor and g the gradient times the scale: factor (g - mean(g) - x̂ mean(g x̂)).
    fn row_backward(&self, input: &[f32], gradient: &mut [f32]) {
        let width = self.scale.len();
        let (input, gradient) = (&input[..width], &mut gradient[..width]);
        let [mean, factor] = self.moments(input);
        let normalised = |x: f32| (x - mean) * factor;
        let mean_gradient = sum([&*gradient, self.scale], |[g, scale]| g * scale) / width as f32;
        let slope = sum([&*gradient, self.scale, input], |[g, scale, x]| {
            g * scale * normalised(x)
        }) / width as f32;
        for (index, gradient) in gradient.iter_mut().enumerate() {
            let scaled = *gradient * self.scale[index];
            *gradient = factor * (scaled - mean_gradient - normalised(input[index]) * slope);
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

/// Adds to each value of a row what stands at its place.
fn add(row: &mut [f32], other: &[f32]) {
    row.iter_mut().zip(other).for_each(|(x, other)| *x += other);
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

    #[test]
    fn sums_are_normalised_as_if_added_before() {
        let (scale, shift) = (values(21, 1), values(21, 2));
        let norm = Norm {
            scale: &scale,
            shift: &shift,
            epsilon: EPSILON,
        };
        let (input, residual) = (values(5 * 21, 3), values(5 * 21, 4));
        let sum: Vec<f32> = input.iter().zip(&residual).map(|(a, b)| a + b).collect();
        let mut expected = sum.clone();
        norm.forward(&mut expected);
        let (mut alone, mut beside) = (input.clone(), input);
        norm.forward_of_sum(&mut alone, &residual);
        assert_eq!(alone, expected);
        assert_eq!(norm.forward_with_sum(&mut beside, &residual), expected);
        assert_eq!(beside, sum);
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
            let (mut output, mut back) = (input.clone(), gradient.clone());
            norm.forward(&mut output);
            norm.backward(&input, &mut back);
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
