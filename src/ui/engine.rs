//! The page's side of the protocol: starts a worker, sends commands, takes events in, and replaces a lost worker.

mod heartbeat;
mod hub;
mod kept_files;
mod lifecycle;
mod project;
mod reading;
mod recovery;
mod replacing;
mod running;
mod table;
mod trouble;
mod using;
mod waiting;
mod worker;

use std::collections::{BTreeSet, VecDeque};

use gloo::timers::callback::Timeout;
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::chunks::{Chunks, Work};
use super::dropped::Brought;
use super::notice::Notice;
use super::save_file::as_file;
use super::words;
use crate::data::{ColumnChoice, Part, Problem, SplitConfig};
use crate::eval::tested::ExampleFilter;
use crate::protocol::{
    Command, DevicePreference, DeviceReason, Event, ExportForm, PROTOCOL_VERSION, RequestId,
};
use crate::run_state::RunState;
use crate::run_state::monitor::Monitor;
use crate::run_state::wanted::Wanted;
use crate::train::config::TrainConfig;
use heartbeat::Heartbeat;
pub(crate) use kept_files::Bytes;
pub(crate) use project::Restored;
use recovery::{DataInUse, Step, Told, model_source};
pub(crate) use recovery::{EncoderChoice, Source};
pub(crate) use running::StartPace;
use table::Worked;
pub(crate) use trouble::Trouble;
use using::InUse;
pub(crate) use worker::OneThread;
pub(crate) use worker::{FromWorker, WorkerHandle, base_url, has_web_gpu, hub_url};
use worker::{WorkerBuild, wanted_device};

/// Tested examples that are listed at once.
const LISTED_AT_ONCE: u32 = 10;

/// Handle to the worker and to what is known of it. Copies are the same engine.
#[derive(Clone, Copy)]
pub(crate) struct Engine {
    /// What the page shows.
    pub(crate) state: RwSignal<RunState>,
    /// Something that the user should know, and that is not an error.
    pub(crate) notice: RwSignal<Option<Notice>>,
    /// What the user should decide.
    pub(crate) trouble: RwSignal<Option<Trouble>>,
    /// The user's text to try the model with. It is asked again at each validation, so that one sees the model change its
    /// mind.
    pub(crate) tried: RwSignal<String>,
    /// The stream of texts that is watched.
    pub(crate) monitor: RwSignal<Monitor>,
    /// The table that waits for the user's word, as another one with changes is open.
    pub(crate) replacing: RwSignal<Option<Source>, LocalStorage>,
    /// Why the CPU computes with one thread alone, if it does.
    pub(crate) one_thread: RwSignal<Option<OneThread>>,
    /// Whether the hub may be asked.
    pub(crate) hub_allowed: RwSignal<bool>,
    /// The encoder that the project needs of the hub, where this browser does not have it.
    pub(crate) wanted_of_hub: RwSignal<Option<String>>,
    /// The page's code that comes later. What is heard of the worker and said to it is part of that.
    pub(crate) chunks: Chunks,
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    build: WorkerBuild,
    preference: DevicePreference,
    /// Why there is no GPU, where a worker that is gone has found that out.
    no_gpu: Option<DeviceReason>,
    worker: Option<WorkerHandle>,
    /// Counts workers: what an earlier one says is not heard.
    generation: u32,
    next_id: RequestId,
    split: SplitConfig,
    told: Told,
    /// The encoder being loaded, and the one that waits for that.
    loading: Option<(RequestId, EncoderChoice)>,
    wanted_encoder: Option<EncoderChoice>,
    /// The table being opened, and the one opened last.
    opening: Option<(RequestId, Source)>,
    opened: Option<Source>,
    /// What the user wants of the data meanwhile.
    wanted: Wanted<Source>,
    /// The commands whose file the page is still reading: they are not posted yet.
    reading: BTreeSet<RequestId>,
    /// What was made of it, and the second table being opened, changed or let go.
    worked: Worked,
    holding: Option<(RequestId, Option<(Source, Part)>)>,
    /// The saved model being opened.
    opening_model: Option<(RequestId, Brought)>,
    /// The finished model that is being made a file of, to be kept.
    keeping: Option<RequestId>,
    /// Tables and streams of texts to classify.
    in_use: InUse,
    /// The data set being made.
    choosing: Option<(RequestId, DataInUse)>,
    /// The run that waits for the data to be divided.
    waiting: Option<(TrainConfig, StartPace)>,
    /// What a new worker must still be told, and the request it is at.
    replay: VecDeque<Step>,
    replaying: Option<RequestId>,
    /// Whether that is for an encoder or a model, and whether one could not be had: what was said of that stays.
    replays_model: bool,
    lacks_model: bool,
    losses_in_a_row: u32,
    slow_start: Option<Timeout>,
    heartbeat: Option<Heartbeat>,
    /// Whether the worker being started is to have the GPU that failed.
    retries_gpu: bool,
    /// Whether the run that is being taken up waits for the user.
    stays_paused: bool,
}

impl Engine {
    /// An engine whose worker is being started.
    pub(crate) fn start(chunks: Chunks) -> Self {
        let one_thread = OneThread::look();
        let (build, preference) = wanted_device(one_thread.as_ref());
        let inner = Inner {
            build,
            preference,
            no_gpu: None,
            worker: None,
            generation: 0,
            next_id: 1,
            split: SplitConfig::default(),
            told: Told::default(),
            loading: None,
            wanted_encoder: None,
            opening: None,
            opened: None,
            wanted: Wanted::default(),
            reading: BTreeSet::new(),
            worked: Worked::default(),
            holding: None,
            opening_model: None,
            keeping: None,
            in_use: InUse::default(),
            choosing: None,
            waiting: None,
            replay: VecDeque::new(),
            replaying: None,
            replays_model: false,
            lacks_model: false,
            losses_in_a_row: 0,
            slow_start: None,
            heartbeat: None,
            retries_gpu: false,
            stays_paused: false,
        };
        let engine = Self {
            state: RwSignal::new(RunState::default()),
            notice: RwSignal::new(None),
            trouble: RwSignal::new(None),
            tried: RwSignal::new(String::new()),
            monitor: RwSignal::new(Monitor::default()),
            replacing: RwSignal::new_local(None),
            one_thread: RwSignal::new(one_thread),
            hub_allowed: RwSignal::new(hub::remembered()),
            wanted_of_hub: RwSignal::new(None),
            chunks,
            inner: StoredValue::new_local(inner),
        };
        match (build, preference) {
            (WorkerBuild::Gpu, DevicePreference::Auto) => spawn_local(engine.start_if_gpu()),
            _ => engine.start_worker(),
        }
        engine
    }

    /// Acts with the code of the first chunk, at once or as soon as it is here.
    pub(crate) fn soon(self, act: impl FnOnce(Work) + 'static) {
        self.chunks.work.when_here(act);
    }

    /// Has an encoder loaded in place of the one in use.
    fn send_encoder(self, choice: EncoderChoice) {
        let encoder = choice.on_wire();
        let command = self.announce(|id| Command::LoadEncoder { id, encoder });
        let files = choice.files();
        self.inner
            .update_value(|inner| inner.loading = Some((command.id(), choice)));
        self.post(&command, None, &files);
    }

    /// Asks the hub what a repository holds.
    pub(crate) fn look_up(self, repository: String) {
        self.send(|id| Command::DescribeHub { id, repository }, None);
    }

    /// Removes what this browser keeps of a repository.
    pub(crate) fn forget(self, repository: String) {
        self.send(|id| Command::ForgetHub { id, repository }, None);
    }

    /// Has a table read; its guessed columns then become the data set.
    fn send_table(self, source: Source) {
        let command = self.announce(|id| Command::OpenTable {
            id,
            source: source.on_wire(),
            options: source.options(),
        });
        self.inner.update_value(|inner| {
            inner.opening = Some((command.id(), source.clone()));
        });
        self.post_source(command, source);
    }

    /// Has the opened table made the data set, to learn `problem` of it.
    fn send_columns(self, columns: ColumnChoice, problem: Problem) {
        let opened = self.inner.with_value(|inner| {
            let data = inner.data_of_opened(columns, problem);
            data.map(|data| (data, inner.split))
        });
        let Some((data, split)) = opened else {
            return;
        };
        let id = self.send(
            |id| Command::UseColumns {
                id,
                columns,
                problem,
                split,
            },
            None,
        );
        self.inner
            .update_value(|inner| inner.choosing = Some((id, data)));
    }

    /// Starts a run, as soon as the data set is divided; by a single step, if it is to pause after that.
    pub(crate) fn train(self, config: TrainConfig, pace: StartPace) {
        self.notice.set(None);
        if self.state.with_untracked(RunState::is_redividing) {
            return self
                .inner
                .update_value(|inner| inner.waiting = Some((config, pace)));
        }
        let paused = pace == StartPace::SingleStep;
        self.inner.update_value(|inner| {
            inner.told.config = Some(config.clone());
            inner.told.checkpoint = None;
            inner.losses_in_a_row = 0;
        });
        self.send(
            |id| Command::Train {
                id,
                config,
                resume: false,
                paused,
            },
            None,
        );
    }

    /// Classifies a text.
    pub(crate) fn predict(self, text: String) {
        self.send(|id| Command::Predict { id, text }, None);
    }

    /// Lists tested examples of the newest run, from the one at `offset` on.
    pub(crate) fn list_examples(self, filter: ExampleFilter, offset: u32) {
        self.send(
            |id| Command::ListExamples {
                id,
                filter,
                offset,
                limit: LISTED_AT_ONCE,
            },
            None,
        );
    }

    /// Makes a file of the model, which the browser then saves.
    pub(crate) fn export(self, form: ExportForm) {
        self.send(|id| Command::Export { id, form }, None);
    }

    /// Opens a saved model in place of the one that there is.
    pub(crate) fn open_model(self, brought: Brought) {
        let source = model_source(&brought);
        let command = self.announce(|id| Command::OpenModel { id, source });
        let files = brought.files();
        self.inner
            .update_value(|inner| inner.opening_model = Some((command.id(), brought)));
        self.post(&command, None, &files);
    }

    /// Takes an event in, then does what follows from it.
    fn hear(self, event: Event, buffer: Option<ArrayBuffer>) {
        let (was_starting, checkpoint) = self
            .state
            .with_untracked(|state| (state.is_starting(), state.checkpoint()));
        self.state.update(|state| state.apply(event.clone()));
        // Encoder or data may be others now, or the model be on a file.
        if checkpoint.is_some()
            && self
                .state
                .with_untracked(|state| state.checkpoint().is_none())
        {
            self.inner
                .update_value(|inner| inner.told.checkpoint = None);
        }
        match event {
            Event::Listening => self.greet(),
            Event::Ready { version, .. } if version != PROTOCOL_VERSION => {
                let detail = format!("page {PROTOCOL_VERSION}, worker {version}");
                self.state
                    .update(|state| state.error = Some(words::version_mismatch(&detail)));
            }
            Event::Ready { device, .. } => {
                if !self.still_lacks_gpu(&device) && !self.takes_threads_instead(&device) {
                    self.go_on();
                }
            }
            Event::EncoderLoaded { id, .. } => {
                let loading =
                    |inner: &mut Inner| inner.loading.take_if(|(loading, _)| *loading == id);
                if let Some((_, choice)) = self.inner.try_update_value(loading).flatten() {
                    self.inner.update_value(|inner| {
                        inner.told.encoder = Some(choice);
                        inner.told.is_held_back = false;
                    });
                    if self.inner.with_value(|inner| inner.replaying == Some(id)) {
                        self.wanted_of_hub.set(None);
                    }
                }
                self.settle_replay(id);
            }
            Event::HubStored {
                problem: Some(problem),
                ..
            } => self.notice.set(Some(words::not_stored(problem))),
            Event::TableOpened { id, table } => {
                let opening =
                    |inner: &mut Inner| inner.opening.take_if(|(opening, _)| *opening == id);
                let opened = self.inner.try_update_value(opening).flatten();
                let is_open = opened.is_some();
                if let Some((_, source)) = opened {
                    self.inner.update_value(|inner| {
                        inner.opened = Some(source);
                        inner.worked = Worked::default();
                        inner.wanted.table_opened();
                    });
                }
                if !self.settle_replay(id) && is_open {
                    let problem = table.guessed_problem(table.guess.label);
                    self.send_columns(table.guess, problem);
                }
            }
            Event::DatasetReady { id, .. } => {
                let choosing =
                    |inner: &mut Inner| inner.choosing.take_if(|(choosing, _)| *choosing == id);
                if let Some((_, data)) = self.inner.try_update_value(choosing).flatten() {
                    self.inner
                        .update_value(|inner| inner.told.data = Some(data));
                    // Where the data are to be others at once, the run waits for those.
                    let waiting =
                        |inner: &mut Inner| inner.waiting.take_if(|_| inner.wanted.is_empty());
                    if let Some((config, pace)) = self.inner.try_update_value(waiting).flatten() {
                        self.train(config, pace);
                    }
                }
                self.settle_replay(id);
            }
            Event::TrainingStarted { id, .. } => {
                // The model that was opened has made room for the run's.
                self.inner.update_value(|inner| {
                    inner.told.model = None;
                    inner.told.run_model = None;
                });
                self.settle_replay(id);
                self.take_first_step();
            }
            Event::Checkpointed { .. } => self.inner.update_value(|inner| {
                inner.told.checkpoint = buffer;
                inner.losses_in_a_row = 0;
            }),
            Event::Exported { id, .. } if self.is_kept(id) => self.model_kept(buffer),
            Event::Exported { name, .. } => {
                self.save(&name, buffer.map(as_file).as_ref());
            }
            Event::ModelOpened { id, model, fetched } => {
                let opening =
                    |inner: &mut Inner| inner.opening_model.take_if(|(opening, _)| *opening == id);
                if let Some((_, brought)) = self.inner.try_update_value(opening).flatten() {
                    self.inner.update_value(|inner| {
                        if let Some(encoder) = fetched {
                            inner.told.encoder = Some(EncoderChoice::Origin(encoder.id));
                        }
                    });
                    self.model_opened(brought);
                    if let Some(other) = model.other_encoder {
                        let notice = words::other_encoder(&model.name, &other, &model.encoder);
                        self.notice.set(Some(notice));
                    }
                }
                self.settle_replay(id);
            }
            Event::Failed { id, .. } => {
                if was_starting && !self.state.with_untracked(RunState::is_starting) {
                    self.notice.set(Some(words::not_begun()));
                }
                // The message says why there is no data to run on.
                self.inner.update_value(|inner| {
                    let failed = inner.choosing.take_if(|(choosing, _)| *choosing == id);
                    inner.waiting.take_if(|_| failed.is_some());
                });
                self.halt_monitor(id);
                self.is_kept(id);
                self.abandon_replay(id);
            }
            Event::Validated { .. } => {
                let text = self.tried.get_untracked();
                if !text.trim().is_empty() {
                    self.predict(text);
                }
            }
            Event::TableEdited { id, .. } => self.table_edited(id, buffer),
            Event::TextsOpened { id, .. } => self.texts_opened(id),
            Event::TextsPredicted { predictions, .. } => self.texts_predicted(predictions),
            Event::TablePredicted { outcome, .. } => self.table_predicted(outcome, buffer),
            Event::Lost { error } => self.lose(error),
            Event::EncoderProgress { .. }
            | Event::FetchingEncoder { .. }
            | Event::HubStored { problem: None, .. }
            | Event::HubDescribed { .. }
            | Event::HubForgotten { .. }
            | Event::TrainingProgress { .. }
            | Event::EvaluationProgress { .. }
            | Event::TrainingEnded { .. }
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::Stopping { .. }
            | Event::Stepped { .. }
            | Event::LearningRateSet { .. }
            | Event::Estimated { .. }
            | Event::Predicted { .. }
            | Event::ExamplesListed { .. }
            | Event::Requested { .. }
            | Event::TableChecked { .. }
            | Event::RowsListed { .. }
            | Event::LengthsMeasured { .. }
            | Event::TableProgress { .. }
            | Event::TableStopping { .. }
            | Event::UseDescribed { .. }
            | Event::Pong { .. }
            | Event::Occupied { .. }
            | Event::ChunkMissing { .. } => {}
        }
        self.note_recovery();
        self.take_next();
    }

    /// Gives a command its id and notes it.
    fn announce(self, command: impl FnOnce(RequestId) -> Command) -> Command {
        let id = self.inner.try_update_value(|inner| {
            inner.next_id += 1;
            inner.next_id - 1
        });
        let command = command(id.unwrap_or_default());
        self.state.update(|state| state.sent(&command));
        command
    }

    fn post(self, command: &Command, buffer: Option<ArrayBuffer>, files: &[web_sys::File]) {
        let posted = self.inner.with_value(|inner| match &inner.worker {
            Some(worker) => worker.post(command, buffer, files),
            None => Err("no worker".into()),
        });
        if let Err(detail) = posted {
            self.hear(
                Event::Failed {
                    id: command.id(),
                    error: words::not_sent(&detail),
                },
                None,
            );
        }
    }

    fn send(
        self,
        command: impl FnOnce(RequestId) -> Command,
        buffer: Option<ArrayBuffer>,
    ) -> RequestId {
        let command = self.announce(command);
        self.post(&command, buffer, &[]);
        command.id()
    }
}
