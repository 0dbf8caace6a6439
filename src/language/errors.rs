//! Errors in the words of a language.
//!
//! English is the text of the errors themselves, so its files hold none. In the others `error-CODE` is what happened, with
//! the error's fields as variables, and its attribute `.hint` what to do. An error that only wraps another has no
//! message of its own, or no hint: that of the error within stands for it.

use fluent_bundle::FluentArgs;

use super::Catalog;
use crate::reason::{Argument, Reason};

/// The two messages of how a list reads, and the one that ends a sentence.
const LIST: &str = "error-list";
const MORE: &str = "error-list-more";
const SENTENCE: &str = "error-sentence";

impl Catalog {
    /// What happened, as a sentence; `None` where this language lacks the words.
    pub fn error_message(&self, reason: &Reason) -> Option<String> {
        let text = self.phrase(reason)?;
        if text.ends_with(['.', '。', '！', '？']) {
            return Some(text);
        }
        let mut arguments = FluentArgs::new();
        arguments.set("text", text);
        self.message(SENTENCE, &arguments)
    }

    /// What to do about it: by the outermost error that has a hint.
    pub fn error_hint(&self, reason: &Reason) -> Option<String> {
        let own = self.attribute(&id(reason), "hint");
        own.or_else(|| reason.inner().find_map(|inner| self.error_hint(inner)))
    }

    /// What happened, as a part of a sentence.
    fn phrase(&self, reason: &Reason) -> Option<String> {
        let mut arguments = FluentArgs::new();
        for (name, argument) in &reason.arguments {
            match argument {
                Argument::Number(number) => arguments.set(name.as_str(), *number),
                argument => arguments.set(name.as_str(), self.argument(argument)?),
            }
        }
        self.message(&id(reason), &arguments)
            .or_else(|| reason.inner().find_map(|inner| self.phrase(inner)))
    }

    fn argument(&self, argument: &Argument) -> Option<String> {
        match argument {
            Argument::Text(text) => Some(text.clone()),
            Argument::Number(number) => Some(super::grouped(&number.to_string())),
            Argument::Reason(reason) => self.phrase(reason),
            Argument::List { items, more } => self.list(items, *more),
        }
    }

    fn list(&self, items: &[Argument], more: u32) -> Option<String> {
        let mut text = String::new();
        for item in items {
            let item = self.argument(item)?;
            text = match text.is_empty() {
                true => item,
                false => {
                    let mut arguments = FluentArgs::new();
                    arguments.set("before", text);
                    arguments.set("next", item);
                    self.message(LIST, &arguments)?
                }
            };
        }
        if more == 0 {
            return Some(text);
        }
        let mut arguments = FluentArgs::new();
        arguments.set("list", text);
        arguments.set("more", more);
        self.message(MORE, &arguments)
    }
}

fn id(reason: &Reason) -> String {
    format!("error-{}", reason.code)
}
