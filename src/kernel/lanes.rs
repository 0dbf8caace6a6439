//! Sums and maxima over a row, in eight lanes.
//!
//! A compiler keeps the order of a plain sum, one number after another; lanes are an order that vectors have, too.

const LANES: usize = 8;

/// Adds up `term` of each place.
#[inline(always)]
pub(super) fn sum(count: usize, term: impl Fn(usize) -> f32) -> f32 {
    reduce(count, 0.0, term, |sum, term| sum + term)
}

/// The greatest `term` of all places, NaN left out; negative infinity where there is none.
#[inline(always)]
pub(super) fn max(count: usize, term: impl Fn(usize) -> f32) -> f32 {
    reduce(count, f32::NEG_INFINITY, term, |max, term| {
        if term > max { term } else { max }
    })
}

#[inline(always)]
fn reduce(
    count: usize,
    start: f32,
    term: impl Fn(usize) -> f32,
    join: impl Fn(f32, f32) -> f32,
) -> f32 {
    let mut lanes = [start; LANES];
    let whole = count / LANES * LANES;
    for first in (0..whole).step_by(LANES) {
        for (lane, value) in lanes.iter_mut().enumerate() {
            *value = join(*value, term(first + lane));
        }
    }
    let rest = (whole..count).fold(start, |value, place| join(value, term(place)));
    lanes.into_iter().fold(rest, join)
}

#[cfg(test)]
mod tests {
    use super::{max, sum};

    #[test]
    fn every_place_counts_once() {
        for count in 0..40 {
            let found = sum(count, |place| place as f32);
            assert_eq!(found, (count * count.saturating_sub(1) / 2) as f32);
            let greatest = (0..count)
                .next_back()
                .map_or(f32::NEG_INFINITY, |place| place as f32);
            assert_eq!(max(count, |place| place as f32), greatest);
        }
    }
}
