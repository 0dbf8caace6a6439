use super::*;

fn push(rows: &mut SparseRows, place: u32, cells: &[(u32, &str)]) {
    for (column, text) in cells {
        rows.value().push_str(text);
        rows.end_cell(*column).unwrap();
    }
    rows.end_row(place).unwrap();
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn missing_and_disordered_cells_find_their_columns() {
    let mut rows = SparseRows::default();
    push(&mut rows, 2, &[(2, "c"), (0, "a")]);
    push(&mut rows, 3, &[]);
    push(&mut rows, 7, &[(1, "old"), (1, "new"), (0, "")]);
    assert_eq!(rows.extent(), Some((0, 2)));
    let grid = rows.into_grid(names(&["x", "y", "z"]), 0).unwrap();
    let cells: Vec<_> = (0..3)
        .map(|row| [0, 1, 2].map(|column| grid.cell(row, column).unwrap()))
        .collect();
    assert_eq!(cells, [["a", "", "c"], ["", "", ""], ["", "new", ""]]);
    assert_eq!(grid.places, [2, 3, 7]);
    assert_eq!((grid.cell(3, 0), grid.cell(0, 3)), (None, None));
}

#[test]
fn columns_may_begin_later() {
    let mut rows = SparseRows::default();
    push(&mut rows, 1, &[(5, "e"), (4, "d")]);
    let grid = rows.into_grid(names(&["x", "y"]), 4).unwrap();
    assert_eq!((grid.cell(0, 0), grid.cell(0, 1)), (Some("d"), Some("e")));
}

#[test]
fn empty_cells_count_too() {
    let mut rows = SparseRows::default();
    for row in 0..=(MAX_CELLS / 1_000) as u32 {
        push(&mut rows, row, &[]);
    }
    let columns = (0..1_000).map(|column| column.to_string()).collect();
    assert_eq!(rows.into_grid(columns, 0), Err(TableProblem::TooManyCells));
}

#[test]
fn a_header_is_taken_out() {
    let mut rows = SparseRows::default();
    rows.value().push_str(" text ");
    rows.end_cell(3).unwrap();
    assert!(!rows.is_row_empty());
    assert_eq!(rows.take_header(), [(3, "text".to_owned())]);
    assert!(rows.is_row_empty());
    assert_eq!(rows.into_grid(names(&["a"]), 0), Err(TableProblem::NoRows));
}
