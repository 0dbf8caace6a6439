//! Files of other kinds, known by how they begin: what they are is a better message than where they are no text.

use serde::Serialize;

/// A kind of file that holds no table, or none that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ForeignFile {
    /// A container of Microsoft's: Excel, Word or PowerPoint before 2007.
    OldOffice,
    /// The same container around a newer file with a password.
    EncryptedOffice,
    /// Excel's binary workbook.
    BinaryWorkbook,
    /// A spreadsheet of LibreOffice or OpenOffice.
    OpenDocument,
    /// Word.
    Word,
    /// PowerPoint.
    PowerPoint,
    /// An archive.
    Zip,
    /// Something compressed, in the format of this name.
    Compressed(&'static str),
    /// A PDF document.
    Pdf,
    /// Rich text.
    RichText,
    /// A web page, which some programs call `.xls`.
    Html,
    /// XML of whatever kind.
    Xml,
    /// An image in the format of this name.
    Image(&'static str),
    /// A table or data in the format of this name, which programs read.
    Data(&'static str),
}

/// How files of each kind begin.
const SIGNATURES: &[(&[u8], ForeignFile)] = &[
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", ForeignFile::OldOffice),
    (b"%PDF-", ForeignFile::Pdf),
    (b"{\\rtf", ForeignFile::RichText),
    (b"\x89PNG\r\n\x1A\n", ForeignFile::Image("PNG")),
    (b"\xFF\xD8\xFF", ForeignFile::Image("JPEG")),
    (b"GIF87a", ForeignFile::Image("GIF")),
    (b"GIF89a", ForeignFile::Image("GIF")),
    (b"II*\0", ForeignFile::Image("TIFF")),
    (b"MM\0*", ForeignFile::Image("TIFF")),
    (b"ARROW1\0\0", ForeignFile::Data("Arrow")),
    (b"\x93NUMPY", ForeignFile::Data("NumPy")),
    (b"\x89HDF\r\n\x1A\n", ForeignFile::Data("HDF5")),
    (b"SQLite format 3\0", ForeignFile::Data("SQLite")),
    (b"\x1F\x8B", ForeignFile::Compressed("gzip")),
    (b"BZh91AY&SY", ForeignFile::Compressed("bzip2")),
    (b"\xFD7zXZ\0", ForeignFile::Compressed("xz")),
    (b"\x28\xB5\x2F\xFD", ForeignFile::Compressed("Zstandard")),
    (b"7z\xBC\xAF\x27\x1C", ForeignFile::Compressed("7z")),
    (b"Rar!\x1A\x07", ForeignFile::Compressed("RAR")),
];

/// In the names of streams of a container, UTF-16.
const ENCRYPTED: &str = "EncryptedPackage";

impl ForeignFile {
    /// The kind of a file that begins so, unless it may be a table.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        // These begin and end alike; a header may begin so, too.
        let framed = |mark: &[u8]| bytes.starts_with(mark) && bytes.ends_with(mark);
        let known = SIGNATURES
            .iter()
            .find(|(start, _)| bytes.starts_with(start));
        let pickle = matches!(bytes, [0x80, 2..=5, ..]) && bytes.last() == Some(&b'.');
        match known {
            Some((_, Self::OldOffice)) if is_encrypted(bytes) => Some(Self::EncryptedOffice),
            Some((_, kind)) => Some(*kind),
            None if pickle => Some(Self::Data("Python pickle")),
            None if framed(b"PAR1") => Some(Self::Data("Parquet")),
            None if framed(b"FEA1") => Some(Self::Data("Feather")),
            None if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => {
                Some(Self::Image("WebP"))
            }
            None => None,
        }
    }

    /// The kind of a text that begins so, unless it may be a table.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let starts = |start: &str| {
            let found = text.trim_start().as_bytes().get(..start.len());
            found.is_some_and(|found| found.eq_ignore_ascii_case(start.as_bytes()))
        };
        if starts("<!doctype html") || starts("<html") {
            Some(Self::Html)
        } else if starts("<?xml") {
            Some(Self::Xml)
        } else {
            None
        }
    }

    /// The kind of a zip with entries of these names, unless it is a workbook that is read.
    pub(super) fn of_zip<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Option<Self> {
        let has = |start: &str| names.clone().any(|name| name.starts_with(start));
        if has("xl/workbook.bin") {
            Some(Self::BinaryWorkbook)
        } else if has("xl/") {
            None
        } else if has("word/") {
            Some(Self::Word)
        } else if has("ppt/") {
            Some(Self::PowerPoint)
        } else if has("content.xml") {
            Some(Self::OpenDocument)
        } else {
            Some(Self::Zip)
        }
    }

    /// What it is, as part of a sentence.
    pub(super) fn name(self) -> String {
        let name = match self {
            Self::OldOffice => "a file of an old Excel, Word or PowerPoint (.xls, .doc, .ppt)",
            Self::EncryptedOffice => "an Office file with a password",
            Self::BinaryWorkbook => "a binary Excel workbook (.xlsb)",
            Self::OpenDocument => "an OpenDocument file (.ods, .odt)",
            Self::Word => "a Word document (.docx)",
            Self::PowerPoint => "a PowerPoint presentation (.pptx)",
            Self::Zip => "a zip archive",
            Self::Pdf => "a PDF document",
            Self::RichText => "a rich text document (.rtf)",
            Self::Html => "a web page (HTML)",
            Self::Xml => "an XML file",
            Self::Compressed(format) => return format!("a compressed file ({format})"),
            Self::Image(format) => return format!("an image ({format})"),
            Self::Data(format) => return format!("a {format} file"),
        };
        name.to_owned()
    }

    /// What the user can do about it.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::EncryptedOffice => {
                "Open it in a spreadsheet program and save it as .xlsx or .csv, without a password."
            }
            Self::OldOffice
            | Self::BinaryWorkbook
            | Self::OpenDocument
            | Self::Html
            | Self::Xml => "Open it in a spreadsheet program and save it as .xlsx or .csv.",
            Self::Word | Self::PowerPoint | Self::Pdf | Self::RichText => {
                "Copy its table into a spreadsheet and save that as .xlsx or .csv, or paste the rows here."
            }
            Self::Zip | Self::Compressed(_) => "Unpack it and open the table in it.",
            Self::Image(_) => "Use a file with the texts themselves, such as .xlsx, .csv or .json.",
            Self::Data(_) => {
                "Save it as .csv or .jsonl, in Python by pandas' to_csv or to_json for example."
            }
        }
    }
}

fn is_encrypted(bytes: &[u8]) -> bool {
    let name: Vec<u8> = ENCRYPTED
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    bytes.windows(name.len()).any(|window| window == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_tell() {
        for (bytes, expected) in [
            (b"%PDF-1.7\n".as_slice(), Some(ForeignFile::Pdf)),
            (b"PAR1\x15\x04PAR1", Some(ForeignFile::Data("Parquet"))),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(ForeignFile::Image("WebP"))),
            (b"\x80\x04\x95.", Some(ForeignFile::Data("Python pickle"))),
            (
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0",
                Some(ForeignFile::OldOffice),
            ),
            (b"\x80uro,label\n1,a\n", None),
            (b"RIFF,label\n", None),
            (b"PAR1,label\n", None),
            (b"", None),
        ] {
            assert_eq!(ForeignFile::of_bytes(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn a_password_is_seen() {
        let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        bytes.extend(ENCRYPTED.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(
            ForeignFile::of_bytes(&bytes),
            Some(ForeignFile::EncryptedOffice)
        );
    }

    #[test]
    fn markup_is_no_table() {
        for (text, expected) in [
            ("\n<!DOCTYPE HTML>", Some(ForeignFile::Html)),
            ("<html lang=\"en\">", Some(ForeignFile::Html)),
            ("<?xml version=\"1.0\"?>", Some(ForeignFile::Xml)),
            ("<b>text</b>,label\n", None),
            ("é", None),
        ] {
            assert_eq!(ForeignFile::of_text(text), expected, "{text:?}");
        }
    }

    #[test]
    fn zips_are_told_apart() {
        for (name, expected) in [
            ("xl/workbook.xml", None),
            ("xl/workbook.bin", Some(ForeignFile::BinaryWorkbook)),
            ("word/document.xml", Some(ForeignFile::Word)),
            ("content.xml", Some(ForeignFile::OpenDocument)),
            ("reviews.csv", Some(ForeignFile::Zip)),
        ] {
            assert_eq!(ForeignFile::of_zip([name].into_iter()), expected, "{name}");
        }
    }
}
