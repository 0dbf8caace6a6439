//! Elementary functions without branches: loops over them become vector instructions.

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

/// ½ + x `above`(x²) / `below`(x²), where x is taken to be within ±`most`.
#[inline(always)]
pub(super) fn odd_ratio<const N: usize, const M: usize>(
    x: f32,
    most: f32,
    above: &[f32; N],
    below: &[f32; M],
) -> f32 {
    // Comparisons that are false for NaN, so that it stays.
    let bounded = if x < -most { -most } else { x };
    let bounded = if bounded > most { most } else { bounded };
    let square = bounded * bounded;
    0.5 + bounded * polynomial(above, square) / polynomial(below, square)
}

/// A polynomial by its coefficients, from the constant term on.
#[inline(always)]
fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
    let mut terms = coefficients.iter().rev();
    let greatest = terms.next().copied().unwrap_or_default();
    terms.fold(greatest, |value, coefficient| value * x + coefficient)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
