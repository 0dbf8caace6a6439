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

/// `lhs · rhs`, to each row of which `bias` is added.
///
/// # Shapes
/// - `lhs`: `[rows, depth]`
/// - `rhs`: `[depth, columns]`
/// - `bias`: `[columns]`
/// - output: `[rows, columns]`
pub fn product(lhs: Rows<'_>, rhs: &Panels, bias: Option<&[f32]>) -> Vec<f32> {
    let ([rows, _], [_, columns]) = (lhs.shape(), rhs.shape());
    let start = match bias {
        Some(bias) => {
            assert_eq!(bias.len(), columns, "biases of a product");
            Start::Row(bias)
        }
        None => Start::Zero,
    };
    let mut output = Vec::with_capacity(rows * columns);
    let out = output.as_mut_ptr();
    share(&Job::new(lhs, rhs, (out, columns), start));
    // SAFETY: every part of the job sets all of its elements first, and the parts make up the whole.
    unsafe { output.set_len(rows * columns) };
    output
}

/// Computes a job on the threads that there are.
fn share(job: &Job<'_>) {
    let ([rows, depth], [_, columns]) = (job.lhs.shape(), job.rhs.shape());
    let panels = columns.div_ceil(WIDTH);
    let most = (rows * depth * columns / MIN_SHARE).max(1);
    if rows >= panels {
        parallel::split(rows, MAX_ROWS, most, |rows| job.compute(rows, 0..panels));
    } else {
        // So few rows would leave threads idle, or each with the whole of the weights to read.
        parallel::split(panels, 1, most, |panels| job.compute(0..rows, panels));
    }
}

/// `out += lhs · rhs`, on this thread alone: for products that are parts of a thread's work.
///
/// # Shapes
/// - as [`product`]'s
pub(super) fn add_small_product(lhs: Rows<'_>, rhs: &Panels, mut out: RowsMut<'_>) {
    let shape = [lhs.shape()[0], rhs.shape()[1]];
    assert_eq!(out.shape(), shape, "shape of a product");
    let (out_stride, out) = (out.stride(), out.as_mut_ptr());
    let job = Job::new(lhs, rhs, (out, out_stride), Start::Kept);
    job.compute(0..shape[0], 0..shape[1].div_ceil(WIDTH));
}

/// What the output holds before the products are added.
#[derive(Clone, Copy)]
enum Start<'a> {
    /// What it holds.
    Kept,
    /// Nothing.
    Zero,
    /// The same row everywhere.
    Row(&'a [f32]),
}

/// A product of which threads compute parts.
struct Job<'a> {
    lhs: Rows<'a>,
    rhs: &'a Panels,
    /// `[rows, columns]`, rows `out_stride` apart; perhaps not initialised, see [`Start`].
    out: *mut f32,
    out_stride: usize,
    start: Start<'a>,
}

// SAFETY: the parts that threads compute do not overlap, see `share`.
unsafe impl Sync for Job<'_> {}

impl<'a> Job<'a> {
    fn new(
        lhs: Rows<'a>,
        rhs: &'a Panels,
        (out, out_stride): (*mut f32, usize),
        start: Start<'a>,
    ) -> Self {
        let ([_, depth], [rhs_depth, _]) = (lhs.shape(), rhs.shape());
        assert_eq!(depth, rhs_depth, "depths of a product");
        Self {
            lhs,
            rhs,
            out,
            out_stride,
            start,
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
            self.set(rows.clone());
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
    /// Sets what these rows hold before the products are added.
    fn set(&self, rows: Range<usize>) {
        let [_, columns] = self.job.rhs.shape();
        let columns = self.panels.start * WIDTH..(self.panels.end * WIDTH).min(columns);
        for row in rows {
            // SAFETY: the row's columns lie within the output's shape, and no other thread computes them.
            let out = unsafe { self.job.out.add(row * self.job.out_stride + columns.start) };
            match self.job.start {
                Start::Kept => {}
                // SAFETY: as above; no bits make an `f32` that is none.
                Start::Zero => unsafe { out.write_bytes(0, columns.len()) },
                Start::Row(values) => {
                    let values = &values[columns.clone()];
                    // SAFETY: as above; the values are not of the output.
                    unsafe { out.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
                }
            }
        }
    }

    fn tile<T: Tiles>(&self, rows: Range<usize>, steps: Range<usize>, panel: usize) {
        let Job {
            lhs,
            rhs,
            out,
            out_stride,
            ..
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
