//! What the module gives to the worker that fetches it: `src/worker/encodings.rs` calls these, and reads an [`Answer`] as
//! five unsigned numbers of 32 bits.
//!
//! An instance reads one file and is let go of with all its memory, so nothing is ever given back.

use super::{Text, decode};

/// A text that was decoded, and where it lies.
#[repr(C)]
pub struct Answer {
    /// The encoding's name, in ASCII.
    encoding: *const u8,
    encoding_bytes: usize,
    /// The text, in UTF-8.
    text: *const u8,
    text_bytes: usize,
    /// Places where U+FFFD stands for what is none of the encoding.
    malformed: u32,
}

/// Makes room for the caller to write to.
#[unsafe(no_mangle)]
pub extern "C" fn allocate(bytes: usize) -> *mut u8 {
    Vec::leak(vec![0; bytes]).as_mut_ptr()
}

/// Decodes a file in the encoding that has a label, or in the likeliest one if the label is empty. Null if there is no
/// encoding of that label.
///
/// # Safety
/// Both places come from [`allocate`], for as many bytes as are named here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn decode_file(
    file: *const u8,
    file_bytes: usize,
    label: *const u8,
    label_bytes: usize,
) -> *const Answer {
    // SAFETY: as the caller's.
    let (file, label) = unsafe {
        (
            std::slice::from_raw_parts(file, file_bytes),
            std::slice::from_raw_parts(label, label_bytes),
        )
    };
    let label = match std::str::from_utf8(label) {
        Ok("") => None,
        Ok(label) => Some(label),
        Err(_) => return std::ptr::null(),
    };
    let Some(Text {
        encoding,
        text,
        malformed,
    }) = decode(file, label)
    else {
        return std::ptr::null();
    };
    let text = text.leak();
    Box::leak(Box::new(Answer {
        encoding: encoding.as_ptr(),
        encoding_bytes: encoding.len(),
        text: text.as_ptr(),
        text_bytes: text.len(),
        malformed,
    }))
}
