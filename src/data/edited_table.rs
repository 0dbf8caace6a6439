//! The opened table with all that the user has made of it: changed cells, deleted and added rows, and a second table
//! that is held out as a part of its own.

use super::columns::ColumnChoice;
use super::dataset::Dataset;
use super::dataset_error::DatasetError;
use super::edit_error::EditError;
use super::edits::{Edits, Step};
use super::limits::{MAX_CELL_BYTES, MAX_TEXT_BYTES};
use super::place::{Place, PlaceKind};
use super::problem::Problem;
use super::rows::{Cells, Rows};
use super::split::{Part, SplitConfig};
use super::table::Table;

/// The number of the held-out table's first row. No table has so many rows: `MAX_CELLS` bounds them.
const HELD_OUT: u32 = 1 << 28;
/// The number of the first added row.
const ADDED: u32 = 1 << 29;

/// A table and its [`Edits`]. Its rows are those of the file, then the added ones, then those held out.
///
/// A row's number says which of these it is and never changes. A row that is not there has no cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditedTable {
    table: Table,
    held_out: Option<HeldOut>,
    edits: Edits,
}

/// A second table, all of whose rows are for one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldOut {
    table: Table,
    part: Part,
    /// For each column of the first table, the one of the same name.
    columns: Vec<Option<u32>>,
}

impl HeldOut {
    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What its rows are for.
    pub fn part(&self) -> Part {
        self.part
    }
}

/// Where a row comes from, with its place there, counted from 0.
enum Origin {
    Table(u32),
    Added(u32),
    HeldOut(u32),
}

impl Origin {
    fn of(row: u32) -> Self {
        match row {
            row if row < HELD_OUT => Self::Table(row),
            row if row < ADDED => Self::HeldOut(row - HELD_OUT),
            row => Self::Added(row - ADDED),
        }
    }
}

impl EditedTable {
    /// A table as it was read.
    pub fn new(table: Table) -> Self {
        Self {
            table,
            held_out: None,
            edits: Edits::default(),
        }
    }

    /// The table as it was read.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// The second table, if there is one.
    pub fn held_out(&self) -> Option<&HeldOut> {
        self.held_out.as_ref()
    }

    /// What was changed.
    pub fn edits(&self) -> &Edits {
        &self.edits
    }

    /// The numbers of all rows that are there, in order.
    pub fn rows(&self) -> impl Iterator<Item = u32> + Clone {
        let held_out = self.held_out.as_ref().map_or(0, |held| held.table.rows());
        (0..self.table.rows())
            .chain(ADDED..ADDED + self.edits.added())
            .chain(HELD_OUT..HELD_OUT + held_out)
            .filter(|row| self.edits.keeps(*row))
    }

    /// Whether a row is there.
    pub fn has_row(&self, row: u32) -> bool {
        self.edits.keeps(row)
            && match Origin::of(row) {
                Origin::Table(row) => row < self.table.rows(),
                Origin::Added(row) => row < self.edits.added(),
                Origin::HeldOut(row) => {
                    let held = self.held_out.as_ref();
                    held.is_some_and(|held| row < held.table.rows())
                }
            }
    }

    /// A cell; `None` outside of the table. A column that only the first table has is empty in the second one.
    pub fn cell(&self, row: u32, column: u32) -> Option<&str> {
        if column as usize >= self.table.columns().len() || !self.edits.keeps(row) {
            return None;
        }
        if let Some(text) = self.edits.cell(row, column) {
            return Some(text);
        }
        match Origin::of(row) {
            Origin::Table(row) => self.table.cell(row, column),
            Origin::Added(row) => (row < self.edits.added()).then_some(""),
            Origin::HeldOut(row) => {
                let held = self.held_out.as_ref()?;
                match held.columns.get(column as usize)? {
                    Some(column) => held.table.cell(row, *column),
                    None => (row < held.table.rows()).then_some(""),
                }
            }
        }
    }

    /// The part that a row is for, whatever is chosen: that of the held-out table.
    pub fn given_part(&self, row: u32) -> Option<Part> {
        match Origin::of(row) {
            Origin::HeldOut(_) => self.held_out.as_ref().map(HeldOut::part),
            Origin::Table(_) | Origin::Added(_) => None,
        }
    }

    /// The name of the table that a row is in, and where it stands there.
    pub fn place(&self, row: u32) -> (&str, Place) {
        match (Origin::of(row), &self.held_out) {
            (Origin::HeldOut(row), Some(held)) => {
                (held.table.name(), held.table.place(row).unwrap_or_default())
            }
            (Origin::Added(row), _) => {
                let number = row.saturating_add(1);
                let kind = PlaceKind::Added;
                (self.table.name(), Place { kind, number })
            }
            (Origin::Table(row) | Origin::HeldOut(row), _) => {
                let place = self.table.place(row);
                (self.table.name(), place.unwrap_or_default())
            }
        }
    }

    /// Holds out another table as a part of its own, in place of the one that may be. Its columns go by their names.
    ///
    /// # Errors
    /// If it lacks the column of the texts or the labels.
    pub fn hold_out(
        &mut self,
        table: Table,
        part: Part,
        columns: ColumnChoice,
    ) -> Result<(), EditError> {
        let names = self.table.columns();
        let own: Vec<_> = names.iter().map(|name| table.column_index(name)).collect();
        let lacks = |column: &u32| matches!(own.get(*column as usize), Some(None));
        let missing: Vec<_> = [columns.text, columns.label]
            .iter()
            .filter(|column| lacks(column))
            .filter_map(|column| names.get(*column as usize).cloned())
            .collect();
        if !missing.is_empty() {
            return Err(EditError::MissingColumns {
                table: table.name().to_owned(),
                missing,
                columns: table.columns().to_vec(),
            });
        }
        self.let_go();
        self.held_out = Some(HeldOut {
            table,
            part,
            columns: own,
        });
        Ok(())
    }

    /// Removes the held-out table, and what was changed of it.
    pub fn let_go(&mut self) {
        self.held_out = None;
        self.edits.forget(HELD_OUT..ADDED);
    }

    /// Uses the held-out table for another part.
    pub fn set_held_out_part(&mut self, part: Part) {
        if let Some(held) = &mut self.held_out {
            held.part = part;
        }
    }

    /// Gives cells another text, each at most once.
    ///
    /// # Errors
    /// If one is outside of the table, or there would be too much text.
    pub fn set_cells(
        &mut self,
        cells: impl IntoIterator<Item = (u32, u32, String)>,
    ) -> Result<u32, EditError> {
        let mut step = Step::default();
        let mut bytes = 0;
        for (row, column, text) in cells {
            self.check(row, column, &text)?;
            if self.cell(row, column) != Some(text.as_str()) {
                bytes += text.len();
                step.cells.push((row, column, Some(text)));
            }
        }
        self.check_room(bytes)?;
        let changed = step.cells.len() as u32;
        self.edits.apply(step);
        Ok(changed)
    }

    /// Deletes rows.
    ///
    /// # Errors
    /// If one is not there.
    pub fn delete(&mut self, mut rows: Vec<u32>) -> Result<u32, EditError> {
        rows.sort_unstable();
        rows.dedup();
        if let Some(&row) = rows.iter().find(|row| !self.has_row(**row)) {
            return Err(EditError::NoSuchRow { row });
        }
        let deleted = rows.len() as u32;
        self.edits.apply(Step {
            cells: Vec::new(),
            rows,
        });
        Ok(deleted)
    }

    /// Adds a row of some cells, the others empty.
    ///
    /// # Errors
    /// If there is no such column, or there would be too much text.
    pub fn add(&mut self, cells: Vec<(u32, String)>) -> Result<(), EditError> {
        for (column, text) in &cells {
            self.check_cell(*column, text)?;
        }
        self.check_room(cells.iter().map(|(_, text)| text.len()).sum())?;
        let row = self.edits.add(|number| ADDED + number);
        let cells = cells.into_iter();
        self.edits.apply(Step {
            cells: cells
                .map(|(column, text)| (row, column, Some(text)))
                .collect(),
            rows: vec![row],
        });
        Ok(())
    }

    /// Takes the last change back, if there is one.
    pub fn undo(&mut self) {
        self.edits.undo();
    }

    /// Makes the change again that was taken back last, if there is one.
    pub fn redo(&mut self) {
        self.edits.redo();
    }

    /// Makes all changes that `edits` hold in place of those that there are.
    ///
    /// # Errors
    /// If they are of another table.
    pub fn restore(&mut self, edits: Edits) -> Result<(), EditError> {
        let columns = self.table.columns().len();
        let held_out = self.held_out.as_ref().map_or(0, |held| held.table.rows());
        let fits = |(row, column): (u32, Option<u32>)| {
            let known = match Origin::of(row) {
                Origin::Table(row) => row < self.table.rows(),
                Origin::Added(row) => row < edits.added(),
                Origin::HeldOut(row) => row < held_out,
            };
            known && column.is_none_or(|column| (column as usize) < columns)
        };
        if edits.added() >= ADDED || !edits.places().all(fits) {
            return Err(EditError::OtherTable {
                table: self.table.name().to_owned(),
            });
        }
        self.edits = edits;
        Ok(())
    }

    /// Makes a data set. Rows that are held out have their part; the others are divided by the split column if one is
    /// chosen, by `config` otherwise, which then holds out none for the part that has rows of its own.
    ///
    /// # Errors
    /// As [`Dataset::from_table`].
    pub fn dataset(
        &self,
        columns: ColumnChoice,
        problem: Problem,
        config: SplitConfig,
    ) -> Result<Dataset, DatasetError> {
        let mut rows = Rows::new(problem);
        rows.begin(&self.table, columns)?;
        if let Some(held) = &self.held_out {
            held.check(&self.table, columns)?;
        }
        let mut any = false;
        for row in self.rows() {
            let cell = |column| self.cell(row, column).unwrap_or_default();
            let cells = Cells {
                text: cell(columns.text),
                label: cell(columns.label),
                split: columns.split.map(cell),
            };
            let (table, place) = self.place(row);
            rows.push(table, place, cells, self.given_part(row))?;
            any = true;
        }
        let name = self.table.name();
        if !any {
            let table = name.to_owned();
            return Err(DatasetError::NoRows { table });
        }
        let config = columns.split.is_none().then(|| match &self.held_out {
            Some(held) => config.without(held.part),
            None => config,
        });
        rows.into_dataset(name, config)
    }

    fn check(&self, row: u32, column: u32, text: &str) -> Result<(), EditError> {
        if !self.has_row(row) {
            return Err(EditError::NoSuchRow { row });
        }
        self.check_cell(column, text)
    }

    fn check_cell(&self, column: u32, text: &str) -> Result<(), EditError> {
        if column as usize >= self.table.columns().len() {
            return Err(EditError::NoSuchColumn { column });
        }
        if text.len() > MAX_CELL_BYTES {
            let bytes = text.len() as u64;
            return Err(EditError::TooLong { bytes });
        }
        Ok(())
    }

    fn check_room(&self, bytes: usize) -> Result<(), EditError> {
        let kept = self.table.text_bytes() + self.edits.text_bytes() + bytes;
        match kept > MAX_TEXT_BYTES {
            true => Err(EditError::TooMuchText),
            false => Ok(()),
        }
    }
}

impl HeldOut {
    fn check(&self, table: &Table, columns: ColumnChoice) -> Result<(), DatasetError> {
        for column in [columns.text, columns.label] {
            if let Some(None) = self.columns.get(column as usize) {
                let name = table.columns().get(column as usize);
                return Err(DatasetError::MissingColumn {
                    table: self.table.name().to_owned(),
                    column: name.cloned().unwrap_or_default(),
                    columns: self.table.columns().to_vec(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
