//! The loop: commands first, then one unit of the run's work, then a turn for the browser.

use burn::module::Module;
use burn::tensor::Device;

use super::clock::turn;
use super::hub::HubClient;
use super::port::{Inbox, Message, post};
use super::run::{Run, predict};
use super::{devices, errors, files, local};
use crate::data::{ColumnChoice, Dataset, Problem, ReadOptions, SplitConfig, Table};
use crate::eval::Pipeline;
use crate::model::PretrainedEncoder;
use crate::port::to_bytes;
use crate::protocol::{
    Command, DevicePreference, EncoderEntry, EncoderSource, EncoderSummary, ErrorKind, Event,
    PROTOCOL_VERSION, RequestId, TableSource, WireError,
};
use crate::train::Checkpoint;
use crate::train::config::TrainConfig;

/// All that the worker holds.
pub struct Driver {
    inbox: Inbox,
    started: Option<Started>,
    encoder: Option<PretrainedEncoder>,
    table: Option<Table>,
    dataset: Option<Dataset>,
    run: Option<Run>,
    /// The model of the last run that ended.
    pipeline: Option<Pipeline>,
}

/// What [`Command::Start`] settles.
struct Started {
    base_url: String,
    device: Device,
    encoders: Vec<EncoderEntry>,
    hub: HubClient,
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
            pipeline: None,
        }
    }

    /// Runs until the page ends the worker.
    pub async fn drive(mut self) {
        loop {
            let working = self.run.as_ref().is_some_and(|run| !run.is_paused());
            let message = if working {
                self.inbox.try_next()
            } else {
                self.inbox.next().await
            };
            match message {
                Some(message) => self.handle(message).await,
                None if working => self.advance().await,
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
                run.flush();
                self.end_run();
                fail(id, error);
            }
        }
    }

    /// Keeps the model of the run.
    fn end_run(&mut self) {
        if let Some(run) = self.run.take() {
            self.pipeline = Some(run.pipeline());
        }
    }

    async fn handle(&mut self, message: Message) {
        let Message {
            command,
            buffer,
            files,
        } = message;
        let bytes = buffer.as_ref().map(to_bytes);
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
            Command::Train { id, config, resume } => {
                match self.train(id, config, bytes.filter(|_| resume)) {
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
        let started = self.started_mut()?;
        let device = started.device.clone().autodiff();
        let encoder = match &source {
            EncoderSource::Origin { id: name } => {
                let entry = started.encoders.iter().find(|entry| entry.id == *name);
                let entry = entry.ok_or_else(|| {
                    errors::state("There is no such encoder.", "Choose one of the list.")
                })?;
                files::encoder(&started.base_url, entry, id, &device).await?
            }
            EncoderSource::Folder { paths, .. } => local::folder(paths, &files, &device)?,
            EncoderSource::Zip { name } => local::zip(name, &files, &device)?,
            EncoderSource::Hub {
                repository,
                revision,
            } => started.hub.load(repository, revision, id, &device).await?,
        };
        let summary = EncoderSummary {
            id: source.name().to_owned(),
            layers: encoder.config.num_hidden_layers as u32,
            hidden_size: encoder.config.hidden_size as u32,
            vocab_size: encoder.config.vocab_size as u32,
            parameters: encoder.model.num_params() as u32,
            max_length: encoder.config.max_tokens() as u32,
            surplus: encoder.surplus.clone(),
        };
        self.encoder = Some(encoder);
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
        self.dataset = Some(dataset);
        Ok(Event::DatasetReady { id, summary })
    }

    fn train(
        &mut self,
        id: RequestId,
        config: TrainConfig,
        checkpoint: Option<Vec<u8>>,
    ) -> Result<(), WireError> {
        self.idle()?;
        let device = self.started()?.device.clone();
        let encoder = self
            .encoder
            .as_ref()
            .ok_or_else(|| errors::state("No encoder is loaded.", "Choose an encoder first."))?;
        let dataset = self.dataset.as_ref().ok_or_else(|| {
            errors::state(
                "There is no data to learn from.",
                "Open a file or a sample first.",
            )
        })?;
        let checkpoint = checkpoint.map(Checkpoint::from_bytes);
        self.run = Some(Run::begin(
            id, encoder, dataset, config, checkpoint, &device,
        )?);
        Ok(())
    }

    async fn pause(&mut self, id: RequestId) -> Result<Event, WireError> {
        let step = self.running()?.pause().await?;
        Ok(Event::Paused { id, step })
    }

    async fn predict(&mut self, id: RequestId, text: String) -> Result<Event, WireError> {
        let prediction = match (&self.run, &self.pipeline) {
            (Some(run), _) => predict(&run.pipeline(), text).await?,
            (None, Some(pipeline)) => predict(pipeline, text).await?,
            (None, None) => {
                return Err(errors::state(
                    "There is no trained model yet.",
                    "Train one first.",
                ));
            }
        };
        Ok(Event::Predicted { id, prediction })
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
