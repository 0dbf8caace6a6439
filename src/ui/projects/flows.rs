//! Opening a project, leaving it for another, renaming, deleting, exporting and importing.

use gloo::file::Blob;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::super::engine::{Bytes, Restored, Source};
use super::super::words;
use super::browser;
use super::keeper::{Keeper, Saved, Storage};
use crate::project::{Content, FormRecord, Record};
use crate::protocol::{ProjectEntry, ProjectId, StorageCommand, StorageEvent, WireError};
use crate::run_state::RunState;
use crate::run_state::run::RunPhase;

/// How often it is looked whether a run has paused, and for how long at most: a unit of its work may take a while.
const LOOK_MS: u32 = 100;
const MOST_LOOKS: u32 = 600;

impl Keeper {
    /// Opens another project in the place of this one, which is saved first.
    pub(crate) fn switch(self, project: ProjectId) {
        self.run_alone(self.open(project));
    }

    /// Begins a project of its own, and shows an empty page until there is something to keep.
    pub(crate) fn start_new(self) {
        self.run_alone(async move {
            self.rest().await?;
            self.show_blank().await
        });
    }

    /// Does not wait any longer until another tab lets go of the project.
    pub(crate) fn stop_waiting(self) {
        browser::remember_project(None);
        spawn_local(async move {
            // What was awaited ends with it, whatever the answer.
            let _ = self.ask(|id| StorageCommand::Close { id }, &[]).await;
        });
    }

    /// Opens a table in a project of its own; this one stays as it is.
    pub(crate) fn open_in_new(self, source: Source) {
        self.run_alone(async move {
            self.rest().await?;
            self.show_blank().await?;
            // The new worker hears when it is ready.
            for _ in 0..MOST_LOOKS {
                let device = |state: &RunState| state.device.is_some();
                if self.engine.state.with_untracked(device) {
                    break;
                }
                browser::sleep(LOOK_MS).await;
            }
            self.engine.open(source);
            Ok(())
        });
    }

    /// Calls a project by another name.
    pub(crate) fn rename(self, project: ProjectId, name: String) {
        self.run_alone(async move {
            let rename = |id| StorageCommand::Rename { id, project, name };
            self.ask(rename, &[]).await?;
            self.refresh_current();
            Ok(())
        });
    }

    /// Deletes a project for good.
    pub(crate) fn delete(self, project: ProjectId) {
        self.run_alone(async move { self.remove(project).await });
    }

    /// Deletes everything that Tabtune keeps in this browser.
    pub(crate) fn delete_all(self) {
        self.run_alone(async move {
            let projects = self.projects.get_untracked();
            let mut kept = None;
            for project in projects {
                if let Err(error) = self.remove(project.id).await {
                    kept = Some(error);
                }
            }
            // The permission is one of the choices that are forgotten.
            self.engine.allow_hub(false);
            browser::forget_all().await;
            // Another tab may have one of them.
            kept.map_or(Ok(()), Err)
        });
    }

    /// Lets the browser save a project as one file. Where the newest cannot be saved the file has what was saved before:
    /// exporting is how one makes room.
    pub(crate) fn export(self, project: ProjectId) {
        self.run_alone(async move {
            let flushed = match self.is_current(&project) {
                true => self.flush().await,
                false => Ok(()),
            };
            let has_stored = || self.inner.with_value(|inner| inner.autosave.has_stored());
            if flushed.is_err() && !has_stored() {
                return flushed;
            }
            let export = |id| StorageCommand::Export { id, project };
            if let (StorageEvent::Exported { name, .. }, files) = self.ask(export, &[]).await? {
                let file = files.into_iter().next();
                let file = file.map(|file| Blob::from(web_sys::Blob::from(file)));
                self.engine.save(&name, file.as_ref());
                if flushed.is_err() {
                    self.engine.notice.set(Some(words::exported_earlier()));
                }
            }
            flushed
        });
    }

    /// Makes a project of such a file, and opens it.
    pub(crate) fn import(self, file: File) {
        self.run_alone(async move {
            self.rest().await?;
            let import = |id| StorageCommand::Import { id };
            match self.ask(import, &[file]).await? {
                (StorageEvent::Imported { project, .. }, _) => {
                    self.note(project.clone());
                    self.open(project.id).await
                }
                _ => Ok(()),
            }
        });
    }

    /// Does one thing at a time with projects; what goes wrong is shown.
    pub(super) fn run_alone(self, flow: impl Future<Output = Result<(), WireError>> + 'static) {
        if let Storage::Missing(error) = self.storage.get_untracked() {
            return self.settle(Err(error));
        }
        spawn_local(async move {
            while self.is_busy.get_untracked() {
                browser::sleep(LOOK_MS).await;
            }
            self.is_busy.set(true);
            let done = flow.await;
            self.settle(done);
        });
    }

    /// Ends what was done with projects.
    pub(super) fn settle(self, done: Result<(), WireError>) {
        self.end_rest();
        if let Err(error) = done {
            let state = self.engine.state;
            state.update(|state| state.error = Some(error));
        }
        self.is_moving.set(false);
        self.is_busy.set(false);
        self.save();
    }

    /// Lets the run pause and saves all, before the page shows something else.
    pub(super) async fn rest(self) -> Result<(), WireError> {
        let state = self.engine.state;
        let works = |state: &RunState| {
            let run = state.run.as_ref();
            run.is_some_and(|run| run.is_active() && run.phase != RunPhase::Paused)
        };
        for _ in 0..MOST_LOOKS {
            if !state.with_untracked(works) {
                break;
            }
            if state.with_untracked(RunState::can_pause) {
                self.inner.update_value(|inner| inner.rest.pause());
                self.engine.pause();
            }
            browser::sleep(LOOK_MS).await;
        }
        match self.current.with_untracked(Option::is_some) || !self.engine.is_blank() {
            true => self.flush().await,
            false => Ok(()),
        }
    }

    /// Lets the run go on that [`Self::rest`] has paused, if it is still here.
    pub(super) fn end_rest(self) {
        let goes_on = self.inner.try_update_value(|inner| inner.rest.end());
        let can_resume = || self.engine.state.with_untracked(RunState::can_resume);
        if goes_on == Some(true) && can_resume() {
            self.engine.resume();
        }
    }

    /// Opens another project in the place of this one, which is saved first, and stays if the other cannot be had.
    pub(super) async fn open(self, project: ProjectId) -> Result<(), WireError> {
        self.rest().await?;
        self.is_moving.set(true);
        let open = |id| StorageCommand::Open {
            id,
            project,
            wait: false,
        };
        match self.ask(open, &[]).await? {
            (event @ StorageEvent::Opened { .. }, files) => self.show(event, files).await,
            (StorageEvent::HeldElsewhere { project, .. }, _) => {
                Err(words::open_elsewhere(&project.name))
            }
            _ => Ok(()),
        }
    }

    /// Shows what was opened.
    pub(super) async fn show(
        self,
        opened: StorageEvent,
        files: Vec<File>,
    ) -> Result<(), WireError> {
        let StorageEvent::Opened {
            project,
            record: json,
            files: names,
            damaged,
            earlier,
            ..
        } = opened
        else {
            return Ok(());
        };
        let record = match json.as_deref().map(Record::from_json).transpose() {
            Ok(record) => record.unwrap_or_default(),
            Err(error) => {
                // What is stored is not touched.
                self.ask(|id| StorageCommand::Close { id }, &[]).await?;
                self.blank();
                return Err(words::record_error(&error));
            }
        };
        let form = record.form.clone();
        let found = names.into_iter().zip(files).collect();
        let restored = self
            .asking_no_hub(Restored::read(record, &found).await)
            .await;
        let is_whole = damaged.is_empty() && restored.missing.is_empty() && !earlier;
        let missing = restored.missing.clone();
        self.settings.fill(&form);
        self.show_in_page(restored);
        let (_, contents) = self.engine.project(form);
        self.hold(project, json, contents);
        if !is_whole {
            self.engine
                .notice
                .set(Some(words::project_damaged(missing, earlier)));
        }
        Ok(())
    }

    /// Holds a project back whose encoder would have to be asked of the hub: only the user has it asked.
    async fn asking_no_hub(self, restored: Restored) -> Restored {
        self.engine.wanted_of_hub.set(None);
        for (repository, revision) in restored.of_hub() {
            if !browser::has_of_hub(&repository, &revision).await {
                self.engine.wanted_of_hub.set(Some(repository));
                return restored.held_back();
            }
        }
        restored
    }

    /// Notes that a project is open, with these on the disk.
    pub(super) fn hold(
        self,
        project: ProjectEntry,
        record: Option<String>,
        contents: Vec<Content<Bytes>>,
    ) {
        browser::remember_project(Some(&project.id));
        let was_opened = record.is_some();
        let changed_at = project.changed_at;
        self.inner
            .update_value(|inner| inner.autosave.open(record, contents));
        self.current.set(Some(project.clone()));
        self.note(project);
        self.saved.set(match was_opened {
            true => Saved::At(changed_at),
            false => Saved::Never,
        });
    }

    async fn show_blank(self) -> Result<(), WireError> {
        self.is_moving.set(true);
        self.ask(|id| StorageCommand::Close { id }, &[]).await?;
        self.blank();
        Ok(())
    }

    fn blank(self) {
        browser::remember_project(None);
        self.current.set(None);
        self.engine.wanted_of_hub.set(None);
        self.saved.set(Saved::Never);
        self.inner.update_value(|inner| inner.autosave.close());
        self.settings.fill(&FormRecord::default());
        self.show_in_page(Restored::blank());
    }

    fn show_in_page(self, restored: Restored) {
        self.inner.update_value(|inner| inner.rest.forget());
        self.engine.show_project(restored);
    }

    async fn remove(self, project: ProjectId) -> Result<(), WireError> {
        if self.is_current(&project) {
            self.show_blank().await?;
        }
        let delete = |id| StorageCommand::Delete { id, project };
        self.ask(delete, &[]).await.map(drop)
    }

    pub(super) fn is_current(self, project: &ProjectId) -> bool {
        let is_it =
            |open: &Option<ProjectEntry>| open.as_ref().is_some_and(|open| open.id == *project);
        self.current.with_untracked(is_it)
    }

    /// Takes the newest of the open project from the list.
    fn refresh_current(self) {
        let newest = self.current.get_untracked().and_then(|open| {
            self.projects.with_untracked(|projects| {
                projects
                    .iter()
                    .find(|project| project.id == open.id)
                    .cloned()
            })
        });
        if newest.is_some() {
            self.current.set(newest);
        }
    }
}
