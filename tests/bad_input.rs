//! Whatever a user drops on the page is answered by a message that says what is wrong, where, and what to do.

use tabtune::data::{
    ColumnChoice, Dataset, DatasetError, MAX_TABLE_BYTES, Problem, SplitConfig, SplitError,
    SplitTables, Table, TableError,
};

const COLUMNS: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: None,
};

fn table_error(bytes: &[u8]) -> TableError {
    Table::parse("reviews.csv", bytes).unwrap_err()
}

fn dataset_error(text: &str, columns: ColumnChoice) -> DatasetError {
    let table = Table::parse("reviews.csv", text.as_bytes()).unwrap();
    Dataset::from_table(
        &table,
        columns,
        Problem::SingleLabel,
        SplitConfig::default(),
    )
    .unwrap_err()
}

#[track_caller]
fn assert_table(bytes: &[u8], message: &str, hint: &str) {
    let error = table_error(bytes);
    assert_eq!(error.to_string(), message);
    assert!(error.hint().contains(hint), "{}", error.hint());
}

#[track_caller]
fn assert_dataset(text: &str, columns: ColumnChoice, message: &str, hint: &str) {
    let error = dataset_error(text, columns);
    assert_eq!(error.to_string(), message);
    assert!(error.hint().contains(hint), "{}", error.hint());
}

#[test]
fn no_rows() {
    assert_table(
        b"text,label\n",
        "reviews.csv: there are no rows below the header",
        "first line names the columns",
    );
    assert_table(
        b"",
        "reviews.csv: the file is empty",
        "first line names the columns",
    );
}

#[test]
fn broken_quotes() {
    assert_table(
        b"text,label\ngood,pos\n\"bad,neg\nfine,pos\n",
        "reviews.csv: line 3: a quote is opened here and never closed",
        "Close the quoted field",
    );
    assert_table(
        b"text,label\n\"bad,neg\n\"fine\",pos\n",
        "reviews.csv: line 3: there is text after the closing quote of a field (the field begins in line 2)",
        "Close the quoted field",
    );
}

#[test]
fn ragged_rows() {
    assert_table(
        b"text,label\nnice, but dear,pos\n",
        "reviews.csv: line 2: the row has 3 fields, but the header has 2",
        "must stand in quotes",
    );
}

#[test]
fn a_binary_file() {
    assert_table(
        b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR",
        "reviews.csv: this is not a text file: byte 8 (line 3) is NUL",
        "Save a spreadsheet as",
    );
    assert_table(
        b"\x1F\x8B\x08\x08",
        "reviews.csv: the file is not text in UTF-8: byte 1 (line 1) is 0x8B",
        "archive",
    );
}

#[test]
fn nul_bytes() {
    assert_table(
        b"text,label\nfine\0,pos\n",
        "reviews.csv: this is not a text file: byte 15 (line 2) is NUL",
        "CSV or TSV",
    );
}

#[test]
fn other_encodings() {
    assert_table(
        b"text,label\ncaf\xE9,pos\n",
        "reviews.csv: the file is not text in UTF-8: byte 14 (line 2) is 0xE9",
        "CSV UTF-8",
    );
    assert_table(
        b"\xFF\xFEt\0",
        "reviews.csv: the file is text in UTF-16, not in UTF-8",
        "CSV UTF-8",
    );
}

#[test]
fn two_hundred_megabytes() {
    let error = Table::check_size("reviews.csv", 200_000_000).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reviews.csv: the file has 190.8 MiB, but at most 100 MiB can be read"
    );
    assert!(error.hint().contains("a part of the file"));
    // A little too much must not read as just enough.
    let error = Table::check_size("reviews.csv", MAX_TABLE_BYTES + 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reviews.csv: the file has 100.1 MiB, but at most 100 MiB can be read"
    );
    assert_eq!(table_error(&vec![0; MAX_TABLE_BYTES as usize + 1]), error);
}

#[test]
fn duplicate_headers() {
    assert_table(
        b"text,label,text\na,b,c\n",
        "reviews.csv: the header has two columns named “text” (columns 1 and 3)",
        "Rename",
    );
}

#[test]
fn a_single_column() {
    assert_table(
        b"text\ngood\n",
        "reviews.csv: there is only one column, “text”",
        "a column of labels",
    );
}

#[test]
fn too_many_columns() {
    assert_table(
        ",".repeat(1_000).as_bytes(),
        "reviews.csv: the header has 1001 columns, but at most 1000 can be read",
        "Keep only",
    );
}

#[test]
fn one_class() {
    assert_dataset(
        "text,label\ngood,pos\nfine,pos\n",
        COLUMNS,
        "reviews.csv: every row has the same label, “pos” (column “label”)",
        "at least two different labels",
    );
}

#[test]
fn an_empty_label() {
    assert_dataset(
        "text,label\ngood,pos\nbad,\n",
        COLUMNS,
        "reviews.csv: line 3: the label is empty (column “label”)",
        "Give the row a label",
    );
}

#[test]
fn a_missing_column() {
    let table = Table::parse("reviews.csv", b"review,label\ngood,pos\nbad,neg\n").unwrap();
    let tables = SplitTables {
        train: &table,
        validation: &table,
        test: &table,
    };
    let error =
        Dataset::from_splits("reviews", tables, "text", "label", Problem::SingleLabel).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reviews.csv: there is no column “text”; the columns are “review”, “label”"
    );
    assert!(error.hint().contains("Choose one"));

    assert_dataset(
        "text,label\ngood,pos\n",
        ColumnChoice {
            label: 2,
            ..COLUMNS
        },
        "reviews.csv: there is no column number 3; there are 2",
        "Choose one",
    );
    assert_dataset(
        "text,label\ngood,pos\n",
        ColumnChoice {
            label: u32::MAX,
            ..COLUMNS
        },
        "reviews.csv: there is no column number 4294967295; there are 2",
        "Choose one",
    );
}

#[test]
fn one_column_twice() {
    assert_dataset(
        "text,label\ngood,pos\n",
        ColumnChoice {
            label: 0,
            ..COLUMNS
        },
        "reviews.csv: the column “text” is chosen twice, as text and as label",
        "different column",
    );
}

#[test]
fn too_many_labels() {
    let rows: String = (0..1_001).map(|row| format!("good,{row}\n")).collect();
    assert_dataset(
        &format!("text,label\n{rows}"),
        COLUMNS,
        "reviews.csv: the column “label” holds 1001 different labels, but at most 1000 can be learnt",
        "another label column",
    );
}

#[track_caller]
fn assert_problem(problem: Problem, text: &str, message: &str, hint: &str) {
    let table = Table::parse("reviews.csv", text.as_bytes()).unwrap();
    let error = Dataset::from_table(&table, COLUMNS, problem, SplitConfig::default()).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(error.hint().contains(hint), "{}", error.hint());
}

#[test]
fn cells_that_are_no_numbers() {
    for (cell, message, hint) in [
        (
            "\" \"",
            "reviews.csv: line 3: the number is empty (column “label”)",
            "Give the row a number",
        ),
        (
            "good",
            "reviews.csv: line 3: “good” is not a number (column “label”)",
            "a plain number such as 3.5",
        ),
        (
            "NaN",
            "reviews.csv: line 3: “NaN” is not a number (column “label”)",
            "a plain number such as 3.5",
        ),
        (
            "\" 3,5\"",
            "reviews.csv: line 3: “3,5” has a decimal comma (column “label”)",
            "with a decimal point, such as 3.5",
        ),
        (
            "1e39",
            "reviews.csv: line 3: “1e39” is too large a number (column “label”)",
            "a larger unit",
        ),
    ] {
        let text = format!("text,label\nfine,1.5\nbad,{cell}\n");
        assert_problem(Problem::Regression, &text, message, hint);
    }
}

#[test]
fn the_same_number_everywhere() {
    assert_problem(
        Problem::Regression,
        "text,label\ngood,2.5\nbad,2.50\n",
        "reviews.csv: every training example has the same number, 2.5 (column “label”)",
        "different numbers",
    );
}

#[test]
fn lists_without_a_label() {
    assert_problem(
        Problem::MultiLabel { separator: '|' },
        "text,label\ngood,\nbad, | \n",
        "reviews.csv: no row has a label (column “label”, labels separated by “|”)",
        "the character that stands between them",
    );
}

#[test]
fn no_texts() {
    assert_dataset(
        "text,label\n ,pos\n,neg\n",
        COLUMNS,
        "reviews.csv: every row is empty in the text column “text”",
        "holds the texts",
    );
}

#[test]
fn odd_splits() {
    let columns = ColumnChoice {
        split: Some(2),
        ..COLUMNS
    };
    assert_dataset(
        "text,label,split\ngood,pos,train\nbad,neg,later\n",
        columns,
        "reviews.csv: line 3: the column “split” says “later”, but must say train, validation or test",
        "without its split column",
    );
    assert_dataset(
        "text,label,split\ngood,pos,test\nbad,neg,test\n",
        columns,
        "reviews.csv: no row with a text is for training",
        "Mark some rows as train",
    );
    assert_dataset(
        "text,label,split\ngood,pos,train\nbad,neg,train\nmeh,neutral,test\n",
        columns,
        "reviews.csv: line 4: the label “neutral” is in no training example",
        "Add training examples",
    );
}

#[test]
fn odd_shares() {
    let error = SplitError::Share {
        share: "validation",
        found: 1.5,
    };
    assert_eq!(
        error.to_string(),
        "the validation share is 1.5, but must be from 0 to below 1"
    );
    let error = DatasetError::from(SplitError::NothingLeft {
        validation: 0.5,
        test: 0.5,
    });
    assert_eq!(
        error.to_string(),
        "the validation and test shares, 0.5 and 0.5, leave nothing to train on"
    );
    assert!(error.hint().contains("less than 1"));
}

#[test]
fn markup_is_an_ordinary_label() {
    let script = "<script>alert(1)</script>";
    let table = Table::parse(
        "reviews.csv",
        format!("text,label\ngood,{script}\nbad,neg\n").as_bytes(),
    )
    .unwrap();
    let dataset = Dataset::from_table(
        &table,
        COLUMNS,
        Problem::SingleLabel,
        SplitConfig::default(),
    )
    .unwrap();
    assert_eq!(dataset.labels, [script, "neg"]);
}

#[test]
fn long_cells_do_not_fill_the_message() {
    let label = "x".repeat(1_000_000);
    let error = dataset_error(
        &format!("text,label\ngood,{label}\nfine,{label}\n"),
        COLUMNS,
    );
    let shown = "x".repeat(60);
    let expected =
        format!("reviews.csv: every row has the same label, “{shown}…” (column “label”)");
    assert_eq!(error.to_string(), expected);
}
