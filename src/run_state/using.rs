//! Using the model on a whole table and on a stream of texts, and in other programs.

use super::{RunState, settle};
use crate::data::TableSummary;
use crate::protocol::{ErrorKind, RequestId, Snippet, TableOutcome};

/// What the page shows of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Using {
    /// Confidence below which the model counts as unsure; `None` if it never does.
    pub unsure_below: Option<f64>,
    /// The table of texts that is open.
    pub table: Option<TableSummary>,
    /// Its column of texts.
    pub column: u32,
    /// The file that could not be read last, if it may be a text in another encoding.
    pub unread: Option<String>,
    /// Rows that are classified, of all, while that goes on.
    pub progress: Option<(u32, u32)>,
    /// What became of the table.
    pub outcome: Option<TableOutcome>,
    /// Programs that use the model's files; `None` until they have been asked for.
    pub snippets: Option<Vec<Snippet>>,
    pending: Pending,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Pending {
    texts: Option<RequestId>,
    open: Option<(RequestId, String)>,
    table: Option<RequestId>,
    stop: Option<RequestId>,
    snippets: Option<RequestId>,
}

impl Using {
    pub(super) fn asks_texts(&mut self, id: RequestId) {
        self.pending.texts = Some(id);
    }

    pub(super) fn texts_answered(&mut self, id: RequestId) {
        settle(&mut self.pending.texts, id);
    }

    pub(super) fn opens(&mut self, id: RequestId, name: &str) {
        self.pending.open = Some((id, name.to_owned()));
        self.unread = None;
    }

    pub(super) fn opened(&mut self, id: RequestId, table: TableSummary) {
        if self.pending.open.take_if(|(open, _)| *open == id).is_none() {
            return;
        }
        // The same file, read in another way or by another worker, has the same column of texts.
        let before = self.table.as_ref().map(|before| &before.columns);
        if before != Some(&table.columns) {
            self.column = table.guess.text;
        }
        self.table = Some(table);
        self.outcome = None;
    }

    pub(super) fn classifies(&mut self, id: RequestId) {
        let rows = self.table.as_ref().map_or(0, |table| table.rows);
        self.pending.table = Some(id);
        self.progress = Some((0, rows));
        self.outcome = None;
    }

    pub(super) fn classified(&mut self, id: RequestId, done: u32, total: u32) {
        if self.pending.table == Some(id) {
            self.progress = Some((done, total));
        }
    }

    pub(super) fn table_ended(&mut self, id: RequestId, outcome: TableOutcome) {
        if settle(&mut self.pending.table, id) {
            self.progress = None;
            self.outcome = Some(outcome);
        }
    }

    pub(super) fn stops(&mut self, id: RequestId) {
        self.pending.stop = Some(id);
    }

    pub(super) fn stopping(&mut self, id: RequestId) {
        settle(&mut self.pending.stop, id);
    }

    pub(super) fn asks_snippets(&mut self, id: RequestId) {
        self.pending.snippets = Some(id);
    }

    pub(super) fn described(&mut self, id: RequestId, snippets: Vec<Snippet>) {
        if settle(&mut self.pending.snippets, id) {
            self.snippets = Some(snippets);
        }
    }

    /// Whether one of its requests has failed.
    pub(super) fn fail(&mut self, id: RequestId, kind: ErrorKind) -> bool {
        let pending = &mut self.pending;
        let opening = pending.open.take_if(|(open, _)| *open == id);
        let opens = opening.is_some();
        if let Some((_, name)) = opening.filter(|_| kind == ErrorKind::Encoding) {
            self.unread = Some(name);
        }
        let classifies = settle(&mut pending.table, id);
        if classifies {
            self.progress = None;
        }
        let others = [&mut pending.texts, &mut pending.stop, &mut pending.snippets];
        others
            .into_iter()
            .fold(opens || classifies, |known, pending| {
                settle(pending, id) || known
            })
    }

    /// The worker is gone, and what it was asked for with it.
    pub(super) fn worker_replaced(&mut self) {
        self.pending = Pending::default();
        self.progress = None;
        self.snippets = None;
    }
}

impl RunState {
    /// Whether some texts may be asked about: one command of that kind at a time.
    pub fn can_predict_texts(&self) -> bool {
        self.using.pending.texts.is_none() && self.has_answers()
    }

    /// Whether a file of texts is being read.
    pub fn is_opening_texts(&self) -> bool {
        self.using.pending.open.is_some()
    }

    /// Whether a file of texts may be opened.
    pub fn can_open_texts(&self) -> bool {
        self.device.is_some()
            && !self.is_recovering()
            && !self.is_classifying()
            && !self.is_opening_texts()
    }

    /// Whether a table is being classified.
    pub fn is_classifying(&self) -> bool {
        self.using.pending.table.is_some()
    }

    /// Whether the open table may be classified. The model must stand still, so that all rows have the same one.
    pub fn can_classify(&self) -> bool {
        self.device.is_some()
            && !self.is_recovering()
            && self.has_model()
            && self.using.table.is_some()
            && !self.is_classifying()
            && !self.is_opening_texts()
    }

    /// Whether the device can classify in 8-bit integers.
    pub fn can_use_int8(&self) -> bool {
        self.device.as_ref().is_some_and(|device| device.int8)
    }

    /// Whether the classifying may be stopped.
    pub fn can_stop_classifying(&self) -> bool {
        self.is_classifying() && self.using.pending.stop.is_none()
    }

    /// Whether the programs for the model that there is should be asked for.
    pub fn wants_snippets(&self) -> bool {
        self.using.snippets.is_none()
            && self.using.pending.snippets.is_none()
            && self.device.is_some()
            && self.has_model()
    }

    /// The programs are for another model.
    pub(super) fn forget_snippets(&mut self) {
        self.using.snippets = None;
        self.using.pending.snippets = None;
    }
}
