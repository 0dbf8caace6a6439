//! Bytes to text: which encoding they are in, and what it cannot read of them.

mod unicode;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use unicode::{Unicode, is_damaged_utf8};

use super::table_error::TableProblem;

const UTF8_MARK: char = '\u{FEFF}';

/// How a file's bytes were read as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextReading {
    /// The encoding's name in the Encoding Standard, such as `UTF-8`, `gb18030` or `windows-1252`.
    pub encoding: String,
    /// How it was found.
    pub found: EncodingFound,
    /// Places where the bytes are none of the encoding; the text has U+FFFD there.
    pub malformed: u32,
}

/// How an encoding was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EncodingFound {
    /// The file begins with its byte order mark.
    Mark,
    /// All bytes are UTF-8, which hardly happens by chance.
    Valid,
    /// By how often letters stand together. It may be wrong.
    Guess,
    /// The user chose it.
    Chosen,
}

/// A text that was decoded.
pub(super) struct Decoded<'b> {
    pub(super) text: Cow<'b, str>,
    pub(super) reading: TextReading,
}

/// A text that was decoded in another encoding than Unicode's. In browsers a module of its own does that, the package
/// `tabtune-encodings`, which is linked natively.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyText {
    /// The encoding's name in the Encoding Standard.
    pub encoding: String,
    /// What the bytes say; U+FFFD stands where they are none of the encoding.
    pub text: String,
    /// How many places that are.
    pub malformed: u32,
}

/// Reads bytes as text in the chosen encoding, or in the one that they seem to be in, if that is one of Unicode's.
///
/// The caller has checked that there are no more than [`super::MAX_TABLE_BYTES`] bytes.
pub(super) fn decode<'b>(bytes: &'b [u8], chosen: Option<&str>) -> Option<Decoded<'b>> {
    let (encoding, found) = match chosen {
        Some(name) => (Unicode::named(name)?, EncodingFound::Chosen),
        None => detect(bytes)?,
    };
    let (text, malformed) = encoding.decode(bytes);
    let reading = TextReading {
        encoding: encoding.name().to_owned(),
        found,
        malformed,
    };
    Some(Decoded { text, reading })
}

fn detect(bytes: &[u8]) -> Option<(Unicode, EncodingFound)> {
    if let Some(encoding) = Unicode::of_mark(bytes) {
        return Some((encoding, EncodingFound::Mark));
    }
    if let Some(encoding) = Unicode::of_zeros(bytes) {
        return Some((encoding, EncodingFound::Guess));
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Some((Unicode::Utf8, EncodingFound::Valid));
    }
    is_damaged_utf8(bytes).then_some((Unicode::Utf8, EncodingFound::Guess))
}

impl LegacyText {
    /// As any text that was decoded. `chosen` is the encoding's name if the user chose it.
    pub(super) fn decoded(self, chosen: Option<&str>) -> Decoded<'static> {
        let found = match chosen {
            Some(_) => EncodingFound::Chosen,
            None => EncodingFound::Guess,
        };
        Decoded {
            text: Cow::Owned(self.text),
            reading: TextReading {
                encoding: self.encoding,
                found,
                malformed: self.malformed,
            },
        }
    }
}

/// The text without byte order marks at its beginning.
///
/// # Errors
/// Nothing but white space, or NUL characters, which no text has.
pub(super) fn checked(text: Cow<'_, str>) -> Result<Cow<'_, str>, TableProblem> {
    // The csv crate skips a mark too, so none may be left for it to find where `Records` saw text.
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches(UTF8_MARK)),
        Cow::Owned(mut text) => {
            let marks = text.len() - text.trim_start_matches(UTF8_MARK).len();
            text.drain(..marks);
            Cow::Owned(text)
        }
    };
    if let Some(at) = text.find('\0') {
        let line = line_of(text.as_bytes(), at);
        return Err(TableProblem::NulCharacter { line });
    }
    if text.trim().is_empty() {
        return Err(TableProblem::Empty);
    }
    Ok(text)
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
mod tests;
