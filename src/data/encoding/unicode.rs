//! Unicode's own encodings, which take no tables.

use std::borrow::Cow;

/// Bytes that are enough to tell UTF-16, whose tables have ASCII in each line.
const UTF16_SAMPLE: usize = 64 << 10;
/// How many whole characters stand for each broken one in UTF-8 that was damaged.
const MOSTLY: u32 = 10;

/// The encodings of Unicode that the Encoding Standard has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unicode {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Unicode {
    const ALL: [Self; 3] = [Self::Utf8, Self::Utf16Le, Self::Utf16Be];

    /// Its name in the Encoding Standard.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        }
    }

    /// The one of this name, in capital letters or small ones.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|encoding| encoding.name().eq_ignore_ascii_case(name))
    }

    /// The one whose byte order mark is the beginning.
    pub(super) fn of_mark(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xEF, 0xBB, 0xBF, ..] => Some(Self::Utf8),
            [0xFF, 0xFE, ..] => Some(Self::Utf16Le),
            [0xFE, 0xFF, ..] => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// UTF-16 without a mark: its ASCII characters have a zero byte each, on one side, and a table has line ends.
    pub(super) fn of_zeros(bytes: &[u8]) -> Option<Self> {
        let sample = bytes.get(..UTF16_SAMPLE).unwrap_or(bytes);
        if !sample.contains(&0) {
            return None;
        }
        let little = ascii_units(sample, u16::from_le_bytes);
        let big = ascii_units(sample, u16::from_be_bytes);
        match (little, big) {
            (Some(little), Some(big)) if big > little => Some(Self::Utf16Be),
            (Some(_), _) => Some(Self::Utf16Le),
            (None, Some(_)) => Some(Self::Utf16Be),
            (None, None) => None,
        }
    }

    /// Decodes as the Encoding Standard does, and counts what it puts U+FFFD for. A byte order mark is a character as any.
    pub(super) fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, u32) {
        let (text, malformed) = match self {
            Self::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => return (Cow::Borrowed(text), 0),
                Err(_) => decode_utf8(bytes),
            },
            Self::Utf16Le => decode_utf16(bytes, u16::from_le_bytes),
            Self::Utf16Be => decode_utf16(bytes, u16::from_be_bytes),
        };
        (Cow::Owned(text), malformed)
    }
}

/// Whether the bytes are UTF-8 but for a few: text in another encoding is hardly ever whole characters of UTF-8.
pub(super) fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut whole, mut broken) = (0_u32, 0_u32);
    for chunk in bytes.utf8_chunks() {
        let characters = chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        whole = whole.saturating_add(characters as u32);
        broken = broken.saturating_add(u32::from(!chunk.invalid().is_empty()));
    }
    whole >= broken.saturating_mul(MOSTLY)
}

/// How many units are ASCII, if the bytes can be text: with line ends, without NUL or lone surrogates.
fn ascii_units(sample: &[u8], unit: fn([u8; 2]) -> u16) -> Option<usize> {
    let (pairs, _) = sample.as_chunks();
    let (mut ascii, mut lines, mut high) = (0, 0, false);
    for unit in pairs.iter().map(|&pair| unit(pair)) {
        let low = (0xDC00..0xE000).contains(&unit);
        // The sample may end within a pair of surrogates, so a high one at its end is fine.
        if unit == 0 || low != high {
            return None;
        }
        high = is_high(unit);
        ascii += usize::from(unit < 0x80);
        lines += usize::from(unit == 0x0A || unit == 0x0D);
    }
    (lines > 0).then_some(ascii)
}

/// Whether a unit is the first of two that are one character.
fn is_high(unit: u16) -> bool {
    (0xD800..0xDC00).contains(&unit)
}

fn decode_utf8(bytes: &[u8]) -> (String, u32) {
    let (mut text, mut malformed) = (String::with_capacity(bytes.len()), 0_u32);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            malformed = malformed.saturating_add(1);
        }
    }
    (text, malformed)
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (String, u32) {
    let (mut text, mut malformed) = (String::with_capacity(bytes.len()), 0_u32);
    let (pairs, rest) = bytes.as_chunks();
    let units = pairs.iter().map(|&pair| unit(pair));
    for character in char::decode_utf16(units) {
        malformed = malformed.saturating_add(u32::from(character.is_err()));
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    // Half a unit at the end, which is one place with the first half of a pair before it.
    if !rest.is_empty() && !pairs.last().is_some_and(|&pair| is_high(unit(pair))) {
        malformed = malformed.saturating_add(1);
        text.push(char::REPLACEMENT_CHARACTER);
    }
    (text, malformed)
}
