//! The opened table as the user works on it: what was changed, what is to be learnt of it, and what is wrong with it.

mod listing;

use serde::{Deserialize, Serialize};

use super::columns::{ColumnChoice, guess_columns};
use super::dataset::Dataset;
use super::dataset_error::DatasetError;
use super::edit_error::EditError;
use super::edited_table::EditedTable;
use super::edits::Edits;
use super::guess_problem::guess_problem;
use super::health::{Survey, TableHealth};
use super::problem::Problem;
use super::row_list::RowFilter;
use super::split::{Part, SplitConfig};
use super::table::Table;

/// Something that is done to the rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableEdit {
    /// Gives a cell another text.
    Set {
        /// The row's number.
        row: u32,
        /// The column's index.
        column: u32,
        /// The text.
        text: String,
    },
    /// Gives rows another label.
    Relabel {
        /// The rows.
        rows: Selection,
        /// What their label cells will hold.
        label: String,
    },
    /// Deletes rows.
    Delete(Selection),
    /// Adds an example, to training where the table has a column that says what a row is for.
    Add {
        /// Its text.
        text: String,
        /// What its label cell holds.
        label: String,
    },
    /// Mends a problem in all rows that have it.
    Mend(Mend),
    /// Takes the last change back.
    Undo,
    /// Makes the change again that was taken back last.
    Redo,
}

/// Rows that are next to each other in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// What is listed.
    pub filter: RowFilter,
    /// How many rows come before the first one.
    pub from: u32,
    /// How many rows it are.
    pub count: u32,
}

/// A way to mend a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mend {
    /// Deletes every row whose text and label stand in an earlier one.
    RemoveDuplicates,
    /// Deletes every row whose text stands with another label elsewhere.
    RemoveConflicts,
    /// Gives rows of the same text the label that most of them have; of equals, the one that comes first.
    TakeMajority,
    /// Deletes every row without a text, or without a label that it needs.
    RemoveEmpty,
    /// Deletes every row of validation and test whose text stands in an earlier part. Where the parts are drawn, they are
    /// drawn anew without these rows, until none is left.
    RemoveLeaks,
}

/// The state of a table, as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableStatus {
    /// All rows, those of the held-out table included.
    pub rows: u32,
    /// The table that is a part of its own.
    pub held_out: Option<HeldOutSummary>,
    /// Whether there is a change to take back.
    pub can_undo: bool,
    /// Whether there is a change to make again.
    pub can_redo: bool,
    /// What is wrong with the rows.
    pub health: TableHealth,
    /// The labels as they stand in the cells, sorted; none where numbers are learnt.
    pub labels: Vec<String>,
}

/// What the page shows of a held-out table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldOutSummary {
    /// File name.
    pub name: String,
    /// What its rows are for.
    pub part: Part,
    /// Its rows, as they were read.
    pub rows: u32,
}

/// A table that is worked on.
#[derive(Debug)]
pub struct Draft {
    table: EditedTable,
    columns: ColumnChoice,
    problem: Problem,
    split: SplitConfig,
    survey: Survey,
    /// The rows that the filter asked for last leaves, as indices into the survey.
    listed: Option<(RowFilter, Vec<u32>)>,
}

impl Draft {
    /// A table that was opened, with its columns guessed.
    pub fn new(table: Table) -> Self {
        let columns = guess_columns(&table);
        Self {
            problem: guess_problem(&table, columns.label),
            columns,
            split: SplitConfig::default(),
            table: EditedTable::new(table),
            survey: Survey::default(),
            listed: None,
        }
    }

    /// The table with its changes.
    pub fn table(&self) -> &EditedTable {
        &self.table
    }

    /// Chooses what is learnt, and makes a data set.
    ///
    /// # Errors
    /// As [`Dataset::from_table`]. What was chosen stays, so that the rows can be mended.
    pub fn choose(
        &mut self,
        columns: ColumnChoice,
        problem: Problem,
        split: SplitConfig,
    ) -> Result<Dataset, DatasetError> {
        (self.columns, self.problem, self.split) = (columns, problem, split);
        self.look()
    }

    /// Makes a data set of the rows as they are, and looks at them.
    ///
    /// # Errors
    /// As [`Dataset::from_table`].
    pub fn look(&mut self) -> Result<Dataset, DatasetError> {
        let dataset = self.dataset();
        self.survey = Survey::new(
            &self.table,
            self.columns,
            self.problem,
            dataset.as_ref().ok(),
        );
        self.listed = None;
        dataset
    }

    fn dataset(&self) -> Result<Dataset, DatasetError> {
        self.table.dataset(self.columns, self.problem, self.split)
    }

    /// The state of the table when it was last looked at.
    pub fn status(&self) -> TableStatus {
        let held_out = self.table.held_out().map(|held| HeldOutSummary {
            name: held.table().name().to_owned(),
            part: held.part(),
            rows: held.table().rows(),
        });
        TableStatus {
            rows: self.survey.rows.len() as u32,
            held_out,
            can_undo: self.table.edits().can_undo(),
            can_redo: self.table.edits().can_redo(),
            health: self.survey.health,
            labels: self.survey.labels.clone(),
        }
    }

    /// Does something to the rows; [`Self::look`] then says what has become of them.
    ///
    /// # Errors
    /// If it does not fit the table, which then stays as it was.
    pub fn edit(&mut self, edit: TableEdit) -> Result<(), EditError> {
        match edit {
            TableEdit::Set { row, column, text } => {
                self.table.set_cells([(row, column, text)])?;
            }
            TableEdit::Relabel { rows, label } => {
                let column = self.columns.label;
                let rows = self.selected(&rows).into_iter();
                let cells = rows.map(|row| (row, column, label.clone()));
                self.table.set_cells(cells)?;
            }
            TableEdit::Delete(rows) => {
                let rows = self.selected(&rows);
                self.table.delete(rows)?;
            }
            TableEdit::Add { text, label } => {
                let train = self
                    .columns
                    .split
                    .map(|column| (column, "train".to_owned()));
                let cells = [(self.columns.text, text), (self.columns.label, label)];
                self.table.add(cells.into_iter().chain(train).collect())?;
            }
            TableEdit::Mend(mend) => self.mend(mend)?,
            TableEdit::Undo => self.table.undo(),
            TableEdit::Redo => self.table.redo(),
        }
        Ok(())
    }

    /// Holds out another table for a part, which must have these columns; see [`EditedTable::hold_out`].
    ///
    /// # Errors
    /// If it lacks one of them.
    pub fn hold_out(
        &mut self,
        table: Table,
        part: Part,
        columns: ColumnChoice,
    ) -> Result<(), EditError> {
        self.table.hold_out(table, part, columns)
    }

    /// Uses the held-out table for another part, or removes it.
    pub fn change_held_out(&mut self, part: Option<Part>) {
        match part {
            Some(part) => self.table.set_held_out_part(part),
            None => self.table.let_go(),
        }
    }

    /// Makes all changes that were saved of the same table.
    ///
    /// # Errors
    /// If the bytes do not hold changes of this table.
    pub fn restore(&mut self, edits: &[u8]) -> Result<(), EditError> {
        let edits: Edits = serde_json::from_slice(edits).map_err(|_| EditError::OtherTable {
            table: self.table.table().name().to_owned(),
        })?;
        self.table.restore(edits)
    }

    /// All changes as bytes, for [`Self::restore`].
    pub fn saved(&self) -> Vec<u8> {
        // Maps of numbers and texts always become JSON; without changes there is nothing to restore.
        serde_json::to_vec(self.table.edits()).unwrap_or_default()
    }

    fn mend(&mut self, mend: Mend) -> Result<(), EditError> {
        match mend {
            Mend::RemoveDuplicates => {
                self.table
                    .delete(self.survey.rows_with(|row| row.duplicate))?;
            }
            Mend::RemoveConflicts => {
                self.table
                    .delete(self.survey.rows_with(|row| row.conflict))?;
            }
            Mend::RemoveEmpty => {
                let empty = self
                    .survey
                    .rows_with(|row| row.empty_text || row.empty_label);
                self.table.delete(empty)?;
            }
            Mend::TakeMajority => {
                let column = self.columns.label;
                let majorities = self.survey.majorities();
                let labels = majorities.into_iter().map(|(row, winner)| {
                    let label = self.table.cell(winner, column).unwrap_or_default();
                    (row, column, label.to_owned())
                });
                let labels: Vec<_> = labels.collect();
                self.table.set_cells(labels)?;
            }
            Mend::RemoveLeaks => self.remove_leaks()?,
        }
        Ok(())
    }

    /// Deletes leaking rows in one step. Other rows may leak once the parts are drawn without them, so it goes on until none
    /// does; each round has fewer rows.
    fn remove_leaks(&mut self) -> Result<(), EditError> {
        let mut without = self.table.clone();
        let mut leaking = Vec::new();
        let mut round = self.survey.rows_with(|row| row.leak);
        while !round.is_empty() {
            without.delete(round.clone())?;
            leaking.append(&mut round);
            let dataset = without.dataset(self.columns, self.problem, self.split);
            let survey = Survey::new(&without, self.columns, self.problem, dataset.as_ref().ok());
            round = survey.rows_with(|row| row.leak);
        }
        self.table.delete(leaking)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
