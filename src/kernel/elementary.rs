//! Elementary functions without branches: loops over them become vector instructions.

use std::f32::consts::{LN_2, LOG2_E};

/// Adding it rounds to whole numbers, which then stand in the lowest bits.
pub(super) const ROUND: f32 = 12_582_912.0;

/// ln 2 in two parts: the first has so few bits that its products with exponents are exact.
#[expect(
    clippy::excessive_precision,
    reason = "all digits show that it is exact"
)]
const LN_2_HIGH: f32 = 0.693_359_375;
const LN_2_LOW: f32 = (std::f64::consts::LN_2 - 0.693_359_375) as f32;

/// The least power that is a normal number.
const LEAST: f32 = -126.0 * LN_2;

/// The polynomial of `normal`, from its constant term on.
#[expect(clippy::excessive_precision, reason = "the digits of the fit")]
const TAIL: [f32; 9] = [
    0.282088195,
    0.282337858,
    0.243426815,
    0.201196663,
    -0.0225914242,
    0.271470858,
    -0.480802683,
    0.281191928,
    -0.0583182426,
];

/// e^x for x up to 88, to 2 units in the last place; 0 where the power would be below the normal numbers.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    // Comparisons that are false for NaN, so that it stays.
    let bounded = if x < LEAST { LEAST } else { x };
    let shifted = bounded * LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = bounded - whole * LN_2_HIGH - whole * LN_2_LOW;
    // The series of e^rest, of which |rest| ≤ ln 2 / 2 needs so many terms.
    let mut power = 1.0 / 5040.0;
    for coefficient in [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        power = power * rest + coefficient;
    }
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits());
    let scale = f32::from_bits(exponent.wrapping_add(127) << 23);
    if x < LEAST { 0.0 } else { power * scale }
}

/// The normal distribution at x: its cumulative probability and its density.
#[inline(always)]
pub(super) fn normal(x: f32) -> [f32; 2] {
    const DENSITY: f32 = 0.398_942_3;
    let bell = exp(-0.5 * x * x);
    // erfc(z) = e^(-z²) t p(t) with t = 1 / (1 + z / 2), for z ≥ 0: p interpolates at 200 Chebyshev nodes of
    // 0 ≤ z ≤ 10, cut to degree 8. Of the tail's value that is 3e-7, and less than rounding beside the 1 that the other
    // tail is taken from. One function for both tails: no loss where x is far below zero.
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * z);
    let mut p = TAIL[8];
    for coefficient in TAIL[..8].iter().rev() {
        p = p * t + coefficient;
    }
    let tail = 0.5 * bell * t * p;
    let cumulative = if x < 0.0 { tail } else { 1.0 - tail };
    [cumulative, DENSITY * bell]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::reference::erf;

    /// Numbers from `-bound` to `bound`.
    fn sweep(bound: f32) -> impl Iterator<Item = f32> {
        (-20_000..=20_000).map(move |step| step as f32 / 20_000.0 * bound)
    }

    #[test]
    fn powers_are_exact_to_two_places() {
        for x in sweep(87.0) {
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) / expected - 1.0).abs();
            assert!(error < 2.4e-7, "e^{x} is off by {error}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(-88.0), 0.0);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert!(exp(f32::NAN).is_nan());
    }

    #[test]
    fn the_normal_distribution_is_that_of_the_error_function() {
        for x in sweep(12.0) {
            let wide = f64::from(x);
            let [cumulative, density] = normal(x).map(f64::from);
            let expected = 0.5 * (1.0 + erf(wide / 2_f64.sqrt()));
            assert!((cumulative - expected).abs() < 2e-7, "at {x}");
            let expected = (-0.5 * wide * wide).exp() / (2.0 * std::f64::consts::PI).sqrt();
            assert!((density - expected).abs() < 1.2e-7, "at {x}");
        }
        assert!(normal(f32::NAN)[0].is_nan());
        assert_eq!(normal(f32::NEG_INFINITY)[0], 0.0);
        assert_eq!(normal(f32::INFINITY)[0], 1.0);
    }
}
