//! A delimited text file as a table of cells.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::columns::{ColumnChoice, guess_columns};
use super::decode::decode;
use super::excerpt::excerpt;
use super::guess_problem::guess_problem;
use super::problem::Problem;
use super::records::{Records, detect_delimiter};
use super::table_error::{TableError, TableProblem};

/// Largest file that is read: 100 MiB.
pub const MAX_TABLE_BYTES: u64 = 100 << 20;
/// Most columns that are read.
pub const MAX_COLUMNS: u32 = 1_000;

/// Rows and characters a cell in [`TableSummary::preview`].
const PREVIEW_ROWS: u32 = 5;
const PREVIEW_CHARS: usize = 200;

// Offsets, lines and counts of a table are `u32`.
const _: () = assert!(MAX_TABLE_BYTES < u32::MAX as u64);

/// What a table holds, before its columns are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableSummary {
    /// File name or sample name.
    pub name: String,
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

/// A parsed file: a header with at least two columns, and at least one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    name: String,
    columns: Vec<String>,
    /// Every cell of every row, one after the other: a string each would take several times the memory.
    cells: String,
    /// Where each cell ends in `cells`.
    ends: Vec<u32>,
    /// The line where each row begins.
    lines: Vec<u32>,
}

impl Table {
    /// Reads comma-, semicolon- or tab-separated text in UTF-8 whose first record names the columns.
    ///
    /// Column names are trimmed, and an empty one becomes `column N`. Cells stay as they are. Blank lines are
    /// skipped.
    ///
    /// # Errors
    /// The first thing that makes the file no such table.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, TableError> {
        Self::check_size(name, bytes.len() as u64)?;
        Self::read(name, bytes).map_err(|problem| TableError {
            file: name.to_owned(),
            problem,
        })
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
        })
    }

    fn read(name: &str, bytes: &[u8]) -> Result<Self, TableProblem> {
        let text = decode(bytes)?;
        let delimiter = detect_delimiter(text);
        let lines = check_records(text, delimiter)?;

        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let mut lines = lines.into_iter();
        let mut record = csv::StringRecord::new();
        read_record(&mut reader, &mut record, lines.next())?;
        let mut table = Self {
            name: name.to_owned(),
            columns: column_names(&record)?,
            cells: String::with_capacity(text.len()),
            ends: Vec::new(),
            lines: lines.clone().collect(),
        };
        while read_record(&mut reader, &mut record, lines.next())? {
            for cell in &record {
                table.cells.push_str(cell);
                table.ends.push(table.cells.len() as u32);
            }
        }
        if table.lines.is_empty() {
            Err(TableProblem::NoRows)
        } else {
            Ok(table)
        }
    }

    /// File name or sample name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Column names; all different.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The index of the column with this name.
    pub fn column_index(&self, name: &str) -> Option<u32> {
        self.columns
            .iter()
            .position(|column| column == name)
            .map(|index| index as u32)
    }

    /// Rows below the header; at least 1.
    pub fn rows(&self) -> u32 {
        self.lines.len() as u32
    }

    /// A cell; `None` outside of the table.
    pub fn cell(&self, row: u32, column: u32) -> Option<&str> {
        let (row, column) = (row as usize, column as usize);
        if row >= self.lines.len() || column >= self.columns.len() {
            return None;
        }
        let index = row * self.columns.len() + column;
        let end = *self.ends.get(index)? as usize;
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |&start| start as usize);
        self.cells.get(start..end)
    }

    /// The cells of a column from top to bottom; none outside of the table.
    pub fn column(&self, column: u32) -> impl Iterator<Item = &str> + Clone {
        (0..self.rows()).map_while(move |row| self.cell(row, column))
    }

    /// The line of the file where a row begins, counted from 1; `None` outside of the table.
    pub fn line(&self, row: u32) -> Option<u32> {
        self.lines.get(row as usize).copied()
    }

    /// What the page shows before the columns are chosen.
    pub fn summary(&self) -> TableSummary {
        let columns = 0..self.columns.len() as u32;
        let row = |row| {
            columns
                .clone()
                .filter_map(|column| self.cell(row, column))
                .map(preview)
                .collect()
        };
        TableSummary {
            name: self.name.clone(),
            columns: self.columns.clone(),
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

/// Checks the quotes of every record and the width of the header; gives the line of each record.
fn check_records(text: &str, delimiter: u8) -> Result<Vec<u32>, TableProblem> {
    let mut lines = Vec::new();
    for record in Records::new(text, delimiter) {
        let record = record?;
        if lines.is_empty() && record.fields > MAX_COLUMNS {
            return Err(TableProblem::TooManyColumns {
                found: record.fields,
            });
        }
        lines.push(record.line);
    }
    Ok(lines)
}

/// Reads the next record, which begins in `line`; false at the end.
fn read_record(
    reader: &mut csv::Reader<&[u8]>,
    record: &mut csv::StringRecord,
    line: Option<u32>,
) -> Result<bool, TableProblem> {
    reader.read_record(record).map_err(|error| {
        let line = line.unwrap_or_default();
        match *error.kind() {
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => TableProblem::Ragged {
                line,
                expected: expected_len as u32,
                found: len as u32,
            },
            _ => TableProblem::Unreadable { line },
        }
    })
}

/// Trims the names, and makes one up where there is none.
fn column_names(header: &csv::StringRecord) -> Result<Vec<String>, TableProblem> {
    let mut indices = HashMap::new();
    for (index, name) in (1..).zip(header).map(|(index, name)| (index, name.trim())) {
        if name.is_empty() {
            continue;
        }
        if let Some(first) = indices.insert(name, index) {
            return Err(TableProblem::DuplicateColumn {
                name: name.to_owned(),
                first,
                second: index,
            });
        }
    }
    let names: Vec<_> = (1_u32..)
        .zip(header)
        .map(|(index, name)| {
            let mut name = name.trim().to_owned();
            if name.is_empty() {
                name = format!("column {index}");
                while indices.contains_key(name.as_str()) {
                    name.push('\'');
                }
            }
            name
        })
        .collect();
    match <[String; 1]>::try_from(names) {
        Ok([name]) => Err(TableProblem::OneColumn { name }),
        Err(names) => Ok(names),
    }
}

#[cfg(test)]
mod tests;
