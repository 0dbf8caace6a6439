//! Watching the worker: a ping a second, and what follows from silence.

use gloo::timers::callback::Interval;
use leptos::prelude::*;

use super::Engine;
use super::trouble::Trouble;
use crate::protocol::{Command, Event};
use crate::run_state::watch::{LOOK_INTERVAL, Liveness, Watch};
use crate::ui::words;

/// The watch over a worker that has begun to speak.
pub(super) struct Heartbeat {
    watch: Watch,
    _looks: Interval,
}

impl Engine {
    /// Begins to watch the worker that has just spoken for the first time.
    pub(super) fn watch_worker(self) {
        let looks = Interval::new(LOOK_INTERVAL, move || self.look_at_worker());
        self.inner.update_value(|inner| {
            inner.heartbeat = Some(Heartbeat {
                watch: Watch::default(),
                _looks: looks,
            });
        });
    }

    /// Takes a sign of life. True if the event is nothing else.
    pub(super) fn heard_from_worker(self, event: &Event) -> bool {
        self.inner.update_value(|inner| {
            if let Some(heartbeat) = &mut inner.heartbeat {
                heartbeat.watch.hears(event);
            }
        });
        matches!(event, Event::Pong { .. } | Event::Occupied { .. })
    }

    fn look_at_worker(self) {
        let now = web_sys::window()
            .and_then(|window| window.performance())
            .map(|performance| performance.now());
        let looked = self.inner.try_update_value(|inner| {
            let liveness = inner.heartbeat.as_mut()?.watch.look(now?);
            let id = inner.next_id;
            inner.next_id += 1;
            // A worker that cannot be reached does not answer, and that is noticed.
            let _ = inner
                .worker
                .as_ref()?
                .post(&Command::Ping { id }, None, &[]);
            Some(liveness)
        });
        let Some(liveness) = looked.flatten() else {
            return;
        };
        let said = self.trouble.with_untracked(|trouble| {
            trouble
                .as_ref()
                .is_some_and(|trouble| matches!(trouble, Trouble::Silent))
        });
        match (liveness, said) {
            (Liveness::Answers, true) => self.trouble.set(None),
            (Liveness::Silent, false) => self.trouble.set(Some(Trouble::Silent)),
            (Liveness::Hung, _) => self.lose(words::worker_hung()),
            (Liveness::Answers, false) | (Liveness::Silent, true) => (),
        }
    }

    /// Replaces a worker that does not answer, as the user wishes.
    pub(crate) fn replace_silent_worker(self) {
        self.inner.update_value(|inner| inner.losses_in_a_row = 0);
        self.lose(words::worker_hung());
    }
}
