//! Workbooks are read as a spreadsheet shows them.

use tabtune::data::{ReadOptions, SheetReading, Table, TableFormat};
use zip::CompressionMethod;

use crate::workbook::{Workbook, zip};

fn read(workbook: &Workbook, sheet: Option<u32>) -> Result<Table, String> {
    let options = ReadOptions {
        sheet,
        ..ReadOptions::default()
    };
    Table::read("reviews.xlsx", &workbook.bytes(), &options).map_err(|error| error.to_string())
}

fn cells(table: &Table) -> Vec<Vec<&str>> {
    let columns = 0..table.columns().len() as u32;
    (0..table.rows())
        .map(|row| {
            columns
                .clone()
                .map(|column| table.cell(row, column).unwrap())
                .collect()
        })
        .collect()
}

fn reading(table: &Table) -> SheetReading {
    match table.summary().format {
        TableFormat::Xlsx(reading) => reading,
        format => panic!("{format:?}"),
    }
}

const HEADER: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>text</t></is></c><c r="B1" t="inlineStr"><is><t>label</t></is></c></row>"#;

/// The cells of the second column, one a row, for these cells in XML.
fn second_column(cells: &[&str], properties: &'static str) -> Vec<String> {
    let rows: String = cells
        .iter()
        .map(|cell| format!("<row><c t=\"str\"><v>x</v></c>{cell}</row>"))
        .collect();
    let workbook = Workbook {
        properties,
        strings: Some("<si><t>shared</t></si>".into()),
        ..Workbook::of_rows(&format!("{HEADER}{rows}"))
    };
    let table = read(&workbook, None).unwrap();
    table.column(1).map(str::to_owned).collect()
}

#[test]
fn every_kind_of_cell_is_read() {
    for (cell, expected) in [
        ("<c><v>1</v></c>", "1"),
        ("<c t=\"n\"><v>1.0</v></c>", "1"),
        ("<c s=\"4\"><v>0.30000000000000004</v></c>", "0.3"),
        ("<c><v>1E+20</v></c>", "100000000000000000000"),
        ("<c s=\"1\"><v>45351</v></c>", "2024-02-29"),
        ("<c s=\"2\"><v>45351.75</v></c>", "2024-02-29T18:00:00"),
        ("<c s=\"3\"><v>1.5</v></c>", "36:00:00"),
        ("<c s=\"99\"><v>45351</v></c>", "45351"),
        ("<c t=\"d\"><v>2024-02-29</v></c>", "2024-02-29"),
        ("<c t=\"b\"><v>1</v></c>", "true"),
        ("<c t=\"b\"><v>0</v></c>", "false"),
        ("<c t=\"s\"><v>0</v></c>", "shared"),
        ("<c t=\"str\"><f>A1&amp;\"!\"</f><v>x!</v></c>", "x!"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ("<c t=\"e\"><v>#DIV/0!</v></c>", ""),
        ("<c s=\"1\"/>", ""),
        (
            "<c t=\"inlineStr\"><is><t>a &lt; &#x8bc4;</t></is></c>",
            "a < 评",
        ),
        (
            "<c t=\"inlineStr\"><is><r><t>two </t></r><r><rPr/><t>runs</t></r></is></c>",
            "two runs",
        ),
        (
            "<c t=\"inlineStr\"><is><t>漢</t><rPh><t>かん</t></rPh></is></c>",
            "漢",
        ),
        ("<c t=\"inlineStr\"><is><t>a_x000D_b</t></is></c>", "a\rb"),
        ("<c t=\"str\"><v><![CDATA[<b>]]></v></c>", "<b>"),
        ("", ""),
    ] {
        assert_eq!(second_column(&[cell], ""), [expected], "{cell}");
    }
}

#[test]
fn old_macintoshes_count_from_1904() {
    let cell = "<c s=\"1\"><v>0</v></c>";
    assert_eq!(second_column(&[cell], "date1904=\"1\""), ["1904-01-01"]);
    assert_eq!(second_column(&[cell], ""), ["1899-12-31"]);
}

#[test]
fn errors_are_counted() {
    let rows = "<row><c t=\"e\"><v>#N/A</v></c><c t=\"e\"><v>#REF!</v></c></row><row><c><v>1</v></c><c/></row>";
    let table = read(&Workbook::of_rows(&format!("{HEADER}{rows}")), None).unwrap();
    assert_eq!(reading(&table).errors, 2);
    // A row that holds nothing else is empty, and so no row.
    assert_eq!(cells(&table), [["1", ""]]);
}

#[test]
fn a_table_may_begin_anywhere() {
    let workbook = Workbook::of_rows(
        "<row r=\"1\"><c r=\"A1\" s=\"1\"/></row>\
         <row r=\"3\"><c r=\"C3\" t=\"str\"><v>text</v></c><c r=\"E3\" t=\"str\"><v>label</v></c></row>\
         <row r=\"5\"><c r=\"E5\"><v>1</v></c><c r=\"C5\" t=\"str\"><v>good</v></c></row>\
         <row r=\"9\"><c r=\"D9\"><v>7</v></c></row>",
    );
    let table = read(&workbook, None).unwrap();
    assert_eq!(table.columns(), ["text", "column 2", "label"]);
    assert_eq!(cells(&table), [["good", "", "1"], ["", "7", ""]]);
    let places: Vec<_> = (0..2)
        .map(|row| table.place(row).unwrap().to_string())
        .collect();
    assert_eq!(places, ["row 5", "row 9"]);
}

#[test]
fn the_first_sheet_with_rows_is_read_and_others_may_be_chosen() {
    let sheet =
        |value: &str| format!("{HEADER}<row><c t=\"str\"><v>{value}</v></c><c><v>1</v></c></row>");
    let workbook = Workbook {
        sheets: vec![
            (
                "Title",
                "",
                "<row><c t=\"str\"><v>Reviews</v></c></row>".into(),
            ),
            ("Secret", "state=\"hidden\"", sheet("secret")),
            ("A &amp; B", "", sheet("first")),
            ("Empty", "", String::new()),
            ("More", "", sheet("second")),
        ],
        ..Workbook::default()
    };
    let table = read(&workbook, None).unwrap();
    assert_eq!(table.cell(0, 0), Some("first"));
    let expected = SheetReading {
        sheets: ["Title", "A & B", "Empty", "More"]
            .map(str::to_owned)
            .to_vec(),
        sheet: 1,
        errors: 0,
    };
    assert_eq!(reading(&table), expected);

    let table = read(&workbook, Some(3)).unwrap();
    assert_eq!(
        (table.cell(0, 0), reading(&table).sheet),
        (Some("second"), 3)
    );
    for (sheet, message) in [
        (0, "reviews.xlsx: there are no rows below the header"),
        (2, "reviews.xlsx: the sheet “Empty” is empty"),
        (4, "reviews.xlsx: there is no sheet number 5; there are 4"),
        (
            u32::MAX,
            "reviews.xlsx: there is no sheet number 4294967295; there are 4",
        ),
    ] {
        assert_eq!(read(&workbook, Some(sheet)).unwrap_err(), message);
    }
    assert_eq!(
        read(&Workbook::of_rows(""), None).unwrap_err(),
        "reviews.xlsx: the workbook is empty"
    );
}

#[test]
fn names_of_parts_may_be_in_capitals() {
    let parts: Vec<_> = Workbook {
        strings: Some("<si><t>good</t></si>".into()),
        ..Workbook::of_rows(&format!(
            "{HEADER}<row><c t=\"s\"><v>0</v></c><c><v>1</v></c></row>"
        ))
    }
    .parts()
    .into_iter()
    .map(|(name, text)| (name.replace("sharedStrings", "SharedStrings"), text))
    .collect();
    let bytes = zip(&parts, CompressionMethod::Stored);
    let table = Table::parse("reviews.csv", &bytes).unwrap();
    assert_eq!(cells(&table), [["good", "1"]]);
}

#[test]
fn missing_parts_are_named() {
    let rows = format!("{HEADER}<row><c t=\"s\"><v>5</v></c><c><v>1</v></c></row>");
    let workbook = Workbook {
        strings: Some("<si><t>good</t></si>".into()),
        ..Workbook::of_rows(&rows)
    };
    assert_eq!(
        read(&workbook, None).unwrap_err(),
        "reviews.xlsx: the workbook is damaged: shared text 5 is missing or makes no sense"
    );
    for part in [
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
    ] {
        let mut parts = workbook.parts();
        parts.retain(|(name, _)| name != part);
        let error = Table::parse("reviews.xlsx", &zip(&parts, CompressionMethod::Deflated));
        assert_eq!(
            error.unwrap_err().to_string(),
            format!("reviews.xlsx: the workbook is damaged: {part} is missing or makes no sense")
        );
    }
}
