//! Workbooks as spreadsheet programs write them, small enough to read.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Styles: 0 is General, 1 a day (built in), 2 a day and time, 3 a time, 4 a number with two places.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm"/><numFmt numFmtId="165" formatCode="[h]:mm:ss"/></numFmts>
<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="2"/></cellXfs>
</styleSheet>"#;

/// A workbook of sheets and the texts that they share.
#[derive(Debug, Clone, Default)]
pub struct Workbook {
    /// Name, attributes such as `state="hidden"`, and what stands in `sheetData`.
    pub sheets: Vec<(&'static str, &'static str, String)>,
    /// What stands in `sst`, if there is one.
    pub strings: Option<String>,
    /// Attributes of `workbookPr`.
    pub properties: &'static str,
}

impl Workbook {
    /// A workbook with one sheet.
    pub fn of_rows(rows: &str) -> Self {
        Self {
            sheets: vec![("Sheet1", "", rows.to_owned())],
            ..Self::default()
        }
    }

    /// The parts with their names, as they stand in the archive.
    pub fn parts(&self) -> Vec<(String, String)> {
        let list = |path: &str, items: Vec<String>| {
            let text = format!(
                "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>",
                items.concat()
            );
            (path.to_owned(), text)
        };
        let relationship = |id: &str, kind: &str, target: &str| {
            format!(
                "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
            )
        };
        let (mut sheets, mut targets, mut parts) = (String::new(), Vec::new(), Vec::new());
        for (number, (name, attributes, rows)) in (1..).zip(&self.sheets) {
            sheets += &format!(
                "<sheet name=\"{name}\" sheetId=\"{number}\" {attributes} r:id=\"rId{number}\"/>"
            );
            let target = format!("worksheets/sheet{number}.xml");
            targets.push(relationship(&format!("rId{number}"), "worksheet", &target));
            parts.push((
                format!("xl/{target}"),
                format!(
                    "<worksheet><dimension ref=\"A1\"/><sheetData>{rows}</sheetData></worksheet>"
                ),
            ));
        }
        targets.push(relationship("rIdStyles", "styles", "/xl/styles.xml"));
        parts.push(("xl/styles.xml".to_owned(), STYLES.to_owned()));
        if let Some(strings) = &self.strings {
            targets.push(relationship(
                "rIdText",
                "sharedStrings",
                "sharedStrings.xml",
            ));
            // What it claims to count is not believed.
            let text =
                format!("<sst count=\"1\" uniqueCount=\"18446744073709551615\">{strings}</sst>");
            parts.push(("xl/sharedStrings.xml".to_owned(), text));
        }
        let workbook = format!(
            "<?xml version=\"1.0\"?><workbook xmlns:r=\"r\"><workbookPr {}/><sheets>{sheets}</sheets></workbook>",
            self.properties
        );
        parts.push(("xl/workbook.xml".to_owned(), workbook));
        parts.push(list("xl/_rels/workbook.xml.rels", targets));
        let root = relationship("rId1", "officeDocument", "xl/workbook.xml");
        parts.push(list("_rels/.rels", vec![root]));
        parts
    }

    /// The file.
    pub fn bytes(&self) -> Vec<u8> {
        zip(&self.parts(), CompressionMethod::Deflated)
    }
}

/// An archive of these files.
pub fn zip(files: &[(String, String)], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, text) in files {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
