//! Elementary functions without branches: loops over them become vector instructions.

use std::f32::consts::LOG2_E;

/// Adding it rounds to whole numbers, which then stand in the lowest bits.
pub(super) const ROUND: f32 = 12_582_912.0;

/// The least power of two that is a normal number.
const LEAST: f32 = -126.0;

/// The polynomial of `exp2`, from its linear term on: least relative error on ±½, 1 at 0.
#[expect(clippy::excessive_precision, reason = "the digits of the fit")]
const POWER: [f32; 5] = [
    0.693146978,
    0.240222421,
    0.0555073374,
    0.00967151266,
    0.00132647269,
];

/// The polynomials of `cumulative`, above and below the line, from their constant terms on: least absolute error of
/// x P(x²) / Q(x²) as Φ(x) - ½ where |x| ≤ 5.4, which is 2e-8.
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

/// 2^x for x up to 127, to 2 units in the last place; about 1e-38 where the power would be below the normal numbers.
#[inline(always)]
pub(super) fn exp2(x: f32) -> f32 {
    // A comparison that is false for NaN, so that it stays.
    let bounded = if x < LEAST { LEAST } else { x };
    let shifted = bounded + ROUND;
    let rest = bounded - (shifted - ROUND);
    let power = polynomial(&POWER, rest) * rest + 1.0;
    // Of the rounded number's bits only the whole number's are left.
    power * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

/// The cumulative probability Φ of the normal distribution at x, to 3e-7. Where next to nothing is below x, that is no
/// digit: [`normal`] has them.
#[inline(always)]
pub(super) fn cumulative(x: f32) -> f32 {
    const MOST: f32 = 5.4;
    // Comparisons that are false for NaN, so that it stays.
    let bounded = if x < -MOST { -MOST } else { x };
    let bounded = if bounded > MOST { MOST } else { bounded };
    let square = bounded * bounded;
    0.5 + bounded * polynomial(&ABOVE, square) / polynomial(&BELOW, square)
}

#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    let mut terms = coefficients.iter().rev();
    let greatest = terms.next().copied().unwrap_or_default();
    terms.fold(greatest, |value, coefficient| value * x + coefficient)
}

/// The normal distribution at x: its cumulative probability and its density.
#[inline(always)]
pub(super) fn normal(x: f32) -> [f32; 2] {
    const DENSITY: f32 = 0.398_942_3;
    let bell = exp2(-0.5 * LOG2_E * x * x);
    // erfc(z) = e^(-z²) t p(t) with t = 1 / (1 + z / 2), for z ≥ 0: p interpolates at 200 Chebyshev nodes of
    // 0 ≤ z ≤ 10, cut to degree 8. Of the tail's value that is 3e-7, and less than rounding beside the 1 that the other
    // tail is taken from. One function for both tails: no loss where x is far below zero.
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * z);
    let tail = 0.5 * bell * t * polynomial(&TAIL, t);
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
        for x in sweep(126.0) {
            let expected = f64::from(x).exp2();
            let error = (f64::from(exp2(x)) / expected - 1.0).abs();
            assert!(error < 2.4e-7, "2^{x} is off by {error}");
        }
        assert_eq!(exp2(0.0), 1.0);
        assert!(exp2(f32::NEG_INFINITY) < 1.3e-38);
        assert!(exp2(f32::NAN).is_nan());
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
        assert!(normal(f32::NEG_INFINITY)[0] < 1e-38);
        assert_eq!(normal(f32::INFINITY)[0], 1.0);
    }

    #[test]
    fn the_cumulative_probability_alone_is_the_same() {
        for x in sweep(12.0) {
            let expected = 0.5 * (1.0 + erf(f64::from(x) / 2_f64.sqrt()));
            let error = (f64::from(cumulative(x)) - expected).abs();
            assert!(error < 3e-7, "at {x}: {error}");
        }
        assert!(cumulative(f32::NAN).is_nan());
        assert!((cumulative(f32::INFINITY) - 1.0).abs() < 2e-7);
        assert!(cumulative(f32::NEG_INFINITY).abs() < 2e-7);
    }
}
