//! The loop: commands first, then one unit of the run's work, then a turn for the browser.

use std::rc::Rc;

use super::clock::turn;
use super::estimate::Estimator;
use super::hub::HubClient;
use super::model::HeldModel;
use super::open::open;
use super::port::{Inbox, Message, post, post_with};
use super::predict::predict;
use super::run::Run;
use super::started::{LoadedEncoder, Started};
use super::{devices, errors, files};
use crate::data::{ColumnChoice, Dataset, Problem, ReadOptions, SplitConfig, Table};
use crate::eval::tested::{ExampleFilter, TestedExamples};
use crate::port::{to_buffer, to_bytes};
use crate::protocol::{
    Command, DevicePreference, EncoderSource, ErrorKind, Event, ExportForm, ModelSource,
    PROTOCOL_VERSION, RequestId, TableSource, WireError,
};
use crate::train::Checkpoint;
use crate::train::config::TrainConfig;

/// All that the worker holds.
pub struct Driver {
    inbox: Inbox,
    started: Option<Started>,
    encoder: Option<Rc<LoadedEncoder>>,
    table: Option<Table>,
    dataset: Option<Rc<Dataset>>,
    run: Option<Run>,
    estimator: Estimator,
    /// The model of the last run that ended, or the one that was opened since.
    model: Option<HeldModel>,
    /// What became of the test examples of the last run that was tested.
    tested: Option<TestedExamples>,
}

impl Driver {
    pub fn new(inbox: Inbox) -> Self {
        Self {
            inbox,
            started: None,
            encoder: None,
            table: None,
            dataset: None,
            run: None,
            estimator: Estimator::default(),
            model: None,
            tested: None,
        }
    }

    /// Runs until the page ends the worker.
    pub async fn drive(mut self) {
        loop {
            let running = self.run.as_ref().is_some_and(|run| !run.is_paused());
            let working = running || self.estimator.is_busy();
            let message = if working {
                self.inbox.try_next()
            } else {
                self.inbox.next().await
            };
            match message {
                Some(message) => self.handle(message).await,
                None if running => self.advance().await,
                None if working => {
                    if let Err(error) = self.estimator.advance().await {
                        return post(&Event::Lost { error });
                    }
                }
                None => return,
            }
            if working && let Err(error) = turn().await {
                return post(&Event::Lost {
                    error: errors::javascript(&error),
                });
            }
        }
    }

    async fn advance(&mut self) {
        let Some(run) = &mut self.run else { return };
        match run.advance().await {
            Ok(None) => (),
            Ok(Some(result)) => {
                let id = run.id();
                self.end_run();
                post(&Event::TrainingEnded { id, result });
            }
            Err(error) => {
                let id = run.id();
                run.give_up();
                self.end_run();
                fail(id, error);
            }
        }
    }

    /// Keeps the model of the run.
    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.model = Some(run.model());
            self.tested = run.into_tested();
        }
    }

    async fn handle(&mut self, message: Message) {
        let Message {
            command,
            buffer,
            files,
        } = message;
        let bytes = buffer.as_ref().map(to_bytes);
        self.estimator.make_way_for(&command);
        let (id, answer) = match command {
            Command::Start {
                id,
                version,
                device,
                base_url,
                hub_url,
            } => {
                let hub = HubClient::new(&hub_url);
                (id, self.start(id, version, device, base_url, hub).await)
            }
            Command::LoadEncoder { id, encoder } => {
                (id, self.load_encoder(id, encoder, files).await)
            }
            Command::DescribeHub { id, repository } => {
                (id, self.describe_hub(id, &repository).await)
            }
            Command::ForgetHub { id, repository } => (id, self.forget_hub(id, repository).await),
            Command::OpenTable {
                id,
                source,
                options,
            } => (id, self.open_table(id, source, options, bytes).await),
            Command::UseColumns {
                id,
                columns,
                problem,
                split,
            } => (id, self.use_columns(id, columns, problem, split)),
            Command::Train {
                id,
                config,
                resume,
                paused,
            } => {
                match self.train(id, config, bytes.filter(|_| resume), paused) {
                    // The terminal event comes when the run ends.
                    Ok(()) => return,
                    Err(error) => (id, Err(error)),
                }
            }
            Command::Pause { id } => (id, self.pause(id).await),
            Command::Resume { id } => (
                id,
                self.running().map(|run| {
                    run.resume();
                    Event::Resumed { id }
                }),
            ),
            Command::Stop { id } => (
                id,
                self.running().map(|run| {
                    run.stop();
                    Event::Stopping { id }
                }),
            ),
            Command::Predict { id, text } => (id, self.predict(id, text).await),
            Command::ListExamples {
                id,
                filter,
                offset,
                limit,
            } => (id, self.list_examples(id, filter, offset, limit)),
            Command::Export { id, form } => match self.export(id, form).await {
                // The terminal event was sent with the file.
                Ok(()) => return,
                Err(error) => (id, Err(error)),
            },
            Command::OpenModel { id, source } => (id, self.open_model(id, source, files).await),
            Command::Step { id } => match self.running().and_then(|run| run.step(id)) {
                // The terminal event comes when the step is taken.
                Ok(()) => return,
                Err(error) => (id, Err(error)),
            },
            Command::SetLearningRate { id, learning_rate } => {
                (id, self.set_learning_rate(id, learning_rate).await)
            }
            // The terminal event comes when all is measured.
            Command::Estimate { id, config } => return self.estimate(id, config),
        };
        match answer {
            Ok(event) => post(&event),
            Err(error) => fail(id, error),
        }
    }

    async fn start(
        &mut self,
        id: RequestId,
        version: u32,
        device: DevicePreference,
        base_url: String,
        hub: HubClient,
    ) -> Result<Event, WireError> {
        if version != PROTOCOL_VERSION {
            return Err(WireError {
                kind: ErrorKind::Bug,
                message: format!(
                    "The page speaks version {version} of the protocol, its worker version {PROTOCOL_VERSION}."
                ),
                hint: "Reload the page; if that does not help, clear the browser's cache for it."
                    .into(),
                recoverable: false,
            });
        }
        let encoders = files::encoders(&base_url).await?;
        let (device, report) = devices::open(device).await;
        self.started = Some(Started {
            base_url,
            device,
            encoders: encoders.clone(),
            hub,
        });
        Ok(Event::Ready {
            id,
            version: PROTOCOL_VERSION,
            device: report,
            encoders,
        })
    }

    async fn load_encoder(
        &mut self,
        id: RequestId,
        source: EncoderSource,
        files: Vec<web_sys::File>,
    ) -> Result<Event, WireError> {
        self.idle()?;
        let encoder = self.started_mut()?.load(id, &source, &files).await?;
        let summary = encoder.summary();
        self.encoder = Some(Rc::new(encoder));
        Ok(Event::EncoderLoaded {
            id,
            encoder: summary,
        })
    }

    async fn describe_hub(&mut self, id: RequestId, name: &str) -> Result<Event, WireError> {
        self.idle()?;
        let found = self.started_mut()?.hub.look_up(name).await?;
        Ok(Event::HubDescribed { id, found })
    }

    async fn forget_hub(&mut self, id: RequestId, repository: String) -> Result<Event, WireError> {
        self.idle()?;
        self.started_mut()?.hub.forget(&repository).await?;
        Ok(Event::HubForgotten { id, repository })
    }

    async fn open_table(
        &mut self,
        id: RequestId,
        source: TableSource,
        options: ReadOptions,
        bytes: Option<Vec<u8>>,
    ) -> Result<Event, WireError> {
        self.idle()?;
        let bytes = match &source {
            TableSource::Sample { name } => files::sample(&self.started()?.base_url, name).await?,
            TableSource::File { .. } | TableSource::Pasted => bytes.unwrap_or_default(),
        };
        let table = Table::read(source.name(), &bytes, &options)?;
        let summary = table.summary();
        self.table = Some(table);
        Ok(Event::TableOpened { id, table: summary })
    }

    fn use_columns(
        &mut self,
        id: RequestId,
        columns: ColumnChoice,
        problem: Problem,
        split: SplitConfig,
    ) -> Result<Event, WireError> {
        self.idle()?;
        let table = self
            .table
            .as_ref()
            .ok_or_else(|| errors::state("No table is open.", "Open a file or a sample first."))?;
        let dataset = Dataset::from_table(table, columns, problem, split)?;
        let summary = dataset.summary();
        self.dataset = Some(Rc::new(dataset));
        Ok(Event::DatasetReady { id, summary })
    }

    fn train(
        &mut self,
        id: RequestId,
        config: TrainConfig,
        checkpoint: Option<Vec<u8>>,
        paused: bool,
    ) -> Result<(), WireError> {
        self.idle()?;
        let device = self.started()?.device.clone();
        let encoder = self.encoder.clone().ok_or_else(errors::no_encoder)?;
        let dataset = self.dataset.clone().ok_or_else(|| {
            errors::state(
                "There is no data to learn from.",
                "Open a file or a sample first.",
            )
        })?;
        let checkpoint = checkpoint.map(Checkpoint::from_bytes);
        self.run = Some(Run::begin(
            id, encoder, dataset, config, checkpoint, paused, &device,
        )?);
        Ok(())
    }

    async fn pause(&mut self, id: RequestId) -> Result<Event, WireError> {
        let step = self.running()?.pause().await?;
        Ok(Event::Paused { id, step })
    }

    async fn set_learning_rate(
        &mut self,
        id: RequestId,
        learning_rate: f64,
    ) -> Result<Event, WireError> {
        let step = self.running()?.set_learning_rate(learning_rate).await?;
        Ok(Event::LearningRateSet {
            id,
            step,
            learning_rate,
        })
    }

    fn estimate(&mut self, id: RequestId, config: TrainConfig) {
        let idle = self.run.is_none();
        let device = self.started.as_ref().filter(|_| idle);
        self.estimator.begin(
            id,
            config,
            self.encoder.as_ref(),
            self.dataset.as_ref(),
            device.map(|started| &started.device),
        );
    }

    async fn predict(&mut self, id: RequestId, text: String) -> Result<Event, WireError> {
        let prediction = predict(&self.current_model()?.pipeline, text).await?;
        Ok(Event::Predicted { id, prediction })
    }

    fn list_examples(
        &self,
        id: RequestId,
        filter: ExampleFilter,
        offset: u32,
        limit: u32,
    ) -> Result<Event, WireError> {
        let tested = self.tested.as_ref().ok_or_else(|| {
            errors::state("No run has been tested.", "Train, and let the test end.")
        })?;
        let page = tested.page(filter, offset as usize, limit as usize);
        Ok(Event::ExamplesListed { id, page })
    }

    async fn export(&mut self, id: RequestId, form: ExportForm) -> Result<(), WireError> {
        let (name, bytes) = self.current_model()?.export(form).await?;
        let event = Event::Exported { id, form, name };
        post_with(&event, Some(to_buffer(&bytes)));
        Ok(())
    }

    async fn open_model(
        &mut self,
        id: RequestId,
        source: ModelSource,
        files: Vec<web_sys::File>,
    ) -> Result<Event, WireError> {
        self.idle()?;
        let in_use = self.encoder.clone();
        let opened = open(id, &source, &files, in_use.as_ref(), self.started_mut()?).await?;
        self.model = Some(opened.model);
        let fetched = opened.fetched.as_ref().map(|loaded| loaded.summary());
        self.encoder = opened.fetched.or(in_use);
        Ok(Event::ModelOpened {
            id,
            model: opened.summary,
            fetched,
        })
    }

    /// The model of the run under way, as it stands, or else the one that is held.
    fn current_model(&self) -> Result<HeldModel, WireError> {
        let running = self.run.as_ref().map(Run::model);
        running.or_else(|| self.model.clone()).ok_or_else(|| {
            errors::state("There is no trained model yet.", "Train or open one first.")
        })
    }

    fn started(&self) -> Result<&Started, WireError> {
        self.started.as_ref().ok_or_else(not_started)
    }

    fn started_mut(&mut self) -> Result<&mut Started, WireError> {
        self.started.as_mut().ok_or_else(not_started)
    }

    fn running(&mut self) -> Result<&mut Run, WireError> {
        self.run
            .as_mut()
            .ok_or_else(|| errors::state("Nothing is being trained.", "Start a run first."))
    }

    fn idle(&self) -> Result<(), WireError> {
        match &self.run {
            Some(_) => Err(errors::state("A run is under way.", "Stop it first.")),
            None => Ok(()),
        }
    }
}

fn not_started() -> WireError {
    errors::state("The worker has not been started.", "Reload the page.")
}

/// Tells the page that a command failed; if the worker cannot go on, that it is lost.
fn fail(id: RequestId, error: WireError) {
    post(&if error.recoverable {
        Event::Failed { id, error }
    } else {
        Event::Lost { error }
    });
}
