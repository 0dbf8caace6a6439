//! The tokenizer of a Hugging Face folder, `tokenizer.json`.

mod trust;

use std::sync::Arc;

use serde::Serialize;
use tokenizers::{Encoding, PostProcessor, TruncationDirection};

use crate::reason::as_text;

/// Turns texts into token ids. A clone shares the vocabulary.
#[derive(Clone)]
pub struct Tokenizer {
    inner: Arc<tokenizers::Tokenizer>,
    pad_id: u32,
    largest_id: u32,
    /// What stands before every text.
    prompt: Arc<str>,
    /// Tokens of a text that are kept, without special ones.
    room: usize,
}

/// Why a `tokenizer.json` cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum TokenizerError {
    /// Not a tokenizer that the `tokenizers` library knows.
    #[error("tokenizer.json cannot be read: {0}")]
    Unreadable(
        #[serde(serialize_with = "as_text")]
        #[source]
        tokenizers::Error,
    ),
    /// Rules, and no pieces to apply them to.
    #[error("tokenizer.json has no model: its vocabulary is missing")]
    NoModel,
    /// It says in no way that can be followed what is put around a text.
    #[error("tokenizer.json does not say clearly which pieces are put around a text")]
    Template,
    /// Its pieces do not come of each other.
    #[error("tokenizer.json merges pieces into others that its vocabulary does not have")]
    Merges,
    /// Its table of characters cannot be used.
    #[error("tokenizer.json has a damaged table of characters")]
    Characters,
    /// Texts of a batch must be padded, and no piece is there to do it with.
    #[error("tokenizer.json has no [PAD] or <pad> piece")]
    NoPadding,
    /// No room for a text beside what is added to it.
    #[error("a maximum length of {found} leaves no room for text: {added} tokens are added to it")]
    TooShort {
        /// The refused length.
        found: usize,
        /// Special tokens around a text and those of the prompt before it.
        added: usize,
    },
    /// The library refused a text.
    #[error("a text cannot be split into tokens: {0}")]
    Text(
        #[serde(serialize_with = "as_text")]
        #[source]
        tokenizers::Error,
    ),
}

impl TokenizerError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(_)
            | Self::NoModel
            | Self::Template
            | Self::Merges
            | Self::Characters => {
                "In Python, transformers makes the file anew: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)."
            }
            Self::NoPadding => "Add a padding piece to the tokenizer, or choose another encoder.",
            Self::TooShort { .. } => "Choose a larger maximum length.",
            Self::Text(_) => "Choose another encoder, whose tokenizer knows every character.",
        }
    }
}

impl Tokenizer {
    /// Reads `tokenizer.json`. Its own padding and truncation are set aside: the published MiniLM file asks
    /// for both at 128 tokens.
    ///
    /// # Errors
    /// If the bytes are no tokenizer, or it has no padding piece.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TokenizerError> {
        trust::check(bytes)?;
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
        let special = inner
            .encode_fast("", true)
            .map_err(TokenizerError::Unreadable)?;
        // Special pieces and padding are numbered by rules of their own, which need not agree with the vocabulary.
        let largest_id = inner
            .get_vocab(true)
            .into_values()
            .chain(special.get_ids().iter().copied())
            .fold(pad_id, u32::max);
        Ok(Self {
            inner: Arc::new(inner),
            pad_id,
            largest_id,
            prompt: Arc::default(),
            room: usize::MAX,
        })
    }

    /// The same tokenizer, with a prompt before every text; see [`default_prompt`](super::default_prompt).
    pub fn with_prompt(self, prompt: &str) -> Self {
        Self {
            prompt: prompt.into(),
            ..self
        }
    }

    /// What stands before every text.
    pub fn prompt(&self) -> &str {
        &self.prompt
    }

    /// The same tokenizer, truncating texts to `max_length` tokens, special ones included.
    ///
    /// # Errors
    /// If that leaves no room for text, or the library refuses the prompt.
    pub fn truncating(&self, max_length: usize) -> Result<Self, TokenizerError> {
        let special = self.special();
        let added = special + self.pieces(&self.prompt)?.len();
        if max_length <= added {
            return Err(TokenizerError::TooShort {
                found: max_length,
                added,
            });
        }
        Ok(Self {
            room: max_length - special,
            ..self.clone()
        })
    }

    /// Token ids of a text, its prompt and special tokens included. At least one: what is read as nothing, by a tokenizer
    /// without special tokens, is one padding piece.
    ///
    /// # Errors
    /// If the library refuses the text.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let mut encoding = if self.prompt.is_empty() {
            self.pieces(text)?
        } else {
            self.pieces(&format!("{}{text}", self.prompt))?
        };
        // Truncated here rather than by the library, which would want a copy of the whole vocabulary for each length.
        encoding.truncate(self.room, 0, TruncationDirection::Right);
        let most = encoding.len() + self.special();
        let encoding = self
            .inner
            .post_process(encoding, None, true)
            .map_err(TokenizerError::Text)?;
        if encoding.len() > most {
            return Err(TokenizerError::Template);
        }
        Ok(match encoding.get_ids() {
            [] => vec![self.pad_id],
            ids => ids.to_vec(),
        })
    }

    /// Special tokens that are put around a text.
    fn special(&self) -> usize {
        let processor = self.inner.get_post_processor();
        processor.map_or(0, |processor| processor.added_tokens(false))
    }

    /// A text's own tokens, without special ones.
    fn pieces(&self, text: &str) -> Result<Encoding, TokenizerError> {
        self.inner
            .encode_fast(text, false)
            .map_err(TokenizerError::Text)
    }

    /// The piece that fills shorter texts of a batch.
    pub fn pad_id(&self) -> u32 {
        self.pad_id
    }

    /// The largest id that a text can get.
    pub fn largest_id(&self) -> u32 {
        self.largest_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tokenizer of three words, with some fields changed.
    fn read(changes: serde_json::Value) -> Result<Tokenizer, TokenizerError> {
        let mut json = serde_json::json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": [],
            "normalizer": null,
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": null,
            "decoder": null,
            "model": {"type": "WordLevel", "vocab": {"<pad>": 0, "<unk>": 1, "word": 2}, "unk_token": "<unk>"},
        });
        for (key, change) in changes.as_object().unwrap() {
            json[key] = change.clone();
        }
        Tokenizer::from_bytes(&serde_json::to_vec(&json).unwrap())
    }

    fn error(changes: serde_json::Value) -> TokenizerError {
        match read(changes) {
            Ok(_) => panic!("the tokenizer is accepted"),
            Err(error) => error,
        }
    }

    #[test]
    fn a_tokenizer_without_its_model_is_named() {
        assert!(matches!(
            error(serde_json::json!({"model": null})),
            TokenizerError::NoModel
        ));
        assert!(matches!(
            Tokenizer::from_bytes(br#"{"version":"1.0"}"#),
            Err(TokenizerError::NoModel)
        ));
        for other in [
            serde_json::json!({"type": "Char"}),
            serde_json::json!("BPE"),
        ] {
            let error = error(serde_json::json!({"model": other})).to_string();
            assert!(
                error.starts_with("tokenizer.json cannot be read: "),
                "{error}"
            );
        }
        assert!(matches!(
            Tokenizer::from_bytes(b"<html>"),
            Err(TokenizerError::Unreadable(_))
        ));
    }

    #[test]
    fn a_padding_piece_is_needed() {
        let model =
            serde_json::json!({"type": "WordLevel", "vocab": {"<unk>": 0}, "unk_token": "<unk>"});
        assert!(matches!(
            error(serde_json::json!({"model": model})),
            TokenizerError::NoPadding
        ));
    }

    #[test]
    fn a_text_has_a_token_at_least() {
        let tokenizer = read(serde_json::json!({})).unwrap();
        let tokenizer = tokenizer.truncating(4).unwrap();
        assert_eq!(tokenizer.encode("word").unwrap(), [2]);
        for nothing in ["", " \n"] {
            assert_eq!(tokenizer.encode(nothing).unwrap(), [tokenizer.pad_id()]);
        }
    }

    #[test]
    fn the_largest_id_may_be_a_special_pieces() {
        assert_eq!(read(serde_json::json!({})).unwrap().largest_id(), 2);
        let special = serde_json::json!({
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [90], "tokens": ["<s>"]}},
        });
        let tokenizer = read(serde_json::json!({"post_processor": special})).unwrap();
        assert_eq!(tokenizer.largest_id(), 90);
        assert!(matches!(
            tokenizer.truncating(1),
            Err(TokenizerError::TooShort { found: 1, added: 1 })
        ));
        let ids = tokenizer.truncating(2).unwrap().encode("word word");
        assert_eq!(ids.unwrap(), [90, 2]);
    }

    #[test]
    fn a_prompt_stands_before_every_text_and_takes_its_room() {
        let tokenizer = read(serde_json::json!({})).unwrap().with_prompt("hm word ");
        assert_eq!(tokenizer.encode("word").unwrap(), [1, 2, 2]);
        assert!(matches!(
            tokenizer.truncating(2),
            Err(TokenizerError::TooShort { found: 2, added: 2 })
        ));
        let tokenizer = tokenizer.truncating(3).unwrap();
        assert_eq!(tokenizer.encode("word hm").unwrap(), [1, 2, 2]);
    }
}
