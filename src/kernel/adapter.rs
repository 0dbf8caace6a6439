//! A low-rank adapter beside a linear layer.
//!
//! Source: Hu et al. 2021, <https://arxiv.org/abs/2106.09685>.

use std::array::from_fn;
use std::borrow::Cow;
use std::ops::Range;

use super::matrix::{Rows, RowsMut, transposed};
use super::panels::Panels;
use super::parallel;
use super::product::{add_product, product};

/// Values of a part that a thread of its own is worth.
const MIN_SHARE: usize = 1 << 14;

/// Outer products below this many multiplications are not worth a second thread.
const MIN_PRODUCT: usize = 1 << 18;

/// `factor · (input ∘ mask) · A · B`.
#[derive(Debug, Clone, Copy)]
pub(super) struct LowRank<'a> {
    /// `[d_input, rank]`
    pub(super) a: Rows<'a>,
    /// `[rank, d_output]`
    pub(super) b: Rows<'a>,
    /// `[rows, d_input]`
    pub(super) mask: Option<&'a [f32]>,
    pub(super) factor: f32,
}

impl LowRank<'_> {
    /// Adds the adapter's output to `output`. What comes between A and B, scaled.
    ///
    /// # Shapes
    /// - `input`: `[rows, d_input]`
    /// - `output`: `[rows, d_output]`
    /// - result: `[rows, rank]`
    pub(super) fn forward(&self, input: &[f32], output: &mut [f32]) -> Vec<f32> {
        let [d_input, rank, d_output] = self.sizes();
        let masked = self.masked(input);
        let projection = self.scaled(product(rows(&masked, d_input), &Panels::of(self.a), None));
        let output = rows_mut(output, d_output);
        add_product(rows(&projection, rank), &Panels::of(self.b), output);
        projection
    }

    /// Adds the gradient of [`Self::forward`]'s input to `of_input`, if it is wanted. The gradients of A and B.
    ///
    /// # Shapes
    /// - `input`, `of_input`: `[rows, d_input]`
    /// - `projection`: what [`Self::forward`] gave
    /// - `gradient`: `[rows, d_output]`
    pub(super) fn backward(
        &self,
        input: &[f32],
        projection: &[f32],
        gradient: &[f32],
        of_input: Option<&mut [f32]>,
    ) -> [Vec<f32>; 2] {
        let [d_input, rank, d_output] = self.sizes();
        let gradient = rows(gradient, d_output);
        let b = Panels::of_transposed(self.b);
        let of_projection = self.scaled(product(gradient, &b, None));
        if let Some(of_input) = of_input {
            self.input_backward(&of_projection, of_input);
        }
        let of_b = outer(rows(projection, rank), gradient, None);
        // Its transpose, as rows as long as these are the ones that vectors like.
        let of_a = outer(rows(&of_projection, rank), rows(input, d_input), self.mask);
        [transposed(&of_a, [rank, d_input]), of_b]
    }

    fn input_backward(&self, of_projection: &[f32], of_input: &mut [f32]) {
        let [d_input, rank, _] = self.sizes();
        let of_projection = rows(of_projection, rank);
        let a = Panels::of_transposed(self.a);
        let Some(mask) = self.mask else {
            return add_product(of_projection, &a, rows_mut(of_input, d_input));
        };
        let update = product(of_projection, &a, None);
        let most = update.len() / MIN_SHARE;
        parallel::split_mut(of_input, 1, most, |start, of_input| {
            let updates = update[start..].iter().zip(&mask[start..]);
            for (place, (update, kept)) in of_input.iter_mut().zip(updates) {
                *place += update * kept;
            }
        });
    }

    fn masked<'a>(&self, input: &'a [f32]) -> Cow<'a, [f32]> {
        match self.mask {
            Some(mask) => parallel::zip_map([input, mask], MIN_SHARE, || |x, kept| x * kept).into(),
            None => input.into(),
        }
    }

    /// Where the rows are short.
    fn scaled(&self, mut projection: Vec<f32>) -> Vec<f32> {
        projection.iter_mut().for_each(|x| *x *= self.factor);
        projection
    }

    /// `[d_input, rank, d_output]`
    fn sizes(&self) -> [usize; 3] {
        let ([d_input, rank], [_, d_output]) = (self.a.shape(), self.b.shape());
        [d_input, rank, d_output]
    }
}

/// The sum of the outer products of rows, where the wide ones are multiplied with a mask first, if there is one.
///
/// A product would pack the wide matrix, which takes longer than multiplying it with so few columns.
///
/// # Shapes
/// - `thin`: `[rows, rank]`
/// - `wide`, `mask`: `[rows, width]`
/// - output: `[rank, width]`
fn outer(thin: Rows<'_>, wide: Rows<'_>, mask: Option<&[f32]>) -> Vec<f32> {
    /// Rows that are summed up before the sum is added to others: sums of sums lose less to rounding, and threads may sum up
    /// any of them.
    const SLICE: usize = 256;
    let ([count, rank], [_, width]) = (thin.shape(), wide.shape());
    let mut sums = vec![0.0; count.div_ceil(SLICE).max(1) * rank * width];
    let unit = (rank * width).max(1);
    let most = parallel::shares([count, unit, 1], MIN_PRODUCT);
    parallel::split_mut(&mut sums, unit, most, |start, sums| {
        let mut scratch = vec![0.0; TOGETHER * width];
        for (slice, sums) in sums.chunks_exact_mut(unit).enumerate() {
            let first = (start / unit + slice) * SLICE;
            let last = (first + SLICE).min(count);
            for row in (first..last).step_by(TOGETHER) {
                let together = row..(row + TOGETHER).min(last);
                let wide = masked_rows(wide, mask, together.clone(), &mut scratch);
                add_outer(thin, together, wide, sums);
            }
        }
    });
    let (sum, others) = sums.split_at_mut(unit.min(rank * width));
    for other in others.chunks_exact(unit) {
        sum.iter_mut()
            .zip(other)
            .for_each(|(sum, other)| *sum += other);
    }
    sums.truncate(rank * width);
    sums
}

/// Rows of which one pass over a sum adds the outer products.
const TOGETHER: usize = 4;

/// Some rows, masked if there is a mask; zeros after the last. `scratch` has room for as many as there may be.
fn masked_rows<'a>(
    wide: Rows<'a>,
    mask: Option<&[f32]>,
    rows: Range<usize>,
    scratch: &'a mut [f32],
) -> [&'a [f32]; TOGETHER] {
    let [_, width] = wide.shape();
    if let (None, TOGETHER) = (mask, rows.len()) {
        return from_fn(|index| wide.row(rows.start + index));
    }
    scratch[rows.len() * width..].fill(0.0);
    for (row, output) in rows.zip(scratch.chunks_exact_mut(width.max(1))) {
        let Some(mask) = mask else {
            output.copy_from_slice(wide.row(row));
            continue;
        };
        let pairs = wide.row(row).iter().zip(&mask[row * width..]);
        for (output, (x, kept)) in output.iter_mut().zip(pairs) {
            *output = x * kept;
        }
    }
    from_fn(|index| &scratch[index * width..(index + 1) * width])
}

/// Adds the outer products of some thin rows with as many wide ones.
fn add_outer(
    thin: Rows<'_>,
    rows: Range<usize>,
    [one, two, three, four]: [&[f32]; TOGETHER],
    sums: &mut [f32],
) {
    let width = one.len();
    for (column, sums) in sums.chunks_exact_mut(width.max(1)).enumerate() {
        let mut factors = [0.0; TOGETHER];
        for (factor, row) in factors.iter_mut().zip(rows.clone()) {
            *factor = thin.row(row)[column];
        }
        let wide = one.iter().zip(two).zip(three.iter().zip(four));
        for (sum, ((one, two), (three, four))) in sums.iter_mut().zip(wide) {
            *sum += factors[0] * one + factors[1] * two + (factors[2] * three + factors[3] * four);
        }
    }
}

fn rows(values: &[f32], width: usize) -> Rows<'_> {
    Rows::new(values, [values.len() / width.max(1), width])
}

fn rows_mut(values: &mut [f32], width: usize) -> RowsMut<'_> {
    let count = values.len() / width.max(1);
    RowsMut::new(values, [count, width])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::reference::{close, product as exact, values};

    const SIZES: [usize; 4] = [37, 21, 3, 18];
    const FACTOR: f32 = 1.5;

    /// The output, by the definition.
    fn expected(input: &[f32], a: &[f32], b: &[f32], mask: Option<&[f32]>) -> Vec<f64> {
        let [count, d_input, rank, d_output] = SIZES;
        let masked: Vec<f32> = match mask {
            Some(mask) => input.iter().zip(mask).map(|(x, kept)| x * kept).collect(),
            None => input.to_vec(),
        };
        let projection = exact(&masked, a, [count, d_input, rank]);
        let output = |at: usize| {
            let (row, column) = (at / d_output, at % d_output);
            let terms =
                (0..rank).map(|k| projection[row * rank + k] * f64::from(b[k * d_output + column]));
            f64::from(FACTOR) * terms.sum::<f64>()
        };
        (0..count * d_output).map(output).collect()
    }

    #[test]
    fn values_and_gradients_are_those_of_the_definition() {
        let [count, d_input, rank, d_output] = SIZES;
        let operands = [count * d_input, d_input * rank, rank * d_output];
        let mut seed = 0;
        let operands = operands.map(|length| {
            seed += 1;
            values(length, seed)
        });
        let kept: Vec<f32> = values(count * d_input, 7)
            .iter()
            .map(|x| f32::from(*x > -0.5))
            .collect();
        let gradient = values(count * d_output, 8);
        for mask in [None, Some(kept.as_slice())] {
            let [input, a, b] = &operands;
            let adapter = LowRank {
                a: Rows::new(a, [d_input, rank]),
                b: Rows::new(b, [rank, d_output]),
                mask,
                factor: FACTOR,
            };
            let mut output = vec![1.0; count * d_output];
            let projection = adapter.forward(input, &mut output);
            for (found, expected) in output.into_iter().zip(expected(input, a, b, mask)) {
                close(found, 1.0 + expected, 2e-6);
            }

            let mut of_input = vec![1.0; count * d_input];
            let [of_a, of_b] = adapter.backward(input, &projection, &gradient, Some(&mut of_input));
            of_input.iter_mut().for_each(|x| *x -= 1.0);
            for (which, found) in [of_input, of_a, of_b].into_iter().enumerate() {
                for (place, found) in found.into_iter().enumerate() {
                    // Linear in each number, so that any step gives the slope.
                    let loss = |step: f32| -> f64 {
                        let mut moved = operands.clone();
                        moved[which][place] = step;
                        let [input, a, b] = &moved;
                        let output = expected(input, a, b, mask);
                        output
                            .iter()
                            .zip(&gradient)
                            .map(|(y, &g)| y * f64::from(g))
                            .sum()
                    };
                    close(found, loss(1.0) - loss(0.0), 5e-6);
                }
            }
        }
    }
}
