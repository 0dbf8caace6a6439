//! Activations in 8 bits.

use super::strip::{GROUP, RowScale};
use crate::kernel::elementary::ROUND;
use crate::kernel::matrix::Rows;
use crate::kernel::parallel;

/// Steps from a row's least value to its greatest. Two fewer than 8 bits have: 0 is a step of its own, which moves all
/// others by up to half of one.
const STEPS: f32 = 253.0;

/// What a row's least value becomes, before 0 is a step.
const LEAST: f32 = -127.0;

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 15;

/// Rows quantised by their own range: `x ≈ scale · q + offset`, and 0 exactly.
#[derive(Debug)]
pub struct QuantizedRows {
    /// `[rows, groups, GROUP]`, filled up with zeros
    values: Vec<i8>,
    /// `[rows]`
    scales: Vec<RowScale>,
    depth: usize,
}

impl QuantizedRows {
    /// # Shapes
    /// - `matrix`: `[rows, depth]`
    pub fn of(matrix: Rows<'_>) -> Self {
        Self::each(matrix, |row, _, values| quantize(row, values))
    }

    /// GELU of each value, by [`near_gelu`]: what that leaves off is far below a step.
    ///
    /// # Shapes
    /// - `matrix`: `[rows, depth]`
    pub fn of_gelu(matrix: Rows<'_>) -> Self {
        Self::each(matrix, |row, scratch, values| {
            for (gelu, &x) in scratch.iter_mut().zip(row) {
                *gelu = near_gelu(x);
            }
            quantize(scratch, values)
        })
    }

    /// Quantises each row by `quantize`, which is given it, room for as many values, and where to put them.
    fn each(
        matrix: Rows<'_>,
        quantize: impl Fn(&[f32], &mut [f32], &mut [i8]) -> RowScale + Sync,
    ) -> Self {
        let [rows, depth] = matrix.shape();
        let length = depth.div_ceil(GROUP) * GROUP;
        let mut values = vec![0; rows * length];
        let mut scales = vec![RowScale::default(); rows];
        let places = values.chunks_mut(length.max(1)).zip(&mut scales);
        let mut places: Vec<(&mut [i8], &mut RowScale)> = places.collect();
        parallel::split_mut(&mut places, 1, rows * depth / MIN_SHARE, |first, places| {
            let mut scratch = vec![0.0; depth];
            for (row, (values, scale)) in places.iter_mut().enumerate() {
                **scale = quantize(matrix.row(first + row), &mut scratch, values);
            }
        });
        Self {
            values,
            scales,
            depth,
        }
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
    pub(super) fn row(&self, row: usize) -> &[i8] {
        &self.values[row * self.groups() * GROUP..]
    }

    /// Those from a row on.
    pub(super) fn scales(&self, row: usize) -> &[RowScale] {
        &self.scales[row..]
    }
}

/// Quantises a row. `values` may be longer; what is beyond stays.
fn quantize(row: &[f32], values: &mut [i8]) -> RowScale {
    let [least, greatest] = range(row);
    // A row of zeros has some scale, too.
    let scale = ((greatest - least) / STEPS).max(f32::MIN_POSITIVE);
    let inverse = 1.0 / scale;
    let zero = (LEAST - least * inverse).round();
    let shift = ROUND + zero;
    let values = &mut values[..row.len()];
    for (value, x) in values.iter_mut().zip(row) {
        // The whole number stands in the lowest bits, the lowest eight of which are all that it has.
        *value = (x * inverse + shift).to_bits() as i8;
    }
    RowScale {
        scale,
        offset: -zero * scale,
        sum: values.iter().map(|&value| i32::from(value)).sum(),
    }
}

/// The least and the greatest of a row's values and 0, NaN left out.
fn range(row: &[f32]) -> [f32; 2] {
    let widen = |[least, greatest]: &mut [f32; 2], x: f32| {
        *least = if x < *least { x } else { *least };
        *greatest = if x > *greatest { x } else { *greatest };
    };
    // In lanes, as vectors have them; a compiler finds them in pieces of a known length.
    let (pieces, rest) = row.as_chunks::<8>();
    let mut lanes = [[0.0; 2]; 8];
    for piece in pieces {
        for (lane, &x) in lanes.iter_mut().zip(piece) {
            widen(lane, x);
        }
    }
    let mut all = [0.0; 2];
    let ends = lanes.as_flattened().iter();
    ends.chain(rest).for_each(|&x| widen(&mut all, x));
    all
}

/// GELU by the error function, off by 5e-5 at most from -4 to 4, and by 5e-5 of x beyond.
#[inline(always)]
fn near_gelu(x: f32) -> f32 {
    // Φ(t) - ½ = t p(t²): least squares at 400 Chebyshev nodes of 0 ≤ t² ≤ 16, weighted by t.
    const P: [f32; 8] = [
        0.398_628_27,
        -0.065_818_936,
        0.009_469_087,
        -0.000_997_339_6,
        7.361_595_6e-5,
        -3.564_670_1e-6,
        1.006_139_2e-7,
        -1.245_019_6e-9,
    ];
    // Comparisons that are false for NaN, so that it stays.
    let t = if x < -4.0 { -4.0 } else { x };
    let t = if t > 4.0 { 4.0 } else { t };
    let square = t * t;
    let mut p = P[7];
    for coefficient in P[..7].iter().rev() {
        p = p * square + coefficient;
    }
    x * (0.5 + t * p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::reference::{erf, values};

    #[test]
    fn near_gelu_is_near() {
        for step in -12_000..=12_000 {
            let x = f64::from(step) / 1000.0;
            let expected = 0.5 * x * (1.0 + erf(x / 2_f64.sqrt()));
            let bound = if x.abs() <= 4.0 { 5e-5 } else { 5e-5 * x.abs() };
            let found = f64::from(near_gelu(x as f32));
            assert!((found - expected).abs() < bound, "{found} at {x}");
        }
        assert!(near_gelu(f32::NAN).is_nan());
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
            let row: Vec<f32> = values(203, 5)
                .into_iter()
                .map(|x| factor * x + shift)
                .collect();
            let mut quantized = vec![0; 204];
            let RowScale { scale, offset, sum } = quantize(&row, &mut quantized);
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
            let mut quantized = [0; 4];
            let RowScale { scale, offset, .. } = quantize(&row, &mut quantized);
            for (x, value) in row.into_iter().zip(quantized) {
                if x == 0.0 {
                    assert_eq!(f32::from(value) * scale + offset, 0.0);
                }
            }
        }
    }
}
