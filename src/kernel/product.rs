//! The matrix product.

use std::ops::Range;

use super::matrix::{Rows, RowsMut, elements};
use super::panels::Panels;
use super::parallel;
use super::tile::{Strip, Tiles, UNIT, WIDTH, WithTiles, with_best};

/// Steps of the depth that are summed up before the sum is added to the output: sums of sums lose less to rounding, and such
/// a slice of a panel is 16 KiB and stays in the first cache.
const DEPTH: usize = 256;

/// The most rows that go through all panels together: of an encoder's widest layer they are 360 KiB, which stay in the second
/// cache.
const ROWS: usize = 60;

/// Products below this many multiplications are not worth a second thread.
const MIN_SHARE: usize = 1 << 18;

/// `lhs · rhs`, to each row of which `bias` is added.
///
/// # Shapes
/// - `lhs`: `[rows, depth]`
/// - `rhs`: `[depth, columns]`
/// - `bias`: `[columns]`
/// - output: `[rows, columns]`
pub fn product(lhs: Rows<'_>, rhs: &Panels, bias: Option<&[f32]>) -> Vec<f32> {
    let ([rows, _], [_, columns]) = (lhs.shape(), rhs.shape());
    let start = Start::from(bias);
    let count = elements([rows, columns]);
    let mut output = Vec::with_capacity(count);
    let out = output.as_mut_ptr();
    share(&Job::new(Left::Plain(lhs), rhs, (out, columns), start));
    // SAFETY: every part of the job sets all of its elements first, and the parts make up the whole.
    unsafe { output.set_len(count) };
    output
}

/// Computes a job on the threads that there are.
fn share(job: &Job<'_>) {
    let ([rows, depth], [_, columns]) = (job.lhs.shape(), job.rhs.shape());
    let panels = columns.div_ceil(WIDTH);
    let most = parallel::shares([rows, depth, columns], MIN_SHARE);
    if rows >= panels {
        parallel::split(rows, UNIT, most, |rows| job.compute(rows, 0..panels));
    } else {
        // So few rows would leave threads idle, or each with the whole of the weights to read.
        parallel::split(panels, 1, most, |panels| job.compute(0..rows, panels));
    }
}

/// `out += lhs · rhs`.
///
/// # Shapes
/// - as [`product`]'s
pub(super) fn add_product(lhs: Rows<'_>, rhs: &Panels, mut out: RowsMut<'_>) {
    share(&Job::adding(Left::Plain(lhs), rhs, &mut out));
}

/// [`add_product`] on this thread alone: for products that are parts of a thread's work.
///
/// # Shapes
/// - as there
pub(super) fn add_small_product(lhs: Rows<'_>, rhs: &Panels, mut out: RowsMut<'_>) {
    Job::adding(Left::Plain(lhs), rhs, &mut out).compute_here();
}

/// [`product`] on this thread alone, as [`add_small_product`]. All of `out` is written before any is read.
///
/// # Shapes
/// - as there
pub(super) fn small_product(
    lhs: Rows<'_>,
    rhs: &Panels,
    bias: Option<&[f32]>,
    mut out: RowsMut<'_>,
) {
    Job {
        start: Start::from(bias),
        ..Job::adding(Left::Plain(lhs), rhs, &mut out)
    }
    .compute_here();
}

/// `out += lhsᵀ · rhs`, as [`add_small_product`].
///
/// # Shapes
/// - `lhs`: `[depth, rows]`
/// - the others: as there
pub(super) fn add_small_transposed_product(lhs: Rows<'_>, rhs: &Panels, mut out: RowsMut<'_>) {
    Job::adding(Left::Transposed(lhs), rhs, &mut out).compute_here();
}

/// The left-hand matrix.
#[derive(Clone, Copy)]
enum Left<'a> {
    /// `[rows, depth]`
    Plain(Rows<'a>),
    /// `[depth, rows]`, read down its columns: for matrices so small that they stay in a cache.
    Transposed(Rows<'a>),
}

impl<'a> Left<'a> {
    /// `[rows, depth]`
    fn shape(self) -> [usize; 2] {
        match self {
            Self::Plain(rows) => rows.shape(),
            Self::Transposed(steps) => {
                let [depth, rows] = steps.shape();
                [rows, depth]
            }
        }
    }

    /// How far apart two rows are, and two steps.
    fn strides(self) -> [usize; 2] {
        match self {
            Self::Plain(rows) => [rows.stride(), 1],
            Self::Transposed(steps) => [1, steps.stride()],
        }
    }

    /// All from an element on.
    fn from(self, row: usize, step: usize) -> &'a [f32] {
        match self {
            Self::Plain(rows) => rows.from(row, step),
            Self::Transposed(steps) => steps.from(step, row),
        }
    }
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

impl<'a> From<Option<&'a [f32]>> for Start<'a> {
    fn from(bias: Option<&'a [f32]>) -> Self {
        bias.map_or(Self::Zero, Self::Row)
    }
}

/// A product of which threads compute parts.
struct Job<'a> {
    lhs: Left<'a>,
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
        lhs: Left<'a>,
        rhs: &'a Panels,
        (out, out_stride): (*mut f32, usize),
        start: Start<'a>,
    ) -> Self {
        let ([_, depth], [rhs_depth, columns]) = (lhs.shape(), rhs.shape());
        assert_eq!(depth, rhs_depth, "depths of a product");
        if let Start::Row(values) = start {
            assert_eq!(values.len(), columns, "biases of a product");
        }
        Self {
            lhs,
            rhs,
            out,
            out_stride,
            start,
        }
    }

    /// Adds to what there is.
    fn adding(lhs: Left<'a>, rhs: &'a Panels, out: &'a mut RowsMut<'_>) -> Self {
        let shape = [lhs.shape()[0], rhs.shape()[1]];
        assert_eq!(out.shape(), shape, "shape of a product");
        let stride = out.stride();
        Self::new(lhs, rhs, (out.as_mut_ptr(), stride), Start::Kept)
    }

    /// Computes the whole output on this thread.
    fn compute_here(&self) {
        let ([rows, _], [_, columns]) = (self.lhs.shape(), self.rhs.shape());
        self.compute(0..rows, 0..columns.div_ceil(WIDTH));
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
        // Without any steps there is a base still.
        let slices = (0..depth.max(1)).step_by(DEPTH);
        for rows in parallel::blocks(self.rows.clone(), UNIT, ROWS) {
            // A panel is read from its beginning to its end: where there are few rows, that is what takes the time.
            for panel in self.panels.clone() {
                for first_step in slices.clone() {
                    let steps = first_step..(first_step + DEPTH).min(depth);
                    self.strip::<T>(rows.clone(), steps, panel);
                }
            }
        }
    }
}

impl Part<'_> {
    fn strip<T: Tiles>(&self, rows: Range<usize>, steps: Range<usize>, panel: usize) {
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
        let (base, base_stride) = match self.job.start {
            _ if steps.start > 0 => (out.cast_const(), out_stride),
            Start::Kept => (out.cast_const(), out_stride),
            Start::Zero => (ZEROS.as_ptr(), 0),
            Start::Row(values) => (values[column..].as_ptr(), 0),
        };
        let [lhs_stride, lhs_step] = lhs.strides();
        let strip = Strip {
            rows: rows.len(),
            lhs: lhs.from(rows.start, steps.start).as_ptr(),
            lhs_stride,
            lhs_step,
            panel: rhs.from(panel, steps.start).as_ptr(),
            depth: steps.len(),
            base,
            base_stride,
            out,
            out_stride,
        };
        if columns - column >= WIDTH {
            // SAFETY: all of the strip lies within the matrices, and no other thread computes it.
            return unsafe { T::run(strip) };
        }
        // The last columns: the strip goes to memory of its own, as it is wider than what is left.
        let mut whole = [0.0; ROWS * WIDTH];
        let own = Strip {
            base: ZEROS.as_ptr(),
            base_stride: 0,
            out: whole.as_mut_ptr(),
            out_stride: WIDTH,
            ..strip
        };
        // SAFETY: as above, but for the base and the output, which hold any strip.
        unsafe { T::run(own) };
        for (row, sums) in whole.chunks(WIDTH).take(rows.len()).enumerate() {
            for (column, sum) in sums.iter().enumerate().take(columns - column) {
                // SAFETY: as above.
                unsafe {
                    *out.add(row * out_stride + column) =
                        *base.add(row * base_stride + column) + sum;
                }
            }
        }
    }
}

/// The base of products that have none.
static ZEROS: [f32; WIDTH] = [0.0; WIDTH];

#[cfg(test)]
mod tests;
