//! An example as token ids.

use super::{Tokenizer, TokenizerError};
use crate::data::{Example, Target};

/// A text as token ids, and what a model should say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct EncodedExample {
    /// Token ids, special ones included, truncated.
    pub ids: Vec<u32>,
    /// What it is an example of.
    pub target: Target,
}

impl EncodedExample {
    /// Tokenizes an example.
    ///
    /// # Errors
    /// If the tokenizer refuses its text.
    pub fn new(example: &Example, tokenizer: &Tokenizer) -> Result<Self, TokenizerError> {
        Ok(Self {
            ids: tokenizer.encode(&example.text)?,
            target: example.target.clone(),
        })
    }
}
