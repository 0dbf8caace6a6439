//! Text in encodings other than Unicode's, such as GBK, Shift_JIS or windows-1252: which one it is in, and what it says.
//!
//! Their tables are larger than all other code that reads files, and few files need them. So this is a package of its own:
//! natively a library like others, in browsers a module that is fetched for such a file. `exports` is what is called there.

#![warn(missing_docs)]

#[cfg(target_arch = "wasm32")]
mod exports;
#[cfg(test)]
mod tests;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, GB18030, GBK};

/// Bytes that a guess looks at: from a little before the first that is not ASCII.
const SAMPLE: usize = 1 << 20;
const BEFORE: usize = 256;
/// Bytes that are decoded at a time.
const CHUNK: usize = 64 << 10;

/// A text that was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The encoding's name in the Encoding Standard (<https://encoding.spec.whatwg.org>).
    pub encoding: &'static str,
    /// What the bytes say; U+FFFD stands where they are none of the encoding.
    pub text: String,
    /// How many places that are.
    pub malformed: u32,
}

/// Decodes bytes in the encoding that has a label, or in the one that their letters make the likeliest. Byte order marks
/// are characters as any.
///
/// The guess is never one of Unicode's encodings. `None` if the Encoding Standard has no encoding of that label.
pub fn decode(bytes: &[u8], label: Option<&str>) -> Option<Text> {
    let encoding = match label {
        Some(label) => Encoding::for_label(label.as_bytes())?,
        None => guess(bytes),
    };
    let (text, malformed) = decode_counting(bytes, encoding);
    Some(Text {
        encoding: encoding.name(),
        text,
        malformed,
    })
}

/// By how often letters stand together.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let first = bytes.iter().position(|byte| !byte.is_ascii());
    let start = first.unwrap_or_default().saturating_sub(BEFORE);
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
