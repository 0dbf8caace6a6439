use proptest::prelude::*;

use super::*;
use crate::data::ReadOptions;

fn texts(name: &str, content: &str) -> Table {
    Table::read_texts(name, content.as_bytes(), &ReadOptions::default()).unwrap()
}

/// The file that is made of a table with a label and its probability behind each row.
fn written(table: &Table, mark: bool) -> String {
    let added = ["prediction".to_owned(), "probability_=1".to_owned()];
    let form = OutputForm::of(table.format(), mark);
    let mut writer = TableWriter::new(table, 0, &added, form).unwrap();
    for row in 0..table.rows() {
        let cells = match row {
            0 => [AddedCell::Text("=1"), AddedCell::Share(0.25)],
            _ => [AddedCell::Empty, AddedCell::Empty],
        };
        writer.row(table, row, &cells).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[test]
fn a_delimited_file_keeps_its_rows_and_its_delimiter() {
    let table = texts(
        "a.csv",
        "text;note\n\"one; \"\"two\"\"\";-5\n\"a\nb\";-1,5\n=cmd;+x\n",
    );
    assert_eq!(
        written(&table, false),
        "text;note;prediction;probability_=1\r\n\
         \"one; \"\"two\"\"\";-5;'=1;0.2500\r\n\
         \"a\nb\";-1,5;;\r\n\
         '=cmd;'+x;;\r\n"
    );
    assert!(written(&table, true).starts_with("\u{feff}text;"));
}

#[test]
fn one_column_is_enough_to_be_classified() {
    let table = texts("a.txt", "text\ngood\n\"bad, really\"\n");
    assert_eq!(
        written(&table, false),
        "text,prediction,probability_=1\r\ngood,'=1,0.2500\r\n\"bad, really\",,\r\n"
    );
    let table = texts("a.jsonl", "{\"text\":\"good\"}\n{\"text\":\"bad\"}\n");
    assert_eq!(
        written(&table, true),
        "{\"text\":\"good\",\"prediction\":\"=1\",\"probability_=1\":0.2500}\n\
         {\"text\":\"bad\",\"prediction\":null,\"probability_=1\":null}\n"
    );
}

#[test]
fn json_values_stay_what_they_were() {
    let table = texts(
        "a.json",
        r#"[{"text":"12","id":12,"zip":"02139","list":[1,"a\n"],"ok":true,"none":null,"x":2.5}]"#,
    );
    assert_eq!(
        written(&table, false),
        "{\"text\":\"12\",\"id\":12,\"zip\":\"02139\",\"list\":[1,\"a\\n\"],\"ok\":true,\"none\":null,\"x\":2.5,\
         \"prediction\":\"=1\",\"probability_=1\":0.2500}\n"
    );
}

#[test]
fn names_that_are_taken_get_a_number() {
    let table = texts("a.csv", "text,prediction,prediction_2\na,b,c\n");
    let header = written(&table, false);
    assert!(header.starts_with("text,prediction,prediction_2,prediction_3,probability_=1\r\n"));
}

#[test]
fn files_are_called_after_the_one_that_was_opened() {
    let name = |content: &str, name: &str| {
        OutputForm::of(texts(name, content).format(), false).file_name(name)
    };
    assert_eq!(
        name("text,b\na,b\n", "my.mails.csv"),
        "my.mails-predictions.csv"
    );
    assert_eq!(name("text\tb\na\tb\n", "mails"), "mails-predictions.tsv");
    assert_eq!(name("[{\"text\":\"a\"}]", "a.json"), "a-predictions.jsonl");
}

#[test]
fn formulas_are_guarded_and_numbers_are_not() {
    for cell in [
        "=1+1", "+49 (0)1", "-x", "@a", "\t=1", "\r=1", "-1+1", "-", "-inf", "+.",
    ] {
        assert_eq!(guarded(cell), format!("'{cell}"), "{cell:?}");
    }
    for cell in [
        "",
        "a",
        "-1",
        "+1.5",
        "-1,5",
        "-1.234.567",
        "-2e-5",
        "+1 000",
        "1=1",
        "'=1",
    ] {
        assert_eq!(guarded(cell), cell);
    }
}

proptest! {
    /// Whatever stands in a table comes back as it was, but for the apostrophe, in the same order.
    #[test]
    fn any_cells_are_read_again(cells in prop::collection::vec("[ -~\u{e4}\n\r\t\"']{1,12}", 1..20)) {
        let mut source = csv::Writer::from_writer(Vec::new());
        source.write_record(["text", "other"]).unwrap();
        for cell in &cells {
            source.write_record(["x", cell]).unwrap();
        }
        let source = String::from_utf8(source.into_inner().unwrap()).unwrap();
        let table = texts("a.csv", &source);
        // Many semicolons are taken for delimiters.
        prop_assume!(*table.format() == (TableFormat::Delimited { delimiter: ',' }));
        let file = written(&table, false);
        let mut reader = csv::Reader::from_reader(file.as_bytes());
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
        let expected: Vec<String> = table.column(1).map(|cell| guarded(cell).into_owned()).collect();
        prop_assert_eq!(&read, &expected);
        for (read, cell) in read.iter().zip(&cells) {
            prop_assert_eq!(read.strip_prefix('\'').filter(|_| !cell.starts_with('\'')).unwrap_or(read), cell);
            prop_assert!(!read.starts_with(FORMULA) || is_number(read));
        }
    }

    /// Every line of JSON out is an object with the same names.
    #[test]
    fn any_values_are_json_again(cells in prop::collection::vec("[ -~\u{e4}\n]{0,12}", 1..20)) {
        let rows: Vec<_> = cells.iter().map(|cell| serde_json::json!({"text": "x", "other": cell})).collect();
        let table = texts("a.json", &serde_json::to_string(&rows).unwrap());
        let file = written(&table, false);
        prop_assert_eq!(file.lines().count(), cells.len());
        for (line, cell) in file.lines().zip(&cells) {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            prop_assert_eq!(&object["text"], "x");
            match &object["other"] {
                serde_json::Value::String(text) => prop_assert_eq!(text, cell),
                serde_json::Value::Null => prop_assert!(cell.is_empty()),
                value => prop_assert!(serde_json::from_str::<serde_json::Value>(cell).unwrap() == *value),
            }
        }
    }
}
