//! Attention in 8-bit integers, for layers that compute in them.
//!
//! Queries are quantised as activations are, keys as weights are, each token's by its own range within a head. The softmax is
//! in floating point; its shares of 1 take 8 bits and are divided by the sum of what is left of them, so that no row loses
//! any. Values are quantised as weights, each number of a head by its range over the text.

use super::{Attention, Projections, exponentials};
use crate::kernel::int8::{QuantizedPanels, QuantizedRows, small_product};
use crate::kernel::matrix::{Rows, RowsMut, elements};
use crate::kernel::parallel;

/// Memory that one head after another uses.
#[derive(Default)]
struct Scratch {
    /// Queries, then shares.
    rows: QuantizedRows,
    /// Keys, then values.
    panels: QuantizedPanels,
    scores: Vec<f32>,
}

impl Attention<'_> {
    /// [`Self::forward`] with its products in 8-bit integers.
    pub fn forward_in_int8(&self, input: Projections<'_>, output: &mut [f32]) {
        let mut texts: Vec<_> = self.apart(output).collect();
        let most = texts.len();
        parallel::split_mut(&mut texts, 1, most, |_, texts| {
            let mut scratch = Scratch::default();
            let Scratch {
                rows,
                panels,
                scores,
            } = &mut scratch;
            for (text, output) in texts {
                let shape = [text.rows, text.keys];
                scores.resize(elements(shape), 0.0);
                for (head, own) in self.heads_of(*text) {
                    rows.fill(self.rows(&input.query[head.at..], head.rows));
                    panels.fill_transposed(self.rows(&input.key[head.at..], head.keys));
                    small_product(rows, panels, None, RowsMut::new(scores, shape));
                    for row in scores.chunks_exact_mut(head.keys.max(1)) {
                        exponentials(row, self.scale());
                    }
                    rows.fill_shares(Rows::new(scores, shape));
                    panels.fill(self.rows(&input.value[head.at..], head.keys));
                    small_product(
                        rows,
                        panels,
                        None,
                        self.rows_mut(&mut output[own..], head.rows),
                    );
                }
            }
        });
    }
}
