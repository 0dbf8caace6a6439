//! Whatever the bytes, a table or a message comes out of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use tabtune::data::{ReadOptions, Table};
use zip::CompressionMethod;

use crate::workbook::{Workbook, zip};

/// Reads the bytes, as they are guessed and as they are chosen, and looks at every cell.
fn read(bytes: &[u8]) {
    for (encoding, sheet) in [
        (None, None),
        (Some("utf-8"), Some(1)),
        (Some("utf-16le"), None),
        (Some("gb18030"), None),
        (Some("windows-1252"), None),
    ] {
        let options = ReadOptions {
            encoding: encoding.map(str::to_owned),
            sheet,
        };
        for name in ["any.csv", "any.jsonl"] {
            match Table::read(name, bytes, &options) {
                Ok(table) => {
                    let columns = table.columns().len() as u32;
                    assert!(columns > 1 && table.rows() > 0);
                    for row in 0..table.rows() {
                        assert!((0..columns).all(|column| table.cell(row, column).is_some()));
                        assert!(table.place(row).is_some());
                    }
                    assert_eq!(table.summary().rows, table.rows());
                }
                Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
            }
        }
    }
}

/// Changes a few bytes, then leaves some out at the end.
fn damage(mut bytes: Vec<u8>, changes: &[(Index, u8)], cut: Option<Index>) -> Vec<u8> {
    for (at, byte) in changes {
        let at = at.index(bytes.len());
        bytes[at] = *byte;
    }
    if let Some(cut) = cut {
        bytes.truncate(cut.index(bytes.len()));
    }
    bytes
}

fn changes() -> impl Strategy<Value = (Vec<(Index, u8)>, Option<Index>)> {
    let byte = prop_oneof![
        any::<u8>(),
        prop::sample::select(b"{}[]\",:<>&;/0\0\xFF".to_vec())
    ];
    (
        vec((any::<Index>(), byte), 0..6),
        prop::option::weighted(0.3, any::<Index>()),
    )
}

fn workbook() -> Workbook {
    Workbook {
        sheets: vec![
            (
                "One",
                "",
                "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>\
                 <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>a &amp; b_x000D_</t></is></c><c r=\"B2\" s=\"2\"><v>45351.75</v></c></row>\
                 <row r=\"3\"><c r=\"A3\" t=\"e\"><v>#N/A</v></c><c r=\"B3\" t=\"b\"><v>1</v></c></row>"
                    .into(),
            ),
            (
                "Two",
                "state=\"visible\"",
                "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>1</v></c></row>".into(),
            ),
        ],
        strings: Some("<si><t>text</t></si><si><r><t>la</t></r><r><t>bel</t></r></si>".into()),
        properties: "date1904=\"0\"",
    }
}

const JSON: &[&str] = &[
    r#"[{"text":"good \u8bc4","label":1},{"label":null,"text":{"a":[1.5,"b"]}}]"#,
    r#"[["text","label"],["good",1e9],["bad",false]]"#,
    r#"{"text":{"0":"good","1":"bad"},"label":{"0":1,"1":0}}"#,
    r#"{"columns":["text","label"],"index":[0],"data":[["good",1]]}"#,
    r#"{"text":["good","bad"],"label":[1,0]}"#,
    "{\"text\":\"good\",\"label\":1}\r\n{\"text\":\"bad\",\"label\":-0.5}\n",
];

/// Bytes as each parser likes to begin.
fn beginning() -> impl Strategy<Value = Vec<u8>> {
    prop::sample::select(vec![
        b"".to_vec(),
        b"[{\"".to_vec(),
        b"{\"a\":[".to_vec(),
        b"[[".to_vec(),
        b"{\"a\":1,\"b\":2}\n{".to_vec(),
        b"PK\x03\x04".to_vec(),
        b"PK\x05\x06".to_vec(),
        b"\xFF\xFE".to_vec(),
        b"\xFE\xFF".to_vec(),
        b"\xEF\xBB\xBF".to_vec(),
        b"a,b\n\xB0\xA1".to_vec(),
        b"\xD0\xCF\x11\xE0".to_vec(),
    ])
}

proptest! {
    #[test]
    fn any_bytes_are_answered(start in beginning(), bytes in vec(any::<u8>(), 0..200)) {
        read(&[start, bytes].concat());
    }

    #[test]
    fn damaged_json_is_answered(text in prop::sample::select(JSON), (changes, cut) in changes()) {
        read(&damage(text.as_bytes().to_vec(), &changes, cut));
    }

    #[test]
    fn json_of_any_pieces_is_answered(
        pieces in vec(prop::sample::select(&["{", "}", "[", "]", "\"a\"", "\"b\"", ":", ",", "1", "null", "\n", "{\"a\":1}", "[1,2]"][..]), 0..40),
    ) {
        read(["[{", &pieces.concat()].concat().as_bytes());
        read(pieces.concat().as_bytes());
    }

    #[test]
    fn damaged_archives_are_answered((changes, cut) in changes()) {
        read(&damage(workbook().bytes(), &changes, cut));
    }

    #[test]
    fn damaged_parts_are_answered(part in any::<Index>(), (changes, cut) in changes()) {
        // Within an archive whose checksums are right, so that the damage gets through to the parser of XML.
        let mut parts = workbook().parts();
        let part = part.index(parts.len());
        let bytes = damage(parts[part].1.clone().into_bytes(), &changes, cut);
        parts[part].1 = String::from_utf8_lossy(&bytes).into_owned();
        read(&zip(&parts, CompressionMethod::Stored));
    }

    #[test]
    fn damaged_text_in_any_encoding_is_answered(
        encoding in prop::sample::select(&["gb18030", "windows-1252", "utf-8", "shift_jis"][..]),
        (changes, cut) in changes(),
    ) {
        let encoding = encoding_rs::Encoding::for_label(encoding.as_bytes()).unwrap();
        let (bytes, ..) = encoding.encode("text,label\n“很好”的,é\n\"quoted\nline\",良い\n");
        read(&damage(bytes.into_owned(), &changes, cut));
        let bytes = "text;label\n很好;é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        read(&damage(bytes, &changes, cut));
    }

    #[test]
    fn json_is_read_as_it_was_written(rows in vec((any::<String>(), any::<i64>(), any::<Option<bool>>()), 1..20)) {
        let objects: Vec<_> = rows
            .iter()
            .map(|(text, number, flag)| serde_json::json!({"flag": flag, "text": text, "number": number}))
            .collect();
        let whole = serde_json::to_string(&objects).unwrap();
        let lines: String = objects.iter().map(|object| format!("{object}\n")).collect();
        // One line alone is an object without rows in it.
        for text in [Some(whole), (rows.len() > 1).then_some(lines)].into_iter().flatten() {
            let table = Table::parse("any", text.as_bytes()).unwrap();
            let column = |name: &str| table.column_index(name).unwrap();
            prop_assert_eq!(table.rows() as usize, rows.len());
            for (row, (text, number, flag)) in (0..).zip(&rows) {
                prop_assert_eq!(table.cell(row, column("text")).unwrap(), text);
                prop_assert_eq!(table.cell(row, column("number")).unwrap(), number.to_string());
                let flag = flag.map(|flag| flag.to_string()).unwrap_or_default();
                prop_assert_eq!(table.cell(row, column("flag")).unwrap(), flag);
            }
        }
    }
}
