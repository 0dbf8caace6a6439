//! The storage worker: its start, its messages, its replacement.

use futures_channel::oneshot::channel;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, WorkerType};

use super::super::engine::{FromWorker, WorkerHandle};
use super::super::words;
use super::browser;
use super::keeper::{Keeper, Storage};
use crate::port;
use crate::protocol::{RequestId, STORAGE_VERSION, StorageCommand, StorageEvent, WireError};
use crate::run_state::requests::WorkerRequests;

/// The storage worker's loader: index.html links it.
const LOADER: &str = "worker-storage_loader.js";

/// A worker that does not speak for this long is said to be slow, and awaited further: a busy machine may take that long.
const SLOW_START_MS: u32 = 20_000;

/// How often it is looked whether something has come to its end.
pub(super) const LOOK_MS: u32 = 50;

/// Workers lost in a row, without a save between them, up to which another one is started.
const MOST_RESTARTS: u32 = 3;

/// An answer, and the files beside it.
pub(super) type Answer = Result<(StorageEvent, Vec<File>), WireError>;

impl Keeper {
    pub(super) fn start_worker(self) {
        self.storage.set(Storage::Starting);
        let generation = self.inner.try_update_value(|inner| {
            inner.starting = None;
            inner.worker = None;
            inner.generation += 1;
            // Who waits hears that there will be no answer.
            inner.waiting.clear();
            inner.awaiting = None;
            inner.generation
        });
        let hear = move |message: FromWorker| {
            if self.inner.try_with_value(|inner| inner.generation) == generation {
                self.hear(message);
            }
        };
        match WorkerHandle::start(LOADER, WorkerType::Classic, hear) {
            Ok(worker) => self.inner.update_value(|inner| {
                inner.starting = Some(worker);
                let slow = move || self.storage.set(Storage::Slow);
                inner.slow_start = Some(Timeout::new(SLOW_START_MS, slow));
            }),
            Err(detail) => self.give_up(words::storage_died(&detail)),
        }
    }

    /// Sends a command with files beside it, and waits for its answer.
    pub(super) async fn ask(
        self,
        command: impl FnOnce(RequestId) -> StorageCommand,
        files: &[File],
    ) -> Answer {
        let (sender, receiver) = channel();
        let posted = self.inner.try_update_value(|inner| {
            let id = inner.next_id;
            inner.next_id += 1;
            let command = command(id);
            if matches!(command, StorageCommand::Open { wait: true, .. }) {
                inner.awaiting = Some(id);
            }
            match &inner.worker {
                Some(worker) => worker.post(&command, None, files)?,
                None => return Err("no worker".to_owned()),
            }
            inner.waiting.insert(id, sender);
            Ok(())
        });
        if let Some(Err(detail)) = posted {
            return Err(words::not_sent(&detail));
        }
        match receiver.await {
            Ok(answer) => answer,
            Err(_) => Err(words::storage_died("")),
        }
    }

    fn hear(self, message: FromWorker) {
        match message {
            FromWorker::Message(message) => match port::unpack(&message) {
                Ok((event, _)) => self.hear_event(event, port::files(&message)),
                Err(error) => self.give_up(words::version_mismatch(&error.to_string())),
            },
            FromWorker::Died(detail) => self.lose(words::storage_died(&detail)),
        }
    }

    fn hear_event(self, event: StorageEvent, files: Vec<File>) {
        match &event {
            StorageEvent::Listening => {
                self.inner.update_value(|inner| {
                    inner.slow_start = None;
                    inner.worker = inner.starting.take();
                });
                self.requests.update(WorkerRequests::worker_started);
                spawn_local(self.greet());
            }
            StorageEvent::Started { projects, .. } | StorageEvent::Listed { projects, .. } => {
                self.projects.set(projects.clone());
            }
            StorageEvent::Saved { project, .. } => {
                self.inner.update_value(|inner| inner.losses = 0);
                self.note(project.clone());
            }
            StorageEvent::HeldElsewhere { id, project }
                if self.inner.with_value(|inner| inner.awaiting == Some(*id)) =>
            {
                // The answer comes when the other tab lets go. Until then one can begin something else.
                self.inner.update_value(|inner| inner.is_making = false);
                self.is_moving.set(false);
                self.is_busy.set(false);
                return self.elsewhere.set(Some(project.clone()));
            }
            StorageEvent::Lost { error } => return self.lose(error.clone()),
            StorageEvent::Requested { count } => {
                self.requests.update(|requests| requests.counted(*count));
            }
            StorageEvent::Opened { .. }
            | StorageEvent::HeldElsewhere { .. }
            | StorageEvent::Closed { .. }
            | StorageEvent::Exported { .. }
            | StorageEvent::Imported { .. }
            | StorageEvent::Failed { .. } => {}
        }
        if let StorageEvent::Started { space, .. }
        | StorageEvent::Listed { space, .. }
        | StorageEvent::Saved { space, .. } = &event
        {
            self.space.set(*space);
        }
        let Some(id) = request(&event) else { return };
        let sender = self.inner.try_update_value(|inner| {
            inner.awaiting.take_if(|awaiting| *awaiting == id);
            inner.waiting.remove(&id)
        });
        if let Some(sender) = sender.flatten() {
            let answer = match event {
                StorageEvent::Failed { error, .. } => Err(error),
                event => Ok((event, files)),
            };
            // Nobody waits any more if the page went on to something else.
            let _ = sender.send(answer);
        }
    }

    /// Greets a worker that has just begun to hear: the first one, or one in the place of another.
    async fn greet(self) {
        let start = |id| StorageCommand::Start {
            id,
            version: STORAGE_VERSION,
        };
        match self.ask(start, &[]).await {
            Ok((StorageEvent::Started { version, .. }, _)) if version != STORAGE_VERSION => {
                let detail = format!("page {STORAGE_VERSION}, storage {version}");
                self.give_up(words::version_mismatch(&detail));
            }
            Ok(_) => {
                // What was under way with a lost worker comes to its end first.
                while self.is_busy.get_untracked() {
                    browser::sleep(LOOK_MS).await;
                }
                let held = self.current.get_untracked();
                self.inner
                    .update_value(|inner| inner.is_making = held.is_some());
                self.storage.set(Storage::Ready);
                match held {
                    Some(project) => self.hold_again(project).await,
                    None => self.open_last().await,
                }
            }
            Err(error) => self.give_up(error),
        }
    }

    /// Replaces the worker, once the call that brought the news has returned: it runs in the old worker's listener.
    fn lose(self, error: WireError) {
        let losses = self.inner.try_update_value(|inner| {
            inner.generation += 1;
            inner.losses += 1;
            inner.losses
        });
        self.storage.set(Storage::Starting);
        spawn_local(async move {
            match losses.unwrap_or(MOST_RESTARTS) < MOST_RESTARTS {
                true => self.start_worker(),
                false => self.give_up(error),
            }
        });
    }

    /// There is no storage in this page's life any more.
    fn give_up(self, error: WireError) {
        self.inner.update_value(|inner| {
            inner.generation += 1;
            (inner.starting, inner.worker) = (None, None);
            inner.slow_start = None;
            inner.waiting.clear();
        });
        self.current.set(None);
        self.elsewhere.set(None);
        self.storage.set(Storage::Missing(error));
    }
}

/// The request that an event answers.
fn request(event: &StorageEvent) -> Option<RequestId> {
    match event {
        StorageEvent::Started { id, .. }
        | StorageEvent::Listed { id, .. }
        | StorageEvent::Opened { id, .. }
        | StorageEvent::HeldElsewhere { id, .. }
        | StorageEvent::Closed { id }
        | StorageEvent::Saved { id, .. }
        | StorageEvent::Exported { id, .. }
        | StorageEvent::Imported { id, .. }
        | StorageEvent::Failed { id, .. } => Some(*id),
        StorageEvent::Listening | StorageEvent::Lost { .. } | StorageEvent::Requested { .. } => {
            None
        }
    }
}
