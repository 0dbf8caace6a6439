//! What a label column looks like: labels, lists of labels, or numbers.

use std::collections::HashSet;

use super::dataset::MAX_LABELS;
use super::labels::{is_json_list, split_labels};
use super::number::read_number;
use super::problem::Problem;
use super::table::Table;

/// Separators that lists of labels are looked for with, the most telling first.
const SEPARATORS: [char; 3] = ['|', ';', ','];
/// Rows that are looked at for lists: a column of long texts has a great many pieces.
const ROWS: usize = 2_000;
/// Whole numbers with no more different values than this look like classes, a rating for example.
const MOST_CLASSES: usize = 20;
/// Of all cells, one in this many must be a list of at least two.
const CELLS_A_LIST: usize = 10;
/// How often each piece of the lists must recur, on average.
const RECURRENCE: usize = 3;

/// What the column seems to be, if it is the label column; one label where there is any doubt.
///
/// Numbers are taken for a [regression](Problem::Regression) if every cell that is not empty is one, and they are
/// fractions or more than 20 different ones; whole numbers that count from 0 or 1 without a gap look like classes.
/// Lists are seen by a separator that splits many cells into pieces that recur in other combinations, or as arrays in JSON. It
/// is a guess; the user can change it.
pub fn guess_problem(table: &Table, column: u32) -> Problem {
    if holds_numbers(table, column) {
        return Problem::Regression;
    }
    SEPARATORS
        .into_iter()
        .find(|&separator| holds_lists(table, column, separator))
        .map_or(Problem::SingleLabel, |separator| Problem::MultiLabel {
            separator,
        })
}

fn holds_numbers(table: &Table, column: u32) -> bool {
    let (mut fractions, mut values) = (false, HashSet::new());
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for cell in filled(table, column) {
        let Ok(number) = read_number(cell) else {
            return false;
        };
        fractions |= number.fract() != 0.0;
        least = least.min(number);
        most = most.max(number);
        // More than could be labels anyway need not be counted.
        if values.len() <= MAX_LABELS {
            // Adding 0 makes one of the two zeros.
            values.insert((number + 0.0).to_bits());
        }
    }
    let counts_up = (0.0..=1.0).contains(&least) && most - least + 1.0 == values.len() as f64;
    values.len() > 1 && (fractions || values.len() > MOST_CLASSES && !counts_up)
}

fn holds_lists(table: &Table, column: u32, separator: char) -> bool {
    let (mut cells, mut lists, mut arrays, mut pieces) = (0, 0, 0, 0);
    let (mut different_cells, mut different_pieces) = (HashSet::new(), HashSet::new());
    for cell in filled(table, column).take(ROWS) {
        let labels = split_labels(cell, separator);
        different_cells.insert(cell);
        cells += 1;
        pieces += labels.len();
        lists += usize::from(labels.len() > 1);
        arrays += usize::from(is_json_list(cell));
        different_pieces.extend(labels);
    }
    let recurs =
        different_pieces.len() * RECURRENCE <= pieces && different_pieces.len() <= MAX_LABELS;
    // Arrays are lists, even those of one label. Where pieces are more than cells, they are not combined freely: “Paris,
    // France” is one label.
    let are_lists = arrays == cells
        || lists * CELLS_A_LIST >= cells && different_pieces.len() < different_cells.len();
    pieces > 0 && recurs && are_lists
}

fn filled(table: &Table, column: u32) -> impl Iterator<Item = &str> {
    table
        .column(column)
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> Problem {
        let rows: String = cells
            .into_iter()
            .map(|cell| format!("a,\"{}\"\n", cell.as_ref()))
            .collect();
        let table = Table::parse("t.csv", format!("text,label\n{rows}").as_bytes()).unwrap();
        guess_problem(&table, 1)
    }

    fn numbers(range: std::ops::Range<i32>) -> Vec<String> {
        range.map(|number| number.to_string()).collect()
    }

    #[test]
    fn words_are_one_label() {
        assert_eq!(guess(["pos", "neg", "pos", ""]), Problem::SingleLabel);
        assert_eq!(guess(["", " "]), Problem::SingleLabel);
    }

    #[test]
    fn fractions_and_many_numbers_are_a_regression() {
        assert_eq!(guess(["1.5", "", " 2 "]), Problem::Regression);
        assert_eq!(guess(numbers(-10..11)), Problem::Regression);
        assert_eq!(
            guess(numbers(100..2_000)),
            Problem::Regression,
            "more than could be labels"
        );
    }

    #[test]
    fn few_numbers_and_numbered_classes_are_one_label() {
        assert_eq!(guess(numbers(-10..10)), Problem::SingleLabel);
        assert_eq!(guess(numbers(0..77)), Problem::SingleLabel);
        assert_eq!(guess(numbers(1..78)), Problem::SingleLabel);
        assert_eq!(guess(["0.5", "0.5"]), Problem::SingleLabel);
        assert_eq!(guess(["0", "-0", "0.0"]), Problem::SingleLabel);
    }

    #[test]
    fn one_word_among_numbers_makes_labels_of_them() {
        let mut cells = numbers(-30..30);
        cells.push("n/a".into());
        assert_eq!(guess(cells), Problem::SingleLabel);
        assert_eq!(guess(["1,5", "2,5"]), Problem::SingleLabel);
    }

    #[test]
    fn lists_of_labels_that_recur_are_several() {
        for separator in SEPARATORS {
            let cells = [
                "joy",
                "joy|fear",
                "",
                "fear",
                "joy | fear",
                "anger|joy|fear",
            ];
            let cells = cells.iter().chain(&cells);
            assert_eq!(
                guess(cells.map(|cell| cell.replace('|', &separator.to_string()))),
                Problem::MultiLabel { separator }
            );
        }
    }

    #[test]
    fn arrays_are_lists() {
        let arrays = |cells: [&str; 6]| {
            let rows: Vec<_> = cells
                .iter()
                .map(|cell| format!(r#"{{"text":"a","label":{cell}}}"#))
                .collect();
            let rows = vec![rows.join("\n"); 4].join("\n");
            guess_problem(&Table::parse("t.jsonl", rows.as_bytes()).unwrap(), 1)
        };
        let several = Problem::MultiLabel { separator: '|' };
        assert_eq!(
            arrays([
                r#"["joy"]"#,
                r#"["joy","fear"]"#,
                "[]",
                r#"["fear"]"#,
                r#"["anger"]"#,
                "[]"
            ]),
            several
        );
        assert_eq!(arrays(["[3]", "[3]", "[7]", "[7]", "[5]", "[5]"]), several);
        assert_eq!(
            arrays(["[3]", "4", "[7]", "7", "[5]", "5"]),
            Problem::SingleLabel
        );
    }

    #[test]
    fn commas_inside_of_labels_do_not_part_them() {
        let cells = ["Paris, France", "Lyon, France", "Rome, Italy"];
        assert_eq!(guess(cells.repeat(20)), Problem::SingleLabel);
    }

    #[test]
    fn pieces_that_do_not_recur_are_no_labels() {
        let texts = (0..50).map(|row| format!("well {row}, so {row}, then {row}"));
        assert_eq!(guess(texts), Problem::SingleLabel);
    }

    #[test]
    fn a_list_now_and_then_is_a_name() {
        let mut cells = ["a", "b", "c"].repeat(20);
        cells.extend(["a;b", "b;c"]);
        assert_eq!(guess(cells), Problem::SingleLabel);
    }

    #[test]
    fn outside_of_the_table_is_one_label() {
        let table = Table::parse("t.csv", b"text,label\na,1.5\n").unwrap();
        assert_eq!(guess_problem(&table, 2), Problem::SingleLabel);
    }
}
