//! Files that are larger than they look are refused before they cost memory or time.

use std::time::{Duration, Instant};

use tabtune::data::Table;
use zip::CompressionMethod;

use crate::workbook::{Workbook, zip};

/// Reads, and measures that this does not take long.
#[track_caller]
fn error(bytes: &[u8]) -> String {
    let start = Instant::now();
    let error = Table::parse("reviews.xlsx", bytes).unwrap_err().to_string();
    assert!(start.elapsed() < Duration::from_secs(20), "{error}");
    error
}

/// Says that the file has another size, unpacked, than it has, in its list of entries and before the entry itself.
fn declare(bytes: &mut [u8], name: &str, size: u32) {
    // Offsets within the two headers of an entry: of its name, and of the size of what is unpacked.
    for (mark, name_at, size_at) in [(b"PK\x03\x04", 30, 22), (b"PK\x01\x02", 46, 24)] {
        for at in 0..bytes.len() {
            let is_header = bytes[at..].starts_with(mark)
                && bytes.get(at + name_at..at + name_at + name.len()) == Some(name.as_bytes());
            if is_header {
                bytes[at + size_at..at + size_at + 4].copy_from_slice(&size.to_le_bytes());
            }
        }
    }
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn a_workbook_that_says_that_it_is_huge_is_not_unpacked() {
    let mut bytes = Workbook::of_rows("<row><c><v>1</v></c></row>").bytes();
    declare(&mut bytes, SHEET, u32::MAX - 1);
    assert_eq!(
        error(&bytes),
        "reviews.xlsx: the workbook would unpack to more than 512 MiB"
    );
}

#[test]
fn a_workbook_that_says_that_it_is_small_is_not_believed() {
    let rows = "<row><c t=\"str\"><v>a</v></c><c><v>1</v></c></row>".repeat(100_000);
    let mut bytes = Workbook::of_rows(&rows).bytes();
    declare(&mut bytes, SHEET, 1_000);
    let error = error(&bytes);
    assert!(
        error.starts_with(&format!(
            "reviews.xlsx: the workbook is damaged: {SHEET} cannot be read"
        )),
        "{error}"
    );
}

#[test]
fn a_text_that_a_million_cells_share_is_counted_each_time() {
    let rows = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>".repeat(500_000);
    let workbook = Workbook {
        strings: Some(format!("<si><t>{}</t></si>", "x".repeat(32_767))),
        ..Workbook::of_rows(&rows)
    };
    assert_eq!(
        error(&workbook.bytes()),
        "reviews.xlsx: the table has more than 300 MiB of text"
    );
}

#[test]
fn cells_far_out_take_no_memory() {
    let workbook = Workbook::of_rows(
        "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
    );
    assert_eq!(
        error(&workbook.bytes()),
        "reviews.xlsx: the header has 16384 columns, but at most 1000 can be read"
    );
    let workbook = Workbook::of_rows("<row><c r=\"ZZZZZZZZZZZZ1\"><v>1</v></c></row>");
    assert!(error(&workbook.bytes()).contains("columns, but at most 1000 can be read"));
}

#[test]
fn a_row_with_a_million_cells_is_refused() {
    let row = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(1_000_000));
    assert_eq!(
        error(&Workbook::of_rows(&row).bytes()),
        "reviews.xlsx: the header has 1001 columns, but at most 1000 can be read"
    );
    let text = format!("text,label\n{}\n", "1,".repeat(1_000_000));
    assert_eq!(
        error(text.as_bytes()),
        "reviews.xlsx: line 2: the row has 1000001 fields, but the header has 2"
    );
    let text = format!("[[\"text\",\"label\"],[{}1]]", "1,".repeat(1_000_000));
    assert_eq!(
        error(text.as_bytes()),
        "reviews.xlsx: item 2: the row has 1000001 fields, but the header has 2"
    );
}

#[test]
fn a_header_with_a_hundred_thousand_columns_is_refused() {
    assert_eq!(
        error(format!("{}\n1\n", ",".repeat(99_999)).as_bytes()),
        "reviews.xlsx: the header has 100000 columns, but at most 1000 can be read"
    );
}

#[test]
fn more_cells_than_are_read_are_refused() {
    let text = format!(
        "{}\n{}",
        ",".repeat(999),
        format!("{}\n", ",".repeat(999)).repeat(34_000)
    );
    assert_eq!(
        error(text.as_bytes()),
        "reviews.xlsx: the table has more than 33554432 cells"
    );
}

#[test]
fn xml_that_is_nested_a_million_deep_is_no_danger() {
    let rows = "<a>".repeat(1_000_000);
    assert!(error(&Workbook::of_rows(&rows).bytes()).contains("cannot be read"));
    let rows = "<a>".repeat(1_000_000) + &"</a>".repeat(1_000_000);
    assert_eq!(
        error(&Workbook::of_rows(&rows).bytes()),
        "reviews.xlsx: the workbook is empty"
    );
    let row = format!("<row {}></row>", "a=\"1\" ".repeat(500_000));
    assert_eq!(
        error(&Workbook::of_rows(&row).bytes()),
        "reviews.xlsx: the workbook is empty"
    );
}

#[test]
fn entities_do_not_multiply() {
    let rows = "<!DOCTYPE a [<!ENTITY b \"xxxxxxxxxx\"><!ENTITY c \"&b;&b;&b;\">]><row><c t=\"str\"><v>&c;</v></c></row>";
    assert!(error(&Workbook::of_rows(rows).bytes()).contains("&c; is unknown"));
}

#[test]
fn other_archives_are_named() {
    let file = |name: &str| vec![(name.to_owned(), "x".to_owned())];
    for (name, expected) in [
        ("word/document.xml", "a Word document (.docx)"),
        ("ppt/presentation.xml", "a PowerPoint presentation (.pptx)"),
        ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
        ("content.xml", "an OpenDocument file (.ods, .odt)"),
        ("reviews.csv", "a zip archive"),
    ] {
        assert_eq!(
            error(&zip(&file(name), CompressionMethod::Stored)),
            format!("reviews.xlsx: this is {expected}, not a table that can be read here")
        );
    }
}
