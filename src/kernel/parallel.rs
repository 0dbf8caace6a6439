//! Work cut into parts, for the threads that there are.
//!
//! The parts depend on the number of threads, so no result may depend on where they begin.

use std::mem::MaybeUninit;
use std::ops::Range;

/// `of` each value. A thread of its own is worth `min_share` of them.
pub(super) fn map(values: &[f32], min_share: usize, of: impl Fn(f32) -> f32 + Sync) -> Vec<f32> {
    let work = |start: usize, places: &mut [MaybeUninit<f32>]| {
        for (place, &value) in places.iter_mut().zip(&values[start..]) {
            place.write(of(value));
        }
    };
    // SAFETY: there are as many values as places.
    unsafe { collect(values.len(), min_share, work) }
}

/// `of` each pair of values that stand at the same place.
pub(super) fn zip_map(
    [first, second]: [&[f32]; 2],
    min_share: usize,
    of: impl Fn(f32, f32) -> f32 + Sync,
) -> Vec<f32> {
    assert_eq!(first.len(), second.len(), "values in pairs");
    let work = |start: usize, places: &mut [MaybeUninit<f32>]| {
        let pairs = first[start..].iter().zip(&second[start..]);
        for (place, (&first, &second)) in places.iter_mut().zip(pairs) {
            place.write(of(first, second));
        }
    };
    // SAFETY: there are as many pairs as places.
    unsafe { collect(first.len(), min_share, work) }
}

/// So many values, which `work` writes, a part of them at a time. Memory is not set before: that takes as long as the
/// cheapest of such works, and one thread alone would do it.
///
/// # Safety
/// `work` writes every place that it is given.
unsafe fn collect(
    count: usize,
    min_share: usize,
    work: impl Fn(usize, &mut [MaybeUninit<f32>]) + Sync,
) -> Vec<f32> {
    let mut values = Vec::with_capacity(count);
    let places = &mut values.spare_capacity_mut()[..count];
    split_mut(places, 1, count / min_share, work);
    // SAFETY: the parts make up the whole, and `work` has written them.
    unsafe { values.set_len(count) };
    values
}

/// [`collect`] for several outputs of one length, which are written some places at a time: what `work` writes first is
/// still in the cache when it reads it again.
///
/// # Safety
/// - as there
pub(super) unsafe fn collect_all<const N: usize>(
    count: usize,
    min_share: usize,
    work: impl Fn(usize, &mut [&mut [MaybeUninit<f32>]; N]) + Sync,
) -> [Vec<f32>; N] {
    const TOGETHER: usize = 1024;
    let mut outputs = [(); N].map(|()| Vec::with_capacity(count));
    let mut parts = outputs.each_mut().map(|output| {
        let places = &mut output.spare_capacity_mut()[..count];
        places.chunks_mut(TOGETHER)
    });
    let mut blocks: Vec<[&mut [MaybeUninit<f32>]; N]> = (0..count)
        .step_by(TOGETHER)
        .map(|_| {
            parts
                .each_mut()
                .map(|parts| parts.next().unwrap_or_default())
        })
        .collect();
    split_mut(&mut blocks, 1, count / min_share, |first, blocks| {
        for (index, block) in blocks.iter_mut().enumerate() {
            work((first + index) * TOGETHER, block);
        }
    });
    // SAFETY: the blocks make up the whole, and `work` has written them.
    outputs
        .iter_mut()
        .for_each(|output| unsafe { output.set_len(count) });
    outputs
}

/// Does `work` on `0..count`, in at most `most` parts, which begin at multiples of `unit`.
#[cfg(feature = "threads")]
pub(super) fn split(count: usize, unit: usize, most: usize, work: impl Fn(Range<usize>) + Sync) {
    each(parts(count, unit, most).ranges(), work);
}

/// Does `work` on `0..count`.
#[cfg(not(feature = "threads"))]
pub(super) fn split(count: usize, _unit: usize, _most: usize, work: impl Fn(Range<usize>) + Sync) {
    work(0..count);
}

/// Does `work` on parts of `values` and where each begins, as [`split`].
#[cfg(feature = "threads")]
pub(super) fn split_mut<T: Send>(
    values: &mut [T],
    unit: usize,
    most: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    let parts = parts(values.len(), unit, most);
    let mut left = values;
    let parts = parts.ranges().map(|range| {
        let (part, rest) = std::mem::take(&mut left).split_at_mut(range.len());
        left = rest;
        (range.start, part)
    });
    each(parts, |(start, part)| work(start, part));
}

/// Does `work` on all of `values`.
#[cfg(not(feature = "threads"))]
pub(super) fn split_mut<T: Send>(
    values: &mut [T],
    _unit: usize,
    _most: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    work(0, values);
}

/// Parts that a thread would have if all were as fast: one that is kept from its core leaves the others some.
#[cfg(any(test, feature = "threads"))]
const PARTS: usize = 4;

/// How a count is cut into parts, which are as equal as can be: the largest is waited for.
#[cfg(any(test, feature = "threads"))]
struct Parts {
    count: usize,
    unit: usize,
    parts: usize,
}

#[cfg(any(test, feature = "threads"))]
impl Parts {
    /// Parts for so many threads, at most `most` of them, which begin at multiples of `unit`.
    fn new(count: usize, unit: usize, most: usize, threads: usize) -> Self {
        let parts = (PARTS * threads).min(most).min(count.div_ceil(unit));
        Self {
            count,
            unit,
            parts: parts.max(1),
        }
    }

    fn start(&self, part: usize) -> usize {
        (part * self.count.div_ceil(self.unit) / self.parts * self.unit).min(self.count)
    }

    fn ranges(&self) -> impl ExactSizeIterator<Item = Range<usize>> {
        (0..self.parts).map(|part| self.start(part)..self.start(part + 1))
    }
}

#[cfg(feature = "threads")]
fn parts(count: usize, unit: usize, most: usize) -> Parts {
    Parts::new(count, unit, most, rayon::current_num_threads())
}

/// Does `work` on each of a few parts, any of which a thread may take.
#[cfg(feature = "threads")]
fn each<T: Send>(parts: impl ExactSizeIterator<Item = T>, work: impl Fn(T) + Sync) {
    use std::sync::{Mutex, PoisonError};

    use super::team;

    if parts.len() == 1 {
        return parts.for_each(work);
    }
    let parts: Vec<Mutex<Option<T>>> = parts.map(|part| Mutex::new(Some(part))).collect();
    team::share(parts.len(), &|place| {
        let part = parts[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        part.into_iter().for_each(&work);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_written_once() {
        for count in [0, 1, 1023, 1024, 1025, 5000] {
            let work = |start: usize, [one, two]: &mut [&mut [MaybeUninit<f32>]; 2]| {
                for (index, (one, two)) in one.iter_mut().zip(two.iter_mut()).enumerate() {
                    one.write((start + index) as f32);
                    two.write(-((start + index) as f32));
                }
            };
            // SAFETY: both are written to their ends.
            let [one, two] = unsafe { collect_all(count, 1000, work) };
            assert_eq!(one, (0..count).map(|at| at as f32).collect::<Vec<_>>());
            assert!(one.iter().zip(&two).all(|(one, two)| *one == -two));
        }
    }

    #[test]
    fn parts_are_as_equal_as_can_be_and_make_up_the_whole() {
        let cases = [
            (320, 12, usize::MAX, 8),
            (1024, 12, usize::MAX, 8),
            (1024, 2, 3, 3),
            (5, 1, usize::MAX, 5),
            (5, 1, 0, 1),
            (0, 4, usize::MAX, 1),
        ];
        for (count, unit, most, parts) in cases {
            let cut = Parts::new(count, unit, most, 2);
            let ranges: Vec<_> = cut.ranges().collect();
            assert_eq!(ranges.len(), parts);
            assert_eq!(ranges[0].start, 0);
            assert_eq!(ranges[parts - 1].end, count);
            assert!(ranges.is_sorted_by(|before, after| before.end == after.start));
            assert!(ranges.iter().all(|range| range.start % unit == 0));
            let units = ranges.iter().map(|range| range.len().div_ceil(unit));
            let least = units.clone().min().unwrap_or_default();
            assert!(units.max().unwrap_or_default() <= least + 1, "{ranges:?}");
        }
    }
}
