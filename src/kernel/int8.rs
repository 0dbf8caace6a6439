//! The matrix product in 8-bit integers, for weights that are not trained, and for attention.
//!
//! Activations are quantised as they come, each row with its own scale and zero point; weights once, each column with its
//! own scale. Sums of their products are exact integers, so every instruction set and every number of threads gives the
//! same result to the bit.
//!
//! Activations take all 8 bits, signed; weights take 7, unsigned. The dot product of relaxed SIMD leaves open what becomes
//! of larger ones: whether their eighth bit is a sign, and whether the sums of two products saturate.
//!
//! Source: Dettmers et al. 2022, <https://arxiv.org/abs/2208.07339>, sections 2.1 and 3.1 (zero points, vector-wise
//! quantisation); `i32x4.relaxed_dot_i8x16_i7x16_add_s` of the WebAssembly specification.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod panels;
mod portable;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
mod relaxed;
mod rows;
mod strip;

use std::borrow::Cow;
use std::ops::Range;

#[cfg(target_arch = "x86_64")]
use avx2::multiply as best;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
use relaxed::multiply as best;

use super::elementary::{ROUND, in_registers};
use super::matrix::{RowsMut, elements};
use super::parallel;
use strip::{GROUP, Multiply, Strip, WIDTH};

pub use panels::QuantizedPanels;
pub use rows::QuantizedRows;

/// Rows that go through all panels together: of an encoder's widest layer they are 48 KiB.
const ROWS: usize = 32;

/// Products below this many multiplications are not worth a second thread.
const MIN_SHARE: usize = 1 << 20;

/// Whether this machine, or this browser, has instructions that make 8 bits faster than 32.
pub fn is_available() -> bool {
    best().is_some()
}

/// `lhs · rhs`, to each row of which `bias` is added. Sums of up to 130,000 steps fit into 32 bits.
///
/// # Shapes
/// - `lhs`: `[rows, depth]`
/// - `rhs`: `[depth, columns]`
/// - `bias`: `[columns]`
/// - output: `[rows, columns]`
pub fn product(lhs: &QuantizedRows, rhs: &QuantizedPanels, bias: Option<&[f32]>) -> Vec<f32> {
    let ([rows, depth], [rhs_depth, columns]) = (lhs.shape(), rhs.shape());
    assert_eq!(depth, rhs_depth, "depths of a product");
    let panels = columns.div_ceil(WIDTH);
    let bias = bias.map(|bias| padded_bias(bias, columns));
    let count = elements([rows, columns]);
    let mut output = Vec::with_capacity(count);
    let job = Job {
        lhs,
        rhs,
        bias: bias.as_deref(),
        out_stride: columns,
        out: output.as_mut_ptr(),
    };
    let most = parallel::shares([rows, depth, columns], MIN_SHARE);
    if rows >= panels {
        parallel::split(rows, 1, most, |rows| job.compute(rows, 0..panels));
    } else {
        // So few rows would leave threads idle, or each with the whole of the weights to read.
        parallel::split(panels, 1, most, |panels| job.compute(0..rows, panels));
    }
    // SAFETY: a strip sets all of its elements, and the parts of the job make up the whole.
    unsafe { output.set_len(count) };
    output
}

/// [`product`] on this thread alone: for products that are parts of a thread's work. All of `out` is written before any is
/// read.
///
/// # Shapes
/// - as there
pub(super) fn small_product(
    lhs: &QuantizedRows,
    rhs: &QuantizedPanels,
    bias: Option<&[f32]>,
    mut out: RowsMut<'_>,
) {
    let ([rows, depth], [rhs_depth, columns]) = (lhs.shape(), rhs.shape());
    assert_eq!(depth, rhs_depth, "depths of a product");
    assert_eq!(out.shape(), [rows, columns], "shape of a product");
    let bias = bias.map(|bias| padded_bias(bias, columns));
    let job = Job {
        lhs,
        rhs,
        bias: bias.as_deref(),
        out_stride: out.stride(),
        out: out.as_mut_ptr(),
    };
    job.compute(0..rows, 0..columns.div_ceil(WIDTH));
}

/// A bias for whole panels.
fn padded_bias(bias: &[f32], columns: usize) -> Cow<'_, [f32]> {
    assert_eq!(bias.len(), columns, "biases of a product");
    if columns.is_multiple_of(WIDTH) {
        return bias.into();
    }
    let mut padded = bias.to_vec();
    padded.resize(columns.next_multiple_of(WIDTH), 0.0);
    padded.into()
}

/// How four numbers from 0 to 255 become a group, each given as the bits of its sum with [`ROUND`].
#[derive(Clone, Copy)]
struct Grouping {
    rounds: u32,
    signs: u32,
}

impl Grouping {
    /// The constants, for a loop.
    #[inline(always)]
    fn new() -> Self {
        let round = ROUND.to_bits();
        in_registers(Self {
            rounds: Self::sum([round; GROUP]),
            signs: u32::from_ne_bytes([1 << 7; GROUP]),
        })
    }

    #[inline(always)]
    fn unsigned(&self, bits: [u32; GROUP]) -> u32 {
        Self::sum(bits).wrapping_sub(self.rounds).to_le()
    }

    /// With 128 taken off each.
    #[inline(always)]
    fn signed(&self, bits: [u32; GROUP]) -> u32 {
        self.unsigned(bits) ^ self.signs
    }

    /// Each number's lowest bits in a byte of its own. What is above them adds up as well, and is taken off at once.
    #[inline(always)]
    fn sum([one, two, three, four]: [u32; GROUP]) -> u32 {
        let [low, high] =
            [(one, two), (three, four)].map(|(low, high)| low.wrapping_add(high << 8));
        low.wrapping_add(high << 16)
    }
}

/// The steps of each group of a row.
#[inline(always)]
fn quarters<T>(row: &[T]) -> impl Iterator<Item = [&T; GROUP]> {
    let (low, high) = row.split_at(row.len() / 2);
    let (one, two) = low.split_at(low.len() / 2);
    let (three, four) = high.split_at(high.len() / 2);
    let steps = one.iter().zip(two).zip(three.iter().zip(four));
    steps.map(|((one, two), (three, four))| [one, two, three, four])
}

/// The greatest distance of any number from 0; NaN if one is NaN.
#[inline(always)]
fn greatest_magnitude(values: &[f32]) -> f32 {
    // Without their signs numbers are in the order of their bits, and integers need no branch to be compared.
    let bits = values.iter().map(|x| x.abs().to_bits());
    f32::from_bits(bits.fold(0, u32::max))
}

/// The fastest loop over a strip that this thread has; none where only the plain one is left.
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", feature = "worker")
)))]
fn best() -> Option<Multiply> {
    None
}

/// A product of which threads compute parts.
struct Job<'a> {
    lhs: &'a QuantizedRows,
    rhs: &'a QuantizedPanels,
    /// `[panels · 16]`
    bias: Option<&'a [f32]>,
    out: *mut f32,
    out_stride: usize,
}

/// The bias of products that have none.
static ZEROS: [f32; WIDTH] = [0.0; WIDTH];

// SAFETY: the parts that threads compute do not overlap, see `product`.
unsafe impl Sync for Job<'_> {}

impl Job<'_> {
    /// Computes the part of the output in these rows and panels.
    fn compute(&self, rows: Range<usize>, panels: Range<usize>) {
        let multiply = best().unwrap_or(portable::multiply);
        let [_, columns] = self.rhs.shape();
        for first_row in rows.clone().step_by(ROWS) {
            let rows = first_row..(first_row + ROWS).min(rows.end);
            for panel in panels.clone() {
                let column = panel * WIDTH;
                // SAFETY: rows and columns lie within the output's shape.
                let out = unsafe { self.out.add(rows.start * self.out_stride + column) };
                let strip = Strip {
                    rows: rows.len(),
                    groups: self.lhs.groups(),
                    values: self.lhs.row(rows.start).as_ptr().cast(),
                    row_scales: self.lhs.scales(rows.start).as_ptr(),
                    weights: self.rhs.panel(panel).as_ptr().cast(),
                    column_scales: self.rhs.scales(panel),
                    bias: self
                        .bias
                        .map_or(&ZEROS[..], |bias| &bias[column..])
                        .as_ptr(),
                    out,
                    out_stride: self.out_stride,
                };
                if columns - column >= WIDTH {
                    // SAFETY: all of the strip lies within the matrices, and no other thread computes it.
                    unsafe { multiply(&strip) };
                } else {
                    self.last_columns(multiply, strip, columns - column);
                }
            }
        }
    }

    /// The last columns: the strip goes to memory of its own, as it is wider than what is left.
    fn last_columns(&self, multiply: Multiply, strip: Strip, columns: usize) {
        let mut whole = [0.0; ROWS * WIDTH];
        let own = Strip {
            out: whole.as_mut_ptr(),
            out_stride: WIDTH,
            ..strip
        };
        // SAFETY: all that is read lies within the matrices, and `whole` holds any strip.
        unsafe { multiply(&own) };
        for (row, values) in whole.chunks(WIDTH).take(strip.rows).enumerate() {
            for (column, value) in values.iter().enumerate().take(columns) {
                // SAFETY: rows and columns lie within the output's shape, and no other thread computes them.
                unsafe { *strip.out.add(row * strip.out_stride + column) = *value };
            }
        }
    }
}

#[cfg(test)]
mod tests;
