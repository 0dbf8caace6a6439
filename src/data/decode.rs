//! Bytes to text, or the reason why they are none.

use super::table_error::TableProblem;

const UTF16_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];
const UTF8_MARK: char = '\u{FEFF}';

/// Reads UTF-8 with or without a byte order mark.
///
/// The caller has checked that there are no more than [`super::MAX_TABLE_BYTES`] bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, TableProblem> {
    if UTF16_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(TableProblem::Utf16);
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(TableProblem::NulByte {
            offset: at as u32,
            line: line_of(bytes, at),
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        TableProblem::NotUtf8 {
            offset: at as u32,
            line: line_of(bytes, at),
            byte: bytes.get(at).copied().unwrap_or_default(),
        }
    })?;
    // The csv crate skips a mark too, so none may be left for it to find where `Records` saw text.
    let text = text.trim_start_matches(UTF8_MARK);
    if text.trim().is_empty() {
        Err(TableProblem::Empty)
    } else {
        Ok(text)
    }
}

/// The line, counted from 1, that holds the byte at an offset.
fn line_of(bytes: &[u8], offset: usize) -> u32 {
    let before = &bytes[..offset.min(bytes.len())];
    let ends = before
        .iter()
        .enumerate()
        .filter(|&(at, &byte)| {
            byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        })
        .count();
    ends as u32 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_as_it_is() {
        assert_eq!(
            decode("text,label\nça va,fr".as_bytes()),
            Ok("text,label\nça va,fr")
        );
    }

    #[test]
    fn byte_order_marks_are_skipped() {
        assert_eq!(decode("\u{FEFF}a,b".as_bytes()), Ok("a,b"));
        assert_eq!(decode("\u{FEFF}\u{FEFF}a,b".as_bytes()), Ok("a,b"));
    }

    #[test]
    fn nothing_and_white_space_are_empty() {
        for text in ["", "\u{FEFF}", " \r\n\t\n"] {
            assert_eq!(
                decode(text.as_bytes()),
                Err(TableProblem::Empty),
                "{text:?}"
            );
        }
    }

    #[test]
    fn utf16_is_named() {
        for bytes in [b"\xFF\xFEt\0e\0".as_slice(), b"\xFE\xFF\0t\0e"] {
            assert_eq!(decode(bytes), Err(TableProblem::Utf16));
        }
    }

    #[test]
    fn nul_bytes_are_placed() {
        assert_eq!(
            decode(b"a,b\r\nc,\0"),
            Err(TableProblem::NulByte { offset: 7, line: 2 })
        );
    }

    #[test]
    fn foreign_encodings_are_placed() {
        // "café" in Windows-1252, on the third line of a file with each kind of line end.
        let bytes = b"text,label\rbar,a\r\ncaf\xE9,b\n";
        assert_eq!(
            decode(bytes),
            Err(TableProblem::NotUtf8 {
                offset: 21,
                line: 3,
                byte: 0xE9
            })
        );
    }

    #[test]
    fn a_cut_character_is_placed() {
        assert_eq!(
            decode(b"a\xE2\x82"),
            Err(TableProblem::NotUtf8 {
                offset: 1,
                line: 1,
                byte: 0xE2
            })
        );
    }
}
