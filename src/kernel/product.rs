//! The matrix product.

use std::ops::Range;

use super::matrix::{Rows, RowsMut};
use super::panels::Panels;
use super::parallel;
use super::tile::{MAX_ROWS, Tile, Tiles, WIDTH, WithTiles, with_best};

/// Steps of the depth between two visits of the output: such a slice of a panel is 16 KiB and stays in the first cache.
const DEPTH: usize = 256;

/// Rows that go through all panels together: a slice of them is 64 KiB and stays in the second cache.
const ROWS: usize = 64;

/// Products below this many multiplications are not worth a second thread.
const MIN_SHARE: usize = 1 << 17;

/// `out += lhs · rhs`.
///
/// # Shapes
/// - `lhs`: `[rows, depth]`
/// - `rhs`: `[depth, columns]`
/// - `out`: `[rows, columns]`
pub fn add_product(lhs: Rows<'_>, rhs: &Panels, out: RowsMut<'_>) {
    let [rows, depth] = lhs.shape();
    let [_, columns] = rhs.shape();
    let job = Job::new(lhs, rhs, out);
    let panels = columns.div_ceil(WIDTH);
    let most = (rows * depth * columns / MIN_SHARE).max(1);
    if rows >= panels {
        parallel::split(rows, MAX_ROWS, most, |rows| job.compute(rows, 0..panels));
    } else {
        // So few rows would leave threads idle, or each with the whole of the weights to read.
        parallel::split(panels, 1, most, |panels| job.compute(0..rows, panels));
    }
}

/// The same on this thread alone: for products that are parts of a thread's work.
pub(super) fn add_small_product(lhs: Rows<'_>, rhs: &Panels, out: RowsMut<'_>) {
    let ([rows, _], [_, columns]) = (lhs.shape(), rhs.shape());
    Job::new(lhs, rhs, out).compute(0..rows, 0..columns.div_ceil(WIDTH));
}

/// A product of which threads compute parts.
struct Job<'a> {
    lhs: Rows<'a>,
    rhs: &'a Panels,
    out: *mut f32,
    out_stride: usize,
}

// SAFETY: the parts that threads compute do not overlap, see `add_product`.
unsafe impl Sync for Job<'_> {}

impl<'a> Job<'a> {
    fn new(lhs: Rows<'a>, rhs: &'a Panels, mut out: RowsMut<'a>) -> Self {
        let ([rows, depth], [rhs_depth, columns]) = (lhs.shape(), rhs.shape());
        assert_eq!(depth, rhs_depth, "depths of a product");
        assert_eq!(out.shape(), [rows, columns], "shape of a product");
        Self {
            lhs,
            rhs,
            out_stride: out.stride(),
            out: out.as_mut_ptr(),
        }
    }

    /// Computes the part of the output in these rows and panels.
    fn compute(&self, rows: Range<usize>, panels: Range<usize>) {
        with_best(Part {
            job: self,
            rows,
            panels,
        });
    }
}

struct Part<'a> {
    job: &'a Job<'a>,
    rows: Range<usize>,
    panels: Range<usize>,
}

impl WithTiles for Part<'_> {
    fn run<T: Tiles>(self) {
        let [_, depth] = self.job.lhs.shape();
        for first_row in self.rows.clone().step_by(ROWS) {
            let rows = first_row..(first_row + ROWS).min(self.rows.end);
            for first_step in (0..depth).step_by(DEPTH) {
                let steps = first_step..(first_step + DEPTH).min(depth);
                for panel in self.panels.clone() {
                    for row in rows.clone().step_by(T::ROWS) {
                        let rows = row..(row + T::ROWS).min(rows.end);
                        self.tile::<T>(rows, steps.clone(), panel);
                    }
                }
            }
        }
    }
}

impl Part<'_> {
    fn tile<T: Tiles>(&self, rows: Range<usize>, steps: Range<usize>, panel: usize) {
        let Job {
            lhs,
            rhs,
            out,
            out_stride,
        } = *self.job;
        let [_, columns] = rhs.shape();
        let column = panel * WIDTH;
        // SAFETY: rows and columns lie within the output's shape.
        let out = unsafe { out.add(rows.start * out_stride + column) };
        let tile = Tile {
            lhs: lhs.from(rows.start, steps.start).as_ptr(),
            lhs_stride: lhs.stride(),
            panel: rhs.from(panel, steps.start).as_ptr(),
            depth: steps.len(),
            out,
            out_stride,
        };
        if columns - column >= WIDTH {
            // SAFETY: all of the tile lies within the matrices, and no other thread computes it.
            return unsafe { T::run(rows.len(), tile) };
        }
        // The last columns: the tile goes to memory of its own, as it is wider than what is left.
        let mut whole = [0.0; MAX_ROWS * WIDTH];
        let own = Tile {
            out: whole.as_mut_ptr(),
            out_stride: WIDTH,
            ..tile
        };
        // SAFETY: as above, but for the output, which holds any tile.
        unsafe { T::run(rows.len(), own) };
        for (row, sums) in whole.chunks(WIDTH).take(rows.len()).enumerate() {
            for (column, sum) in sums.iter().enumerate().take(columns - column) {
                // SAFETY: as above.
                unsafe { *out.add(row * out_stride + column) += sum };
            }
        }
    }
}

#[cfg(test)]
mod tests;
