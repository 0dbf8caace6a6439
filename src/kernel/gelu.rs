//! GELU by the error function: x Φ(x), with the normal distribution Φ.
//!
//! Source: Hendrycks and Gimpel 2016, <https://arxiv.org/abs/1606.08415>.

use super::elementary::{cumulative, normal};
use super::parallel::{map, zip_map};

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 13;

/// Where Φ is 0 in single precision: what is left of it beyond must not be multiplied with more.
const LEAST: f32 = -5.4;

/// GELU of each value.
pub fn gelu(input: &[f32]) -> Vec<f32> {
    map(input, MIN_SHARE, |x| {
        // A comparison that is false for NaN, so that it stays.
        let bounded = if x < LEAST { LEAST } else { x };
        bounded * cumulative(x)
    })
}

/// The gradient of [`gelu`]'s input.
pub fn gelu_backward(input: &[f32], gradient: &[f32]) -> Vec<f32> {
    zip_map([input, gradient], MIN_SHARE, |x, gradient| {
        let [cumulative, density] = normal(x);
        gradient * (cumulative + x * density)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::reference::{close, erf, values};

    fn inputs() -> Vec<f32> {
        values(1001, 1).into_iter().map(|x| 8.0 * x).collect()
    }

    fn expected(x: f64) -> f64 {
        0.5 * x * (1.0 + erf(x / 2_f64.sqrt()))
    }

    #[test]
    fn values_are_those_of_the_definition() {
        let input = inputs();
        for (x, found) in input.iter().copied().zip(gelu(&input)) {
            close(found, expected(x.into()), 1e-6);
        }
    }

    #[test]
    fn far_from_zero_it_is_zero_or_the_value() {
        let found = gelu(&[-1e30, -20.0, 20.0, 1e30, f32::NAN]);
        close(found[0], 0.0, 1e-6);
        close(found[1], 0.0, 1e-6);
        close(found[2], 20.0, 2e-7);
        close(found[3], f64::from(1e30_f32), 2e-7);
        assert!(found[4].is_nan());
    }

    #[test]
    fn gradients_are_the_slope_of_the_values() {
        let (input, gradient) = (inputs(), values(1001, 2));
        let output = gelu_backward(&input, &gradient);
        for ((x, gradient), found) in input.into_iter().zip(gradient).zip(output) {
            let x = f64::from(x);
            let slope = (expected(x + 1e-5) - expected(x - 1e-5)) / 2e-5;
            close(found, f64::from(gradient) * slope, 1e-6);
        }
    }
}
