//! Working on the opened table.

use js_sys::ArrayBuffer;
use leptos::prelude::*;

use super::recovery::{DataInUse, Source};
use super::{Engine, Inner};
use crate::data::{ColumnChoice, Part, Problem, RowFilter, TableEdit};
use crate::protocol::{Command, RequestId};

/// What a new worker must be told of the opened table, beside its file and its columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Worked {
    /// The second table and what it is for.
    pub(super) held_out: Option<(Source, Part)>,
    /// All changes, as the worker has written them.
    pub(super) edits: Option<ArrayBuffer>,
}

impl Engine {
    /// Lists rows of the opened table.
    pub(crate) fn list_rows(self, filter: RowFilter, offset: u32, limit: u32) {
        self.send(
            |id| Command::ListRows {
                id,
                filter,
                offset,
                limit,
            },
            None,
        );
    }

    /// Does something to the rows of the opened table.
    pub(crate) fn edit_table(self, edit: TableEdit) {
        self.send(|id| Command::EditTable { id, edit }, None);
    }

    /// Makes the changes again that a worker before this one has written.
    pub(super) fn restore_edits(self, saved: ArrayBuffer) {
        self.send(|id| Command::RestoreEdits { id }, Some(saved));
    }

    /// Reads a second table, whose rows are for one part.
    pub(crate) fn hold_out(self, source: Source, part: Part) {
        if let Some(columns) = self.state.with_untracked(|state| state.columns) {
            self.hold_out_by(source, part, columns);
        }
    }

    /// The same, looking for these columns of the first table.
    pub(super) fn hold_out_by(self, source: Source, part: Part, columns: ColumnChoice) {
        let command = self.announce(|id| Command::HoldOut {
            id,
            source: source.on_wire(),
            options: source.options(),
            part,
            columns,
        });
        self.inner.update_value(|inner| {
            inner.holding = Some((command.id(), Some((source.clone(), part))));
        });
        self.post_source(command, source);
    }

    /// Uses the second table for another part, or lets go of it.
    pub(crate) fn change_held_out(self, part: Option<Part>) {
        let id = self.send(|id| Command::ChangeHeldOut { id, part }, None);
        self.inner.update_value(|inner| {
            let source = inner.worked.held_out.clone().map(|(source, _)| source);
            inner.holding = Some((id, source.zip(part)));
        });
    }

    /// Measures the texts of the data set.
    pub(crate) fn measure_lengths(self) {
        self.send(|id| Command::MeasureLengths { id }, None);
    }

    /// Keeps what a new worker must be told of the table.
    pub(super) fn table_edited(self, id: RequestId, saved: Option<ArrayBuffer>) {
        self.inner.update_value(|inner| {
            if let Some((_, held_out)) = inner.holding.take_if(|(holding, _)| *holding == id) {
                inner.worked.held_out = held_out;
            }
            inner.worked.edits = saved;
        });
        // A recovery knows what it is about to tell, and may itself be interrupted.
        if self.settle_replay(id) {
            return;
        }
        let chosen = self
            .state
            .with_untracked(|state| Some((state.columns?, state.problem)));
        if let Some((columns, problem)) = chosen {
            self.inner
                .update_value(|inner| inner.told.data = inner.data_of_opened(columns, problem));
        }
    }
}

impl Inner {
    /// The opened table as a data set, whether or not one can be made of it yet.
    pub(super) fn data_of_opened(
        &self,
        columns: ColumnChoice,
        problem: Problem,
    ) -> Option<DataInUse> {
        Some(DataInUse {
            source: self.opened.clone()?,
            worked: self.worked.clone(),
            columns,
            problem,
            split: self.split,
        })
    }
}
