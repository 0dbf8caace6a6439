//! Whatever a user drops on the page is answered by a message that says what is wrong, where, and what to do.

use tabtune::data::{
    ColumnChoice, Dataset, DatasetError, MAX_TABLE_BYTES, Problem, ReadOptions, SplitConfig,
    SplitError, SplitTables, Table, TableError,
};
use tabtune::reason::Phrase;

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
        "first row names the columns",
    );
    assert_table(
        b"",
        "reviews.csv: the file is empty",
        "first row names the columns",
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
fn files_of_other_kinds() {
    for (bytes, kind, hint) in [
        (
            b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".as_slice(),
            "an image (PNG)",
            ".xlsx, .csv or .json",
        ),
        (b"\x1F\x8B\x08\x08", "a compressed file (gzip)", "Unpack it"),
        (
            b"%PDF-1.7\n%\xE2\xE3",
            "a PDF document",
            "Copy its table into a spreadsheet",
        ),
        (b"PAR1\x15\x04\x15PAR1", "a Parquet file", "to_csv"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0",
            "a file of an old Excel, Word or PowerPoint (.xls, .doc, .ppt)",
            "save it as .xlsx or .csv",
        ),
        (
            b"<html><table>",
            "a web page (HTML)",
            "save it as .xlsx or .csv",
        ),
        (
            b"<?xml version=\"1.0\"?><Workbook>",
            "an XML file",
            "save it as .xlsx or .csv",
        ),
    ] {
        let message = format!("reviews.csv: this is {kind}, not a table that can be read here");
        assert_table(bytes, &message, hint);
    }
    assert_table(
        b"PK\x03\x04\x14\0\x06\0",
        "reviews.csv: the workbook is damaged: invalid Zip archive: Could not find EOCD",
        "save it again",
    );
}

#[test]
fn nul_characters() {
    assert_table(
        b"text,label\nfine\0,pos\n",
        "reviews.csv: this is not a text file: line 2 has a NUL character",
        "choose its encoding",
    );
}

#[test]
fn other_encodings_are_read_and_what_they_lack_is_counted() {
    let read = |bytes: &[u8], encoding: Option<&str>| {
        let options = ReadOptions {
            encoding: encoding.map(str::to_owned),
            sheet: None,
        };
        Table::read("reviews.csv", bytes, &options)
    };
    let latin = b"text,label\nun caf\xE9 tr\xE8s bon,pos\n";
    for (bytes, encoding, text, malformed) in [
        (latin.as_slice(), None, "un café très bon", 0),
        (latin, Some("utf-8"), "un caf\u{FFFD} tr\u{FFFD}s bon", 2),
        (b"\xFF\xFEt\0,\0l\0\n\0a\0,\0b\0", None, "a", 0),
    ] {
        let table = read(bytes, encoding).unwrap();
        assert_eq!(table.cell(0, 0), Some(text));
        assert_eq!(table.summary().text.unwrap().malformed, malformed);
    }
    let error = read(latin, Some("latin-99")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reviews.csv: there is no text encoding “latin-99”"
    );
    assert!(error.hint().contains("one of the list"));
}

#[test]
fn broken_json() {
    assert_table(
        b"[{\"text\":\"good\",\n\"label\":pos}]",
        "reviews.csv: line 2, column 9: this is not valid JSON: expected value",
        "Correct it",
    );
    let json = |text: &str| Table::parse("reviews.json", text.as_bytes()).unwrap_err();
    for (text, message, hint) in [
        (
            "[{\"text\":\"good\",\n\"label\":pos}]",
            "reviews.json: line 2, column 9: this is not valid JSON: expected value",
            "Correct it",
        ),
        (
            "{\"text\":\"good\",\"label\":1}\n{\"text\":\"bad\",\"lab",
            "reviews.json: the JSON ends too early, in line 2",
            "not whole",
        ),
        (
            "[{\"text\":\"good\",\"label\":1}, 5]",
            "reviews.json: item 2: a row should be an object, but this is a number",
            "a list of objects",
        ),
        (
            "{\"text\":\"good\",\"label\":1}",
            "reviews.json: there is no list of rows in the JSON",
            "such an object in each line",
        ),
        (
            "5",
            "reviews.json: there is no list of rows in the JSON",
            "a list of objects",
        ),
    ] {
        let error = json(text);
        assert_eq!(error.to_string(), message);
        assert!(error.hint().contains(hint), "{}", error.hint());
    }
}

#[test]
fn what_is_wrong_with_a_row_is_placed_in_its_formats_words() {
    let table = Table::parse(
        "reviews.json",
        b"[{\"text\":\"good\",\"label\":\"pos\"},{\"text\":\"bad\",\"label\":null}]",
    )
    .unwrap();
    let error = Dataset::from_table(
        &table,
        COLUMNS,
        Problem::SingleLabel,
        SplitConfig::default(),
    )
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "reviews.json: item 2: the label is empty (column “label”)"
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
        share: Phrase("validation"),
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
