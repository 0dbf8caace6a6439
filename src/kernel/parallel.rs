//! Work cut into parts, for the threads that there are.
//!
//! The parts depend on the number of threads, so no result may depend on where they begin.

use std::ops::Range;

/// Does `work` on `0..count`, in at most `most` parts at once, which begin at multiples of `unit`.
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

/// The length of a part, but for the last.
#[cfg(feature = "threads")]
fn part_length(count: usize, unit: usize, most: usize) -> usize {
    let parts = rayon::current_num_threads().min(most).max(1);
    count.div_ceil(unit).div_ceil(parts) * unit
}
