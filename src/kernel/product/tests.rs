use super::{add_small_product, add_small_transposed_product, product, small_product};
use crate::kernel::matrix::{Rows, RowsMut, transposed};
use crate::kernel::panels::Panels;
use crate::kernel::reference::{close, product as exact, values};

#[test]
fn products_of_any_size_are_those_of_the_definition() {
    let sizes = [
        [1, 1, 1],
        [1, 384, 5],
        [2, 7, 16],
        [3, 300, 17],
        [7, 32, 33],
        [16, 64, 48],
        [65, 257, 31],
        [70, 513, 64],
        [5, 0, 3],
        [0, 4, 3],
    ];
    for [rows, depth, columns] in sizes {
        let (lhs, rhs) = (values(rows * depth, 1), values(depth * columns, 2));
        let (before, bias) = (values(rows * columns, 3), values(columns, 4));
        let panels = Panels::of(Rows::new(&rhs, [depth, columns]));
        let operand = || Rows::new(&lhs, [rows, depth]);
        let mut added = before.clone();
        let places = RowsMut::new(&mut added, [rows, columns]);
        add_small_product(operand(), &panels, places);
        let turned = transposed(&lhs, [rows, depth]);
        let mut added_transposed = before.clone();
        let places = RowsMut::new(&mut added_transposed, [rows, columns]);
        add_small_transposed_product(Rows::new(&turned, [depth, rows]), &panels, places);
        assert_eq!(added_transposed, added);
        let plain = product(operand(), &panels, None);
        let mut small = before.clone();
        let places = RowsMut::new(&mut small, [rows, columns]);
        small_product(operand(), &panels, None, places);
        assert_eq!(small, plain);
        let biased = product(operand(), &panels, Some(&bias));
        for (at, expected) in exact(&lhs, &rhs, [rows, depth, columns])
            .into_iter()
            .enumerate()
        {
            close(plain[at], expected, 1e-5);
            close(added[at], f64::from(before[at]) + expected, 1e-5);
            close(biased[at], f64::from(bias[at % columns]) + expected, 1e-5);
        }
    }
}

#[test]
fn a_transposed_matrix_is_packed_as_its_transpose() {
    let [rows, depth, columns] = [5, 37, 21];
    let (lhs, rhs) = (values(rows * depth, 1), values(depth * columns, 2));
    let transposed: Vec<f32> = (0..columns)
        .flat_map(|column| (0..depth).map(move |step| (column, step)))
        .map(|(column, step)| rhs[step * columns + column])
        .collect();
    let panels = Panels::of_transposed(Rows::new(&transposed, [columns, depth]));
    let out = product(Rows::new(&lhs, [rows, depth]), &panels, None);
    for (found, expected) in out
        .into_iter()
        .zip(exact(&lhs, &rhs, [rows, depth, columns]))
    {
        close(found, expected, 1e-5);
    }
}

#[test]
fn a_row_is_the_same_beside_any_others() {
    let [rows, depth, columns] = [67, 300, 40];
    let (lhs, rhs) = (values(rows * depth, 1), values(depth * columns, 2));
    let panels = Panels::of(Rows::new(&rhs, [depth, columns]));
    let compute = |lhs: &[f32]| {
        let rows = lhs.len() / depth;
        product(Rows::new(lhs, [rows, depth]), &panels, None)
    };
    let together = compute(&lhs);
    for (row, together) in lhs.chunks(depth).zip(together.chunks(columns)) {
        assert_eq!(compute(row), together);
    }
}
