//! The handle to what is kept, and what the page shows of it.

use std::collections::HashMap;

use futures_channel::oneshot::Sender;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use super::super::engine::{Bytes, Engine, WorkerHandle};
use super::super::settings::Settings;
use super::traffic::Answer;
use crate::project::{Autosave, Rest};
use crate::protocol::{ProjectEntry, RequestId, Space, WireError};
use crate::run_state::requests::WorkerRequests;

/// What is known of storage.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Storage {
    /// Its worker has not answered yet.
    #[default]
    Starting,
    /// It has not answered for long, and may still.
    Slow,
    /// It can be used.
    Ready,
    /// There is none, and why.
    Missing(WireError),
}

/// What became of the last attempt to save.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Saved {
    /// There was none.
    #[default]
    Never,
    /// It is under way.
    Saving,
    /// All is on the disk since that time, in milliseconds since 1970.
    At(f64),
    /// All was on the disk at that time. Something has changed since, and is about to be saved.
    Behind(f64),
    /// Nothing was changed on the disk.
    Failed(WireError),
}

/// Handle to the projects. Copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Keeper {
    pub(super) engine: Engine,
    pub(super) settings: Settings,
    /// What can be kept at all.
    pub(crate) storage: RwSignal<Storage>,
    /// What there is, the projects changed last first.
    pub(crate) projects: RwSignal<Vec<ProjectEntry>>,
    /// Room in the browser.
    pub(crate) space: RwSignal<Space>,
    /// Whether the browser has promised not to clear it; `None` until it has said so.
    pub(crate) persisted: RwSignal<Option<bool>>,
    /// The project that is open; `None` before there is something to keep.
    pub(crate) current: RwSignal<Option<ProjectEntry>>,
    /// The project that is awaited while another tab has it.
    pub(crate) elsewhere: RwSignal<Option<ProjectEntry>>,
    pub(crate) saved: RwSignal<Saved>,
    /// Whether a project is being opened, made or deleted.
    pub(crate) is_busy: RwSignal<bool>,
    /// Whether the page goes from one project to another: what it shows is of neither, nothing is saved, and nothing can be
    /// done with it.
    pub(crate) is_moving: RwSignal<bool>,
    /// What the storage workers have requested: their own program.
    pub(crate) requests: RwSignal<WorkerRequests>,
    /// Whether the list is shown.
    pub(crate) is_open: RwSignal<bool>,
    pub(super) inner: StoredValue<Inner, LocalStorage>,
}

pub(super) struct Inner {
    /// A worker that does not hear yet: what is sent to it would be lost.
    pub(super) starting: Option<WorkerHandle>,
    pub(super) worker: Option<WorkerHandle>,
    /// Counts workers: what an earlier one says is not heard.
    pub(super) generation: u32,
    pub(super) next_id: RequestId,
    /// Who waits for an answer.
    pub(super) waiting: HashMap<RequestId, Sender<Answer>>,
    /// The request that waits until another tab lets go of a project.
    pub(super) awaiting: Option<RequestId>,
    pub(super) autosave: Autosave<Bytes>,
    pub(super) timer: Option<Timeout>,
    pub(super) slow_start: Option<Timeout>,
    pub(super) losses: u32,
    /// Whether the run is paused for what is done with projects.
    pub(super) rest: Rest,
    /// Whether the page is reloaded after all was saved, or the user was asked.
    pub(super) leaves_unasked: bool,
    /// Whether the worker is about to hold the project that is to be saved: one that is made for what the page has, or the
    /// one that a lost worker held.
    pub(super) is_making: bool,
    /// Whether this page has asked the browser to keep what it stores.
    pub(super) asked_to_persist: bool,
}

impl Keeper {
    /// Keeps what `engine` and `settings` have, and brings back the project that was used last, as soon as the code for it
    /// is here.
    pub(crate) fn start(engine: Engine, settings: Settings) -> Self {
        let keeper = Self {
            engine,
            settings,
            storage: RwSignal::new(Storage::default()),
            projects: RwSignal::new(Vec::new()),
            space: RwSignal::new(Space::default()),
            persisted: RwSignal::new(None),
            current: RwSignal::new(None),
            elsewhere: RwSignal::new(None),
            saved: RwSignal::new(Saved::default()),
            is_busy: RwSignal::new(false),
            is_moving: RwSignal::new(false),
            requests: RwSignal::new(WorkerRequests::default()),
            is_open: RwSignal::new(false),
            inner: StoredValue::new_local(Inner {
                starting: None,
                worker: None,
                generation: 0,
                next_id: 1,
                waiting: HashMap::new(),
                awaiting: None,
                autosave: Autosave::default(),
                timer: None,
                slow_start: None,
                losses: 0,
                rest: Rest::default(),
                leaves_unasked: false,
                is_making: false,
                asked_to_persist: false,
            }),
        };
        engine.soon(move |work| (work.keep)(keeper));
        keeper
    }

    /// What [`Self::start`] does then.
    pub(crate) fn begin(self) {
        self.start_worker();
        self.follow_changes();
        self.question_leaving();
    }

    /// Whether what the page shows comes back after a reload.
    pub(crate) fn is_kept(self) -> bool {
        let is_ready = self.storage.with(|storage| *storage == Storage::Ready);
        let is_saved =
            |saved: &Saved| matches!(saved, Saved::Saving | Saved::At(_) | Saved::Behind(_));
        is_ready && self.saved.with(is_saved)
    }

    /// Whether the worker answers.
    pub(super) fn is_ready(self) -> bool {
        self.storage
            .with_untracked(|storage| *storage == Storage::Ready)
    }

    /// Whether projects can be opened, renamed and deleted now.
    pub(crate) fn can_change(self) -> bool {
        self.storage.with(|storage| *storage == Storage::Ready) && !self.is_busy.get()
    }
}
