//! Work cut into parts, for the threads that there are.
//!
//! The parts depend on the number of threads, so no result may depend on where they begin.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

/// What `of` gives, of each value. A thread of its own is worth `min_share` of them.
pub(super) fn map<F: Fn(f32) -> f32>(
    values: &[f32],
    min_share: usize,
    of: impl Fn() -> F + Sync,
) -> Vec<f32> {
    let work = |start: usize, [places]: &mut [&mut [MaybeUninit<f32>]; 1]| {
        let of = of();
        for (place, &value) in places.iter_mut().zip(&values[start..]) {
            place.write(of(value));
        }
    };
    // SAFETY: there are as many values as places.
    let [output] = unsafe { collect(values.len(), min_share, work) };
    output
}

/// What `of` gives, of each pair of values that stand at the same place.
pub(super) fn zip_map<F: Fn(f32, f32) -> f32>(
    [first, second]: [&[f32]; 2],
    min_share: usize,
    of: impl Fn() -> F + Sync,
) -> Vec<f32> {
    assert_eq!(first.len(), second.len(), "values in pairs");
    let work = |start: usize, [places]: &mut [&mut [MaybeUninit<f32>]; 1]| {
        let of = of();
        let pairs = first[start..].iter().zip(&second[start..]);
        for (place, (&first, &second)) in places.iter_mut().zip(pairs) {
            place.write(of(first, second));
        }
    };
    // SAFETY: there are as many pairs as places.
    let [output] = unsafe { collect(first.len(), min_share, work) };
    output
}

/// [`map`] in the values' own memory.
pub(super) fn update<F: Fn(f32) -> f32>(
    values: &mut [f32],
    min_share: usize,
    of: impl Fn() -> F + Sync,
) {
    let most = values.len() / min_share;
    split_mut(values, 1, most, |_, values| {
        let of = of();
        for value in values {
            *value = of(*value);
        }
    });
}

/// [`zip_map`] in the second values' memory.
pub(super) fn zip_update<F: Fn(f32, f32) -> f32>(
    first: &[f32],
    second: &mut [f32],
    min_share: usize,
    of: impl Fn() -> F + Sync,
) {
    assert_eq!(first.len(), second.len(), "values in pairs");
    split_mut(second, 1, first.len() / min_share, |start, second| {
        let of = of();
        for (second, &first) in second.iter_mut().zip(&first[start..]) {
            *second = of(first, *second);
        }
    });
}

/// Outputs of so many values each, which `work` writes, some places of all at a time: what it writes first is still in the
/// cache when it reads it again. Memory is not set before: that takes as long as the cheapest of such works, and one thread
/// alone would do it.
///
/// # Safety
/// `work` writes every place that it is given.
pub(super) unsafe fn collect<const N: usize>(
    count: usize,
    min_share: usize,
    work: impl Fn(usize, &mut [&mut [MaybeUninit<f32>]; N]) + Sync,
) -> [Vec<f32>; N] {
    /// Places at a time.
    const TOGETHER: usize = 1024;
    let mut outputs = [(); N].map(|()| Vec::with_capacity(count));
    let places = outputs
        .each_mut()
        .map(|output| Places::of(&mut output.spare_capacity_mut()[..count]));
    split(count, TOGETHER, count / min_share, |part| {
        for start in part.clone().step_by(TOGETHER) {
            let block = start..(start + TOGETHER).min(part.end);
            let mut blocks = places.each_ref().map(|places| {
                // SAFETY: neither parts nor blocks overlap.
                unsafe { places.part(block.clone()) }
            });
            work(start, &mut blocks);
        }
    });
    // SAFETY: the blocks make up the whole, and `work` has written them.
    outputs
        .iter_mut()
        .for_each(|output| unsafe { output.set_len(count) });
    outputs
}

/// Does `work` on parts of `values` and where each begins, as [`split`].
pub(super) fn split_mut<T: Send>(
    values: &mut [T],
    unit: usize,
    most: usize,
    work: impl Fn(usize, &mut [T]) + Sync,
) {
    let count = values.len();
    let places = Places::of(values);
    split(count, unit, most, |part| {
        // SAFETY: parts do not overlap.
        work(part.start, unsafe { places.part(part) });
    });
}

/// Values of which threads write parts.
pub(super) struct Places<'a, T> {
    first: *mut T,
    count: usize,
    values: PhantomData<&'a mut [T]>,
}

// SAFETY: a thread takes parts that no other has, see `part`.
unsafe impl<T: Send> Sync for Places<'_, T> {}

impl<'a, T> Places<'a, T> {
    pub(super) fn of(values: &'a mut [T]) -> Self {
        Self {
            first: values.as_mut_ptr(),
            count: values.len(),
            values: PhantomData,
        }
    }

    /// # Safety
    /// No other part that is in use has any of these places.
    pub(super) unsafe fn part(&self, range: Range<usize>) -> &'a mut [T] {
        assert!(
            range.start <= range.end && range.end <= self.count,
            "a part of the values"
        );
        // SAFETY: they lie within the values, which are borrowed for as long.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(range.start), range.len()) }
    }
}

/// Cuts a thread's part into blocks of at most `most`, which is a multiple of `unit`: about as many each, as the last few alone
/// would wait for all that a block reads.
pub(super) fn blocks(
    part: Range<usize>,
    unit: usize,
    most: usize,
) -> impl Iterator<Item = Range<usize>> {
    let blocks = part.len().div_ceil(most).max(1);
    let together = part.len().div_ceil(blocks).next_multiple_of(unit).max(unit);
    let starts = part.clone().step_by(together);
    starts.map(move |start| start..(start + together).min(part.end))
}

/// How many threads of their own so much work is worth, one at least: so many steps of a product of these sizes each.
pub(super) fn shares(sizes: [usize; 3], min_share: usize) -> usize {
    // In WebAssembly `usize` has 32 bits, which the product may not fit.
    let steps: u64 = sizes.map(|size| size as u64).iter().product();
    usize::try_from(steps / min_share as u64).map_or(usize::MAX, |shares| shares.max(1))
}

/// Does `work` on `0..count`, in at most `most` parts, which begin at multiples of `unit`.
#[cfg(feature = "threads")]
pub(super) fn split(count: usize, unit: usize, most: usize, work: impl Fn(Range<usize>) + Sync) {
    let parts = Parts::new(count, unit, most, rayon::current_num_threads());
    super::team::share(parts.parts, &|part| work(parts.range(part)));
}

/// Does `work` on `0..count`.
#[cfg(not(feature = "threads"))]
pub(super) fn split(count: usize, _unit: usize, _most: usize, work: impl Fn(Range<usize>) + Sync) {
    work(0..count);
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
        // In WebAssembly `usize` has 32 bits, which the product may not fit.
        let units = self.count.div_ceil(self.unit) as u64;
        let unit = (part as u64 * units / self.parts as u64) as usize;
        (unit * self.unit).min(self.count)
    }

    fn range(&self, part: usize) -> Range<usize> {
        self.start(part)..self.start(part + 1)
    }
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
            let [one, two] = unsafe { collect(count, 1000, work) };
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
            let ranges: Vec<_> = (0..cut.parts).map(|part| cut.range(part)).collect();
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
