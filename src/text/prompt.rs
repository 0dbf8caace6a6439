//! The prompt that an encoder wants before every text, from `config_sentence_transformers.json`.
//!
//! Some encoders were trained with one, E5 with `query: `, and are less exact without. The file is
//! sentence-transformers'; where it names a default prompt, that library puts it before a text too.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::reason::as_text;

/// Why a `config_sentence_transformers.json` cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum PromptError {
    /// Not JSON, or of another form.
    #[error("config_sentence_transformers.json cannot be read: {0}")]
    Unreadable(
        #[serde(serialize_with = "as_text")]
        #[from]
        serde_json::Error,
    ),
    /// The default prompt is none of those that are there.
    #[error(
        "config_sentence_transformers.json names the prompt \"{name}\", which it does not have"
    )]
    Unknown {
        /// Its name.
        name: String,
    },
}

/// The part of the file that matters here.
#[derive(Deserialize)]
struct Prompts {
    #[serde(default)]
    prompts: BTreeMap<String, String>,
    default_prompt_name: Option<String>,
}

/// The prompt that stands before every text unless a caller asks for another; empty where the file names none.
///
/// # Errors
/// If the file cannot be read, or its default prompt is missing.
pub fn default_prompt(json: &[u8]) -> Result<String, PromptError> {
    let Prompts {
        mut prompts,
        default_prompt_name,
    } = serde_json::from_slice(json)?;
    match default_prompt_name {
        Some(name) => prompts.remove(&name).ok_or(PromptError::Unknown { name }),
        None => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_prompt_is_read() {
        let file = br#"{"__version__": {}, "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": "query", "similarity_fn_name": "cosine"}"#;
        assert_eq!(default_prompt(file).unwrap(), "query: ");
    }

    #[test]
    fn a_file_without_a_default_asks_for_none() {
        for file in [
            r#"{}"#,
            r#"{"prompts": {}, "default_prompt_name": null}"#,
            r#"{"prompts": {"query": "query: "}}"#,
        ] {
            assert_eq!(default_prompt(file.as_bytes()).unwrap(), "");
        }
    }

    #[test]
    fn a_missing_prompt_and_a_broken_file_are_named() {
        let message = |file: &[u8]| default_prompt(file).unwrap_err().to_string();
        assert_eq!(
            message(br#"{"prompts": {"query": "query: "}, "default_prompt_name": "search"}"#),
            "config_sentence_transformers.json names the prompt \"search\", which it does not have"
        );
        assert!(
            message(br#"{"prompts": ["query: "]}"#)
                .starts_with("config_sentence_transformers.json cannot be read: ")
        );
    }
}
