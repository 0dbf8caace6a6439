//! Products in 8-bit integers, of numbers that need no more.

use burn::tensor::{Tensor, TensorData};
use tabtune::kernel::Packs;
use tabtune::kernel::tensors::packed_linear;

use super::Subject;
use super::fixture::read;

/// Odd sizes, those of an encoder, and more rows than one thread takes.
const SHAPES: [[usize; 3]; 4] = [[1, 4, 16], [33, 21, 35], [3, 1536, 384], [600, 384, 48]];

/// Whole numbers come out exactly, whatever instructions and threads there are.
pub async fn check_int8(subject: &Subject) {
    for [rows, depth, columns] in SHAPES {
        let mut input = whole(rows * depth, 127, 1);
        for row in input.chunks_mut(depth) {
            // The steps from the least value to the greatest are then of 1.
            (row[0], row[1]) = (-127.0, 126.0);
        }
        let mut weight = whole(depth * columns, 64, 2);
        weight[..columns].fill(-63.0);
        let bias = whole(columns, 1000, 3);
        let expected: Vec<f32> = (0..rows * columns)
            .map(|place| {
                let (row, column) = (place / columns, place % columns);
                let terms = (0..depth)
                    .map(|step| input[row * depth + step] * weight[step * columns + column]);
                terms.sum::<f32>() + bias[column]
            })
            .collect();
        let tensor = |values: Vec<f32>, shape: [usize; 2]| {
            Tensor::<2>::from_data(TensorData::new(values, shape), &subject.device)
        };
        let output = packed_linear(
            tensor(input, [rows, depth]),
            tensor(weight, [depth, columns]),
            tensor(bias, [1, columns]).reshape([columns]),
            &Packs::default().in_int8(),
        );
        assert_eq!(read(output).await, expected, "{rows} x {depth} x {columns}");
    }
}

/// Whole numbers of less than `bound`, of either sign.
fn whole(count: usize, bound: i32, seed: u32) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        // Numerical Recipes' linear congruential generator.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as i32 % (2 * bound - 1) - bound + 1) as f32
    };
    (0..count).map(|_| next()).collect()
}
