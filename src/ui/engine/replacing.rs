//! Opening a table in the place of one that the user has changed.

use leptos::prelude::*;

use super::{Engine, Source};

impl Engine {
    /// Opens a table. If the one that is open was changed, its changes would be lost: the user is asked first.
    pub(crate) fn open_instead(self, source: Source) {
        match self.has_changes() {
            true => self.replacing.set(Some(source)),
            false => self.open(source),
        }
    }

    /// Takes the table that waits for the user's word.
    pub(crate) fn take_replacing(self) -> Option<Source> {
        self.replacing.try_update(Option::take).flatten()
    }

    fn has_changes(self) -> bool {
        let status = self.state.with_untracked(|state| state.work.status.clone());
        match status {
            Some(status) => status.can_undo,
            // The worker has not been told of them, or could not be.
            None => self.inner.with_value(|inner| {
                let data = inner.told.data.as_ref();
                data.is_some_and(|data| data.worked.edits.is_some())
            }),
        }
    }
}
