//! Elementary functions without branches: loops over them become vector instructions.

/// Adding it rounds to whole numbers, which then stand in the lowest bits.
pub(super) const ROUND: f32 = 12_582_912.0;

/// The least power of two that is a normal number.
const LEAST: f32 = -126.0;

/// Hides from the compiler which constants these are, so that it has them in registers over a loop. In V8 a constant takes three
/// instructions wherever it is used, which is more than the work itself.
#[inline(always)]
pub(super) fn in_registers<T>(constants: T) -> T {
    match cfg!(target_arch = "wasm32") {
        true => std::hint::black_box(constants),
        false => constants,
    }
}

/// 2^x for x up to 127, to 2 units in the last place; about 1e-38 where the power would be below the normal numbers.
#[derive(Clone, Copy)]
pub(super) struct Exp2 {
    power: [f32; 5],
    one: f32,
    least: f32,
    round: f32,
}

impl Exp2 {
    /// The constants, for a loop.
    #[expect(clippy::excessive_precision, reason = "the digits of the fit")]
    #[inline(always)]
    pub(super) fn new() -> Self {
        in_registers(Self {
            // From the linear term on: least relative error on ±½, 1 at 0.
            power: [
                0.693146978,
                0.240222421,
                0.0555073374,
                0.00967151266,
                0.00132647269,
            ],
            one: 1.0,
            least: LEAST,
            round: ROUND,
        })
    }

    #[inline(always)]
    pub(super) fn of(&self, x: f32) -> f32 {
        // A comparison that is false for NaN, so that it stays.
        let bounded = if x < self.least { self.least } else { x };
        let shifted = bounded + self.round;
        let rest = bounded - (shifted - self.round);
        let power = polynomial(&self.power, rest) * rest + self.one;
        // Of the rounded number's bits only the whole number's are left, as an exponent.
        let exponent = (shifted.to_bits() << 23).wrapping_add(self.one.to_bits());
        power * f32::from_bits(exponent)
    }
}

/// ½ + x `above`(x²) / `below`(x²), where x is taken to be within ±`most`.
#[derive(Clone, Copy)]
pub(super) struct OddRatio<const N: usize, const M: usize> {
    half: f32,
    most: f32,
    above: [f32; N],
    below: [f32; M],
}

impl<const N: usize, const M: usize> OddRatio<N, M> {
    /// With its constants, for a loop.
    #[inline(always)]
    pub(super) fn new(most: f32, above: [f32; N], below: [f32; M]) -> Self {
        in_registers(Self {
            half: 0.5,
            most,
            above,
            below,
        })
    }

    #[inline(always)]
    pub(super) fn of(&self, x: f32) -> f32 {
        let bounded = within(x, self.most);
        let square = bounded * bounded;
        self.half + bounded * polynomial(&self.above, square) / polynomial(&self.below, square)
    }
}

/// The nearest number within ±`most`.
#[inline(always)]
pub(super) fn within(x: f32, most: f32) -> f32 {
    // Comparisons that are false for NaN, so that it stays.
    let bounded = if x < -most { -most } else { x };
    if bounded > most { most } else { bounded }
}

/// A polynomial by its coefficients, from the constant term on.
#[inline(always)]
pub(super) fn polynomial<const N: usize>(coefficients: &[f32; N], x: f32) -> f32 {
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
        let exp2 = Exp2::new();
        for x in sweep(126.0) {
            let expected = f64::from(x).exp2();
            let error = (f64::from(exp2.of(x)) / expected - 1.0).abs();
            assert!(error < 2.4e-7, "2^{x} is off by {error}");
        }
        assert_eq!(exp2.of(0.0), 1.0);
        assert!(exp2.of(f32::NEG_INFINITY) < 1.3e-38);
        assert!(exp2.of(f32::NAN).is_nan());
    }
}
