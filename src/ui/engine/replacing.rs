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
        self.state.with_untracked(|state| {
            let status = state.work.status.as_ref();
            status.is_some_and(|status| status.can_undo)
        })
    }
}
