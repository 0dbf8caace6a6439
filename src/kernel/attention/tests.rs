use super::*;
use crate::kernel::reference::{close, values};

/// Two texts, the second with padding at its end and in its middle.
const BATCH: usize = 2;

fn padding(tokens: usize) -> Vec<u8> {
    let mut padding = vec![0; BATCH * tokens];
    if tokens > 3 {
        padding[2 * tokens - 1] = 1;
        padding[2 * tokens - 3] = 1;
    }
    padding
}

/// The output, by the definition.
fn expected(attention: Attention<'_>, [query, key, value]: [&[f64]; 3]) -> Vec<f64> {
    let Attention {
        padding,
        tokens,
        heads,
        width,
    } = attention;
    let at =
        |text: usize, token: usize, head: usize| ((text * tokens + token) * heads + head) * width;
    let mut output = vec![0.0; query.len()];
    for (text, row, head) in (0..BATCH * tokens * heads).map(|index| {
        (
            index / heads / tokens,
            index / heads % tokens,
            index % heads,
        )
    }) {
        let weights: Vec<f64> = (0..tokens)
            .map(|token| {
                let pair = (at(text, row, head), at(text, token, head));
                let score: f64 = (0..width)
                    .map(|i| query[pair.0 + i] * key[pair.1 + i])
                    .sum();
                let counts = padding[text * tokens + token] == 0;
                f64::from(u8::from(counts)) * (score / (width as f64).sqrt()).exp()
            })
            .collect();
        let sum: f64 = weights.iter().sum();
        for (token, weight) in weights.into_iter().enumerate() {
            for i in 0..width {
                output[at(text, row, head) + i] += weight / sum * value[at(text, token, head) + i];
            }
        }
    }
    output
}

#[test]
fn values_and_gradients_are_those_of_the_definition() {
    for [tokens, heads, width] in [[1, 1, 1], [5, 2, 3], [9, 3, 16], [18, 1, 5]] {
        let padding = padding(tokens);
        let attention = Attention {
            padding: &padding,
            tokens,
            heads,
            width,
        };
        let count = BATCH * tokens * heads * width;
        let input = [1, 2, 3].map(|seed| values(count, seed));
        let gradient = values(count, 4);
        let projections = Projections {
            query: &input[0],
            key: &input[1],
            value: &input[2],
        };
        let wide = input
            .each_ref()
            .map(|values| values.iter().copied().map(f64::from).collect::<Vec<_>>());

        let mut output = vec![0.0; count];
        attention.forward(projections, &mut output);
        let value = expected(attention, wide.each_ref().map(Vec::as_slice));
        for (found, value) in output.into_iter().zip(value) {
            close(found, value, 2e-6);
        }

        let mut back = [(); 3].map(|()| vec![0.0; count]);
        let [query, key, value] = back.each_mut().map(Vec::as_mut_slice);
        attention.backward(
            projections,
            &gradient,
            ProjectionGradients { query, key, value },
        );
        for (which, back) in back.iter().enumerate() {
            for (place, &back) in back.iter().enumerate() {
                let loss = |step: f64| -> f64 {
                    let mut moved = wide.clone();
                    moved[which][place] += step;
                    let output = expected(attention, moved.each_ref().map(Vec::as_slice));
                    output
                        .iter()
                        .zip(&gradient)
                        .map(|(y, &g)| y * f64::from(g))
                        .sum()
                };
                let slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
                close(back, slope, 2e-5);
            }
        }
    }
}
