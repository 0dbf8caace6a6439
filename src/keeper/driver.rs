//! The queue: one command after the other. Only waiting for another tab goes on beside it.

use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::errors::{KeeperError, KeeperFault};
use super::export::export_file;
use super::held::{Held, Waiting};
use super::locks::{self, Lock, Patience};
use super::opfs::Opfs;
use super::port::{lost, post, post_with};
use crate::checksum::hexadecimal;
use crate::port::{FileReader, Received};
use crate::protocol::{
    ProjectId, RequestId, STORAGE_VERSION, StorageCommand, StorageEvent, WireError,
};
use crate::storage::{Shelf, StorageError};

/// What comes into the queue.
pub enum Input {
    /// A command of the page.
    Message(Received<StorageCommand>),
    /// Waiting is over.
    Obtained {
        /// The request that waited.
        id: RequestId,
        /// The project, unless the waiting was ended.
        lock: Result<Option<Lock>, KeeperError>,
    },
}

/// What a command ends in, and the files beside it; `None` if it waits.
type Answer = Option<(StorageEvent, Vec<File>)>;

/// All that the worker holds.
pub struct Driver {
    sender: UnboundedSender<Input>,
    queue: UnboundedReceiver<Input>,
    shelf: Option<Shelf<Opfs>>,
    held: Option<Held>,
    waiting: Option<Waiting>,
}

impl Driver {
    /// Takes what comes out of a queue; what is waited for is put into it.
    pub fn new(sender: UnboundedSender<Input>, queue: UnboundedReceiver<Input>) -> Self {
        Self {
            sender,
            queue,
            shelf: None,
            held: None,
            waiting: None,
        }
    }

    /// Runs until the page ends the worker.
    pub async fn drive(mut self) {
        while let Ok(input) = self.queue.recv().await {
            let (id, answer) = match input {
                Input::Message(message) => {
                    let id = message.message.id();
                    (id, self.carry_out(message).await)
                }
                Input::Obtained { id, lock } => (id, self.obtained(id, lock).await),
            };
            match answer {
                Ok(Some((event, files))) => post_with(&event, &files),
                Ok(None) => {}
                Err(error) => post(&StorageEvent::Failed { id, error }),
            }
        }
    }

    async fn carry_out(&mut self, message: Received<StorageCommand>) -> Result<Answer, WireError> {
        let files = message.files;
        let event = match message.message {
            StorageCommand::Start { id, version } => return self.start(id, version).await,
            StorageCommand::List { id } => self.list(id).await?,
            StorageCommand::Create { id, name } => {
                let project = new_id()?;
                let lock = self.take(&project).await?;
                let now = js_sys::Date::now();
                let project = self.shelf()?.create(project, &name, now).await?;
                return self.hold(id, Held { project, lock }).await;
            }
            StorageCommand::Open { id, project, wait } => {
                return self.open(id, project, wait).await;
            }
            StorageCommand::Close { id } => {
                self.held = None;
                self.end_waiting();
                StorageEvent::Closed { id }
            }
            StorageCommand::Save {
                id,
                project,
                record,
                put,
                keep,
            } => {
                let space = self.shelf()?.space().await?;
                let held = self.holding(&project).ok_or(StorageError::NotHeld)?;
                let project = held.save(record, put, &keep, &files, space).await?;
                let space = self.shelf()?.space().await?;
                StorageEvent::Saved { id, project, space }
            }
            StorageCommand::Rename { id, project, name } => {
                self.rename(project, &name).await?;
                self.list(id).await?
            }
            StorageCommand::Delete { id, project } => {
                self.delete(&project).await?;
                self.list(id).await?
            }
            StorageCommand::Export { id, project } => {
                let (name, file) = self.export(project).await?;
                return Ok(Some((StorageEvent::Exported { id, name }, vec![file])));
            }
            StorageCommand::Import { id } => self.import(id, &files).await?,
        };
        Ok(Some((event, Vec::new())))
    }

    async fn start(&mut self, id: RequestId, version: u32) -> Result<Answer, WireError> {
        if version != STORAGE_VERSION {
            lost(KeeperFault::Version {
                page: version,
                worker: STORAGE_VERSION,
            });
            return Ok(None);
        }
        // Without locks two tabs would write over each other.
        locks::at_once(&new_id()?).await?;
        let shelf = self.shelf.insert(Shelf::new(Opfs::open().await?));
        let started = StorageEvent::Started {
            id,
            version: STORAGE_VERSION,
            projects: shelf.list().await?.projects,
            space: shelf.space().await?,
        };
        Ok(Some((started, Vec::new())))
    }

    /// Lists the projects, and removes what is left of those whose making or deleting broke off.
    async fn list(&self, id: RequestId) -> Result<StorageEvent, WireError> {
        let shelf = self.shelf()?;
        let listed = shelf.list().await?;
        for unfinished in listed.unfinished {
            // Another tab may be making it just now.
            if let Some(_lock) = locks::at_once(&unfinished).await? {
                shelf.sweep(&unfinished).await?;
            }
        }
        Ok(StorageEvent::Listed {
            id,
            projects: listed.projects,
            space: shelf.space().await?,
        })
    }

    async fn open(
        &mut self,
        id: RequestId,
        project: ProjectId,
        wait: bool,
    ) -> Result<Answer, WireError> {
        let shelf = self.shelf.as_ref().ok_or(KeeperError::NotStarted)?;
        if let Some(held) = self
            .held
            .as_mut()
            .filter(|held| *held.project.id() == project)
        {
            held.project = shelf.open(project).await?;
            let opened = held.opened(id).await.map_err(StorageError::from)?;
            self.end_waiting();
            return Ok(Some(opened));
        }
        // What is not there is nobody's.
        let entry = self.shelf()?.entry(&project).await?;
        if let Some(lock) = locks::soon(&project).await? {
            let project = self.shelf()?.open(project).await?;
            return self.hold(id, Held { project, lock }).await;
        }
        let elsewhere = StorageEvent::HeldElsewhere { id, project: entry };
        if !wait {
            return Ok(Some((elsewhere, Vec::new())));
        }
        self.end_waiting();
        let patience = Patience::new()?;
        let (sender, signal) = (self.sender.clone(), patience.signal());
        self.waiting = Some(Waiting {
            id,
            project: project.clone(),
            patience,
        });
        post(&elsewhere);
        spawn_local(async move {
            let lock = locks::until(&project, &signal).await;
            // The queue lives as long as the worker.
            drop(sender.unbounded_send(Input::Obtained { id, lock }));
        });
        Ok(None)
    }

    async fn obtained(
        &mut self,
        id: RequestId,
        lock: Result<Option<Lock>, KeeperError>,
    ) -> Result<Answer, WireError> {
        let Some(waiting) = self.waiting.take_if(|waiting| waiting.id == id) else {
            // Its waiting was ended, and that was said.
            return Ok(None);
        };
        let Some(lock) = lock? else {
            return Err(StorageError::HeldElsewhere.into());
        };
        let project = self.shelf()?.open(waiting.project).await?;
        self.hold(id, Held { project, lock }).await
    }

    /// Holds a project from now on, and no other.
    async fn hold(&mut self, id: RequestId, held: Held) -> Result<Answer, WireError> {
        let opened = held.opened(id).await.map_err(StorageError::from)?;
        self.held = Some(held);
        self.end_waiting();
        Ok(Some(opened))
    }

    fn end_waiting(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            drop(waiting.patience);
            post(&StorageEvent::Closed { id: waiting.id });
        }
    }

    async fn rename(&mut self, project: ProjectId, name: &str) -> Result<(), WireError> {
        let space = self.shelf()?.space().await?;
        if let Some(held) = self.holding(&project) {
            return Ok(held.project.rename(name, space).await?);
        }
        let _lock = self.take(&project).await?;
        Ok(self.shelf()?.rename(project, name).await?)
    }

    async fn delete(&mut self, project: &str) -> Result<(), WireError> {
        let lock = match self.held.take_if(|held| held.project.id() == project) {
            Some(held) => held.lock,
            None => self.take(project).await?,
        };
        let deleted = self.shelf()?.delete(project).await;
        drop(lock);
        Ok(deleted?)
    }

    async fn export(&mut self, project: ProjectId) -> Result<(String, File), WireError> {
        if let Some(held) = self
            .held
            .as_ref()
            .filter(|held| *held.project.id() == project)
        {
            return Ok(export_file(&held.project).await?);
        }
        let _lock = self.take(&project).await?;
        let project = self.shelf()?.open(project).await?;
        Ok(export_file(&project).await?)
    }

    async fn import(&mut self, id: RequestId, files: &[File]) -> Result<StorageEvent, WireError> {
        let [file] = files else {
            return Err(StorageError::Contents {
                named: 1,
                given: files.len(),
            }
            .into());
        };
        let reader = FileReader::new(file).map_err(|source| StorageError::Source {
            file: file.name(),
            source,
        })?;
        let project = new_id()?;
        let _lock = self.take(&project).await?;
        let now = js_sys::Date::now();
        let project = self.shelf()?.import(project, reader, now).await?;
        Ok(StorageEvent::Imported {
            id,
            project: project.entry(),
        })
    }

    /// A project that no other tab holds.
    async fn take(&self, project: &str) -> Result<Lock, WireError> {
        let lock = locks::soon(project).await?;
        Ok(lock.ok_or(StorageError::HeldElsewhere)?)
    }

    /// The project that is held, if it is this one.
    fn holding(&mut self, project: &str) -> Option<&mut Held> {
        self.held
            .as_mut()
            .filter(|held| held.project.id() == project)
    }

    fn shelf(&self) -> Result<&Shelf<Opfs>, KeeperError> {
        self.shelf.as_ref().ok_or(KeeperError::NotStarted)
    }
}

/// A name for a project that no other has.
fn new_id() -> Result<ProjectId, KeeperError> {
    let mut bytes = [0; 16];
    getrandom_03::fill(&mut bytes).map_err(|error| KeeperError::Unsupported {
        detail: error.to_string(),
    })?;
    Ok(hexadecimal(&bytes))
}
