//! The project that the page shows: what there is to keep of it, and another one in its place.

use js_sys::ArrayBuffer;
use leptos::prelude::*;

use super::kept_files::{Bytes, Files, contents, describe, told};
use super::recovery::{EncoderChoice, Told};
use super::table::Worked;
use super::{Engine, InUse};
use crate::project::{Content, FormRecord, Record};
use crate::protocol::{Command, ExportForm, RequestId};
use crate::run_state::RunState;
use crate::run_state::monitor::Monitor;
use crate::run_state::run::{Run, RunPhase};
use crate::run_state::wanted::Wanted;
use crate::ui::dropped::Brought;

/// Name of a run's finished model among the project's files.
const KEPT_MODEL: &str = "model.tabtune-model";

/// A project that was read, ready to be shown.
pub(crate) struct Restored {
    told: Told,
    state: RunState,
    /// The run that is taken up without a question: one that was paused, or one whose end is to be repeated.
    taken_up: Option<Run>,
    tried: String,
    /// What cannot be had any more, by its names.
    pub(crate) missing: Vec<String>,
}

impl Restored {
    /// A project without anything in it.
    pub(crate) fn blank() -> Self {
        Self {
            told: Told::default(),
            state: RunState::default(),
            taken_up: None,
            tried: String::new(),
            missing: Vec::new(),
        }
    }

    /// Makes of a record and its files what the page needs to show them.
    pub(crate) async fn read(record: Record, files: &Files) -> Self {
        let (told, missing) = told(&record, files).await;
        let before = record.shown.run.clone();
        let mut state = RunState::restored(record.shown);
        let can_resume = told.data.is_some() && told.encoder.is_some();
        let was_paused = before
            .as_ref()
            .is_some_and(|run| run.phase == RunPhase::Paused && run.result.is_none());
        let is_whole = before.as_ref().is_some_and(|run| run.result.is_some());
        let mut taken_up = None;
        if was_paused && told.checkpoint.is_some() && can_resume {
            taken_up = before;
        } else if is_whole && told.run_model.is_none() {
            // The page was closed between the run's end and the model's being kept.
            let ended = before.map(|run| Run {
                phase: RunPhase::Ended,
                ..run
            });
            let again = ended
                .filter(|run| told.checkpoint.is_some() && can_resume && run.checkpoint.is_some());
            match again {
                Some(run) => taken_up = Some(run),
                None => state.run_abandoned(),
            }
        } else if state.is_interrupted() && !is_whole && !can_resume {
            state.run_abandoned();
        }
        if taken_up.is_some() {
            state.run_taken_up();
        }
        // What the project is made with, whether or not it can be had.
        state.encoder_source = told.encoder.as_ref().map(EncoderChoice::on_wire);
        if let Some(run) = state.run.as_mut().filter(|_| told.checkpoint.is_none()) {
            // It may have been damaged: the run is not offered from there.
            run.checkpoint = None;
        }
        Self {
            told,
            state,
            taken_up,
            tried: record.tried,
            missing,
        }
    }

    /// The encoders of the hub that it is made with, by name and revision.
    pub(crate) fn of_hub(&self) -> Vec<(String, String)> {
        let models = [&self.told.model, &self.told.run_model]
            .into_iter()
            .flatten();
        let of_models = models.filter_map(|(encoder, _)| encoder.as_ref());
        let all = self.told.encoder.iter().chain(of_models);
        all.filter_map(|encoder| match encoder {
            EncoderChoice::Hub {
                repository,
                revision,
            } => Some((repository.clone(), revision.clone())),
            EncoderChoice::Origin(_) | EncoderChoice::Disk(_) => None,
        })
        .collect()
    }

    /// The same, with the worker brought to it only when the user says so: it would ask the hub.
    pub(crate) fn held_back(mut self) -> Self {
        if self.taken_up.take().is_some() {
            self.state.run_given_back();
        }
        self.told.is_held_back = true;
        self
    }
}

impl Engine {
    /// What there is to keep: the record, and the files that belong to it.
    pub(crate) fn project(self, form: FormRecord) -> (Record, Vec<Content<Bytes>>) {
        let mut record = Record {
            shown: self.state.with_untracked(RunState::stored),
            form,
            tried: self.tried.get_untracked(),
            ..Record::default()
        };
        let contents = self.inner.with_value(|inner| {
            describe(&inner.told, &mut record);
            contents(&inner.told)
        });
        (record, contents)
    }

    /// Shows another project, and brings a worker to it.
    pub(crate) fn show_project(self, restored: Restored) {
        let Restored {
            told,
            state,
            taken_up,
            tried,
            missing: _,
        } = restored;
        // A worker that has not said that it is ready was told nothing yet.
        let is_fresh = self.state.with_untracked(|state| state.device.is_none())
            && self.inner.with_value(|inner| inner.worker.is_some());
        self.inner.update_value(|inner| {
            inner.split = told
                .data
                .as_ref()
                .map(|data| data.split)
                .unwrap_or_default();
            inner.replay = told.replay(taken_up.as_ref(), false);
            inner.told = told;
            inner.loading = None;
            inner.wanted_encoder = None;
            inner.opening = None;
            inner.opened = None;
            inner.wanted = Wanted::default();
            inner.reading.clear();
            inner.worked = Worked::default();
            inner.holding = None;
            inner.opening_model = None;
            inner.keeping = None;
            inner.in_use = InUse::default();
            inner.choosing = None;
            inner.waiting = None;
            inner.losses_in_a_row = 0;
        });
        self.notice.set(None);
        self.replacing.set(None);
        self.tried.set(tried);
        self.monitor.set(Monitor::default());
        self.state
            .update(|shown| shown.replace_project(state, is_fresh));
        self.note_recovery();
        if !is_fresh {
            self.start_worker();
        }
    }

    /// Whether the page shows nothing that the user has made.
    pub(crate) fn is_blank(self) -> bool {
        let (record, _) = self.project(FormRecord::default());
        let opening = self.state.with_untracked(RunState::is_opening);
        !record.is_worth_keeping() && !opening
    }

    /// Brings the worker to the project that was held back. The user lets the hub be asked for its encoder.
    pub(crate) fn bring_back(self) {
        self.inner
            .update_value(|inner| inner.told.is_held_back = false);
        if !self.hub_allowed.get_untracked() {
            // The worker that may ask it is brought to the project as it starts.
            return self.allow_hub(true);
        }
        let opens_other = self.state.with_untracked(RunState::is_opening);
        self.inner.update_value(|inner| {
            inner.replay = inner.told.replay(None, false);
            // The user has gone on without it.
            inner
                .replay
                .retain(|step| !opens_other || !step.is_of_data());
        });
        self.note_recovery();
        if self.state.with_untracked(|state| state.device.is_some()) {
            self.go_on();
        }
    }

    /// Lets the project wait again: its encoder could not be had.
    pub(super) fn hold_back(self) {
        self.inner.update_value(|inner| {
            inner.told.is_held_back = true;
            inner.replay.clear();
        });
    }

    /// Takes up the run that was cut off by the page's end.
    pub(crate) fn take_up_run(self) {
        let run = self
            .state
            .with_untracked(|state| state.offered_run().cloned());
        let Some(run) = run else { return };
        self.state.update(RunState::run_taken_up);
        let waits = self.inner.try_update_value(|inner| {
            let steps = inner.told.replay_run(&run, false);
            inner.replay.extend(steps);
            inner.replaying.is_some()
        });
        self.note_recovery();
        let is_ready = self.state.with_untracked(|state| state.device.is_some());
        if waits == Some(false) && is_ready {
            self.go_on();
        }
    }

    /// Leaves that run. What it has shown stays.
    pub(crate) fn leave_run(self) {
        self.inner
            .update_value(|inner| inner.told.checkpoint = None);
        self.state.update(RunState::run_left);
    }

    /// Makes a file of the finished model, to be kept with the project. Nothing shows it: the user has asked for nothing.
    pub(crate) fn keep_model(self) {
        let id = self.inner.try_update_value(|inner| {
            inner.next_id += 1;
            inner.keeping = Some(inner.next_id - 1);
            inner.next_id - 1
        });
        let form = ExportForm::Tabtune;
        let id = id.unwrap_or_default();
        self.post(&Command::Export { id, form }, None, &[]);
    }

    /// Whether a request is the one for that file, which is over then.
    pub(super) fn is_kept(self, id: RequestId) -> bool {
        let taken = |inner: &mut super::Inner| inner.keeping.take_if(|keeping| *keeping == id);
        self.inner.try_update_value(taken).flatten().is_some()
    }

    /// Keeps it.
    pub(super) fn model_kept(self, bytes: Option<ArrayBuffer>) {
        let file = bytes.and_then(|bytes| Bytes::Buffer(bytes).to_file(KEPT_MODEL).ok());
        let Some(file) = file else { return };
        self.inner.update_value(|inner| {
            let encoder = inner.told.encoder.clone();
            inner.told.run_model = Some((encoder, Brought::File(file)));
            inner.told.checkpoint = None;
        });
        self.state.update(RunState::run_kept);
    }

    /// Notes a model that was opened: the user's, or the run's own that a new worker was given.
    pub(super) fn model_opened(self, brought: Brought) {
        let of_run = self.state.with_untracked(|state| state.opened.is_none());
        self.inner.update_value(|inner| {
            let model = Some((inner.told.encoder.clone(), brought));
            (inner.told.model, inner.told.run_model) = match of_run {
                true => (None, model),
                false => (model, None),
            };
        });
    }
}
