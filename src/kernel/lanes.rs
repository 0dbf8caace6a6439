//! Sums over rows, in eight lanes, and maxima.
//!
//! A compiler keeps the order of a plain sum, one number after another; lanes are an order that vectors have, too. Rows are
//! read in pieces of a known length: behind an index there would be a check of bounds, and then no vectors.

use core::array::from_fn;

pub(super) const LANES: usize = 8;

/// Adds up `term` of what stands at each place of rows of one length.
#[inline(always)]
pub(super) fn sum<const N: usize>(rows: [&[f32]; N], term: impl Fn([f32; N]) -> f32) -> f32 {
    let rows = rows.map(|row| row.as_chunks::<LANES>());
    let mut lanes = [0.0; LANES];
    let pieces = rows.iter().map(|(pieces, _)| pieces.len()).min();
    for piece in 0..pieces.unwrap_or(0) {
        let pieces = rows.map(|(pieces, _)| &pieces[piece]);
        for (lane, sum) in lanes.iter_mut().enumerate() {
            *sum += term(pieces.map(|piece| piece[lane]));
        }
    }
    let count = rows.iter().map(|(_, rest)| rest.len()).min();
    let rest: f32 = (0..count.unwrap_or(0))
        .map(|place| term(from_fn(|row| rows[row].1[place])))
        .sum();
    // Halves first, which is one operation of vectors.
    let [one, two, three, four] = from_fn(|lane| lanes[lane] + lanes[lane + LANES / 2]);
    (one + two) + (three + four) + rest
}

/// The greatest value of a row; negative infinity where there is none. What it is beside NaN is left open.
#[inline(always)]
pub(super) fn max(row: &[f32]) -> f32 {
    // As integers, which are compared without branches where they do not lie side by side, too.
    let least = ordered(f32::NEG_INFINITY.to_bits().cast_signed());
    let bits = row.iter().map(|x| ordered(x.to_bits().cast_signed()));
    f32::from_bits(ordered(bits.fold(least, i32::max)).cast_unsigned())
}

/// A number's bits as an integer that is ordered as the numbers are, and back.
#[inline(always)]
fn ordered(bits: i32) -> i32 {
    bits ^ ((bits >> 31).cast_unsigned() >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{max, sum};

    #[test]
    fn every_place_counts_once() {
        for count in 0..40_u16 {
            let row: Vec<f32> = (0..count).map(f32::from).collect();
            let whole = f32::from(count);
            let expected = whole * (whole - 1.0) / 2.0;
            assert_eq!(sum([&row], |[value]| value), expected);
            assert_eq!(sum([&row, &row], |[a, b]| 2.0 * a - b), expected);
            let greatest = row.last().copied().unwrap_or(f32::NEG_INFINITY);
            assert_eq!(max(&row), greatest);
            let below: Vec<f32> = row.iter().map(|x| x - 50.0).collect();
            assert_eq!(max(&below), greatest - 50.0);
        }
    }
}
