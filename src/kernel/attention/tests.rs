use super::*;
use crate::kernel::reference::{close, values};

/// Three texts of different lengths, the second with padding.
fn texts(tokens: usize) -> [TextRows; 3] {
    let text = |rows, tokens| TextRows { rows, tokens };
    [
        text(tokens, tokens),
        text(tokens + 2, tokens),
        text(2 * tokens + 1, 2 * tokens + 1),
    ]
}

/// The output, by the definition.
fn expected(attention: Attention<'_>, [query, key, value]: [&[f64]; 3]) -> Vec<f64> {
    let Attention {
        texts,
        heads,
        width,
    } = attention;
    let mut output = vec![0.0; query.len()];
    let mut first = 0;
    for text in texts {
        let at = |row: usize, head: usize| ((first + row) * heads + head) * width;
        for (row, head) in (0..text.rows * heads).map(|index| (index / heads, index % heads)) {
            let weights: Vec<f64> = (0..text.tokens)
                .map(|token| {
                    let (query, key) = (&query[at(row, head)..], &key[at(token, head)..]);
                    let products = query.iter().zip(key).take(width);
                    let score: f64 = products.map(|(query, key)| query * key).sum();
                    (score / (width as f64).sqrt()).exp()
                })
                .collect();
            let sum: f64 = weights.iter().sum();
            for (token, weight) in weights.into_iter().enumerate() {
                for i in 0..width {
                    output[at(row, head) + i] += weight / sum * value[at(token, head) + i];
                }
            }
        }
        first += text.rows;
    }
    output
}

#[test]
fn values_and_gradients_are_those_of_the_definition() {
    for [tokens, heads, width] in [[1, 1, 1], [5, 2, 3], [9, 3, 16], [18, 1, 5]] {
        let texts = texts(tokens);
        let attention = Attention {
            texts: &texts,
            heads,
            width,
        };
        let rows: usize = texts.iter().map(|text| text.rows).sum();
        let count = rows * heads * width;
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

/// Values of up to 1 are half a step of 1/63 off at most, and their shares of the whole by a few hundredths.
#[test]
fn in_8_bits_it_is_near_the_definition() {
    for [tokens, heads, width] in [[1, 1, 1], [5, 2, 3], [9, 3, 16], [40, 2, 32]] {
        let texts = texts(tokens);
        let attention = Attention {
            texts: &texts,
            heads,
            width,
        };
        let rows: usize = texts.iter().map(|text| text.rows).sum();
        let count = rows * heads * width;
        for sharpness in [1.0, 8.0] {
            let mut input = [1, 2, 3].map(|seed| values(count, seed));
            input[0].iter_mut().for_each(|x| *x *= sharpness);
            let mut output = vec![0.0; count];
            let projections = Projections {
                query: &input[0],
                key: &input[1],
                value: &input[2],
            };
            attention.forward_in_int8(projections, &mut output);
            let wide = input.map(|values| values.into_iter().map(f64::from).collect::<Vec<_>>());
            let value = expected(attention, wide.each_ref().map(Vec::as_slice));
            let mut squares = 0.0;
            for (&found, value) in output.iter().zip(value) {
                close(found, value, 0.06);
                squares += (f64::from(found) - value).powi(2);
            }
            let deviation = (squares / count as f64).sqrt();
            assert!(deviation < 0.01, "{deviation}");
        }
    }
}
