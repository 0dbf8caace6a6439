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

/// Does `work` on `0..count`, in at most `most` parts, which begin at multiples of `unit`.
#[cfg(feature = "threads")]
pub(super) fn split(count: usize, unit: usize, most: usize, work: impl Fn(Range<usize>) + Sync) {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};

    let length = part_length(count, unit, most);
    if length >= count {
        return work(0..count);
    }
    (0..count.div_ceil(length))
        .into_par_iter()
        .for_each(|part| work(part * length..((part + 1) * length).min(count)));
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
    use rayon::iter::{IndexedParallelIterator, ParallelIterator};
    use rayon::slice::ParallelSliceMut;

    let length = part_length(values.len(), unit, most);
    if length >= values.len() {
        return work(0, values);
    }
    values
        .par_chunks_mut(length)
        .enumerate()
        .for_each(|(part, values)| work(part * length, values));
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
#[cfg(feature = "threads")]
const PARTS: usize = 4;

/// The length of a part, but for the last.
#[cfg(feature = "threads")]
fn part_length(count: usize, unit: usize, most: usize) -> usize {
    let parts = (PARTS * rayon::current_num_threads()).min(most).max(1);
    count.div_ceil(unit).div_ceil(parts) * unit
}
