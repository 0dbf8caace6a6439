//! What every format is read into: names of columns and rows of cells.

use std::collections::HashMap;

use super::limits::{MAX_CELLS, MAX_COLUMNS, MAX_TEXT_BYTES};
use super::table_error::TableProblem;

/// Columns that are all named differently, and at least one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) columns: Vec<String>,
    /// Every cell of every row, one after the other: a string each would take several times the memory.
    pub(super) text: String,
    /// Where each cell ends in `text`.
    pub(super) ends: Vec<u32>,
    /// The number of the place where each row begins.
    pub(super) places: Vec<u32>,
}

impl Grid {
    /// A cell; `None` outside of the grid.
    pub(super) fn cell(&self, row: u32, column: u32) -> Option<&str> {
        let (row, column) = (row as usize, column as usize);
        if row >= self.places.len() || column >= self.columns.len() {
            return None;
        }
        let index = row * self.columns.len() + column;
        let end = *self.ends.get(index)? as usize;
        let start = index
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |&start| start as usize);
        self.text.get(start..end)
    }
}

/// Trims the names, and makes one up where there is none.
///
/// # Errors
/// A name twice, or too many names.
pub(super) fn column_names<'a>(
    header: impl Iterator<Item = &'a str> + Clone,
) -> Result<Vec<String>, TableProblem> {
    let mut indices = HashMap::new();
    for (index, name) in (1_u32..).zip(header.clone().map(str::trim)) {
        if index > MAX_COLUMNS {
            let found = index.saturating_add(header.clone().skip(index as usize).count() as u32);
            return Err(TableProblem::TooManyColumns { found });
        }
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
    let names = (1_u32..)
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
    Ok(names)
}

/// Whether there are columns enough for what is asked of a table.
///
/// # Errors
/// If there is one where text and label are needed.
pub(super) fn check_columns(columns: &[String], least: Least) -> Result<(), TableProblem> {
    match (columns, least) {
        ([name], Least::TextAndLabel) => Err(TableProblem::OneColumn { name: name.clone() }),
        _ => Ok(()),
    }
}

/// What a table must have columns for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Least {
    /// Two, to learn from.
    TextAndLabel,
    /// One, to be classified.
    Text,
}

/// Rows whose cells come in any order and may be missing, as objects and spreadsheets have them.
#[derive(Debug, Default)]
pub(super) struct SparseRows {
    text: String,
    cells: Vec<SparseCell>,
    rows: Vec<SparseRow>,
    /// The cells of the row that is being read, and their text.
    pending: Vec<SparseCell>,
    pending_text: String,
}

/// A cell that is not empty.
#[derive(Debug, Clone, Copy)]
struct SparseCell {
    column: u32,
    /// Where it ends in the text; it begins where the one before it ends.
    end: u32,
}

#[derive(Debug)]
struct SparseRow {
    place: u32,
    /// Where its cells end.
    end: u32,
}

impl SparseRows {
    /// What the next cell of the row that is being read is appended to.
    pub(super) fn value(&mut self) -> &mut String {
        &mut self.pending_text
    }

    /// Makes a cell of what was appended to [`Self::value`]. An empty one is as good as none.
    ///
    /// # Errors
    /// If the table has become too large.
    pub(super) fn end_cell(&mut self, column: u32) -> Result<(), TableProblem> {
        check_size(
            self.cells.len() + self.pending.len(),
            self.text.len() + self.pending_text.len(),
        )?;
        let end = self.pending_text.len() as u32;
        if end > self.pending.last().map_or(0, |cell| cell.end) {
            self.pending.push(SparseCell { column, end });
        }
        Ok(())
    }

    /// Whether the row that is being read has no cell yet.
    pub(super) fn is_row_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Ends the row, which begins at `place`. Of two cells of one column the later one counts.
    ///
    /// # Errors
    /// If the table has become too large.
    pub(super) fn end_row(&mut self, place: u32) -> Result<(), TableProblem> {
        check_size(self.rows.len(), self.text.len())?;
        let mut start = 0;
        let mut cells: Vec<(u32, std::ops::Range<usize>)> = Vec::with_capacity(self.pending.len());
        for cell in self.pending.drain(..) {
            cells.push((cell.column, start..cell.end as usize));
            start = cell.end as usize;
        }
        if !cells.is_sorted_by_key(|(column, _)| *column) {
            cells.sort_by_key(|(column, _)| *column);
        }
        for (index, (column, range)) in cells.iter().enumerate() {
            let replaced = cells.get(index + 1).is_some_and(|next| next.0 == *column);
            if !replaced {
                self.text
                    .push_str(self.pending_text.get(range.clone()).unwrap_or_default());
                let end = self.text.len() as u32;
                self.cells.push(SparseCell {
                    column: *column,
                    end,
                });
            }
        }
        self.pending_text.clear();
        let end = self.cells.len() as u32;
        self.rows.push(SparseRow { place, end });
        Ok(())
    }

    /// Takes the cells of the row that is being read: it is the header.
    pub(super) fn take_header(&mut self) -> Vec<(u32, String)> {
        let mut start = 0;
        let text = std::mem::take(&mut self.pending_text);
        let cells = self.pending.drain(..).map(|cell| {
            let range = start..cell.end as usize;
            start = cell.end as usize;
            (
                cell.column,
                text.get(range).unwrap_or_default().trim().to_owned(),
            )
        });
        cells.collect()
    }

    /// The first and last column with a cell; `None` if all are empty.
    pub(super) fn extent(&self) -> Option<(u32, u32)> {
        let columns = self.cells.iter().map(|cell| cell.column);
        Some((columns.clone().min()?, columns.max()?))
    }

    /// Lays the cells out for columns of these names, of which the first is number `first`.
    ///
    /// # Errors
    /// If there is no row, or with the empty ones there are too many cells.
    pub(super) fn into_grid(self, columns: Vec<String>, first: u32) -> Result<Grid, TableProblem> {
        if self.rows.is_empty() {
            return Err(TableProblem::NoRows);
        }
        let count = self.rows.len().saturating_mul(columns.len());
        check_size(count, self.text.len())?;
        let mut ends = Vec::with_capacity(count);
        let mut cells = self.cells.iter().zip(0_u32..).peekable();
        let mut end = 0;
        for row in &self.rows {
            for column in (first..).take(columns.len()) {
                while let Some((cell, _)) =
                    cells.next_if(|(cell, index)| *index < row.end && cell.column <= column)
                {
                    end = cell.end;
                }
                ends.push(end);
            }
        }
        Ok(Grid {
            columns,
            text: self.text,
            ends,
            places: self.rows.iter().map(|row| row.place).collect(),
        })
    }
}

/// Whether a table of so many cells and bytes of text is read.
///
/// # Errors
/// If it is too large.
pub(super) fn check_size(cells: usize, text: usize) -> Result<(), TableProblem> {
    match (cells > MAX_CELLS, text > MAX_TEXT_BYTES) {
        (true, _) => Err(TableProblem::TooManyCells),
        (_, true) => Err(TableProblem::TooMuchText),
        (false, false) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
