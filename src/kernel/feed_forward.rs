//! An encoder layer's feed-forward network: two linear layers with GELU between them.
//!
//! What lies between is four times as wide as a layer's input, and of a batch more than caches hold. So a few rows at a time
//! go all the way, and what lies between is written to memory only where a step back will want it.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::gelu::{gelu, gelu_backward, gelu_backward_here, gelu_to};
use super::int8::QuantizedRows;
use super::matrix::{Rows, RowsMut};
use super::parallel::{self, Places};
use super::tile::{UNIT, WIDTH};
use super::weight::Weight;

/// The most rows at a time: of small encoders what lies between is 360 KiB then, which stay in the second cache.
const ROWS: usize = 60;

/// Products below this many multiplications are not worth a second thread.
const MIN_SHARE: usize = 1 << 20;

/// A linear layer whose weight is packed.
#[derive(Debug, Clone)]
pub(super) struct Layer<'a> {
    /// `[d_input, d_output]`
    pub(super) weight: Weight,
    /// `[d_output]`
    pub(super) bias: &'a [f32],
}

/// Both layers.
#[derive(Debug, Clone)]
pub(super) struct FeedForward<'a> {
    /// From the input to what lies between.
    pub(super) up: Layer<'a>,
    /// From there to the output.
    pub(super) down: Layer<'a>,
}

impl FeedForward<'_> {
    /// The output. In 8-bit integers GELU is an approximation that is far below their steps.
    ///
    /// # Shapes
    /// - `input`, output: `[rows, hidden]`
    pub(super) fn predict(&self, input: Rows<'_>) -> Vec<f32> {
        let Self { up, down } = self;
        let ([hidden, width], [_, columns]) = (up.weight.shape(), down.weight.shape());
        let [rows, _] = input.shape();
        if are_few(rows, width) {
            let mut inner = up.weight.product(input, Some(up.bias));
            return down.weight.product_of_gelu(&mut inner, Some(down.bias));
        }
        let most = parallel::shares([rows, hidden, width], MIN_SHARE);
        let work = |scratch: &mut Scratch, rows: Range<usize>, [output]: [Unwritten<'_>; 1]| {
            let Scratch { inner, quantized } = scratch;
            let count = rows.len();
            inner.resize(count * width, 0.0);
            let out = RowsMut::new(inner, [count, width]);
            let (input, bias) = (input.part(rows), Some(up.bias));
            up.weight.small_product(input, bias, quantized, out);
            // SAFETY: a product writes all first.
            let out = unsafe { RowsMut::unwritten(output, [count, columns]) };
            let bias = Some(down.bias);
            down.weight
                .small_product_of_gelu(inner, bias, quantized, out);
        };
        // SAFETY: products write all of their outputs.
        let [output] = unsafe { in_blocks(rows, most, [columns], work) };
        output
    }

    /// The output, and what lies between before GELU.
    ///
    /// # Shapes
    /// - `input`, output: `[rows, hidden]`
    /// - between: `[rows, inner]`
    pub(super) fn forward(&self, input: Rows<'_>) -> [Vec<f32>; 2] {
        let Self { up, down } = self;
        let ([hidden, width], [_, columns]) = (up.weight.shape(), down.weight.shape());
        let [rows, _] = input.shape();
        if are_few(rows, width) {
            let inner = up.weight.product(input, Some(up.bias));
            let activated = gelu(&inner);
            let activated = Rows::new(&activated, [rows, width]);
            return [down.weight.product(activated, Some(down.bias)), inner];
        }
        let most = parallel::shares([rows, hidden, width], MIN_SHARE);
        let work =
            |scratch: &mut Scratch, rows: Range<usize>, [output, inner]: [Unwritten<'_>; 2]| {
                let Scratch {
                    inner: activated,
                    quantized,
                } = scratch;
                let (count, input) = (rows.len(), input.part(rows));
                // SAFETY: a product writes all first.
                let inner = unsafe {
                    let out = RowsMut::unwritten(inner, [count, width]);
                    up.weight
                        .small_product(input, Some(up.bias), quantized, out);
                    inner.assume_init_ref()
                };
                gelu_to(inner, activated);
                let activated = Rows::new(activated, [count, width]);
                // SAFETY: as above.
                let out = unsafe { RowsMut::unwritten(output, [count, columns]) };
                down.weight
                    .small_product(activated, Some(down.bias), quantized, out);
            };
        // SAFETY: products write all of their outputs.
        unsafe { in_blocks(rows, most, [columns, width], work) }
    }
}

/// The weights of both layers, transposed, for their step back.
#[derive(Debug, Clone)]
pub(super) struct Transposed {
    /// `[inner, hidden]`
    pub(super) up: Weight,
    /// `[hidden, inner]`
    pub(super) down: Weight,
}

impl Transposed {
    /// The gradient of the input, given that of the output and what lay between.
    ///
    /// # Shapes
    /// - `inner`: `[rows, inner]`
    /// - `gradient`, output: `[rows, hidden]`
    pub(super) fn backward(&self, inner: Rows<'_>, gradient: Rows<'_>) -> Vec<f32> {
        let Self { up, down } = self;
        let ([hidden, width], [_, columns]) = (down.shape(), up.shape());
        let [rows, _] = gradient.shape();
        if are_few(rows, width) {
            let mut of_inner = down.product(gradient, None);
            gelu_backward(inner.from(0, 0), &mut of_inner);
            return up.product(Rows::new(&of_inner, [rows, width]), None);
        }
        let most = parallel::shares([rows, hidden, width], MIN_SHARE);
        let work = |scratch: &mut Scratch, rows: Range<usize>, [output]: [Unwritten<'_>; 1]| {
            let Scratch {
                inner: of_inner,
                quantized,
            } = scratch;
            let (count, inner) = (rows.len(), inner.part(rows.clone()));
            of_inner.resize(count * width, 0.0);
            let out = RowsMut::new(of_inner, [count, width]);
            down.small_product(gradient.part(rows), None, quantized, out);
            gelu_backward_here(inner.from(0, 0), of_inner);
            let of_inner = Rows::new(of_inner, [count, width]);
            // SAFETY: a product writes all first.
            let out = unsafe { RowsMut::unwritten(output, [count, columns]) };
            up.small_product(of_inner, None, quantized, out);
        };
        // SAFETY: products write all of their outputs.
        let [output] = unsafe { in_blocks(rows, most, [columns], work) };
        output
    }
}

/// Whether so few rows are better shared between threads by columns: each would read the whole of the weights.
fn are_few(rows: usize, width: usize) -> bool {
    rows < width.div_ceil(WIDTH)
}

/// Rows of an output.
type Unwritten<'a> = &'a mut [MaybeUninit<f32>];

/// Memory that one block after another uses.
#[derive(Default)]
struct Scratch {
    /// `[rows of a block, inner]`
    inner: Vec<f32>,
    quantized: QuantizedRows,
}

/// Outputs of so many columns each, which `work` writes, some rows of all at a time, in at most `most` parts.
///
/// # Safety
/// `work` writes every place that it is given.
unsafe fn in_blocks<const N: usize>(
    rows: usize,
    most: usize,
    columns: [usize; N],
    work: impl Fn(&mut Scratch, Range<usize>, [Unwritten<'_>; N]) + Sync,
) -> [Vec<f32>; N] {
    let mut outputs = columns.map(|columns| (Vec::with_capacity(rows * columns), columns));
    let places = outputs.each_mut().map(|(output, columns)| {
        let places = &mut output.spare_capacity_mut()[..rows * *columns];
        (Places::of(places), *columns)
    });
    parallel::split(rows, UNIT, most, |part| {
        let mut scratch = Scratch::default();
        for rows in parallel::blocks(part, UNIT, ROWS) {
            let places = places.each_ref().map(|(places, columns)| {
                // SAFETY: neither parts nor blocks overlap.
                unsafe { places.part(rows.start * columns..rows.end * columns) }
            });
            work(&mut scratch, rows, places);
        }
    });
    outputs.map(|(mut output, columns)| {
        // SAFETY: the blocks make up the whole, and `work` has written them.
        unsafe { output.set_len(rows * columns) };
        output
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kernel::int8::QuantizedPanels;
    use crate::kernel::panels::Panels;
    use crate::kernel::reference::values;

    const HIDDEN: usize = 20;
    const WIDTH: usize = 37;

    /// A weight of each kind.
    fn weights(shape: [usize; 2], seed: u64) -> [Weight; 2] {
        let values = values(shape[0] * shape[1], seed);
        let matrix = Rows::new(&values, shape);
        [
            Weight::Float32(Arc::new(Panels::of(matrix))),
            Weight::Int8(Arc::new(QuantizedPanels::of(matrix))),
        ]
    }

    /// Rows that go by columns, by one block, and by blocks that are not all as long.
    const ROWS: [usize; 4] = [0, 2, 29, 131];

    #[test]
    fn blocks_give_what_whole_products_give() {
        let (up_bias, down_bias) = (values(WIDTH, 3), values(HIDDEN, 4));
        let kinds = weights([HIDDEN, WIDTH], 1)
            .into_iter()
            .zip(weights([WIDTH, HIDDEN], 2));
        for ((up, down), rows) in kinds.flat_map(|kind| ROWS.map(|rows| (kind.clone(), rows))) {
            let input = values(rows * HIDDEN, 5);
            let input = Rows::new(&input, [rows, HIDDEN]);
            let inner = up.product(input, Some(&up_bias));
            let predicted = down.product_of_gelu(&mut inner.clone(), Some(&down_bias));
            let activated = gelu(&inner);
            let output = down.product(Rows::new(&activated, [rows, WIDTH]), Some(&down_bias));
            let layers = FeedForward {
                up: Layer {
                    weight: up,
                    bias: &up_bias,
                },
                down: Layer {
                    weight: down,
                    bias: &down_bias,
                },
            };
            assert_eq!(layers.predict(input), predicted);
            assert_eq!(layers.forward(input), [output, inner]);
        }
    }

    #[test]
    fn blocks_of_gradients_give_what_whole_products_give() {
        let kinds = weights([WIDTH, HIDDEN], 1)
            .into_iter()
            .zip(weights([HIDDEN, WIDTH], 2));
        for ((up, down), rows) in kinds.flat_map(|kind| ROWS.map(|rows| (kind.clone(), rows))) {
            let (inner, gradient) = (values(rows * WIDTH, 3), values(rows * HIDDEN, 4));
            let gradient = Rows::new(&gradient, [rows, HIDDEN]);
            let mut of_inner = down.product(gradient, None);
            gelu_backward(&inner, &mut of_inner);
            let expected = up.product(Rows::new(&of_inner, [rows, WIDTH]), None);
            let inner = Rows::new(&inner, [rows, WIDTH]);
            assert_eq!(Transposed { up, down }.backward(inner, gradient), expected);
        }
    }
}
