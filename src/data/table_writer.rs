//! A table with columns added, as a file again: what was opened, with what a model says of each row.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Write;

use serde::Serialize;
use serde::de::IgnoredAny;

use super::number::{plain_number, read_number};
use super::table::{Table, TableFormat};
use crate::reason::as_text;

/// Most bytes of a file that is written: 512 MiB. It is made in memory, and moved from there to the disk.
const MAX_OUTPUT_BYTES: usize = 512 << 20;

/// What a spreadsheet takes a cell for a formula by.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The form of a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputForm {
    /// Records as RFC 4180 has them: quotes where they are needed, doubled within, and CRLF behind each. A cell that a
    /// spreadsheet would run as a formula gets an apostrophe in front, unless it is a number.
    Delimited {
        /// The delimiter of the file that was read; a comma for a workbook.
        delimiter: u8,
        /// Whether a byte order mark comes first, by which Excel knows UTF-8.
        mark: bool,
    },
    /// An object in each line. A cell that is JSON of a number, a boolean, a list or an object to the letter is that
    /// again; any other is a string, and an empty one `null`. The texts are always strings.
    JsonLines,
}

impl OutputForm {
    /// The form for a table of this format.
    pub fn of(format: &TableFormat, mark: bool) -> Self {
        match format {
            TableFormat::Delimited { delimiter } => Self::Delimited {
                delimiter: u8::try_from(*delimiter).unwrap_or(b','),
                mark,
            },
            TableFormat::Xlsx(_) | TableFormat::Typed => Self::Delimited {
                delimiter: b',',
                mark,
            },
            TableFormat::Json | TableFormat::JsonLines => Self::JsonLines,
        }
    }

    /// What the file is called, for one that was made of `name`.
    pub fn file_name(self, name: &str) -> String {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let ending = match self {
            Self::Delimited {
                delimiter: b'\t', ..
            } => "tsv",
            Self::Delimited { .. } => "csv",
            Self::JsonLines => "jsonl",
        };
        format!("{stem}-predictions.{ending}")
    }
}

/// A cell of a column that is added.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AddedCell<'a> {
    /// Nothing is known.
    Empty,
    /// Words.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A probability, which is written with four digits.
    Share(f64),
    /// Yes or no.
    Flag(bool),
}

/// Why a file could not be written.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum WriteError {
    /// It would take too much memory.
    #[error(
        "the file with predictions would be larger than {} MiB",
        MAX_OUTPUT_BYTES >> 20
    )]
    TooLarge,
    /// Memory is written to, so that only a bug in a library brings this about.
    #[error("a record could not be written: {0}")]
    Record(
        #[from]
        #[serde(serialize_with = "as_text")]
        csv::Error,
    ),
    /// As above.
    #[error("a value could not be written: {0}")]
    Value(
        #[from]
        #[serde(serialize_with = "as_text")]
        serde_json::Error,
    ),
    /// As above.
    #[error("the file could not be finished: {0}")]
    Finish(
        #[from]
        #[serde(serialize_with = "as_text")]
        std::io::Error,
    ),
}

impl WriteError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge => "Divide the file into parts, and classify one after the other.",
            Self::Record(_) | Self::Value(_) | Self::Finish(_) => "Try it again.",
        }
    }
}

/// A file that is written row by row.
pub struct TableWriter {
    sink: Sink,
    /// Names of all columns, those that are added last.
    names: Vec<String>,
    /// The column of the texts.
    text: u32,
}

enum Sink {
    Delimited(Box<csv::Writer<Vec<u8>>>),
    JsonLines(Vec<u8>),
}

impl TableWriter {
    /// A file with the columns of `table`, of which `text` holds the texts, and some more; a name that the table has
    /// already gets a number behind it.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn new(
        table: &Table,
        text: u32,
        added: &[String],
        form: OutputForm,
    ) -> Result<Self, WriteError> {
        let mut names = table.columns().to_vec();
        let mut taken: HashSet<String> = names.iter().cloned().collect();
        for name in added {
            let free = (2..)
                .map(|number| format!("{name}_{number}"))
                .find(|numbered| !taken.contains(numbered));
            let name = match taken.contains(name) {
                true => free.unwrap_or_default(),
                false => name.clone(),
            };
            taken.insert(name.clone());
            names.push(name);
        }
        let sink = match form {
            OutputForm::Delimited { delimiter, mark } => {
                let bytes = match mark {
                    true => "\u{feff}".as_bytes().to_vec(),
                    false => Vec::new(),
                };
                let mut writer = csv::WriterBuilder::new()
                    .delimiter(delimiter)
                    .terminator(csv::Terminator::CRLF)
                    .from_writer(bytes);
                writer.write_record(names.iter().map(|name| guarded(name).into_owned()))?;
                Sink::Delimited(Box::new(writer))
            }
            OutputForm::JsonLines => Sink::JsonLines(Vec::new()),
        };
        Ok(Self { sink, names, text })
    }

    /// Writes a row of the table with its added cells, one for each added column.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn row(&mut self, table: &Table, row: u32, added: &[AddedCell]) -> Result<(), WriteError> {
        let columns = 0..table.columns().len() as u32;
        let cells = columns.map(|column| (column, table.cell(row, column).unwrap_or_default()));
        let length = match &mut self.sink {
            Sink::Delimited(writer) => {
                for (_, cell) in cells {
                    writer.write_field(guarded(cell).as_bytes())?;
                }
                for cell in added {
                    writer.write_field(plain(*cell).as_bytes())?;
                }
                writer.write_record(None::<&[u8]>)?;
                writer.get_ref().len()
            }
            Sink::JsonLines(bytes) => {
                let mut names = self.names.iter();
                let mut before = b'{';
                for (column, cell) in cells {
                    key(bytes, before, names.next())?;
                    before = b',';
                    match cell {
                        "" => bytes.extend_from_slice(b"null"),
                        cell if column != self.text && is_json(cell) => {
                            bytes.extend_from_slice(cell.as_bytes());
                        }
                        cell => serde_json::to_writer(&mut *bytes, cell)?,
                    }
                }
                for cell in added {
                    key(bytes, b',', names.next())?;
                    match cell {
                        AddedCell::Empty => bytes.extend_from_slice(b"null"),
                        AddedCell::Text(text) => serde_json::to_writer(&mut *bytes, text)?,
                        cell => bytes.extend_from_slice(plain(*cell).as_bytes()),
                    }
                }
                bytes.extend_from_slice(b"}\n");
                bytes.len()
            }
        };
        match length > MAX_OUTPUT_BYTES {
            true => Err(WriteError::TooLarge),
            false => Ok(()),
        }
    }

    /// The whole file.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub fn finish(self) -> Result<Vec<u8>, WriteError> {
        match self.sink {
            Sink::Delimited(mut writer) => {
                writer.flush()?;
                writer
                    .into_inner()
                    .map_err(|error| WriteError::Finish(error.into_error()))
            }
            Sink::JsonLines(bytes) => Ok(bytes),
        }
    }
}

fn key(bytes: &mut Vec<u8>, before: u8, name: Option<&String>) -> Result<(), WriteError> {
    bytes.write_all(&[before])?;
    serde_json::to_writer(&mut *bytes, name.map_or("", String::as_str))?;
    bytes.write_all(b":")?;
    Ok(())
}

/// An added cell as it stands in a delimited file; numbers are JSON's, too.
fn plain(cell: AddedCell<'_>) -> Cow<'_, str> {
    match cell {
        AddedCell::Empty => "".into(),
        AddedCell::Text(text) => guarded(text),
        AddedCell::Number(number) => plain_number(number).into(),
        AddedCell::Share(share) => format!("{share:.4}").into(),
        AddedCell::Flag(flag) => if flag { "true" } else { "false" }.into(),
    }
}

/// A cell that no spreadsheet runs as a formula: what begins like one and is no number gets an apostrophe in front.
///
/// Source: OWASP, *CSV injection*.
fn guarded(cell: &str) -> Cow<'_, str> {
    match cell.starts_with(FORMULA) && !is_number(cell) {
        true => format!("'{cell}").into(),
        false => cell.into(),
    }
}

/// Whether a cell is a number wherever it was written: digits with points, commas or spaces between them.
fn is_number(cell: &str) -> bool {
    let digits = cell.trim();
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let grouped = digits.contains(|letter: char| letter.is_ascii_digit())
        && digits
            .chars()
            .all(|letter| letter.is_ascii_digit() || ".,\u{a0} ".contains(letter));
    grouped || read_number(cell).is_ok()
}

/// Whether a cell is to the letter the JSON of something else than a string: cells of nested values are read so.
fn is_json(cell: &str) -> bool {
    let whole = cell
        .parse::<i64>()
        .is_ok_and(|number| number.to_string() == cell)
        || cell
            .parse::<u64>()
            .is_ok_and(|number| number.to_string() == cell);
    let number = || {
        cell.parse::<f64>()
            .is_ok_and(|number| number.is_finite() && plain_number(number) == cell)
    };
    // A line break within would end the line.
    let nested = || {
        cell.starts_with(['[', '{'])
            && !cell.contains(['\n', '\r'])
            && serde_json::from_str::<IgnoredAny>(cell).is_ok()
    };
    whole || matches!(cell, "true" | "false") || number() || nested()
}

#[cfg(test)]
mod tests;
