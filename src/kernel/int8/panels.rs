//! Weights in 7 bits, in the order in which the loops read them.

use super::rows::padded;
use super::strip::{ColumnScales, GROUP, WIDTH, ZERO};
use super::{Grouping, greatest_magnitude, quarters};
use crate::kernel::elementary::ROUND;
use crate::kernel::matrix::Rows;

/// The greatest distance from [`ZERO`].
const MOST: f32 = 63.0;

/// A matrix whose columns are quantised by their own greatest value, `w ≈ scale · (q - ZERO)`, cut into panels of sixteen
/// columns, the last one filled up with zeros.
///
/// # Shapes
/// - `values`: `[panels, groups, WIDTH]`
#[derive(Debug, Default)]
pub struct QuantizedPanels {
    values: Vec<[u32; WIDTH]>,
    /// `[panels]`
    scales: Vec<ColumnScales>,
    depth: usize,
    columns: usize,
}

impl QuantizedPanels {
    /// # Shapes
    /// - `matrix`: `[depth, columns]`
    pub fn of(matrix: Rows<'_>) -> Self {
        let mut panels = Self::default();
        panels.fill(matrix);
        panels
    }

    /// Holds another matrix, in the same memory where it fits.
    ///
    /// # Shapes
    /// - `matrix`: `[depth, columns]`
    pub fn fill(&mut self, matrix: Rows<'_>) {
        let [depth, _] = matrix.shape();
        let mut steps = vec![[0.0; WIDTH]; depth.next_multiple_of(GROUP)];
        self.write(matrix.shape(), |first, groups, scales| {
            let mut greatest = [0_u32; WIDTH];
            for (step, values) in steps.iter_mut().take(depth).enumerate() {
                copy_to(&matrix.row(step)[first..], values);
                for (greatest, x) in greatest.iter_mut().zip(values) {
                    *greatest = x.abs().to_bits().max(*greatest);
                }
            }
            scales.scales = greatest.map(|greatest| scale(f32::from_bits(greatest)));
            let factors = scales.scales.map(|scale| 1.0 / scale);
            let grouping = Grouping::new();
            let mut sums = [0; WIDTH];
            for (places, steps) in groups.iter_mut().zip(quarters(&steps)) {
                for (column, place) in places.iter_mut().enumerate() {
                    let bits = steps.map(|step| weight_bits(step[column], factors[column]));
                    sums[column] = bits.into_iter().fold(sums[column], u32::wrapping_add);
                    *place = grouping.unsigned(bits);
                }
            }
            for (column, sum) in sums.into_iter().enumerate() {
                scales.sums[column] = sum_of(sum, groups.len()) * scales.scales[column];
            }
        });
    }

    /// Holds the transpose of another matrix, in the same memory where it fits.
    ///
    /// # Shapes
    /// - `matrix`: `[columns, depth]`
    pub fn fill_transposed(&mut self, matrix: Rows<'_>) {
        let [columns, depth] = matrix.shape();
        let zeros = vec![0.0; depth.next_multiple_of(GROUP)];
        let mut scratch = zeros.clone();
        self.write([depth, columns], |first, groups, scales| {
            let grouping = Grouping::new();
            for column in 0..WIDTH {
                let row = match first + column < columns {
                    true => padded(matrix.row(first + column), &mut scratch),
                    false => &zeros,
                };
                let scale = scale(greatest_magnitude(row));
                let factor = 1.0 / scale;
                let mut sum = 0_u32;
                for (places, steps) in groups.iter_mut().zip(quarters(row)) {
                    let bits = steps.map(|&x| weight_bits(x, factor));
                    sum = bits.into_iter().fold(sum, u32::wrapping_add);
                    places[column] = grouping.unsigned(bits);
                }
                scales.scales[column] = scale;
                scales.sums[column] = sum_of(sum, groups.len()) * scale;
            }
        });
    }

    /// Takes another shape, and what `fill` writes to each panel, which it is given by its first column.
    fn write(
        &mut self,
        [depth, columns]: [usize; 2],
        mut fill: impl FnMut(usize, &mut [[u32; WIDTH]], &mut ColumnScales),
    ) {
        (self.depth, self.columns) = (depth, columns);
        let (panels, groups) = (columns.div_ceil(WIDTH), depth.div_ceil(GROUP));
        self.values.resize(panels * groups, [0; WIDTH]);
        self.scales.resize(panels, ColumnScales::default());
        let places = self.values.chunks_exact_mut(groups.max(1));
        for (panel, (groups, scales)) in places.zip(&mut self.scales).enumerate() {
            fill(panel * WIDTH, groups, scales);
        }
    }

    /// `[depth, columns]`
    pub fn shape(&self) -> [usize; 2] {
        [self.depth, self.columns]
    }

    /// The weights of a panel, and what follows.
    pub(super) fn panel(&self, panel: usize) -> &[[u32; WIDTH]] {
        &self.values[panel * self.depth.div_ceil(GROUP)..]
    }

    /// How a panel's columns were quantised.
    pub(super) fn scales(&self, panel: usize) -> &ColumnScales {
        &self.scales[panel]
    }
}

/// Copies what a row has from a panel's first column on; beyond the last column there are zeros.
#[inline(always)]
fn copy_to(row: &[f32], values: &mut [f32; WIDTH]) {
    // Of a known length, so that it is no call to copy memory.
    match row.first_chunk() {
        Some(row) => *values = *row,
        None => {
            *values = [0.0; WIDTH];
            values[..row.len()].copy_from_slice(row);
        }
    }
}

/// The scale of a column, given its greatest distance from 0. One of zeros has some, too.
fn scale(greatest: f32) -> f32 {
    let scale = greatest / MOST;
    // A comparison that is false for NaN, so that it stays.
    match scale < f32::MIN_POSITIVE {
        true => f32::MIN_POSITIVE,
        false => scale,
    }
}

/// A number whose lowest bits are a weight.
#[inline(always)]
fn weight_bits(x: f32, factor: f32) -> u32 {
    (x * factor + (ROUND + ZERO as f32)).to_bits()
}

/// The sum of a column's `q - ZERO`, given that of its numbers' bits.
fn sum_of(bits: u32, groups: usize) -> f32 {
    let of_zeros = weight_bits(0.0, 0.0).wrapping_mul((groups * GROUP) as u32);
    bits.wrapping_sub(of_zeros).cast_signed() as f32
}
