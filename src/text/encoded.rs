//! An example as token ids.

use super::{Tokenizer, TokenizerError};
use crate::data::Example;

/// A text as token ids, and its label's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedExample {
    /// Token ids, special ones included, truncated.
    pub ids: Vec<u32>,
    /// Index of its label.
    pub label: u32,
}

impl EncodedExample {
    /// Tokenizes an example.
    ///
    /// # Errors
    /// If the tokenizer refuses its text.
    pub fn new(example: &Example, tokenizer: &Tokenizer) -> Result<Self, TokenizerError> {
        Ok(Self {
            ids: tokenizer.encode(&example.text)?,
            label: example.label,
        })
    }
}
