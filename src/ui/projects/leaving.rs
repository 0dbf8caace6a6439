//! Closing the page: what is not saved is saved, and where something would be lost the browser asks.

use leptos::ev;
use leptos::prelude::*;

use super::keeper::Keeper;
use crate::run_state::run::RunPhase;

impl Keeper {
    pub(super) fn question_leaving(self) {
        let leaving = window_event_listener(ev::beforeunload, move |event| {
            if self.would_lose() {
                event.prevent_default();
            }
        });
        // The tab goes to the background, which may be the last that is heard of it. Coming back does no harm.
        let hiding = window_event_listener(ev::visibilitychange, move |_| self.save());
        on_cleanup(move || {
            leaving.remove();
            hiding.remove();
        });
    }

    /// Whether something that took the user time is lost with the page.
    fn would_lose(self) -> bool {
        let (record, _) = self.engine.project(self.settings.form());
        if !record.is_worth_keeping() {
            return false;
        }
        let trains = self.engine.state.with_untracked(|state| {
            let run = state.run.as_ref();
            run.is_some_and(|run| run.is_active() && run.phase != RunPhase::Paused)
        });
        let is_saved =
            self.is_ready() && self.inner.with_value(|inner| inner.autosave.is_settled());
        // A table alone is soon opened again; what was made of it is not.
        let has_work = self.engine.state.with_untracked(|state| {
            let status = state.work.status.as_ref();
            state.run.is_some() || status.is_some_and(|status| status.can_undo)
        });
        trains || (!is_saved && has_work)
    }
}
