//! GELU by the error function: x Φ(x), with the normal distribution Φ.
//!
//! Source: Hendrycks and Gimpel 2016, <https://arxiv.org/abs/1606.08415>.

use super::elementary::normal;
use super::parallel;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 13;

/// GELU of each value.
pub fn gelu(input: &[f32], output: &mut [f32]) {
    let most = input.len() / MIN_SHARE;
    parallel::split_mut(output, 1, most, |start, output| {
        for (output, &x) in output.iter_mut().zip(&input[start..]) {
            let [cumulative, _] = normal(x);
            *output = x * cumulative;
        }
    });
}

/// The gradient of [`gelu`]'s input.
pub fn gelu_backward(input: &[f32], gradient: &[f32], output: &mut [f32]) {
    let most = input.len() / MIN_SHARE;
    parallel::split_mut(output, 1, most, |start, output| {
        let operands = input[start..].iter().zip(&gradient[start..]);
        for (output, (&x, &gradient)) in output.iter_mut().zip(operands) {
            let [cumulative, density] = normal(x);
            *output = gradient * (cumulative + x * density);
        }
    });
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
        let mut output = vec![0.0; input.len()];
        gelu(&input, &mut output);
        for (x, found) in input.into_iter().zip(output) {
            close(found, expected(x.into()), 5e-7);
        }
    }

    #[test]
    fn gradients_are_the_slope_of_the_values() {
        let (input, gradient) = (inputs(), values(1001, 2));
        let mut output = vec![0.0; input.len()];
        gelu_backward(&input, &gradient, &mut output);
        for ((x, gradient), found) in input.into_iter().zip(gradient).zip(output) {
            let x = f64::from(x);
            let slope = (expected(x + 1e-5) - expected(x - 1e-5)) / 2e-5;
            close(found, f64::from(gradient) * slope, 1e-6);
        }
    }
}
