use super::add_product;
use crate::kernel::matrix::{Rows, RowsMut};
use crate::kernel::panels::Panels;
use crate::kernel::reference::{close, product, values};

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
        let before = values(rows * columns, 3);
        let panels = Panels::of(Rows::new(&rhs, [depth, columns]));
        let mut out = before.clone();
        add_product(
            Rows::new(&lhs, [rows, depth]),
            &panels,
            RowsMut::new(&mut out, [rows, columns]),
        );
        let expected = product(&lhs, &rhs, [rows, depth, columns]);
        for ((found, before), expected) in out.into_iter().zip(before).zip(expected) {
            close(found, f64::from(before) + expected, 1e-5);
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
    let mut out = vec![0.0; rows * columns];
    add_product(
        Rows::new(&lhs, [rows, depth]),
        &panels,
        RowsMut::new(&mut out, [rows, columns]),
    );
    for (found, expected) in out
        .into_iter()
        .zip(product(&lhs, &rhs, [rows, depth, columns]))
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
        let mut out = vec![0.0; rows * columns];
        add_product(
            Rows::new(lhs, [rows, depth]),
            &panels,
            RowsMut::new(&mut out, [rows, columns]),
        );
        out
    };
    let together = compute(&lhs);
    for (row, together) in lhs.chunks(depth).zip(together.chunks(columns)) {
        assert_eq!(compute(row), together);
    }
}
