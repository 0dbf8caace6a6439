//! The page has its files kept: it asks for one after the other, and again after silence.

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ServiceWorker, ServiceWorkerRegistration};

use super::registration::{Offline, ask, coming};
use crate::offline::{Ask, Heard, Keeping, Kept, Problem, Readiness, Step, Told};
use crate::ui::engine::has_web_gpu;

impl Offline {
    /// Has the files kept from the first one on.
    pub(super) fn keep_files(self) {
        let step = self.pass.try_update_value(|pass| pass.begin());
        self.ask_for(step);
    }

    /// Tries again when the browser says that there is a connection.
    pub(super) fn follow_connection(self) {
        EventListener::new(&window(), "online", move |_| {
            let is_missing = self.keeping.with_untracked(|keeping| {
                matches!(
                    keeping.readiness,
                    Readiness::Keeping { .. } | Readiness::Failed(_)
                )
            });
            if is_missing {
                self.keep_files();
            }
        })
        .forget();
    }

    /// Takes in what a service worker tells.
    pub(super) fn hear(self, told: Told, from: Option<ServiceWorker>) {
        // A version that is being installed, or waits, keeps files of its own. Before there is a version in use, it is the
        // one that this page is to have.
        let is_in_use = self.active().is_none_or(|active| from == Some(active));
        match told {
            Told::OthersOpen { .. } => {
                // This page stays. Another one may take over at any time, and is to leave it alone.
                self.reloads.set_value(false);
                self.keeper.stay();
                self.keeping.update(|keeping| keeping.apply(told));
            }
            Told::Requested { .. } => self.keeping.update(|keeping| keeping.apply(told)),
            Told::Kept(answer) if is_in_use => self.hear_answer(answer),
            Told::Keeping { .. } if is_in_use => {
                self.keeping.update(|keeping| keeping.apply(told));
                self.wait();
            }
            Told::Failed { problem } if is_in_use => self.fail(problem),
            Told::Kept(_) | Told::Keeping { .. } | Told::Failed { .. } => {}
        }
    }

    /// Says why not all is kept, and tries again later if that can help.
    pub(super) fn fail(self, problem: Problem) {
        self.pass.update_value(|pass| pass.fail(&problem));
        self.settle(Readiness::Failed(problem));
        self.wait();
    }

    fn hear_answer(self, answer: Kept) {
        match self.pass.try_update_value(|pass| pass.hear(answer)) {
            Some(Heard::GoesOn(readiness)) => {
                readiness.into_iter().for_each(|now| self.settle(now));
                let step = self.pass.try_update_value(|pass| pass.go_on());
                self.ask_for(step);
            }
            Some(Heard::Ends(readiness)) => {
                self.settle(readiness);
                self.wait();
            }
            Some(Heard::Nothing) | None => {}
        }
    }

    /// Asks the version in use. One that is to be replaced is left in peace, since it is not before it has answered.
    fn ask_for(self, step: Option<Step>) {
        let leaves_in_peace = self.reloads.get_value();
        match self.active() {
            Some(active) if !leaves_in_peace && step.is_some() => {
                let has_gpu = has_web_gpu();
                ask(&active, Ask::Keep { has_gpu, step });
            }
            // Not even what the page starts with was kept.
            None if !self.is_coming() => spawn_local(self.set_up()),
            Some(_) | None => {}
        }
        self.wait();
    }

    /// Asks again after a while, unless all is kept, or nothing can be.
    pub(super) fn wait(self) {
        let is_settled = |keeping: &Keeping| {
            matches!(
                keeping.readiness,
                Readiness::Ready | Readiness::Unsupported | Readiness::NotOffered
            )
        };
        let patience = self.pass.with_value(|pass| pass.patience_ms());
        let patience = patience.filter(|_| !self.keeping.with_untracked(is_settled));
        let timer = patience.map(|patience| {
            Timeout::new(patience, move || {
                let step = self.pass.try_update_value(|pass| pass.ask_again());
                self.ask_for(step);
            })
        });
        self.timer.set_value(timer);
    }

    /// The version in use.
    fn active(self) -> Option<ServiceWorker> {
        self.registration.with_value(|registration| {
            registration
                .as_ref()
                .and_then(ServiceWorkerRegistration::active)
        })
    }

    /// Whether a version is on its way to be in use.
    fn is_coming(self) -> bool {
        self.registration.with_value(|registration| {
            let coming = registration.as_ref().and_then(coming);
            coming.is_some()
        })
    }
}
