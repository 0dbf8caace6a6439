//! The right-hand matrix of a product, in the order in which tiles read it.

use std::mem::MaybeUninit;

use super::matrix::Rows;
use super::parallel;
use super::tile::WIDTH;

/// Values of a part that a thread of its own is worth: more than one head of attention has.
const MIN_SHARE: usize = 1 << 14;

/// A matrix cut into panels of sixteen columns, each without gaps, the last one filled up with zeros.
///
/// # Shapes
/// - `values`: `[panels, depth, 16]`
#[derive(Debug, Clone, Default)]
pub struct Panels {
    values: Vec<f32>,
    depth: usize,
    columns: usize,
}

impl Panels {
    /// # Shapes
    /// - `matrix`: `[depth, columns]`
    pub fn of(matrix: Rows<'_>) -> Self {
        let mut panels = Self::default();
        panels.fill(matrix);
        panels
    }

    /// # Shapes
    /// - `matrix`: `[columns, depth]`
    pub fn of_transposed(matrix: Rows<'_>) -> Self {
        let mut panels = Self::default();
        panels.fill_transposed(matrix);
        panels
    }

    /// Holds another matrix, in the same memory where it fits.
    ///
    /// # Shapes
    /// - `matrix`: `[depth, columns]`
    pub fn fill(&mut self, matrix: Rows<'_>) {
        let [depth, columns] = matrix.shape();
        self.write([depth, columns], |panel, steps| {
            let first = panel * WIDTH;
            for (step, places) in steps.iter_mut().enumerate() {
                let part = &matrix.row(step)[first..];
                // Of a known length, so that it is no call to copy memory.
                match part.first_chunk::<WIDTH>() {
                    Some(part) => _ = places.write_copy_of_slice(part),
                    None => _ = places[..part.len()].write_copy_of_slice(part),
                }
            }
        });
    }

    /// Holds the transpose of another matrix, in the same memory where it fits.
    ///
    /// # Shapes
    /// - `matrix`: `[columns, depth]`
    pub fn fill_transposed(&mut self, matrix: Rows<'_>) {
        /// Steps at a time, which stay in the first cache until all columns are there.
        const TOGETHER: usize = 128;
        let [columns, depth] = matrix.shape();
        self.write([depth, columns], |panel, steps| {
            for (slice, steps) in steps.chunks_mut(TOGETHER).enumerate() {
                for (place, column) in (panel * WIDTH..columns).take(WIDTH).enumerate() {
                    let values = &matrix.row(column)[slice * TOGETHER..];
                    for (places, value) in steps.iter_mut().zip(values) {
                        places[place].write(*value);
                    }
                }
            }
        });
    }

    /// Takes another shape, and the values that `fill` writes to each panel: all but those beyond the last column.
    fn write(
        &mut self,
        [depth, columns]: [usize; 2],
        fill: impl Fn(usize, &mut [[MaybeUninit<f32>; WIDTH]]) + Sync,
    ) {
        let panels = columns.div_ceil(WIDTH);
        let length = panels * WIDTH * depth;
        (self.depth, self.columns) = (depth, columns);
        self.values.clear();
        self.values.reserve(length);
        let (steps, _) = self.values.spare_capacity_mut()[..length].as_chunks_mut::<WIDTH>();
        parallel::split_mut(steps, depth.max(1), length / MIN_SHARE, |start, steps| {
            for (index, steps) in steps.chunks_mut(depth.max(1)).enumerate() {
                let panel = start / depth + index;
                for places in steps.iter_mut() {
                    // Only the last panel has any.
                    let beyond = &mut places[(columns - panel * WIDTH).min(WIDTH)..];
                    beyond.fill(MaybeUninit::new(0.0));
                }
                fill(panel, steps);
            }
        });
        // SAFETY: the panels make up the whole, and each has all of its columns and zeros for the others.
        unsafe { self.values.set_len(length) };
    }

    /// `[depth, columns]`
    pub fn shape(&self) -> [usize; 2] {
        [self.depth, self.columns]
    }

    /// A panel, from a step of the depth on.
    pub(super) fn from(&self, panel: usize, step: usize) -> &[f32] {
        &self.values[(panel * self.depth + step) * WIDTH..]
    }
}
