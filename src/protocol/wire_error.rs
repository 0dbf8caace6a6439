//! From an error of a layer to a [`WireError`].

use std::error::Error;

use serde::Serialize;

use super::{ErrorKind, WireError};
use crate::reason::Reason;

impl WireError {
    /// An error in words and as data, after which the worker can go on.
    pub fn of(kind: ErrorKind, error: &(impl Error + Serialize), hint: &str) -> Self {
        Self {
            kind,
            message: sentence(&error.to_string()),
            hint: hint.to_owned(),
            recoverable: true,
            reason: Reason::of(error),
        }
    }
}

/// A message as a sentence. A name at its beginning, of a file or repository for example, stays as it is.
fn sentence(message: &str) -> String {
    let named = message
        .split(' ')
        .next()
        .is_some_and(|word| word.contains(['.', ':', '/']));
    let mut letters = message.chars();
    let text = match letters.next() {
        Some(first) if !named => first.to_uppercase().to_string() + letters.as_str(),
        _ => message.to_owned(),
    };
    if text.ends_with(['.', '!', '?']) {
        text
    } else {
        text + "."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_sentences() {
        for (message, expected) in [
            ("the file is empty", "The file is empty."),
            ("own.csv: the file is empty", "own.csv: the file is empty."),
            ("owner/name is gated", "owner/name is gated."),
            ("why?", "Why?"),
        ] {
            assert_eq!(sentence(message), expected);
        }
    }
}
