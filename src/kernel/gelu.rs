//! GELU by the error function: x Φ(x), with the normal distribution Φ.
//!
//! Source: Hendrycks and Gimpel 2016, <https://arxiv.org/abs/1606.08415>.
//!
//! Φ and GELU's derivative, each less ½, are odd functions that come to ±½ before |x| is 6. So both are fitted by ratios of
//! polynomials, least absolute error, which takes half the operations that the error function and e^x would.

use super::elementary::{OddRatio, in_registers};
use super::parallel::{map, update, zip_update};

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 13;

/// Where Φ is 1 but for 4e-8.
const MOST: f32 = 5.4;

/// Φ, to 2e-8 before rounding.
#[expect(clippy::excessive_precision, reason = "the digits of the fit")]
const ABOVE: [f32; 7] = [
    0.398942179,
    0.0347836507,
    0.00443493982,
    0.000158941391,
    3.13316073e-06,
    -2.22559646e-08,
    1.16100026e-10,
];
#[expect(clippy::excessive_precision, reason = "the digits of the fit")]
const BELOW: [f32; 5] = [1.0, 0.25385464, 0.0284291521, 0.00176350388, 5.86699006e-05];

/// Where the derivative is 1 but for 2e-7.
const SLOPE_MOST: f32 = 5.8;

/// The derivative, to 2e-8 before rounding.
#[expect(clippy::excessive_precision, reason = "the digits of the fit")]
const SLOPE_ABOVE: [f32; 8] = [
    0.797884714,
    -0.0437137498,
    0.0146086685,
    -0.000184017846,
    3.267181e-05,
    -1.59655311e-07,
    3.39806378e-09,
    -1.89428815e-11,
];
#[expect(clippy::excessive_precision, reason = "the digits of the fit")]
const SLOPE_BELOW: [f32; 6] = [
    1.0,
    0.278547951,
    0.0361543405,
    0.00283937948,
    0.000141905472,
    4.9576691e-06,
];

/// GELU of each value.
pub fn gelu(input: &[f32]) -> Vec<f32> {
    map(input, MIN_SHARE, of_one)
}

/// [`gelu()`] in the values' own memory.
pub fn gelu_in_place(values: &mut [f32]) {
    update(values, MIN_SHARE, of_one);
}

/// [`gelu_in_place()`] on this thread alone.
pub(super) fn gelu_here(values: &mut [f32]) {
    let of = of_one();
    values.iter_mut().for_each(|value| *value = of(*value));
}

/// The gradient of [`gelu()`]'s input, in place of the output's.
pub fn gelu_backward(input: &[f32], gradient: &mut [f32]) {
    zip_update(input, gradient, MIN_SHARE, backward_of_one);
}

/// GELU, for a loop.
#[inline(always)]
fn of_one() -> impl Fn(f32) -> f32 {
    let (phi, least) = (OddRatio::new(MOST, ABOVE, BELOW), in_registers(-MOST));
    move |x| {
        // What the fit leaves of Φ far below zero must not be multiplied with more. NaN stays.
        let bounded = if x < least { least } else { x };
        bounded * phi.of(x)
    }
}

/// The gradient of GELU's input, given that and the output's, for a loop.
#[inline(always)]
fn backward_of_one() -> impl Fn(f32, f32) -> f32 {
    let slope = OddRatio::new(SLOPE_MOST, SLOPE_ABOVE, SLOPE_BELOW);
    move |x, gradient| gradient * slope.of(x)
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
        let output = gelu(&input);
        for (&x, &found) in input.iter().zip(&output) {
            close(found, expected(x.into()), 1e-6);
        }
        let mut values = input;
        gelu_in_place(&mut values);
        assert_eq!(values, output);
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
        let mut output = gradient.clone();
        gelu_backward(&input, &mut output);
        for ((x, gradient), found) in input.into_iter().zip(gradient).zip(output) {
            let x = f64::from(x);
            let slope = (expected(x + 1e-5) - expected(x - 1e-5)) / 2e-5;
            close(found, f64::from(gradient) * slope, 1e-6);
        }
    }
}
