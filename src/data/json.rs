//! JSON as a table: rows as objects or arrays, columns as pandas writes them, and JSON Lines.

use serde::Serialize;

use crate::reason::Phrase;

mod cell;
mod columns;
mod layout;
mod rows;

use columns::{Columns, ColumnsSeed};
use layout::{Layout, LayoutSeed};
use rows::{RowSeed, Rows, RowsSeed, WrappedSeed};
use serde::de::{DeserializeSeed, IgnoredAny};
use serde_json::Deserializer;

use super::excerpt::quoted;
use super::grid::Grid;
use super::limits::MAX_COLUMNS;
use super::place::{Place, PlaceKind};
use super::table_error::TableProblem;

/// Why JSON holds no table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum JsonProblem {
    /// It breaks a rule of JSON.
    #[error("line {line}, column {column}: this is not valid JSON: {rule}")]
    Syntax {
        /// Counted from 1.
        line: u32,
        /// Counted from 1, in bytes.
        column: u32,
        /// The rule, in the parser's words.
        rule: String,
    },
    /// It ends in the middle.
    #[error("the JSON ends too early, in line {line}")]
    CutOff {
        /// The last line.
        line: u32,
    },
    /// Values within values, deeper than is followed.
    #[error("line {line}, column {column}: the values are nested too deeply")]
    TooDeep {
        /// Counted from 1.
        line: u32,
        /// Counted from 1, in bytes.
        column: u32,
    },
    /// A row of another form than rows have.
    #[error("{place}: a row should be {expected}, but this is {found}")]
    Row {
        /// Where it stands.
        place: Place,
        /// What rows are.
        expected: Phrase,
        /// What it is.
        found: Phrase,
    },
    /// Objects that have more fields between them than columns are read.
    #[error("{place}: with this row there are more than {MAX_COLUMNS} different fields")]
    TooManyFields {
        /// The row that has one too many.
        place: Place,
    },
    /// Columns of different lengths.
    #[error("the lists have different lengths: {} has {found} values, the first one {expected}", quoted(.name))]
    UnequalColumns {
        /// The column's name.
        name: String,
        /// Its values.
        found: u32,
        /// The first column's.
        expected: u32,
    },
    /// Neither rows nor columns can be told.
    #[error("there is no list of rows in the JSON")]
    NoRows,
}

impl JsonProblem {
    /// What the user can do about it.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Syntax { .. } => {
                "Correct it, or save the file again with the program that made it."
            }
            Self::CutOff { .. } => "The file is not whole. Save or download it again.",
            Self::TooDeep { .. } => "Use a flat list of objects, each with a text and its label.",
            Self::TooManyFields { .. } => {
                "Keep only the fields with the texts and the labels. What differs from row to row should be a value, not \
                 the name of a field."
            }
            Self::Row { .. } | Self::UnequalColumns { .. } | Self::NoRows => {
                "Use a list of objects with the same fields, [{\"text\": \"…\", \"label\": \"…\"}, …], or such an object in each \
                 line."
            }
        }
    }

    /// What the parser found, in a piece of the file that begins in `line`.
    fn from_parser(error: &serde_json::Error, line: u32) -> Self {
        let column = error.column() as u32;
        let line = line + (error.line() as u32).saturating_sub(1);
        let message = error.to_string();
        if error.is_eof() {
            Self::CutOff { line }
        } else if message.starts_with("recursion limit") {
            Self::TooDeep { line, column }
        } else {
            let rule = message.split(" at line ").next().unwrap_or_default();
            Self::Syntax {
                line,
                column,
                rule: rule.to_owned(),
            }
        }
    }
}

/// A table, whether it is JSON Lines, and what its rows are counted by.
type Read = (Grid, bool, PlaceKind);

/// Whether a text begins as JSON with rows in it does, and a header hardly ever.
pub(super) fn looks_like_json(text: &str) -> bool {
    let mut marks = text.chars().filter(|c| !c.is_ascii_whitespace());
    matches!(
        (marks.next(), marks.next()),
        (Some('{'), Some('"' | '}')) | (Some('['), Some('{' | '[' | ']'))
    )
}

/// Reads JSON whose rows are objects or arrays, the first of which is the header then, or JSON Lines.
pub(super) fn read(text: &str) -> Result<Read, TableProblem> {
    let mut values = Deserializer::from_str(text).into_iter::<IgnoredAny>();
    if let Some(Err(error)) = values.next() {
        return Err(JsonProblem::from_parser(&error, 1).into());
    }
    let rest = text.get(values.byte_offset()..).unwrap_or_default();
    if !is_list_or_object(text) {
        return Err(JsonProblem::NoRows.into());
    }
    if is_list_or_object(rest) {
        return Ok((read_lines(text)?, true, PlaceKind::Line));
    }

    let mut rows = Rows::of_items();
    let parsed =
        match parse(text, LayoutSeed).map_err(|error| JsonProblem::from_parser(&error, 1))? {
            Layout::Rows => parse(text, RowsSeed(&mut rows)),
            Layout::Wrapped { header, rows: name } => {
                let seed = WrappedSeed {
                    rows: &mut rows,
                    header: header.as_deref(),
                    name: &name,
                };
                parse(text, seed)
            }
            Layout::Columns(kind) => {
                let mut columns = Columns::new(kind);
                return match parse(text, ColumnsSeed(&mut columns)) {
                    Ok(()) => Ok((columns.into_grid()?, false, PlaceKind::Item)),
                    Err(error) => Err(columns.problem(&error)),
                };
            }
            Layout::Unknown => return Err(JsonProblem::NoRows.into()),
        };
    match parsed {
        Ok(()) => Ok((rows.into_grid()?, false, PlaceKind::Item)),
        Err(error) => Err(rows.problem(&error, 1)),
    }
}

fn is_list_or_object(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

fn read_lines(text: &str) -> Result<Grid, TableProblem> {
    let mut rows = Rows::of_lines();
    for (line, number) in text.lines().zip(1..) {
        if !line.trim().is_empty() {
            rows.begin(number);
            parse(line, RowSeed(&mut rows)).map_err(|error| rows.problem(&error, number))?;
        }
    }
    rows.into_grid()
}

/// Reads a text that is one value.
fn parse<'t, S: DeserializeSeed<'t>>(text: &'t str, seed: S) -> serde_json::Result<S::Value> {
    let mut deserializer = Deserializer::from_str(text);
    let value = seed.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[cfg(test)]
mod tests;
