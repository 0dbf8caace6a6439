//! Closing the page: what is not saved is saved, and where something would be lost the browser asks.

use leptos::ev;
use leptos::prelude::*;

use super::keeper::Keeper;
use crate::run_state::run::RunPhase;
use crate::ui::language::tr;

impl Keeper {
    pub(super) fn question_leaving(self) {
        let leaving = window_event_listener(ev::beforeunload, move |event| {
            let is_asked = !self.inner.with_value(|inner| inner.leaves_unasked);
            if is_asked && self.would_lose() {
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

    /// Lets the run pause and saves all, as before another project, and then leaves. If something would be lost all the
    /// same, the user is asked first. Whoever cannot leave then says so by [`Self::stay`].
    pub(crate) fn rest_before_leaving(self, leave: impl FnOnce() + 'static) {
        let leave = move || {
            let would_lose = self.would_lose();
            let question = || window().confirm_with_message(&tr!("shell-update-loses"));
            if !would_lose || question().unwrap_or(false) {
                self.inner.update_value(|inner| inner.rest.leave());
                leave();
            }
        };
        // Without storage there is nothing to wait for.
        if !self.is_ready() {
            return leave();
        }
        self.run_alone(async move {
            let rested = self.rest().await;
            leave();
            rested
        });
    }

    /// The page is not left after all: what was paused for that goes on.
    pub(crate) fn stay(self) {
        self.inner.update_value(|inner| inner.rest.stay());
        self.end_rest();
    }

    /// The page is about to be reloaded, after [`Self::rest_before_leaving`]: the browser asks nothing more.
    pub(crate) fn leave_unasked(self) {
        self.inner.update_value(|inner| inner.leaves_unasked = true);
    }

    /// Whether nothing of a project is here, or on its way here or there.
    pub(crate) fn has_nothing(self) -> bool {
        self.current.with_untracked(Option::is_none)
            && self.elsewhere.with_untracked(Option::is_none)
            && !self.is_busy.get_untracked()
            && !self.is_moving.get_untracked()
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
