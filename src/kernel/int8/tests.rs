use super::*;
use crate::kernel::matrix::Rows;
use crate::kernel::reference::{product as exact, values};
use strip::{ColumnScales, GROUP, RowScale, ZERO};

const SHAPES: [[usize; 3]; 7] = [
    [1, 1, 1],
    [2, 3, 5],
    [3, 4, 16],
    [5, 17, 33],
    [40, 50, 17],
    [7, 384, 48],
    [67, 129, 160],
];

/// Operands of a strip: rows of values, weights, scales.
struct Operands {
    values: Vec<i8>,
    row_scales: Vec<RowScale>,
    weights: Vec<u8>,
    column_scales: ColumnScales,
    bias: Vec<f32>,
}

/// Numbers of all bits, the extremes among them.
fn operands(rows: usize, groups: usize) -> Operands {
    let integers = |count, seed, least: f32, greatest: f32| -> Vec<f32> {
        let middle = (least + greatest) / 2.0;
        let spread = 1.2 * (greatest - least) / 2.0;
        let of = |x: f32| (middle + spread * x).round().clamp(least, greatest);
        values(count, seed).into_iter().map(of).collect()
    };
    let depth = groups * GROUP;
    let row = integers(rows * depth, 1, -128.0, 127.0);
    let row: Vec<i8> = row.into_iter().map(|x| x as i8).collect();
    let weights = integers(groups * WIDTH * GROUP, 2, 0.0, 127.0);
    let scales = values(2 * rows, 3);
    let columns = values(2 * WIDTH, 4);
    Operands {
        row_scales: row
            .chunks(depth)
            .zip(scales.chunks(2))
            .map(|(values, scales)| RowScale {
                scale: scales[0],
                offset: scales[1],
                sum: values.iter().map(|&value| i32::from(value)).sum(),
            })
            .collect(),
        values: row,
        weights: weights.into_iter().map(|x| x as u8).collect(),
        column_scales: ColumnScales {
            scales: std::array::from_fn(|column| columns[column]),
            sums: std::array::from_fn(|column| columns[WIDTH + column]),
        },
        bias: values(WIDTH, 5),
    }
}

/// What a loop makes of operands, beside elements that must stay.
fn run(multiply: Multiply, operands: &Operands, groups: usize) -> Vec<f32> {
    const GAP: usize = 3;
    let rows = operands.row_scales.len();
    let mut out = vec![-1.5; rows * (WIDTH + GAP)];
    let strip = Strip {
        rows,
        groups,
        values: operands.values.as_ptr(),
        row_scales: operands.row_scales.as_ptr(),
        weights: operands.weights.as_ptr(),
        column_scales: &operands.column_scales,
        bias: operands.bias.as_ptr(),
        out: out.as_mut_ptr(),
        out_stride: WIDTH + GAP,
    };
    // SAFETY: the operands have these shapes.
    unsafe { multiply(&strip) };
    let rows = out.chunks(WIDTH + GAP);
    assert!(rows.clone().all(|row| row[WIDTH..] == [-1.5; GAP]));
    rows.flat_map(|row| row[..WIDTH].to_vec()).collect()
}

#[test]
fn sums_are_exact() {
    for (rows, groups) in [(1, 1), (3, 7), (9, 96)] {
        let operands = operands(rows, groups);
        let found = run(portable::multiply, &operands, groups);
        for (index, found) in found.into_iter().enumerate() {
            let (row, column) = (index / WIDTH, index % WIDTH);
            let sum: i64 = (0..groups * GROUP)
                .map(|step| {
                    let value = operands.values[row * groups * GROUP + step];
                    let place = (step / GROUP * WIDTH + column) * GROUP + step % GROUP;
                    i64::from(value) * (i64::from(operands.weights[place]) - i64::from(ZERO))
                })
                .sum();
            let scales = operands.row_scales[row];
            let columns = operands.column_scales;
            let shift = scales.offset * columns.sums[column] + operands.bias[column];
            let expected = sum as f32 * (scales.scale * columns.scales[column]) + shift;
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn every_loop_gives_the_same_bits() {
    let Some(multiply) = best() else { return };
    for rows in 1..10 {
        for groups in [1, 2, 13, 96] {
            let operands = operands(rows, groups);
            let expected = run(portable::multiply, &operands, groups);
            assert_eq!(run(multiply, &operands, groups), expected);
        }
    }
}

fn quantized(
    lhs: &[f32],
    rhs: &[f32],
    bias: &[f32],
    [rows, depth, columns]: [usize; 3],
) -> Vec<f32> {
    product(
        &QuantizedRows::of(Rows::new(lhs, [rows, depth])),
        &QuantizedPanels::of(Rows::new(rhs, [depth, columns])),
        Some(bias),
    )
}

/// Each operand is off by at most half a step, so that a sum can be by no more than what that makes of every product.
#[test]
fn products_are_within_the_steps_of_their_operands() {
    for shape in SHAPES {
        let [rows, depth, columns] = shape;
        let lhs = values(rows * depth, 1);
        let rhs = values(depth * columns, 2);
        let bias = values(columns, 3);
        let expected = exact(&lhs, &rhs, shape);
        let found = quantized(&lhs, &rhs, &bias, shape);
        let (half_row, half_column) = (0.501 * 2.0 / 253.0, 0.501 / 63.0);
        let bound = depth as f64 * (half_row + half_column + half_row * half_column) + 1e-5;
        let mut squares = 0.0;
        for (index, (found, expected)) in found.into_iter().zip(expected).enumerate() {
            let error = f64::from(found) - f64::from(bias[index % columns]) - expected;
            assert!(error.abs() <= bound, "{shape:?}: off by {error}");
            squares += error * error;
        }
        if rows * columns < 300 {
            continue;
        }
        // Errors of rounding are independent of each other: uniform over a step, times an operand of variance 1/3.
        let of_one = (half_row.powi(2) + half_column.powi(2)) / 9.0;
        let mean = squares / (rows * columns) as f64;
        assert!(
            mean <= 2.0 * depth as f64 * of_one + 1e-5,
            "{shape:?}: {mean}"
        );
    }
}

#[test]
fn whole_numbers_are_multiplied_exactly() {
    let shape = [33, 21, 35];
    let [rows, depth, columns] = shape;
    let whole = |count, seed, greatest: f32| -> Vec<f32> {
        let numbers = values(count, seed).into_iter();
        numbers.map(|x| (x * greatest).round()).collect()
    };
    let mut lhs = whole(rows * depth, 1, 126.0);
    for row in lhs.chunks_mut(depth) {
        // The range is 253 steps of 1.
        (row[0], row[1]) = (-127.0, 126.0);
    }
    let mut rhs = whole(depth * columns, 2, 63.0);
    rhs[..columns].fill(63.0);
    let found = quantized(&lhs, &rhs, &vec![0.0; columns], shape);
    for (found, expected) in found.into_iter().zip(exact(&lhs, &rhs, shape)) {
        assert_eq!(f64::from(found), expected);
    }
}

#[test]
fn parts_give_what_the_whole_gives() {
    let shape = [70, 33, 50];
    let [rows, depth, columns] = shape;
    let (lhs, rhs) = (values(rows * depth, 1), values(depth * columns, 2));
    let bias = values(columns, 3);
    let whole = quantized(&lhs, &rhs, &bias, shape);
    for row in [0, 1, 31, 32, 69] {
        let lhs = &lhs[row * depth..(row + 1) * depth];
        let alone = quantized(lhs, &rhs, &bias, [1, depth, columns]);
        assert_eq!(alone, whole[row * columns..(row + 1) * columns]);
    }
}

#[test]
fn rows_and_columns_of_zeros_stay() {
    let found = quantized(&[0.0; 6], &[0.0; 8], &[0.5, -0.5, 0.0, 2.0], [3, 2, 4]);
    assert_eq!(found, [0.5, -0.5, 0.0, 2.0].repeat(3));
}
