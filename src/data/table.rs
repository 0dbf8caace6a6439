//! A file as a table of cells, whatever its format.

mod legacy;
#[cfg(not(target_arch = "wasm32"))]
mod native;

use std::borrow::Cow;

pub use legacy::{LegacyFile, Opened};
use serde::{Deserialize, Serialize};

use super::columns::{ColumnChoice, guess_columns};
use super::delimited;
use super::encoding::{Decoded, EncodingFound, TextReading, checked, decode};
use super::foreign::ForeignFile;
use super::grid::{Grid, Least, check_columns};
use super::guess_problem::guess_problem;
use super::json;
use super::limits::MAX_TABLE_BYTES;
use super::place::{Place, PlaceKind};
use super::problem::Problem;
use super::records::detect_delimiter;
use super::table_error::{TableError, TableProblem};
use super::xlsx::{self, SheetReading};
use crate::reason::excerpt;

/// Rows and characters a cell in [`TableSummary::preview`].
const PREVIEW_ROWS: u32 = 5;
const PREVIEW_CHARS: usize = 200;

/// What is chosen about a file, where a guess does not do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReadOptions {
    /// The encoding of its text, by a name of the Encoding Standard.
    pub encoding: Option<String>,
    /// The sheet of a workbook, counted from 0.
    pub sheet: Option<u32>,
}

/// A file's format, as its content tells it, and what was found out for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableFormat {
    /// Text with a delimiter between fields: CSV and its kin.
    Delimited {
        /// A comma, a semicolon or a tab.
        delimiter: char,
    },
    /// JSON.
    Json,
    /// JSON Lines: an object or array in each line.
    JsonLines,
    /// A workbook of Excel's newer kind.
    Xlsx(SheetReading),
    /// No file: the rows are typed.
    Typed,
}

/// What a table holds, before its columns are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableSummary {
    /// File name or sample name.
    pub name: String,
    /// Its format.
    pub format: TableFormat,
    /// How its bytes were read, where it is a text.
    pub text: Option<TextReading>,
    /// Column names from the header.
    pub columns: Vec<String>,
    /// Rows below the header.
    pub rows: u32,
    /// The first rows, each with a cell for every column; long cells are cut.
    pub preview: Vec<Vec<String>>,
    /// The columns that look like text, label and split.
    pub guess: ColumnChoice,
    /// For every column, what it would look like as the label column.
    pub problems: Vec<Problem>,
}

impl TableSummary {
    /// What a column would look like as the label column.
    pub fn guessed_problem(&self, column: u32) -> Problem {
        let problem = self.problems.get(column as usize);
        problem.copied().unwrap_or_default()
    }
}

/// A parsed file: a header with at least one column, two if it is to be learnt from, and at least one row, or none yet
/// where rows are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    name: String,
    format: TableFormat,
    text: Option<TextReading>,
    grid: Grid,
    places: PlaceKind,
}

impl Table {
    /// Reads comma-, semicolon- or tab-separated text, JSON, JSON Lines or an XLSX workbook, as far as that takes no tables
    /// of encodings. The content tells which.
    ///
    /// Column names are trimmed, and an empty one becomes `column N`. Cells of text stay as they are. Blank lines are
    /// skipped.
    ///
    /// # Errors
    /// The first thing that makes the file no table.
    pub fn open(
        name: &str,
        bytes: &[u8],
        options: &ReadOptions,
        least: Least,
    ) -> Result<Opened, TableError> {
        Self::check_size(name, bytes.len() as u64)?;
        let error = |problem| TableError {
            file: name.to_owned(),
            problem,
            encoding_in_doubt: false,
        };
        if let Some(file) = ForeignFile::of_bytes(bytes) {
            return Err(error(TableProblem::Foreign { file }));
        }
        if xlsx::is_zip(bytes) {
            let (grid, reading) = xlsx::read(bytes, options.sheet).map_err(error)?;
            check_columns(&grid.columns, least).map_err(error)?;
            return Ok(Opened::Table(Self {
                name: name.to_owned(),
                format: TableFormat::Xlsx(reading),
                text: None,
                grid,
                places: PlaceKind::Row,
            }));
        }
        let chosen = options.encoding.as_deref();
        match decode(bytes, chosen) {
            Some(decoded) => Self::of_text(name, decoded, least).map(Opened::Table),
            None => Ok(Opened::Legacy(LegacyFile::new(name, chosen, least))),
        }
    }

    /// Reads a text that was decoded.
    fn of_text(name: &str, decoded: Decoded<'_>, least: Least) -> Result<Self, TableError> {
        let Decoded { text, reading } = decoded;
        let error = |encoding_in_doubt| {
            move |problem| TableError {
                file: name.to_owned(),
                problem,
                encoding_in_doubt,
            }
        };
        let text = checked(text).map_err(|problem| {
            let in_doubt = problem != TableProblem::Empty;
            error(in_doubt)(problem)
        })?;
        let in_doubt = matches!(reading.found, EncodingFound::Guess | EncodingFound::Chosen);
        let (format, grid, places) = read_text(name, text, least).map_err(error(in_doubt))?;
        Ok(Self {
            name: name.to_owned(),
            format,
            text: Some(reading),
            grid,
            places,
        })
    }

    /// A table without any rows, for those that are typed: a column of texts and one of labels.
    pub fn typed(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            format: TableFormat::Typed,
            text: None,
            grid: Grid {
                columns: vec!["text".to_owned(), "label".to_owned()],
                text: String::new(),
                ends: Vec::new(),
                places: Vec::new(),
            },
            places: PlaceKind::Added,
        }
    }

    /// Whether a file of this size is read at all, to ask before its bytes are loaded.
    ///
    /// # Errors
    /// [`TableProblem::TooLarge`].
    pub fn check_size(name: &str, bytes: u64) -> Result<(), TableError> {
        if bytes <= MAX_TABLE_BYTES {
            return Ok(());
        }
        Err(TableError {
            file: name.to_owned(),
            problem: TableProblem::TooLarge { bytes },
            encoding_in_doubt: false,
        })
    }

    /// File name or sample name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's format.
    pub fn format(&self) -> &TableFormat {
        &self.format
    }

    /// Column names; all different.
    pub fn columns(&self) -> &[String] {
        &self.grid.columns
    }

    /// The index of the column with this name.
    pub fn column_index(&self, name: &str) -> Option<u32> {
        self.columns()
            .iter()
            .position(|column| column == name)
            .map(|index| index as u32)
    }

    /// Rows below the header; at least 1 in a file.
    pub fn rows(&self) -> u32 {
        self.grid.places.len() as u32
    }

    /// A cell; `None` outside of the table.
    pub fn cell(&self, row: u32, column: u32) -> Option<&str> {
        self.grid.cell(row, column)
    }

    /// The cells of a column from top to bottom; none outside of the table.
    pub fn column(&self, column: u32) -> impl Iterator<Item = &str> + Clone {
        (0..self.rows()).map_while(move |row| self.cell(row, column))
    }

    /// Bytes of all its cells' text.
    pub(super) fn text_bytes(&self) -> usize {
        self.grid.text.len()
    }

    /// Where in the file a row begins; `None` outside of the table.
    pub fn place(&self, row: u32) -> Option<Place> {
        let number = *self.grid.places.get(row as usize)?;
        Some(Place {
            kind: self.places,
            number,
        })
    }

    /// What the page shows before the columns are chosen.
    pub fn summary(&self) -> TableSummary {
        let columns = 0..self.columns().len() as u32;
        let row = |row| {
            columns
                .clone()
                .filter_map(|column| self.cell(row, column))
                .map(preview)
                .collect()
        };
        TableSummary {
            name: self.name.clone(),
            format: self.format.clone(),
            text: self.text.clone(),
            columns: self.columns().to_vec(),
            rows: self.rows(),
            preview: (0..self.rows().min(PREVIEW_ROWS)).map(row).collect(),
            guess: guess_columns(self),
            problems: columns
                .clone()
                .map(|column| guess_problem(self, column))
                .collect(),
        }
    }
}

fn preview(cell: &str) -> String {
    excerpt(cell, PREVIEW_CHARS).into_owned()
}

/// Reads a text in the format that its beginning tells. Its name decides where a text is broken as one of them.
fn read_text(
    name: &str,
    text: Cow<'_, str>,
    least: Least,
) -> Result<(TableFormat, Grid, PlaceKind), TableProblem> {
    if let Some(file) = ForeignFile::of_text(&text) {
        return Err(TableProblem::Foreign { file });
    }
    let named = |endings: &[&str]| {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| {
            endings
                .iter()
                .any(|known| ending.eq_ignore_ascii_case(known))
        })
    };
    let json = || {
        let (grid, lines, places) = json::read(&text)?;
        check_columns(&grid.columns, least)?;
        let format = match lines {
            true => TableFormat::JsonLines,
            false => TableFormat::Json,
        };
        Ok((format, grid, places))
    };
    let delimited = || {
        let delimiter = detect_delimiter(&text);
        let format = TableFormat::Delimited {
            delimiter: delimiter.into(),
        };
        delimited::read(&text, delimiter, least).map(|grid| (format, grid, PlaceKind::Line))
    };
    match json::looks_like_json(&text) {
        true if named(&["csv", "tsv", "tab"]) => {
            json().or_else(|problem| delimited().map_err(|_| problem))
        }
        true => json(),
        false if named(&["json", "jsonl", "ndjson"]) => delimited().or_else(|_| json()),
        false => delimited(),
    }
}

#[cfg(test)]
mod tests;
