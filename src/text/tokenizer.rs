//! The tokenizer of a Hugging Face folder, `tokenizer.json`.

use std::sync::Arc;

use tokenizers::{PostProcessor, TruncationParams};

/// Turns texts into token ids. A clone shares the vocabulary.
#[derive(Clone)]
pub struct Tokenizer {
    inner: Arc<tokenizers::Tokenizer>,
    pad_id: u32,
}

/// Why a `tokenizer.json` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TokenizerError {
    /// Not a tokenizer that the `tokenizers` library knows.
    #[error("tokenizer.json cannot be read: {0}")]
    Unreadable(#[source] tokenizers::Error),
    /// Texts of a batch must be padded, and no piece is there to do it with.
    #[error("tokenizer.json has no [PAD] or <pad> piece")]
    NoPadding,
    /// No room for a text beside the special tokens.
    #[error(
        "a maximum length of {found} leaves no room for text: {special} special tokens are added"
    )]
    TooShort {
        /// The refused length.
        found: usize,
        /// Special tokens around a text.
        special: usize,
    },
    /// The library refused a text.
    #[error("a text cannot be split into tokens: {0}")]
    Text(#[source] tokenizers::Error),
}

impl Tokenizer {
    /// Reads `tokenizer.json`. Its own padding and truncation are set aside: the published MiniLM file asks
    /// for both at 128 tokens.
    ///
    /// # Errors
    /// If the bytes are no tokenizer, or it has no padding piece.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenizerError> {
        let mut inner =
            tokenizers::Tokenizer::from_bytes(bytes).map_err(TokenizerError::Unreadable)?;
        let pad_id = inner
            .get_padding()
            .map(|padding| padding.pad_id)
            .or_else(|| inner.token_to_id("[PAD]"))
            .or_else(|| inner.token_to_id("<pad>"))
            .ok_or(TokenizerError::NoPadding)?;
        inner.with_padding(None);
        inner
            .with_truncation(None)
            .map_err(TokenizerError::Unreadable)?;
        Ok(Self {
            inner: Arc::new(inner),
            pad_id,
        })
    }

    /// The same tokenizer, truncating texts to `max_length` tokens, special ones included.
    ///
    /// # Errors
    /// If that leaves no room for text.
    pub fn truncating(&self, max_length: usize) -> Result<Self, TokenizerError> {
        let special = self
            .inner
            .get_post_processor()
            .map_or(0, |processor| processor.added_tokens(false));
        if max_length <= special {
            return Err(TokenizerError::TooShort {
                found: max_length,
                special,
            });
        }
        let truncation = TruncationParams {
            max_length,
            ..TruncationParams::default()
        };
        let mut inner = self.inner.as_ref().clone();
        inner
            .with_truncation(Some(truncation))
            .map_err(TokenizerError::Text)?;
        Ok(Self {
            inner: Arc::new(inner),
            pad_id: self.pad_id,
        })
    }

    /// Token ids of a text, special tokens included.
    ///
    /// # Errors
    /// If the library refuses the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let encoding = self
            .inner
            .encode_fast(text, true)
            .map_err(TokenizerError::Text)?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The piece that fills shorter texts of a batch.
    pub fn pad_id(&self) -> u32 {
        self.pad_id
    }

    /// Pieces in the vocabulary, added ones included.
    pub fn vocab_size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }
}
