use super::*;
use crate::data::{JsonProblem, MAX_COLUMNS};

fn parse(text: &str) -> Result<Table, TableProblem> {
    Table::parse("t.csv", text.as_bytes()).map_err(|error| error.problem)
}

fn line(table: &Table, row: u32) -> Option<u32> {
    let place = table.place(row)?;
    assert_eq!(place.kind, PlaceKind::Line);
    Some(place.number)
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    let columns = 0..table.columns().len() as u32;
    (0..table.rows())
        .map(|row| {
            columns
                .clone()
                .filter_map(|column| table.cell(row, column))
                .collect()
        })
        .collect()
}

#[test]
fn cells_are_where_they_belong() {
    let table = parse("text,label\ngood,pos\n,\nbad,neg").unwrap();
    assert_eq!(table.name(), "t.csv");
    assert_eq!(table.columns(), ["text", "label"]);
    assert_eq!(rows(&table), [["good", "pos"], ["", ""], ["bad", "neg"]]);
    assert_eq!(table.column(1).collect::<Vec<_>>(), ["pos", "", "neg"]);
    assert_eq!(table.column_index("label"), Some(1));
    assert_eq!(table.column_index("Label"), None);
}

#[test]
fn outside_of_the_table_is_nothing() {
    let table = parse("text,label\ngood,pos\n").unwrap();
    assert_eq!(table.cell(0, 2), None);
    assert_eq!(table.cell(1, 0), None);
    assert_eq!(table.cell(u32::MAX, 1), None);
    assert_eq!(table.column(2).count(), 0);
    assert_eq!(line(&table, 1), None);
}

#[test]
fn every_delimiter_and_line_end_reads_alike() {
    for delimiter in [",", ";", "\t"] {
        for end in ["\n", "\r\n", "\r"] {
            for mark in ["", "\u{FEFF}"] {
                let text = format!("{mark}text|label{end}\"a|b\"|x{end}\"c \"\"d\"\"\"|y{end}");
                let table = parse(&text.replace('|', delimiter)).unwrap();
                assert_eq!(table.columns(), ["text", "label"], "{text:?}");
                assert_eq!(
                    rows(&table),
                    [[&format!("a{delimiter}b"), "x"], ["c \"d\"", "y"]],
                    "{text:?}"
                );
                assert_eq!(
                    (line(&table, 0), line(&table, 1)),
                    (Some(2), Some(3)),
                    "{text:?}"
                );
            }
        }
    }
}

#[test]
fn quoted_fields_keep_line_ends_and_white_space() {
    let table = parse("text,label\n\" two\r\nlines \",x\n\n  b ,y\n").unwrap();
    assert_eq!(rows(&table), [[" two\r\nlines ", "x"], ["  b ", "y"]]);
    assert_eq!((line(&table, 0), line(&table, 1)), (Some(2), Some(5)));
}

#[test]
fn column_names_are_trimmed_and_made_up() {
    let table = parse(" text ,,label,\na,b,c,d\n").unwrap();
    assert_eq!(table.columns(), ["text", "column 2", "label", "column 4"]);
}

#[test]
fn a_made_up_name_is_not_taken_twice() {
    let table = parse("column 2,,label\na,b,c\n").unwrap();
    assert_eq!(table.columns(), ["column 2", "column 2'", "label"]);
}

#[test]
fn duplicate_names_are_placed() {
    assert_eq!(
        parse("text,label, text\na,b,c\n"),
        Err(TableProblem::DuplicateColumn {
            name: "text".into(),
            first: 1,
            second: 3
        })
    );
}

#[test]
fn ragged_rows_are_placed() {
    let short = parse("text,label\n\"a\nb\",x\nc\n");
    assert_eq!(
        short,
        Err(TableProblem::Ragged {
            place: Place::line(4),
            expected: 2,
            found: 1
        })
    );
    let long = parse("text,label\r\ra,b,c\r");
    assert_eq!(
        long,
        Err(TableProblem::Ragged {
            place: Place::line(3),
            expected: 2,
            found: 3
        })
    );
}

#[test]
fn broken_quotes_are_placed() {
    assert_eq!(
        parse("text,label\na,x\n\"b,y\nc,z\n"),
        Err(TableProblem::UnclosedQuote { line: 3 })
    );
    assert_eq!(
        parse("text,label\n\"a\" b,x\n"),
        Err(TableProblem::TextAfterQuote { line: 2, opened: 2 })
    );
    assert_eq!(
        parse("\"text,label\na,x\n"),
        Err(TableProblem::UnclosedQuote { line: 1 })
    );
}

#[test]
fn too_little_is_no_table() {
    assert_eq!(parse(""), Err(TableProblem::Empty));
    assert_eq!(parse("\n \n"), Err(TableProblem::Empty));
    assert_eq!(parse("text,label\n\n"), Err(TableProblem::NoRows));
    assert_eq!(
        parse("text\na\n"),
        Err(TableProblem::OneColumn {
            name: "text".into()
        })
    );
    assert_eq!(
        parse("text|label\na|b\n"),
        Err(TableProblem::OneColumn {
            name: "text|label".into()
        })
    );
    assert_eq!(
        parse("[{\"text\":\"a, b\"}]"),
        Err(TableProblem::OneColumn {
            name: "text".into()
        })
    );
}

#[test]
fn too_much_is_refused_before_it_is_read() {
    let zeros = vec![0; MAX_TABLE_BYTES as usize + 1];
    let problem = Table::parse("t.csv", &zeros).unwrap_err().problem;
    assert_eq!(
        problem,
        TableProblem::TooLarge {
            bytes: MAX_TABLE_BYTES + 1
        }
    );
    assert_eq!(Table::check_size("t.csv", MAX_TABLE_BYTES), Ok(()));

    let wide = ",".repeat(MAX_COLUMNS as usize);
    assert_eq!(
        parse(&wide),
        Err(TableProblem::TooManyColumns {
            found: MAX_COLUMNS + 1
        })
    );
}

#[test]
fn the_summary_cuts_long_cells_and_shows_the_first_rows() {
    let text = format!("text,label\n{},x\n{}", "评".repeat(201), "b,y\n".repeat(9));
    let summary = parse(&text).unwrap().summary();
    assert_eq!(summary.name, "t.csv");
    assert_eq!(summary.columns, ["text", "label"]);
    assert_eq!(summary.rows, 10);
    assert_eq!(summary.preview.len(), 5);
    assert_eq!(summary.preview[0], ["评".repeat(200) + "…", "x".to_owned()]);
    assert_eq!(summary.preview[4], ["b", "y"]);
    assert_eq!(
        summary.guess,
        ColumnChoice {
            text: 0,
            label: 1,
            split: None
        }
    );
}

#[test]
fn the_encoding_is_in_doubt_where_it_was_guessed_or_chosen() {
    let in_doubt = |bytes: &[u8], encoding: Option<&str>| {
        let options = ReadOptions {
            encoding: encoding.map(str::to_owned),
            sheet: None,
        };
        let error = Table::read("t.csv", bytes, &options).unwrap_err();
        error.encoding_in_doubt
    };
    for (bytes, encoding, expected) in [
        ("text\n好\n".as_bytes(), None, false),
        ("text\n好\n".as_bytes(), Some("gbk"), true),
        (b"text\n\xBA\xC3\xBA\xC3\n", None, true),
        (b"\xFF\xFEt\0\n\0a\0", None, false),
        (b"a,b\n\0,c\n", None, true),
        (b"a,b\nc,d\n", Some("klingon"), true),
        (b"", None, false),
        (b"%PDF-1.7", Some("gbk"), false),
        (b"PK\x03\x04", None, false),
    ] {
        assert_eq!(in_doubt(bytes, encoding), expected, "{bytes:?}");
    }
}

#[test]
fn the_content_tells_the_format_and_the_name_helps_where_it_is_broken() {
    let json = b"[{\"a\":1,\"b\":2}]".as_slice();
    let format = |name: &str, bytes: &[u8]| {
        let table = Table::parse(name, bytes).map_err(|error| error.problem)?;
        Ok::<_, TableProblem>(table.summary().format)
    };
    let csv = TableFormat::Delimited { delimiter: ',' };
    assert_eq!(format("t.csv", json), Ok(TableFormat::Json));
    assert_eq!(format("t.json", b"a,b\nc,d\n"), Ok(csv.clone()));
    // A header may look like JSON, and JSON may not.
    assert_eq!(format("t.csv", b"[[a,b\nc,d\n"), Ok(csv));
    assert_eq!(
        format("t.JSONL", b"[\"a\",\"b\"]\n[1,2]\n\"x"),
        Err(JsonProblem::CutOff { line: 3 }.into())
    );
}
