//! What an error says of itself as data, so that it can be said in any language.
//!
//! An error's `Display` is its English text. For other languages it is told apart by a code, made of the names of its
//! type and variant, and its fields go along by name. Both come from serde, so that an error derives `Serialize` and no
//! list of codes is kept anywhere: `TableProblem::Ragged { expected: 3, .. }` is `table-problem-ragged` with the argument
//! `expected`. An error or place within an error is a reason within a reason.

mod serializer;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::{self, Display};

use heck::ToKebabCase;
use serde::{Deserialize, Serialize, Serializer};

/// Longest text that goes along, in characters: what stands in a file may be of any length.
const MOST_CHARS: usize = 200;

/// Most items of a list that go along.
const MOST_ITEMS: usize = 8;

/// An error's code and what it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Names of the type and the variant in lower case, with hyphens.
    pub code: String,
    /// Its fields by name; the one of a tuple variant is called `value`.
    pub arguments: BTreeMap<String, Argument>,
}

/// What an error knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Argument {
    /// A text; `none` where there is none.
    Text(String),
    /// A number.
    Number(f64),
    /// Something with words of its own: the error within, a place in a file.
    Reason(Reason),
    /// The first of several, and how many more there are.
    List {
        /// Those that go along.
        items: Vec<Argument>,
        /// Those that do not.
        more: u32,
    },
}

/// The field of a tuple variant.
pub const VALUE: &str = "value";

impl Reason {
    /// What an error says of itself; `None` for what has no name, such as a bare number.
    pub fn of(error: &impl Serialize) -> Option<Self> {
        match error.serialize(serializer::ArgumentSerializer) {
            Ok(Argument::Reason(reason)) => Some(reason),
            Ok(Argument::Text(_) | Argument::Number(_) | Argument::List { .. }) | Err(_) => None,
        }
    }

    /// The reasons within, in the order of their names.
    pub fn inner(&self) -> impl Iterator<Item = &Self> {
        self.arguments
            .values()
            .filter_map(|argument| match argument {
                Argument::Reason(reason) => Some(reason),
                Argument::Text(_) | Argument::Number(_) | Argument::List { .. } => None,
            })
    }
}

/// Words within an error, such as a setting's name. Other languages know them by their English text, so that it is
/// always written out where a phrase is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase(pub &'static str);

impl Display for Phrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

impl Serialize for Phrase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit_variant("Phrase", 0, self.0)
    }
}

/// Serializes what other libraries say as the text that it reads as.
///
/// # Errors
/// Those of the serializer.
pub fn as_text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Serializes an index, counted from 0, as people count.
///
/// # Errors
/// Those of the serializer.
pub fn counted_from_1<S: Serializer>(index: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::from(*index) + 1)
}

/// A code of names: `TableProblem` and `NoRows` are `table-problem-no-rows`.
fn code(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| name.to_kebab_case()).collect();
    names.join("-")
}

/// The first `chars` characters of a text, with an ellipsis if there are more.
pub fn excerpt(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    enum Outer {
        Nothing,
        Inner(Inner),
        Fields {
            name: String,
            count: u64,
            shape: Vec<usize>,
            found: Option<char>,
            inner: Vec<Inner>,
            setting: Phrase,
        },
        Foreign(#[serde(serialize_with = "as_text")] std::num::ParseIntError),
    }

    #[derive(Serialize)]
    enum Inner {
        NotANumber { place: u32 },
    }

    fn reason(code: &str, arguments: impl IntoIterator<Item = (&'static str, Argument)>) -> Reason {
        let arguments = arguments.into_iter();
        Reason {
            code: code.into(),
            arguments: arguments
                .map(|(name, value)| (name.into(), value))
                .collect(),
        }
    }

    fn inner(place: f64) -> Argument {
        let place = ("place", Argument::Number(place));
        Argument::Reason(reason("inner-not-a-number", [place]))
    }

    #[test]
    fn errors_are_told_by_their_names_and_fields() {
        assert_eq!(
            Reason::of(&Outer::Nothing),
            Some(reason("outer-nothing", []))
        );
        assert_eq!(
            Reason::of(&Outer::Inner(Inner::NotANumber { place: 3 })),
            Some(reason("outer-inner", [(VALUE, inner(3.0))]))
        );
        let text = |text: &str| Argument::Text(text.into());
        let fields = Outer::Fields {
            name: "é".repeat(MOST_CHARS + 1),
            count: 1 << 40,
            shape: vec![2, 32],
            found: None,
            inner: (0..10).map(|place| Inner::NotANumber { place }).collect(),
            setting: Phrase("LoRA+ ratio"),
        };
        assert_eq!(
            Reason::of(&fields),
            Some(reason(
                "outer-fields",
                [
                    ("name", text(&("é".repeat(MOST_CHARS) + "…"))),
                    ("count", Argument::Number(f64::from(1 << 20).powi(2))),
                    ("shape", text("[2, 32]")),
                    ("found", text("none")),
                    (
                        "inner",
                        Argument::List {
                            items: (0..MOST_ITEMS).map(|place| inner(place as f64)).collect(),
                            more: 2,
                        }
                    ),
                    (
                        "setting",
                        Argument::Reason(reason("phrase-lo-ra-ratio", []))
                    ),
                ]
            ))
        );
        let error = "x".parse::<i32>().unwrap_err();
        assert_eq!(
            Reason::of(&Outer::Foreign(error.clone())),
            Some(reason("outer-foreign", [(VALUE, text(&error.to_string()))]))
        );
        assert_eq!(Reason::of(&3), None);
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(excerpt("héllo", 5), "héllo");
        assert_eq!(excerpt("héllo", 2), "hé…");
        assert_eq!(excerpt("评论内容", 3), "评论内…");
        assert_eq!(excerpt("", 0), "");
        assert_eq!(excerpt("a", 0), "…");
    }
}
