//! An encoder layer's feed-forward network: two linear layers with GELU between them.
//!
//! What lies between is four times as wide as a layer's input, and of a batch more than caches hold. So a few rows at a time
//! go all the way. That is for predictions: a step back wants what lies between.

use std::mem::MaybeUninit;

use super::int8::QuantizedRows;
use super::matrix::{Rows, RowsMut, elements};
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

/// Memory that one block after another uses.
#[derive(Default)]
struct Scratch {
    /// `[rows of a block, inner]`
    inner: Vec<f32>,
    quantized: QuantizedRows,
}

impl FeedForward<'_> {
    /// The output. In 8-bit integers GELU is an approximation that is far below their steps.
    ///
    /// # Shapes
    /// - `input`, output: `[rows, hidden]`
    pub(super) fn forward(&self, input: Rows<'_>) -> Vec<f32> {
        let Self { up, down } = self;
        let ([hidden, width], [_, columns]) = (up.weight.shape(), down.weight.shape());
        let [rows, _] = input.shape();
        if rows < width.div_ceil(WIDTH) {
            // So few are better shared between threads by columns: each would read the whole of the weights.
            let mut inner = up.weight.product(input, Some(up.bias));
            return down.weight.product_of_gelu(&mut inner, Some(down.bias));
        }
        let count = elements([rows, columns]);
        let mut output = Vec::with_capacity(count);
        let places = Places::of(&mut output.spare_capacity_mut()[..count]);
        let most = parallel::shares([rows, hidden, width], MIN_SHARE);
        parallel::split(rows, UNIT, most, |part| {
            let mut scratch = Scratch::default();
            for rows in parallel::blocks(part, UNIT, ROWS) {
                // SAFETY: neither parts nor blocks overlap.
                let places = unsafe { places.part(rows.start * columns..rows.end * columns) };
                self.block(input.part(rows), &mut scratch, places);
            }
        });
        // SAFETY: the blocks make up the whole, and each is written.
        unsafe { output.set_len(count) };
        output
    }

    /// Writes the output for some rows.
    fn block(&self, input: Rows<'_>, scratch: &mut Scratch, output: &mut [MaybeUninit<f32>]) {
        let Self { up, down } = self;
        let ([_, width], [_, columns]) = (up.weight.shape(), down.weight.shape());
        let [rows, _] = input.shape();
        let Scratch { inner, quantized } = scratch;
        inner.resize(rows * width, 0.0);
        let out = RowsMut::new(inner, [rows, width]);
        up.weight
            .small_product(input, Some(up.bias), quantized, out);
        // SAFETY: a product writes all before it reads any.
        let out = unsafe { RowsMut::unwritten(output, [rows, columns]) };
        down.weight
            .small_product_of_gelu(inner, Some(down.bias), quantized, out);
    }
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
            let mut inner = up.product(input, Some(&up_bias));
            let expected = down.product_of_gelu(&mut inner, Some(&down_bias));
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
            assert_eq!(layers.forward(input), expected);
        }
    }
}
