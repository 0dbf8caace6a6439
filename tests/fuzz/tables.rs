//! Tables in every format and encoding, and what was changed in them.

use tabtune::data::{Draft, ReadOptions, RowFilter, Table, TableEdit};

use crate::harness::{Target, run};
use crate::mutation::{Corpus, Shape};
use crate::workbook::Workbook;

const CSV: &[&str] = &[
    "text,label\ngood,yes\n\"a \"\"quoted\"\"\nline\",no\n评论,yes\n",
    "text;label;split\ngut;ja;train\nschlecht;nein;test\n",
    "text,label\na,1.5\nb,-2e3\n",
];
const TSV: &[&str] = &["text\tlabel\ngood\tyes\nbad\tno\n"];
const JSON: &[&str] = &[
    r#"[{"text":"good \u8bc4","label":1},{"label":null,"text":{"a":[1.5,"b"]}}]"#,
    r#"[["text","label"],["good",1e9],["bad",false]]"#,
    r#"{"text":{"0":"good","1":"bad"},"label":{"0":1,"1":0}}"#,
    r#"{"columns":["text","label"],"index":[0],"data":[["good",1]]}"#,
    r#"{"text":["good","bad"],"label":[1,0]}"#,
];
const JSON_LINES: &[&str] = &[
    "{\"text\":\"good\",\"label\":1}\r\n{\"text\":\"bad\",\"label\":-0.5}\n",
    "[\"text\",\"label\"]\n[\"good\",1]\n[\"bad\",0]\n",
];
const PIECES: &[&str] = &[
    "\"", "\"\"", "\n", "\r\n", ",", ";", "\t", "|", "{", "}", "[", "]", "null", "1e999", "-0",
    "\\u0000", "\\ud800", "text", "label", "\u{feff}", "'", "=1+1",
];
const XML: &[&str] = &[
    "<row r=\"1\">",
    "</row>",
    "<c r=\"XFD1048576\" t=\"s\">",
    "<v>99999999</v>",
    "&#x110000;",
    "&amp;",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "&b;",
    "<si>",
    "</sst>",
    "r=\"1048577\"",
    "_x0000_",
    "t=\"inlineStr\"",
    "<f>1</f>",
];

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Reads a table and all that can be asked of it. What is wrong has words and a hint.
fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> bool {
    match Table::read(name, bytes, options) {
        Ok(table) => {
            let columns = table.columns().len() as u32;
            assert!(columns > 1 && table.rows() > 0);
            for row in 0..table.rows() {
                assert!((0..columns).all(|column| table.cell(row, column).is_some()));
            }
            assert_eq!(table.summary().rows, table.rows());
            true
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
            false
        }
    }
}

fn table(name: &'static str, file: &str, share: u64, shape: Shape, seeds: Vec<Vec<u8>>) {
    let target = Target {
        name,
        share,
        factor: 300,
        base: 2 << 20,
    };
    let corpus = Corpus::new(shape, seeds, PIECES);
    run(&target, &corpus, |input| {
        read(file, input, &ReadOptions::default())
    });
}

#[test]
fn csv() {
    table("csv", "any.csv", 120, Shape::Bytes, bytes(CSV));
}

#[test]
fn tsv() {
    table("tsv", "any.tsv", 60, Shape::Bytes, bytes(TSV));
}

#[test]
fn json() {
    table("json", "any.json", 100, Shape::Json, bytes(JSON));
}

#[test]
fn json_lines() {
    table(
        "json-lines",
        "any.jsonl",
        80,
        Shape::Bytes,
        bytes(JSON_LINES),
    );
}

#[test]
fn encodings() {
    const NAMES: &[&str] = &[
        "utf-8",
        "utf-16le",
        "utf-16be",
        "gb18030",
        "big5",
        "shift_jis",
        "euc-jp",
        "iso-2022-jp",
        "euc-kr",
        "windows-1252",
        "windows-1251",
        "no-such-encoding",
    ];
    let text = "text,label\n“很好”的 良い,é\n\"quoted\nline\",хорошо\n";
    let encoded = ["gb18030", "shift_jis", "windows-1252", "euc-kr"].map(|name| {
        let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
        encoding.encode(text).0.into_owned()
    });
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xFF\xFE".to_vec(), utf16.clone()].concat();
    let mut seeds = encoded.to_vec();
    seeds.extend([utf16, marked]);
    let corpus = Corpus::new(Shape::Bytes, seeds, PIECES);
    let target = Target {
        name: "encodings",
        share: 60,
        factor: 300,
        base: 2 << 20,
    };
    let mut at = 0;
    run(&target, &corpus, |input| {
        at += 1;
        // As it is guessed, and as each of them.
        let guessed = read("any.csv", input, &ReadOptions::default());
        let encoding = Some(NAMES[at % NAMES.len()].to_owned());
        read(
            "any.csv",
            input,
            &ReadOptions {
                encoding,
                sheet: None,
            },
        );
        guessed
    });
}

#[test]
fn xlsx() {
    let workbook = Workbook {
        sheets: vec![
            (
                "One",
                "",
                "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>\
                 <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>a &amp; b_x000D_</t></is></c><c r=\"B2\" s=\"2\"><v>45351.75</v></c></row>\
                 <row r=\"3\"><c r=\"A3\" t=\"e\"><v>#N/A</v></c><c r=\"B3\" t=\"b\"><v>1</v></c></row>"
                    .into(),
            ),
            ("Two", "", "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>1</v></c></row>".into()),
        ],
        strings: Some("<si><t>text</t></si><si><r><t>la</t></r><r><t>bel</t></r></si>".into()),
        properties: "date1904=\"0\"",
    };
    let corpus = Corpus::new(Shape::Zip, vec![workbook.bytes()], XML);
    let target = Target {
        name: "xlsx",
        share: 30,
        factor: 300,
        base: 8 << 20,
    };
    let mut at = 0;
    run(&target, &corpus, |input| {
        at += 1;
        let sheet = (at % 3 == 0).then_some(at as u32 % 2);
        let options = ReadOptions {
            encoding: None,
            sheet,
        };
        read("any.xlsx", input, &options)
    });
}

#[test]
fn saved_edits() {
    const ROWS: &str = "text,label\ngood,yes\nbad,no\nfine,yes\npoor,no\nnice,yes\n";
    let draft = || Draft::new(Table::parse("own.csv", ROWS.as_bytes()).unwrap());
    let mut edited = draft();
    let set = |row, text: &str| TableEdit::Set {
        row,
        column: 0,
        text: text.into(),
    };
    let add = TableEdit::Add {
        text: "new".into(),
        label: "yes".into(),
    };
    for edit in [set(0, "better"), add, set(2, "x"), TableEdit::Undo] {
        edited.look().unwrap();
        edited.edit(edit).unwrap();
    }
    let corpus = Corpus::new(Shape::Json, vec![edited.saved(), draft().saved()], PIECES);
    let target = Target {
        name: "saved-edits",
        share: 50,
        factor: 300,
        base: 2 << 20,
    };
    run(&target, &corpus, |input| {
        let mut draft = draft();
        let restored = draft.restore(input);
        // Whatever was restored: the table can be looked at, listed, changed back and forth and saved.
        let _ = draft.look();
        let _ = draft.list(RowFilter::All, 0, 10);
        for edit in [TableEdit::Undo, TableEdit::Redo] {
            let _ = draft.edit(edit);
            let _ = draft.look();
        }
        let saved = draft.saved();
        if let Err(error) = &restored {
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        } else {
            assert!(self::restores(&saved, ROWS));
        }
        restored.is_ok()
    });
}

/// What was saved can be restored.
fn restores(saved: &[u8], rows: &str) -> bool {
    let table = Table::parse("own.csv", rows.as_bytes()).unwrap();
    Draft::new(table).restore(saved).is_ok()
}
