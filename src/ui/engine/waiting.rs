//! What the user asks for while something else of its kind is under way: the newest waits, and is next.
//!
//! The worker is never asked for two at once, so its answers are always heard, and page and worker have the same.

use leptos::prelude::*;

use super::{EncoderChoice, Engine, Inner, Source};
use crate::data::{ColumnChoice, Problem, SplitConfig};
use crate::run_state::RunState;
use crate::run_state::wanted::Wish;

impl Engine {
    /// Loads an encoder in place of the one in use.
    pub(crate) fn load_encoder(self, choice: EncoderChoice) {
        match self.state.with_untracked(RunState::is_changing_encoder) {
            true => self
                .inner
                .update_value(|inner| inner.wanted_encoder = Some(choice)),
            false => self.send_encoder(choice),
        }
    }

    /// Reads a table; its guessed columns then become the data set.
    pub(crate) fn open(self, source: Source) {
        self.leave_reading();
        self.inner.update_value(|inner| inner.waiting = None);
        match self.state.with_untracked(RunState::is_changing_data) {
            true => self.inner.update_value(|inner| inner.wanted.table(source)),
            false => self.send_table(source),
        }
    }

    /// Makes the opened table the data set, to learn `problem` of it.
    pub(crate) fn use_columns(self, columns: ColumnChoice, problem: Problem) {
        self.inner.update_value(|inner| inner.waiting = None);
        match self.state.with_untracked(RunState::is_changing_data) {
            true => self
                .inner
                .update_value(|inner| inner.wanted.columns(columns, problem)),
            false => self.send_columns(columns, problem),
        }
    }

    /// Divides this and later data sets in another way.
    pub(crate) fn set_split(self, split: SplitConfig) {
        if self.state.with_untracked(RunState::is_recovering) {
            return self.inner.update_value(|inner| inner.wanted.split(split));
        }
        if self.inner.with_value(|inner| inner.split == split) {
            return;
        }
        self.inner.update_value(|inner| inner.split = split);
        let (chosen, waits) = self.state.with_untracked(|state| {
            let columns = state.columns.filter(|_| state.can_change_data());
            let chosen = columns.map(|columns| (columns, state.problem));
            (chosen, state.is_changing_data())
        });
        match chosen {
            Some((columns, problem)) if waits => self.inner.update_value(|inner| {
                inner.waiting = None;
                inner.wanted.division(columns, problem);
            }),
            Some((columns, problem)) => self.use_columns(columns, problem),
            None => {}
        }
    }

    /// Asks for what waited, where what was under way is over.
    pub(super) fn take_next(self) {
        let waits = |inner: &Inner| !inner.wanted.is_empty() || inner.wanted_encoder.is_some();
        if !self.inner.with_value(waits) {
            return;
        }
        if !self.state.with_untracked(RunState::is_changing_encoder) {
            let next = |inner: &mut Inner| inner.wanted_encoder.take();
            let next = self.inner.try_update_value(next).flatten();
            next.into_iter()
                .for_each(|choice| self.send_encoder(choice));
        }
        if !self.state.with_untracked(RunState::is_recovering) {
            let split = |inner: &mut Inner| inner.wanted.take_split();
            let split = self.inner.try_update_value(split).flatten();
            split.into_iter().for_each(|split| self.set_split(split));
        }
        if !self.state.with_untracked(RunState::is_changing_data) {
            let next = |inner: &mut Inner| inner.wanted.take();
            match self.inner.try_update_value(next).flatten() {
                Some(Wish::Table(source)) => self.send_table(source),
                Some(Wish::Columns(columns, problem)) => self.send_columns(columns, problem),
                None => {}
            }
        }
    }
}
