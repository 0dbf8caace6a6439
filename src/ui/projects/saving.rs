//! Saving by itself: what has changed is written soon after, one save at a time.

use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::super::engine::Bytes;
use super::super::words;
use super::browser;
use super::keeper::{Inner, Keeper, Saved};
use crate::project::{Autosave, Record, Saving};
use crate::protocol::{ProjectEntry, ProjectId, StorageCommand, StorageEvent, WireError};
use crate::run_state::RunState;
use crate::run_state::run::RunPhase;

/// How long changes are gathered before they are written.
const GATHER_MS: u32 = 500;
/// How long after a save that failed it is tried again.
const RETRY_MS: u32 = 30_000;
/// How often it is looked whether all has been saved that is awaited, and how often at most.
const LOOK_MS: u32 = 50;
const MOST_LOOKS: u32 = 1_200;

/// What a change of is worth a save. Losses alone are not: they are saved with the next checkpoint.
fn watched(state: &RunState) -> impl PartialEq + Clone + Send + Sync + use<> {
    let run = state.run.as_ref().map(|run| {
        let phase = match run.phase {
            RunPhase::Evaluating { .. } => RunPhase::Training,
            phase => phase,
        };
        (
            (run.id, phase, run.checkpoint, run.stops, run.kept),
            (run.validations.len(), run.opinions.len()),
            (run.rate_changes.len(), run.result.is_some()),
        )
    });
    let kept = state.runs.kept().iter();
    let kept: Vec<_> = kept
        .map(|run| (run.number, run.name.clone(), run.note.clone(), run.shown))
        .collect();
    let model = state
        .opened
        .as_ref()
        .map(|opened| opened.model.name.clone());
    (
        (run, kept, model),
        (state.table_source.clone(), state.columns, state.problem),
        (
            state.work.version,
            state.dataset.as_ref().map(|data| data.examples),
        ),
        (state.encoder_source.clone(), state.threshold().cloned()),
        (
            state.using.unsure_below,
            // What an answer brings is kept when it is there.
            state.is_opening(),
            state.is_opening_model(),
            state.work.is_editing(),
        ),
    )
}

impl Keeper {
    /// Saves whenever something changes that is worth it, and keeps the model of a run that has ended.
    pub(super) fn follow_changes(self) {
        let state = self.engine.state;
        let watched = Memo::new(move |_| state.with(watched));
        let form = Memo::new(move |_| (self.settings.form(), self.engine.tried.get()));
        Effect::new(move |before: Option<()>| {
            // A memo that is not read follows nothing.
            watched.with(|_| ());
            form.with(|_| ());
            if before.is_some() {
                self.mark();
            }
        });
        let has_ended = Memo::new(move |_| {
            state.with(|state| {
                let run = state.run.as_ref();
                let ended = run.filter(|run| run.phase == RunPhase::Ended && !run.kept);
                ended.map(|run| run.id)
            })
        });
        // Without storage, too: a new worker is given it.
        Effect::new(move |_| {
            if has_ended.get().is_some() {
                self.engine.keep_model();
            }
        });
    }

    fn mark(self) {
        let saved = self.saved.get_untracked();
        let has_failed = matches!(saved, Saved::Failed(_));
        if let Saved::At(time) = saved {
            self.saved.set(Saved::Behind(time));
        }
        self.inner.update_value(|inner| {
            inner.autosave.mark();
            // After a save that failed the next change is another attempt, which need not wait.
            inner.timer.take_if(|_| has_failed);
        });
        self.save_in(GATHER_MS);
    }

    fn save_in(self, milliseconds: u32) {
        self.inner.update_value(|inner| {
            // A change does not put off the one before it.
            if inner.timer.is_none() {
                inner.timer = Some(Timeout::new(milliseconds, move || self.save()));
            }
        });
    }

    /// Saves what has changed, unless that is under way.
    pub(super) fn save(self) {
        self.inner.update_value(|inner| inner.timer = None);
        let is_due = self.inner.with_value(|inner| inner.autosave.is_due());
        let is_making = self.inner.with_value(|inner| inner.is_making);
        if !is_due || !self.is_ready() || is_making || self.is_moving.get_untracked() {
            return;
        }
        let (record, contents) = self.engine.project(self.settings.form());
        let Some(project) = self.current.get_untracked() else {
            if record.is_worth_keeping() {
                self.inner.update_value(|inner| inner.is_making = true);
                spawn_local(self.create(record));
            }
            return;
        };
        if record.data.is_some() || record.shown.run.is_some() {
            self.ask_to_persist();
        }
        let json = match record.to_json() {
            Ok(json) => json,
            Err(error) => return self.saved.set(Saved::Failed(words::record_error(&error))),
        };
        let begun = self
            .inner
            .try_update_value(|inner| inner.autosave.begin(json, contents));
        match begun.flatten() {
            Some(saving) => {
                self.saved.set(Saved::Saving);
                spawn_local(self.write(project.id, saving));
            }
            // What could not be saved is as it was again.
            None => self.saved.set(Saved::At(project.changed_at)),
        }
    }

    /// Makes the project that the page's work is kept in from now on.
    async fn create(self, record: Record) {
        let name = record.proposed_name().map(words::data_name);
        let name = name.unwrap_or_else(words::unnamed_project);
        let made = self
            .ask(|id| StorageCommand::Create { id, name }, &[])
            .await;
        self.inner.update_value(|inner| inner.is_making = false);
        match made {
            Ok((StorageEvent::Opened { project, .. }, _)) => {
                self.hold(project, None, Vec::new());
                self.mark();
                self.save();
            }
            Ok(_) => {}
            Err(error) => self.not_saved(error),
        }
    }

    async fn write(self, project: ProjectId, saving: Saving<Bytes>) {
        let number = saving.number;
        let files: Result<Vec<File>, _> = saving
            .put
            .iter()
            .map(|content| content.bytes.to_file(&content.name))
            .collect();
        let answer = match files {
            Ok(files) => {
                let put = saving.put.iter().map(|content| content.name.clone());
                let put = put.collect();
                let save = |id| StorageCommand::Save {
                    id,
                    project,
                    record: saving.record,
                    put,
                    keep: saving.keep,
                };
                self.ask(save, &files).await.map(drop)
            }
            Err(detail) => Err(words::not_sent(&format!("{detail:?}"))),
        };
        match answer {
            Ok(()) => {
                let is_due = || self.inner.with_value(|inner| inner.autosave.is_due());
                if self.settles(|autosave| autosave.saved(number)) {
                    let now = js_sys::Date::now();
                    self.saved.set(match is_due() {
                        true => Saved::Behind(now),
                        false => Saved::At(now),
                    });
                }
                if is_due() {
                    self.save_in(GATHER_MS);
                }
            }
            Err(error) => {
                if self.settles(|autosave| autosave.failed(number)) {
                    self.not_saved(error);
                }
            }
        }
    }

    /// Whether the save that has come to its end is of the project that is open.
    fn settles(self, settle: impl FnOnce(&mut Autosave<Bytes>) -> bool) -> bool {
        let settled = |inner: &mut Inner| settle(&mut inner.autosave);
        self.inner.try_update_value(settled).unwrap_or_default()
    }

    fn not_saved(self, error: WireError) {
        self.saved.set(Saved::Failed(error));
        self.save_in(RETRY_MS);
        // The list says how much room there is now.
        spawn_local(async move {
            // Without an answer the room is the one that was told last.
            let _ = self.ask(|id| StorageCommand::List { id }, &[]).await;
        });
    }

    /// Waits until all is on the disk.
    ///
    /// # Errors
    /// Why it is not.
    pub(super) async fn flush(self) -> Result<(), WireError> {
        self.inner.update_value(|inner| inner.autosave.mark());
        // What became of an earlier attempt says nothing of this one, which may wait for the project to be made.
        self.saved.update(|saved| {
            if matches!(saved, Saved::Failed(_)) {
                *saved = Saved::Never;
            }
        });
        for _ in 0..MOST_LOOKS {
            if !self.is_ready() {
                break;
            }
            // Looked at before the next attempt is begun.
            if let Saved::Failed(error) = self.saved.get_untracked() {
                return Err(error);
            }
            self.save();
            let settled = self.inner.with_value(|inner| inner.autosave.is_settled());
            let nothing = self.current.with_untracked(Option::is_none) && self.engine.is_blank();
            if settled || nothing {
                return Ok(());
            }
            browser::sleep(LOOK_MS).await;
        }
        Err(words::storage_silent())
    }

    /// Shows the newest state of a project in the list, and as the one that is open if it is.
    pub(super) fn note(self, project: ProjectEntry) {
        self.projects.update(|projects| {
            projects.retain(|other| other.id != project.id);
            projects.insert(0, project.clone());
        });
        let is_open =
            |open: &Option<ProjectEntry>| open.as_ref().is_some_and(|open| open.id == project.id);
        if self.current.with_untracked(is_open) {
            self.current.set(Some(project));
        }
    }

    /// Asks the browser once to keep what is stored, when there is something to lose.
    fn ask_to_persist(self) {
        let asked = self
            .inner
            .try_update_value(|inner| std::mem::replace(&mut inner.asked_to_persist, true));
        if asked == Some(false) {
            spawn_local(async move { self.persisted.set(browser::persist().await) });
        }
    }
}
