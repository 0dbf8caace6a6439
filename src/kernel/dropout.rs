//! What dropout leaves, drawn by place: a number is a function of the seed and of where it stands alone, so that
//! threads draw the same.

use super::elementary::in_registers;
use super::parallel;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 14;

/// Ones with the probability `keep`, else zeros.
pub(super) fn draw_mask(seed: [u32; 2], keep: f64, mask: &mut [f32]) {
    // Of 32 bits, which leaves a probability off by less than 1e-9.
    let bound = ((1.0 - keep) * f64::from(u32::MAX)) as u32;
    let most = mask.len() / MIN_SHARE;
    parallel::split_mut(mask, 1, most, |start, mask| {
        let factors = in_registers(FACTORS);
        let mix = |bits| mix(bits, factors);
        for (index, kept) in mask.iter_mut().enumerate() {
            let drawn = mix(mix((start + index) as u32 ^ seed[0]).wrapping_add(seed[1]));
            *kept = if drawn < bound { 0.0 } else { 1.0 };
        }
    });
}

/// What [`mix`] multiplies with.
const FACTORS: [u32; 2] = [0x85EB_CA6B, 0xC2B2_AE35];

/// Spreads every bit over all.
///
/// Source: the finalizer of MurmurHash3, in the public domain, <https://github.com/aappleby/smhasher>.
#[inline(always)]
fn mix(mut bits: u32, factors: [u32; 2]) -> u32 {
    bits ^= bits >> 16;
    bits = bits.wrapping_mul(factors[0]);
    bits ^= bits >> 13;
    bits = bits.wrapping_mul(factors[1]);
    bits ^ bits >> 16
}

#[cfg(test)]
mod tests {
    use super::draw_mask;

    fn draw(seed: [u32; 2], keep: f64) -> Vec<f32> {
        let mut drawn = vec![f32::NAN; 100_000];
        draw_mask(seed, keep, &mut drawn);
        drawn
    }

    #[test]
    fn as_many_are_kept_as_asked() {
        for keep in [0.1, 0.5, 0.9, 1.0] {
            let drawn = draw([1, 2], keep);
            assert!(drawn.iter().all(|&kept| kept == 0.0 || kept == 1.0));
            let share = drawn.iter().copied().map(f64::from).sum::<f64>() / 1e5;
            assert!((share - keep).abs() < 0.006, "{share}");
        }
    }

    #[test]
    fn neither_neighbours_nor_other_seeds_drop_alike() {
        let drawn = draw([1, 2], 0.5);
        let alike = |other: &[f32]| {
            let pairs = drawn.iter().zip(other);
            pairs.filter(|(a, b)| a == b).count() as f64 / other.len() as f64
        };
        for other in [
            &drawn[1..],
            &drawn[384..],
            &draw([2, 2], 0.5),
            &draw([1, 3], 0.5),
        ] {
            assert!((alike(other) - 0.5).abs() < 0.01, "{}", alike(other));
        }
        assert_eq!(drawn, draw([1, 2], 0.5));
    }
}
