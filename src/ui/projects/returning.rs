//! Coming back: to the project used last when the page is opened, and to the open one when its worker was lost.

use leptos::prelude::*;

use super::super::words;
use super::browser;
use super::keeper::Keeper;
use super::traffic::{Answer, LOOK_MS};
use crate::protocol::{ProjectEntry, ProjectId, StorageCommand, StorageEvent, WireError};

impl Keeper {
    /// Opens the project that was used last, unless the page has something by now.
    pub(super) async fn open_last(self) {
        let last = browser::last_project();
        let known = last.filter(|last| {
            let is_last = |project: &ProjectEntry| project.id == *last && !project.damaged;
            self.projects
                .with_untracked(|projects| projects.iter().any(is_last))
        });
        let Some(project) = known.filter(|_| self.engine.is_blank()) else {
            return self.save();
        };
        self.is_moving.set(true);
        let opened = match self.obtain(project).await {
            // While another tab had it, something else was opened or begun here.
            _ if self.current.with_untracked(Option::is_some) => Ok(()),
            Ok((event @ StorageEvent::Opened { .. }, files)) if self.engine.is_blank() => {
                self.is_moving.set(true);
                self.show(event, files).await
            }
            // What was begun here is kept in a project of its own.
            Ok((StorageEvent::Opened { .. }, _)) => {
                let closed = self.ask(|id| StorageCommand::Close { id }, &[]).await;
                closed.map(drop)
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        self.settle(opened);
    }

    /// Holds the project that is open, for a worker that replaced another one.
    pub(super) async fn hold_again(self, project: ProjectEntry) {
        let opened = self.obtain(project.id.clone()).await;
        self.inner.update_value(|inner| {
            inner.is_making = false;
            inner.autosave.mark();
        });
        let knows = |record: &Option<String>| {
            self.inner
                .with_value(|inner| inner.autosave.knows(record.as_deref()))
        };
        let held = match opened {
            // It was left while another tab had it.
            _ if !self.is_current(&project.id) => Ok(()),
            Ok((
                StorageEvent::Opened {
                    project, record, ..
                },
                _,
            )) if knows(&record) => {
                self.note(project);
                Ok(())
            }
            // This worker is lost, too.
            Err(error) if !self.is_ready() => Err(error),
            Ok(_) | Err(_) => self.go_apart().await,
        };
        self.settle(held);
    }

    /// Goes on in a project of its own, as the one that was open is not what this page has written: another tab has
    /// changed or deleted it, or its newest state is damaged. It is opened anew, for the page to read its files.
    async fn go_apart(self) -> Result<(), WireError> {
        self.current.set(None);
        self.inner.update_value(|inner| inner.autosave.close());
        self.rest().await?;
        if let Some(own) = self.current.get_untracked() {
            self.open(own.id).await?;
            self.engine.notice.set(Some(words::project_apart()));
        }
        Ok(())
    }

    /// Opens a project as soon as no other tab has it, while no other thing is done with projects.
    async fn obtain(self, project: ProjectId) -> Answer {
        self.is_busy.set(true);
        let open = |id| StorageCommand::Open {
            id,
            project,
            wait: true,
        };
        let answer = self.ask(open, &[]).await;
        if self.elsewhere.try_update(Option::take).flatten().is_some() {
            // What was begun here meanwhile comes to its end first.
            while self.is_busy.get_untracked() || self.inner.with_value(|inner| inner.is_making) {
                browser::sleep(LOOK_MS).await;
            }
            self.is_busy.set(true);
        }
        answer
    }
}
