//! Activations in 8 bits.

use std::mem::take;

use super::strip::{GROUP, RowScale};
use super::{Grouping, greatest_magnitude, quarters};
use crate::kernel::elementary::{ROUND, in_registers, polynomial, within};
use crate::kernel::lanes::LANES;
use crate::kernel::matrix::Rows;
use crate::kernel::parallel::{self, Places};

/// Steps from a row's least value to its greatest. Two fewer than 8 bits have: 0 is a step of its own, which moves all
/// others by up to half of one.
const STEPS: f32 = 253.0;

/// What a row's least value becomes, before 0 is a step.
const LEAST: f32 = -127.0;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 15;

/// Steps from 0 to 1 of numbers that are shares of a sum.
const SHARES: f32 = 255.0;

/// What 0 becomes of them.
const NO_SHARE: f32 = -128.0;

/// Rows quantised by their own range: `x ≈ scale · q + offset`, and 0 exactly.
#[derive(Debug, Default)]
pub struct QuantizedRows {
    /// `[rows, groups]`, filled up with zeros
    values: Vec<u32>,
    /// `[rows]`
    scales: Vec<RowScale>,
    depth: usize,
}

impl QuantizedRows {
    /// # Shapes
    /// - `matrix`: `[rows, depth]`
    pub fn of(matrix: Rows<'_>) -> Self {
        let [rows, depth] = matrix.shape();
        let most = rows * depth / MIN_SHARE;
        Self::default().filled([rows, depth], most, |row, scratch, groups| {
            quantize(padded(matrix.row(row), scratch), groups)
        })
    }

    /// GELU of each value, by [`NearGelu`]: what that leaves off is far below a step of common rows.
    ///
    /// # Shapes
    /// - `matrix`: `[rows, depth]`
    pub fn of_gelu(matrix: Rows<'_>) -> Self {
        let [rows, depth] = matrix.shape();
        Self::default().filled_by_gelu(matrix, rows * depth / MIN_SHARE)
    }

    /// [`Self::of_gelu`] in the same memory where it fits, on this thread alone.
    ///
    /// # Shapes
    /// - `matrix`: `[rows, depth]`
    pub fn fill_gelu(&mut self, matrix: Rows<'_>) {
        *self = take(self).filled_by_gelu(matrix, 1);
    }

    fn filled_by_gelu(self, matrix: Rows<'_>, most: usize) -> Self {
        self.filled(matrix.shape(), most, |row, scratch, groups| {
            let gelu = NearGelu::new();
            for (place, &x) in scratch.iter_mut().zip(matrix.row(row)) {
                *place = gelu.of(x);
            }
            quantize(scratch, groups)
        })
    }

    /// [`Self::of`] in the same memory where it fits, on this thread alone.
    ///
    /// # Shapes
    /// - `matrix`: `[rows, depth]`
    pub fn fill(&mut self, matrix: Rows<'_>) {
        *self = take(self).filled(matrix.shape(), 1, |row, scratch, groups| {
            quantize(padded(matrix.row(row), scratch), groups)
        });
    }

    /// Each row divided by its sum, which is taken of what quantising leaves; as [`Self::fill`].
    ///
    /// # Shapes
    /// - `matrix`: `[rows, depth]`, from 0 to 1
    pub fn fill_shares(&mut self, matrix: Rows<'_>) {
        *self = take(self).filled(matrix.shape(), 1, |row, scratch, groups| {
            let sum = join(padded(matrix.row(row), scratch), SHARES, NO_SHARE, groups);
            let steps = sum as f32 - NO_SHARE * scratch.len() as f32;
            RowScale {
                scale: 1.0 / steps,
                offset: -NO_SHARE / steps,
                sum,
            }
        });
    }

    /// Has each row quantised by `quantize`, which is given it by number, room for as many values, and where to put groups.
    fn filled(
        mut self,
        [rows, depth]: [usize; 2],
        most: usize,
        quantize: impl Fn(usize, &mut [f32], &mut [u32]) -> RowScale + Sync,
    ) -> Self {
        let groups = depth.div_ceil(GROUP);
        self.depth = depth;
        self.values.resize(rows * groups, 0);
        self.scales.resize(rows, RowScale::default());
        let values = Places::of(&mut self.values);
        let scales = Places::of(&mut self.scales);
        parallel::split(rows, 1, most, |rows| {
            let mut scratch = vec![0.0; groups * GROUP];
            // SAFETY: parts do not overlap.
            let (values, scales) = unsafe {
                let values = values.part(rows.start * groups..rows.end * groups);
                (values, scales.part(rows.clone()))
            };
            let places = values.chunks_exact_mut(groups.max(1)).zip(scales);
            for (row, (values, scale)) in rows.zip(places) {
                *scale = quantize(row, &mut scratch, values);
            }
        });
        self
    }

    /// `[rows, depth]`
    pub fn shape(&self) -> [usize; 2] {
        [self.scales.len(), self.depth]
    }

    /// Groups of a row.
    pub(super) fn groups(&self) -> usize {
        self.depth.div_ceil(GROUP)
    }

    /// All from a row on.
    pub(super) fn row(&self, row: usize) -> &[u32] {
        &self.values[row * self.groups()..]
    }

    /// Those from a row on.
    pub(super) fn scales(&self, row: usize) -> &[RowScale] {
        &self.scales[row..]
    }
}

/// A row and, where it does not fill its groups, zeros. `scratch` has as many values as the groups, and zeros beyond the row.
pub(super) fn padded<'a>(row: &'a [f32], scratch: &'a mut [f32]) -> &'a [f32] {
    if row.len() == scratch.len() {
        return row;
    }
    scratch[..row.len()].copy_from_slice(row);
    scratch
}

/// Quantises a row of whole groups.
fn quantize(row: &[f32], groups: &mut [u32]) -> RowScale {
    let [least, greatest] = range(row);
    // A row of zeros has some scale, too.
    let scale = ((greatest - least) / STEPS).max(f32::MIN_POSITIVE);
    let inverse = 1.0 / scale;
    let zero = (LEAST - least * inverse).round();
    RowScale {
        scale,
        offset: -zero * scale,
        sum: join(row, inverse, zero, groups),
    }
}

/// Makes groups of a row's `factor · x + zero`, rounded, which are from -128 to 127, and sums these up.
fn join(row: &[f32], factor: f32, zero: f32, groups: &mut [u32]) -> i32 {
    let grouping = Grouping::new();
    // Counted from the least, so that none borrows from its neighbour in a group.
    let shift = ROUND + (zero - f32::from(i8::MIN));
    let mut sum = 0_u32;
    for (place, steps) in groups.iter_mut().zip(quarters(row)) {
        let bits = steps.map(|&x| (x * factor + shift).to_bits());
        sum = bits.into_iter().fold(sum, u32::wrapping_add);
        *place = grouping.signed(bits);
    }
    let of_least = ROUND.to_bits().wrapping_add_signed(-i32::from(i8::MIN));
    sum.wrapping_sub(of_least.wrapping_mul(row.len() as u32))
        .cast_signed()
}

/// The least and the greatest of a row's values and 0, NaN left out.
fn range(row: &[f32]) -> [f32; 2] {
    // In lanes, as vectors have them; a compiler finds them in pieces of a known length.
    let (pieces, rest) = row.as_chunks::<LANES>();
    let [mut least, mut greatest] = [[0.0_f32; LANES]; 2];
    let mut widen = |values: &[f32]| {
        for ((least, greatest), &x) in least.iter_mut().zip(&mut greatest).zip(values) {
            *least = if x < *least { x } else { *least };
            *greatest = if x > *greatest { x } else { *greatest };
        }
    };
    pieces.iter().for_each(|piece| widen(piece));
    widen(rest);
    [-greatest_magnitude(&least), greatest_magnitude(&greatest)]
}

/// GELU by the error function, off by 5e-4 at most for values up to 3,000: Φ(t) - ½ = t p(t²), least absolute error of t² p(t²) up to `most`,
/// where it is ½.
#[derive(Clone, Copy)]
struct NearGelu {
    most: f32,
    half: f32,
    p: [f32; 6],
}

impl NearGelu {
    /// The constants, for a loop.
    #[inline(always)]
    fn new() -> Self {
        in_registers(Self {
            most: 3.65,
            half: 0.5,
            p: [
                0.396_541_54,
                -0.062_667_71,
                0.007_879_095,
                -0.000_622_438_8,
                2.724_698_2e-5,
                -4.995_215_5e-7,
            ],
        })
    }

    #[inline(always)]
    fn of(&self, x: f32) -> f32 {
        let t = within(x, self.most);
        x * (self.half + t * polynomial(&self.p, t * t))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::reference::{erf, values};

    /// A row's groups, in the order of its steps.
    fn quantized(row: &[f32]) -> (RowScale, Vec<i8>) {
        let mut groups = vec![0; row.len() / GROUP];
        let scale = quantize(row, &mut groups);
        let of_place = |place| {
            groups
                .iter()
                .map(move |group: &u32| group.to_le_bytes()[place])
        };
        let values = (0..GROUP).flat_map(of_place).map(u8::cast_signed);
        (scale, values.collect())
    }

    #[test]
    fn near_gelu_is_near() {
        let gelu = NearGelu::new();
        for step in -12_000..=12_000 {
            let x = f64::from(step) / 1000.0;
            let expected = 0.5 * x * (1.0 + erf(x / 2_f64.sqrt()));
            let found = f64::from(gelu.of(x as f32));
            assert!((found - expected).abs() < 5e-4, "{found} at {x}");
        }
        assert!(gelu.of(f32::NAN).is_nan());
    }

    #[test]
    fn values_come_back_within_half_a_step() {
        for (factor, shift) in [
            (1.0, 0.0),
            (3.0, 2.9),
            (1e-3, -0.5),
            (1e6, 1e6),
            (1e-30, 0.0),
        ] {
            let row: Vec<f32> = values(204, 5)
                .into_iter()
                .map(|x| factor * x + shift)
                .collect();
            let (RowScale { scale, offset, sum }, quantized) = quantized(&row);
            let range = row.iter().fold([0.0_f32; 2], |[least, greatest], &x| {
                [least.min(x), greatest.max(x)]
            });
            assert!(scale <= (range[1] - range[0]) / 252.0, "{factor} {shift}");
            for (&x, &value) in row.iter().zip(&quantized) {
                let back = f32::from(value) * scale + offset;
                assert!((back - x).abs() <= 0.501 * scale, "{x} became {back}");
            }
            let expected: i32 = quantized.iter().map(|&value| i32::from(value)).sum();
            assert_eq!(sum, expected);
        }
    }

    #[test]
    fn zero_stays_zero() {
        for row in [[0.0; 4], [0.0, 0.5, 3.0, 7.0], [-1e-3, 0.0, 2e5, 1.0]] {
            let (RowScale { scale, offset, .. }, quantized) = quantized(&row);
            for (x, value) in row.into_iter().zip(quantized) {
                if x == 0.0 {
                    assert_eq!(f32::from(value) * scale + offset, 0.0);
                }
            }
        }
    }
}
