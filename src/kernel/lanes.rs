//! Sums and maxima over rows, in eight lanes.
//!
//! A compiler keeps the order of a plain sum, one number after another; lanes are an order that vectors have, too. Rows are
//! read in pieces of a known length: behind an index there would be a check of bounds, and then no vectors.

use core::array::from_fn;

pub(super) const LANES: usize = 8;

/// Adds up `term` of what stands at each place of rows of one length.
#[inline(always)]
pub(super) fn sum<const N: usize>(rows: [&[f32]; N], term: impl Fn([f32; N]) -> f32) -> f32 {
    reduce(rows, 0.0, |sum, values| sum + term(values), |a, b| a + b)
}

/// The greatest value of a row, NaN left out; negative infinity where there is none.
#[inline(always)]
pub(super) fn max(row: &[f32]) -> f32 {
    let greater = |a: f32, b: f32| if b > a { b } else { a };
    let step = |max, [value]: [f32; 1]| greater(max, value);
    reduce([row], f32::NEG_INFINITY, step, greater)
}

/// Takes each place's values into its lane by `step`, and then the lanes together by `join`.
#[inline(always)]
fn reduce<const N: usize>(
    rows: [&[f32]; N],
    start: f32,
    step: impl Fn(f32, [f32; N]) -> f32,
    join: impl Fn(f32, f32) -> f32,
) -> f32 {
    let rows = rows.map(|row| row.as_chunks::<LANES>());
    let mut lanes = [start; LANES];
    let pieces = rows.iter().map(|(pieces, _)| pieces.len()).min();
    for piece in 0..pieces.unwrap_or(0) {
        let pieces = rows.map(|(pieces, _)| &pieces[piece]);
        for (lane, value) in lanes.iter_mut().enumerate() {
            *value = step(*value, pieces.map(|piece| piece[lane]));
        }
    }
    let count = rows.iter().map(|(_, rest)| rest.len()).min();
    let rest = (0..count.unwrap_or(0)).fold(start, |value, place| {
        step(value, from_fn(|row| rows[row].1[place]))
    });
    lanes.into_iter().fold(rest, join)
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
        }
    }
}
