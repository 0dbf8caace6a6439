//! What the user has changed of a table, laid over it: the table itself stays as it was read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Steps that can be undone; older ones are for good.
const MOST_STEPS: usize = 1_000;

/// Changed cells, deleted rows and added ones, each step of which can be undone and redone.
///
/// Rows go by numbers that never change, whatever is deleted or added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Edits {
    /// The cells that differ from the table's, by [`key`].
    cells: BTreeMap<u64, String>,
    /// The rows that are not there.
    deleted: BTreeSet<u32>,
    /// Rows that were ever added; each keeps its number when its addition is undone.
    added: u32,
    undo: Vec<Step>,
    redo: Vec<Step>,
}

/// What is done at once. To apply it leaves in it what undoes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Step {
    /// Each cell at most once, with the text that it gets; `None` is what the table has there.
    pub(super) cells: Vec<(u32, u32, Option<String>)>,
    /// Rows that are deleted if they are there, and are there again if they were deleted; each at most once.
    pub(super) rows: Vec<u32>,
}

fn key(row: u32, column: u32) -> u64 {
    (u64::from(row) << 32) | u64::from(column)
}

impl Edits {
    /// What a cell was changed to; `None` if it is as the table has it.
    pub(super) fn cell(&self, row: u32, column: u32) -> Option<&str> {
        // Most tables are never edited, and every cell of them is asked for.
        if self.cells.is_empty() {
            return None;
        }
        self.cells.get(&key(row, column)).map(String::as_str)
    }

    /// Whether a row is there.
    pub(super) fn keeps(&self, row: u32) -> bool {
        self.deleted.is_empty() || !self.deleted.contains(&row)
    }

    /// Rows that were ever added.
    pub(super) fn added(&self) -> u32 {
        self.added
    }

    /// Takes the number of a new row, counted from 0. The row is there once a step puts it there by `id`.
    pub(super) fn add(&mut self, id: impl Fn(u32) -> u32) -> u32 {
        let row = id(self.added);
        self.added += 1;
        self.deleted.insert(row);
        row
    }

    /// Does something that can be undone. What was undone before can no longer be redone.
    pub(super) fn apply(&mut self, mut step: Step) {
        if step == Step::default() {
            return;
        }
        self.swap(&mut step);
        self.redo.clear();
        self.undo.push(step);
        if self.undo.len() > MOST_STEPS {
            self.undo.remove(0);
        }
    }

    /// Whether there is a step to undo.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is a step to redo.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Takes the last step back, if there is one.
    pub(super) fn undo(&mut self) {
        if let Some(mut step) = self.undo.pop() {
            self.swap(&mut step);
            self.redo.push(step);
        }
    }

    /// Does again what was undone last, if there is something.
    pub(super) fn redo(&mut self) {
        if let Some(mut step) = self.redo.pop() {
            self.swap(&mut step);
            self.undo.push(step);
        }
    }

    /// Forgets all that concerns some rows, steps included: another table takes their numbers.
    pub(super) fn forget(&mut self, rows: std::ops::Range<u32>) {
        self.cells
            .retain(|key, _| !rows.contains(&((key >> 32) as u32)));
        self.deleted.retain(|row| !rows.contains(row));
        for steps in [&mut self.undo, &mut self.redo] {
            for step in steps.iter_mut() {
                step.cells.retain(|(row, ..)| !rows.contains(row));
                step.rows.retain(|row| !rows.contains(row));
            }
            steps.retain(|step| *step != Step::default());
        }
    }

    /// Bytes of all text that is kept, steps included.
    pub(super) fn text_bytes(&self) -> usize {
        let steps = self.undo.iter().chain(&self.redo);
        let kept = steps.flat_map(|step| &step.cells);
        let kept = kept.filter_map(|(.., text)| text.as_ref());
        self.cells.values().chain(kept).map(String::len).sum()
    }

    /// Every row and column that anything is kept of.
    pub(super) fn places(&self) -> impl Iterator<Item = (u32, Option<u32>)> {
        let steps = self.undo.iter().chain(&self.redo);
        let cells = steps.clone().flat_map(|step| &step.cells);
        let cells = cells.map(|(row, column, _)| (*row, Some(*column)));
        let rows = steps.flat_map(|step| &step.rows).chain(&self.deleted);
        let changed = self.cells.keys();
        changed
            .map(|key| ((key >> 32) as u32, Some(*key as u32)))
            .chain(cells)
            .chain(rows.map(|row| (*row, None)))
    }

    fn swap(&mut self, step: &mut Step) {
        for (row, column, text) in &mut step.cells {
            let key = key(*row, *column);
            *text = match text.take() {
                Some(text) => self.cells.insert(key, text),
                None => self.cells.remove(&key),
            };
        }
        for row in &step.rows {
            if !self.deleted.remove(row) {
                self.deleted.insert(*row);
            }
        }
    }
}

#[cfg(test)]
mod tests;
