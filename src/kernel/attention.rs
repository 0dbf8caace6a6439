//! Self-attention over whole hidden states: heads lie side by side in a row and are read where they lie.

use super::elementary::exp;
use super::lanes::{max, sum};
use super::matrix::{Rows, RowsMut};
use super::panels::Panels;
use super::parallel;
use super::product::add_small_product;

/// The sizes of self-attention.
///
/// # Shapes
/// - hidden states: `[batch, tokens, heads · width]`
#[derive(Debug, Clone, Copy)]
pub struct Attention<'a> {
    /// `[batch, tokens]`, not 0 where a token is padding
    pub padding: &'a [u8],
    /// Tokens of a text, padding included.
    pub tokens: usize,
    /// Heads.
    pub heads: usize,
    /// Numbers of a head.
    pub width: usize,
}

/// What attention is computed from, each of the shape of hidden states.
#[derive(Debug, Clone, Copy)]
pub struct Projections<'a> {
    /// What each token looks for.
    pub query: &'a [f32],
    /// What it is found by.
    pub key: &'a [f32],
    /// What is found.
    pub value: &'a [f32],
}

/// Gradients of [`Projections`].
#[derive(Debug)]
pub struct ProjectionGradients<'a> {
    /// Of the query.
    pub query: &'a mut [f32],
    /// Of the key.
    pub key: &'a mut [f32],
    /// Of the value.
    pub value: &'a mut [f32],
}

/// Memory that one head after another uses.
#[derive(Default)]
struct Scratch {
    panels: Panels,
    probabilities: Vec<f32>,
    gradients: Vec<f32>,
    transposed: Vec<f32>,
}

impl Attention<'_> {
    /// `output += softmax(query · keyᵀ / √width) · value`, of each head. Nothing attends to padding.
    pub fn forward(&self, input: Projections<'_>, output: &mut [f32]) {
        let text = self.tokens * self.hidden();
        let mut texts: Vec<&mut [f32]> = output.chunks_mut(text.max(1)).collect();
        let most = texts.len();
        parallel::split_mut(&mut texts, 1, most, |first, texts| {
            let mut scratch = Scratch::default();
            for (index, output) in texts.iter_mut().enumerate() {
                let start = (first + index) * text;
                let keys = self.keys(first + index);
                for head in 0..self.heads {
                    let at = start + head * self.width;
                    self.probabilities(&input, at, keys, &mut scratch);
                    scratch.panels.fill(self.rows(&input.value[at..], keys));
                    let output = &mut output[head * self.width..];
                    add_small_product(
                        Rows::new(&scratch.probabilities, [self.tokens, keys]),
                        &scratch.panels,
                        self.rows_mut(output, self.tokens),
                    );
                }
            }
        });
    }

    /// Adds the gradients of [`Self::forward`]'s input to `output`. The probabilities are computed again: keeping them
    /// takes more memory than the rest of a layer, and computing them a few hundredths of its time.
    pub fn backward(
        &self,
        input: Projections<'_>,
        gradient: &[f32],
        output: ProjectionGradients<'_>,
    ) {
        let text = self.tokens * self.hidden();
        let texts = output.query.chunks_mut(text.max(1));
        let texts = texts.zip(output.key.chunks_mut(text.max(1)));
        let texts = texts.zip(output.value.chunks_mut(text.max(1)));
        let mut texts: Vec<ProjectionGradients<'_>> = texts
            .map(|((query, key), value)| ProjectionGradients { query, key, value })
            .collect();
        let most = texts.len();
        parallel::split_mut(&mut texts, 1, most, |first, texts| {
            let mut scratch = Scratch::default();
            for (index, output) in texts.iter_mut().enumerate() {
                let start = (first + index) * text;
                let keys = self.keys(first + index);
                for head in 0..self.heads {
                    let at = start + head * self.width;
                    self.probabilities(&input, at, keys, &mut scratch);
                    self.head_backward(
                        &input,
                        gradient,
                        [at, head * self.width, keys],
                        output,
                        &mut scratch,
                    );
                }
            }
        });
    }

    /// The step back of one head whose probabilities are in `scratch`. `places` are where the head begins among all
    /// texts and in its own, and the number of keys.
    fn head_backward(
        &self,
        input: &Projections<'_>,
        gradient: &[f32],
        [at, own, keys]: [usize; 3],
        output: &mut ProjectionGradients<'_>,
        scratch: &mut Scratch,
    ) {
        let Scratch {
            panels,
            probabilities,
            gradients,
            transposed,
        } = scratch;
        let gradient = self.rows(&gradient[at..], self.tokens);
        transpose(probabilities, [self.tokens, keys], transposed);
        panels.fill(gradient);
        add_small_product(
            Rows::new(transposed, [keys, self.tokens]),
            panels,
            self.rows_mut(&mut output.value[own..], keys),
        );

        panels.fill_transposed(self.rows(&input.value[at..], keys));
        zeros(gradients, self.tokens * keys);
        add_small_product(
            gradient,
            panels,
            RowsMut::new(gradients, [self.tokens, keys]),
        );
        let scale = self.scale();
        let rows = gradients.chunks_mut(keys.max(1));
        for (gradients, probabilities) in rows.zip(probabilities.chunks(keys.max(1))) {
            let (gradients, probabilities) = (&mut gradients[..keys], &probabilities[..keys]);
            let mean = sum(keys, |key| gradients[key] * probabilities[key]);
            for (gradient, probability) in gradients.iter_mut().zip(probabilities) {
                *gradient = probability * (*gradient - mean) * scale;
            }
        }

        panels.fill(self.rows(&input.key[at..], keys));
        add_small_product(
            Rows::new(gradients, [self.tokens, keys]),
            panels,
            self.rows_mut(&mut output.query[own..], self.tokens),
        );
        transpose(gradients, [self.tokens, keys], transposed);
        panels.fill(self.rows(&input.query[at..], self.tokens));
        add_small_product(
            Rows::new(transposed, [keys, self.tokens]),
            panels,
            self.rows_mut(&mut output.key[own..], keys),
        );
    }

    /// Leaves the probabilities of a head in `scratch`, `[tokens, keys]`.
    fn probabilities(
        &self,
        input: &Projections<'_>,
        at: usize,
        keys: usize,
        scratch: &mut Scratch,
    ) {
        let Scratch {
            panels,
            probabilities,
            ..
        } = scratch;
        panels.fill_transposed(self.rows(&input.key[at..], keys));
        zeros(probabilities, self.tokens * keys);
        add_small_product(
            self.rows(&input.query[at..], self.tokens),
            panels,
            RowsMut::new(probabilities, [self.tokens, keys]),
        );
        let scale = self.scale();
        let text = at / (self.tokens * self.hidden());
        let padding = &self.padding[text * self.tokens..][..keys];
        let is_padded = padding.iter().any(|&padding| padding != 0);
        for row in probabilities.chunks_mut(keys.max(1)) {
            if is_padded {
                for (score, &padding) in row.iter_mut().zip(padding) {
                    *score = if padding == 0 {
                        *score
                    } else {
                        f32::NEG_INFINITY
                    };
                }
            }
            softmax(row, scale);
        }
    }

    /// Keys that are looked at: all up to a text's last token that is no padding. What would come after has a probability
    /// of 0.
    fn keys(&self, text: usize) -> usize {
        let padding = &self.padding[text * self.tokens..][..self.tokens];
        let last = padding.iter().rposition(|&padding| padding == 0);
        last.map_or(self.tokens, |last| last + 1)
    }

    fn hidden(&self) -> usize {
        self.heads * self.width
    }

    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    /// The rows of one head, from its first number on.
    fn rows<'a>(&self, values: &'a [f32], tokens: usize) -> Rows<'a> {
        Rows::apart(values, [tokens, self.width], self.hidden())
    }

    fn rows_mut<'a>(&self, values: &'a mut [f32], tokens: usize) -> RowsMut<'a> {
        RowsMut::apart(values, [tokens, self.width], self.hidden())
    }
}

/// e^(scale x) of a row, over their sum.
fn softmax(row: &mut [f32], scale: f32) {
    let greatest = max(row.len(), |place| row[place]);
    for value in row.iter_mut() {
        *value = exp((*value - greatest) * scale);
    }
    let factor = 1.0 / sum(row.len(), |place| row[place]);
    for value in row {
        *value *= factor;
    }
}

fn zeros(values: &mut Vec<f32>, count: usize) {
    values.clear();
    values.resize(count, 0.0);
}

/// # Shapes
/// - `values`: `[rows, columns]`
/// - `transposed`: `[columns, rows]`
fn transpose(values: &[f32], [rows, columns]: [usize; 2], transposed: &mut Vec<f32>) {
    zeros(transposed, rows * columns);
    for (row, values) in values.chunks(columns.max(1)).enumerate() {
        for (column, value) in values.iter().enumerate() {
            transposed[column * rows + row] = *value;
        }
    }
}

#[cfg(test)]
mod tests;
