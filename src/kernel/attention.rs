//! Self-attention over whole hidden states: heads lie side by side in a row and are read where they lie.

mod int8;

use std::f32::consts::LOG2_E;

use super::elementary::Exp2;
use super::lanes::{max, sum};
use super::matrix::{Rows, RowsMut, elements};
use super::panels::Panels;
use super::parallel;
use super::product::{add_small_product, add_small_transposed_product, small_product};

/// The sizes of self-attention.
///
/// # Shapes
/// - hidden states: `[rows, heads · width]`, a row a token, one text after another
#[derive(Debug, Clone, Copy)]
pub struct Attention<'a> {
    /// The texts, in the order of their rows, which they cover.
    pub texts: &'a [TextRows],
    /// Heads.
    pub heads: usize,
    /// Numbers of a head.
    pub width: usize,
}

/// The rows of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRows {
    /// Rows, padding included.
    pub rows: usize,
    /// Its tokens, which come before the padding. Every row attends to them alone.
    pub tokens: usize,
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

/// One head of one text.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// Where its first number lies in the hidden states.
    at: usize,
    rows: usize,
    /// Rows that are attended to.
    keys: usize,
}

/// Memory that one head after another uses.
#[derive(Default)]
struct Scratch {
    panels: Panels,
    /// Then what the softmax makes of them.
    scores: Vec<f32>,
    /// What each row's exponentials are multiplied with.
    factors: Vec<f32>,
    gradients: Vec<f32>,
}

impl Attention<'_> {
    /// `softmax(query · keyᵀ / √width) · value`, of each head, in place of the zeros in `output`. Nothing attends to
    /// padding.
    pub fn forward(&self, input: Projections<'_>, output: &mut [f32]) {
        let mut texts: Vec<(Head, &mut [f32])> = self.apart(output).collect();
        let most = texts.len();
        parallel::split_mut(&mut texts, 1, most, |_, texts| {
            let mut scratch = Scratch::default();
            for (text, output) in texts {
                for (head, own) in self.heads_of(*text) {
                    self.scores(&input, head, &mut scratch);
                    let Scratch {
                        panels,
                        scores,
                        factors,
                        ..
                    } = &mut scratch;
                    let scores_of_rows = scores.chunks_mut(head.keys.max(1));
                    factors.clear();
                    factors.extend(scores_of_rows.map(|row| 1.0 / exponentials(row, self.scale())));
                    panels.fill(self.rows(&input.value[head.at..], head.keys));
                    let output = &mut output[own..];
                    add_small_product(
                        Rows::new(scores, [head.rows, head.keys]),
                        panels,
                        self.rows_mut(output, head.rows),
                    );
                    // Here a row is a head wide; before, it was as long as the text.
                    for (row, factor) in output.chunks_mut(self.hidden()).zip(factors) {
                        row.iter_mut()
                            .take(self.width)
                            .for_each(|value| *value *= *factor);
                    }
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
        let texts = self.apart(output.query);
        let texts = texts.zip(self.apart(output.key));
        let texts = texts.zip(self.apart(output.value));
        let mut texts: Vec<(Head, ProjectionGradients<'_>)> = texts
            .map(|(((text, query), (_, key)), (_, value))| {
                (text, ProjectionGradients { query, key, value })
            })
            .collect();
        let most = texts.len();
        parallel::split_mut(&mut texts, 1, most, |_, texts| {
            let mut scratch = Scratch::default();
            for (text, output) in texts {
                for (head, own) in self.heads_of(*text) {
                    self.probabilities(&input, head, &mut scratch);
                    self.head_backward(&input, gradient, head, (own, output), &mut scratch);
                }
            }
        });
    }

    /// The first head of each text, and the text's part of some hidden states.
    fn apart<'a>(&self, values: &'a mut [f32]) -> impl Iterator<Item = (Head, &'a mut [f32])> {
        let hidden = self.hidden();
        let (mut at, mut left) = (0, values);
        self.texts.iter().map(move |&TextRows { rows, tokens }| {
            let text = Head {
                at,
                rows,
                // A text that is all padding has nothing else to attend to.
                keys: if tokens == 0 { rows } else { tokens.min(rows) },
            };
            at += rows * hidden;
            let (own, rest) = std::mem::take(&mut left).split_at_mut(rows * hidden);
            left = rest;
            (text, own)
        })
    }

    /// The heads of a text, and where each begins in the text. One without rows has none: there is nothing to begin in.
    fn heads_of(&self, first: Head) -> impl Iterator<Item = (Head, usize)> {
        let width = self.width;
        let heads = (0..self.heads).filter(move |_| first.rows > 0);
        heads.map(move |head| {
            let own = head * width;
            let head = Head {
                at: first.at + own,
                ..first
            };
            (head, own)
        })
    }

    /// The step back of one head whose probabilities are in `scratch`. `output` is where the head begins in its text, and
    /// the text's gradients.
    fn head_backward(
        &self,
        input: &Projections<'_>,
        gradient: &[f32],
        Head { at, rows, keys }: Head,
        (own, output): (usize, &mut ProjectionGradients<'_>),
        scratch: &mut Scratch,
    ) {
        let Scratch {
            panels,
            scores: probabilities,
            gradients,
            ..
        } = scratch;
        let gradient = self.rows(&gradient[at..], rows);
        panels.fill(gradient);
        add_small_transposed_product(
            Rows::new(probabilities, [rows, keys]),
            panels,
            self.rows_mut(&mut output.value[own..], keys),
        );

        panels.fill_transposed(self.rows(&input.value[at..], keys));
        gradients.resize(elements([rows, keys]), 0.0);
        small_product(
            gradient,
            panels,
            None,
            RowsMut::new(gradients, [rows, keys]),
        );
        let scale = self.scale();
        let pairs = gradients.chunks_mut(keys.max(1));
        for (gradients, probabilities) in pairs.zip(probabilities.chunks(keys.max(1))) {
            let (gradients, probabilities) = (&mut gradients[..keys], &probabilities[..keys]);
            let mean = sum([gradients, probabilities], |[g, p]| g * p);
            for (gradient, probability) in gradients.iter_mut().zip(probabilities) {
                *gradient = probability * (*gradient - mean) * scale;
            }
        }

        panels.fill(self.rows(&input.key[at..], keys));
        add_small_product(
            Rows::new(gradients, [rows, keys]),
            panels,
            self.rows_mut(&mut output.query[own..], rows),
        );
        panels.fill(self.rows(&input.query[at..], rows));
        add_small_transposed_product(
            Rows::new(gradients, [rows, keys]),
            panels,
            self.rows_mut(&mut output.key[own..], keys),
        );
    }

    /// Leaves the probabilities of a head in `scratch`, `[rows, keys]`.
    fn probabilities(&self, input: &Projections<'_>, head: Head, scratch: &mut Scratch) {
        self.scores(input, head, scratch);
        for row in scratch.scores.chunks_mut(head.keys.max(1)) {
            let factor = 1.0 / exponentials(row, self.scale());
            row.iter_mut().for_each(|value| *value *= factor);
        }
    }

    /// Leaves a head's products of queries and keys in `scratch`, `[rows, keys]`.
    fn scores(
        &self,
        input: &Projections<'_>,
        Head { at, rows, keys }: Head,
        scratch: &mut Scratch,
    ) {
        let Scratch { panels, scores, .. } = scratch;
        panels.fill_transposed(self.rows(&input.key[at..], keys));
        scores.resize(elements([rows, keys]), 0.0);
        small_product(
            self.rows(&input.query[at..], rows),
            panels,
            None,
            RowsMut::new(scores, [rows, keys]),
        );
    }

    fn hidden(&self) -> usize {
        self.heads * self.width
    }

    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    /// The rows of one head, from its first number on.
    fn rows<'a>(&self, values: &'a [f32], rows: usize) -> Rows<'a> {
        Rows::apart(values, [rows, self.width], self.hidden())
    }

    fn rows_mut<'a>(&self, values: &'a mut [f32], rows: usize) -> RowsMut<'a> {
        RowsMut::apart(values, [rows, self.width], self.hidden())
    }
}

/// e^(scale (x - greatest)) in place of each x of a row, and their sum.
fn exponentials(row: &mut [f32], scale: f32) -> f32 {
    let scale = scale * LOG2_E;
    let greatest = max(row);
    // Summed up afterwards: a compiler makes vectors of the whole of this loop, but of a loop over lanes only of what has no
    // comparison in it.
    let exp2 = Exp2::new();
    for x in row.iter_mut() {
        *x = exp2.of((*x - greatest) * scale);
    }
    sum([row], |[x]| x)
}

#[cfg(test)]
mod tests;
