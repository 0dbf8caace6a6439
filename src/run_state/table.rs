//! The opened table as the page works on it: a window of its rows, what is wrong with them, how long its texts are.

use super::RunState;
use crate::data::{RowFilter, RowPage, TableStatus, TextLengths};
use crate::protocol::{EditOutcome, RequestId, TableSource, WireError};

/// What the page knows of the opened table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableWork {
    /// Its state; `None` until it was looked at.
    pub status: Option<TableStatus>,
    /// Counts looks at the table: rows that were listed before may have changed.
    pub version: u32,
    /// The rows that were listed last, and the version that they are of.
    pub listed: Option<(u32, RowPage)>,
    /// Why no data set can be made of the rows as they are.
    pub unusable: Option<WireError>,
    /// How long the texts of the data set are; `None` until they were measured.
    pub lengths: Option<TextLengths>,
    /// Whether the texts could not be measured, so that they are not tried again and again.
    pub unmeasurable: bool,
    listing: Option<RequestId>,
    editing: Option<RequestId>,
    measuring: Option<RequestId>,
}

impl TableWork {
    /// Whether rows are on their way.
    pub fn is_listing(&self) -> bool {
        self.listing.is_some()
    }

    /// Whether the rows are being changed.
    pub fn is_editing(&self) -> bool {
        self.editing.is_some()
    }

    /// Whether texts are being measured.
    pub fn is_measuring(&self) -> bool {
        self.measuring.is_some()
    }

    /// The rows of a filter that were listed last. They may have changed since: see [`Self::is_current`].
    pub fn page(&self, filter: &RowFilter) -> Option<&RowPage> {
        let listed = self.listed.as_ref().map(|(_, page)| page);
        listed.filter(|page| page.filter == *filter)
    }

    /// Whether the rows that were listed last are those of a filter as they are now.
    pub fn is_current(&self, filter: &RowFilter) -> bool {
        let listed = self.listed.as_ref();
        listed.is_some_and(|(version, page)| *version == self.version && page.filter == *filter)
    }

    /// Whether that was asked for by `id`.
    pub(super) fn is_edited_by(&self, id: RequestId) -> bool {
        self.editing == Some(id)
    }

    pub(super) fn lists(&mut self, id: RequestId) {
        self.listing = Some(id);
    }

    pub(super) fn edits(&mut self, id: RequestId) {
        self.editing = Some(id);
    }

    pub(super) fn measures(&mut self, id: RequestId) {
        self.measuring = Some(id);
    }

    pub(super) fn rows_listed(&mut self, id: RequestId, page: RowPage) {
        if super::settle(&mut self.listing, id) {
            self.listed = Some((self.version, page));
        }
    }

    pub(super) fn checked(&mut self, status: TableStatus) {
        self.version += 1;
        self.status = Some(status);
        self.unusable = None;
        self.lengths = None;
        self.unmeasurable = false;
    }

    pub(super) fn measured(&mut self, id: RequestId, lengths: TextLengths) {
        if super::settle(&mut self.measuring, id) {
            self.lengths = Some(lengths);
        }
    }

    /// Takes back what waits for an answer to `id`, and tells whether something did.
    pub(super) fn failed(&mut self, id: RequestId) -> bool {
        self.unmeasurable |= self.measuring == Some(id);
        // An id is of one request.
        [&mut self.listing, &mut self.editing, &mut self.measuring]
            .into_iter()
            .any(|waiting| super::settle(waiting, id))
    }

    /// The worker is gone, and with it what was asked of it. The next one does not have the table yet.
    pub(super) fn forget_requests(&mut self) {
        self.status = None;
        (self.listing, self.editing, self.measuring) = (None, None, None);
    }
}

impl RunState {
    /// Whether the rows of the opened table may be changed.
    pub fn can_edit(&self) -> bool {
        self.can_change_data()
            && self.work.status.is_some()
            && !self.work.is_editing()
            && !self.is_opening()
    }

    pub(super) fn table_edited(&mut self, id: RequestId, outcome: EditOutcome) {
        if !super::settle(&mut self.work.editing, id) {
            return;
        }
        self.estimates.forget();
        self.leave_checkpoint();
        match outcome {
            EditOutcome::Usable(summary) => {
                self.used = self.columns.map(|columns| (columns, self.problem));
                self.dataset = Some(summary);
            }
            EditOutcome::Unusable(error) => {
                self.used = None;
                self.dataset = None;
                self.work.unusable = Some(error);
            }
        }
    }

    /// Rows that are typed make no data set at first, which is no error: the page says so where they are typed.
    pub(super) fn is_still_typed(&self) -> bool {
        self.table_source == Some(TableSource::Typed)
    }
}

#[cfg(test)]
mod tests;
