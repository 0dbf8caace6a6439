//! Bytes to text: which encoding they are in, and what it cannot read of them.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

use super::table_error::TableProblem;

const UTF8_MARK: char = '\u{FEFF}';

/// Bytes that a guess looks at: from a little before the first that is not ASCII.
const SAMPLE: usize = 1 << 20;
const BEFORE: usize = 256;
/// Bytes that are enough to tell UTF-16, whose tables have ASCII in each line.
const UTF16_SAMPLE: usize = 64 << 10;
/// Bytes that are decoded at a time.
const CHUNK: usize = 64 << 10;
/// How many whole characters stand for each broken one in UTF-8 that was damaged.
const MOSTLY: u32 = 10;

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

/// Reads bytes as text, in the chosen encoding or in the one that they seem to be in.
///
/// The caller has checked that there are no more than [`super::MAX_TABLE_BYTES`] bytes.
///
/// # Errors
/// An encoding of another name than the Encoding Standard's, nothing but white space, or NUL characters, which no text
/// has.
pub(super) fn decode<'b>(
    bytes: &'b [u8],
    chosen: Option<&str>,
) -> Result<(Cow<'b, str>, TextReading), TableProblem> {
    let (encoding, found) = match chosen {
        Some(name) => (named(name)?, EncodingFound::Chosen),
        None => detect(bytes),
    };
    let (text, malformed) = match std::str::from_utf8(bytes) {
        Ok(text) if encoding == UTF_8 => (Cow::Borrowed(text), 0),
        _ => {
            let (text, malformed) = decode_counting(bytes, encoding);
            (Cow::Owned(text), malformed)
        }
    };
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
    let reading = TextReading {
        encoding: encoding.name().to_owned(),
        found,
        malformed,
    };
    Ok((text, reading))
}

fn named(name: &str) -> Result<&'static Encoding, TableProblem> {
    Encoding::for_label(name.as_bytes()).ok_or_else(|| TableProblem::UnknownEncoding {
        name: name.to_owned(),
    })
}

fn detect(bytes: &[u8]) -> (&'static Encoding, EncodingFound) {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return (encoding, EncodingFound::Mark);
    }
    if let Some(encoding) = utf16(bytes) {
        return (encoding, EncodingFound::Guess);
    }
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => return (UTF_8, EncodingFound::Valid),
        Err(error) => error.valid_up_to(),
    };
    let guess = match is_damaged_utf8(bytes) {
        true => UTF_8,
        false => by_letters(bytes, valid),
    };
    (guess, EncodingFound::Guess)
}

/// What the letters tell. `valid` bytes are UTF-8, probably ASCII.
fn by_letters(bytes: &[u8], valid: usize) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii());
    let start = first.unwrap_or(valid).saturating_sub(BEFORE);
    let sample = bytes.get(start..).unwrap_or_default();
    let (sample, last) = match sample.get(..SAMPLE) {
        Some(sample) => (sample, false),
        None => (sample, true),
    };
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, last);
    match detector.guess(None, Utf8Detection::Deny) {
        // The newer standard reads all of the older one's, and what newer programs write.
        encoding if encoding == GBK => GB18030,
        encoding => encoding,
    }
}

/// Whether the bytes are UTF-8 but for a few: text in another encoding is hardly ever whole characters of UTF-8.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_u32, 0_u32);
    for chunk in bytes.utf8_chunks() {
        let characters = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        whole = whole.saturating_add(characters as u32);
        broken = broken.saturating_add(u32::from(!chunk.invalid().is_empty()));
    }
    whole >= broken.saturating_mul(MOSTLY)
}

/// UTF-16 without a mark: its ASCII characters have a zero byte each, on one side, and a table has line ends.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..UTF16_SAMPLE).unwrap_or(bytes);
    if !sample.contains(&0) {
        return None;
    }
    let little = ascii_units(sample, u16::from_le_bytes);
    let big = ascii_units(sample, u16::from_be_bytes);
    match (little, big) {
        (Some(little), Some(big)) if big > little => Some(UTF_16BE),
        (Some(_), _) => Some(UTF_16LE),
        (None, Some(_)) => Some(UTF_16BE),
        (None, None) => None,
    }
}

/// How many units are ASCII, if the bytes can be text: with line ends, without NUL or lone surrogates.
fn ascii_units(sample: &[u8], unit: fn([u8; 2]) -> u16) -> Option<usize> {
    let pairs = sample.chunks_exact(2);
    let units = pairs.filter_map(|pair| Some(unit(pair.try_into().ok()?)));
    let (mut ascii, mut lines, mut high) = (0, 0, false);
    for unit in units {
        let low = (0xDC00..0xE000).contains(&unit);
        // The sample may end within a pair of surrogates, so a high one at its end is fine.
        if unit == 0 || low != high {
            return None;
        }
        high = (0xD800..0xDC00).contains(&unit);
        ascii += usize::from(unit < 0x80);
        lines += usize::from(unit == 0x0A || unit == 0x0D);
    }
    (lines > 0).then_some(ascii)
}

/// Decodes, and counts what the encoding cannot hold.
fn decode_counting(bytes: &[u8], encoding: &'static Encoding) -> (String, u32) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut text, mut malformed) = (String::with_capacity(bytes.len()), 0_u32);
    let mut chunks = bytes.chunks(CHUNK).peekable();
    while let Some(mut chunk) = chunks.next() {
        let last = chunks.peek().is_none();
        loop {
            // Never `None` for a chunk.
            let room = decoder.max_utf8_buffer_length_without_replacement(chunk.len());
            text.reserve(room.unwrap_or_default());
            let (result, read) =
                decoder.decode_to_string_without_replacement(chunk, &mut text, last);
            chunk = chunk.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    text.push(char::REPLACEMENT_CHARACTER);
                    malformed = malformed.saturating_add(1);
                }
            }
        }
    }
    (text, malformed)
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
