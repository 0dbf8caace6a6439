//! The loop: commands first, then one unit of the run's work, then a turn for the browser.

use std::borrow::Cow;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::clock::turn;
use super::errors::{Fault, StateError};
use super::estimate::Estimator;
use super::hub::HubClient;
use super::model::HeldModel;
use super::open::open;
use super::port::{Inbox, Message, post, post_with};
use super::predict::{predict, predict_all};
use super::pulse::Pulse;
use super::run::Run;
use super::started::{LoadedEncoder, Started};
use super::tables::{HoldOut, Tables};
use super::using::Using;
use super::{devices, errors, files, memory};
use crate::data::ReadOptions;
use crate::eval::Pipeline;
use crate::eval::tested::{ExampleFilter, TestedExamples};
use crate::port::{sweep_scratch, to_buffer, to_bytes};
use crate::protocol::{
    Command, DevicePreference, DeviceReason, EncoderSource, Event, ExportForm, ModelSource,
    PROTOCOL_VERSION, Precision, RequestId, TableSource, WireError,
};
use crate::train::Checkpoint;
use crate::train::config::TrainConfig;

/// All that the worker holds.
pub struct Driver {
    inbox: Inbox,
    pulse: Pulse,
    started: Option<Started>,
    encoder: Option<Rc<LoadedEncoder>>,
    tables: Tables,
    run: Option<Run>,
    estimator: Estimator,
    /// The model of the last run that ended, or the one that was opened since.
    model: Option<HeldModel>,
    /// What became of the test examples of the last run that was tested.
    tested: Option<TestedExamples>,
    /// The table that is classified, and how far.
    using: Using,
}

impl Driver {
    pub fn new(inbox: Inbox, pulse: Pulse) -> Self {
        Self {
            inbox,
            pulse,
            started: None,
            encoder: None,
            tables: Tables::default(),
            run: None,
            estimator: Estimator::default(),
            model: None,
            tested: None,
            using: Using::default(),
        }
    }

    /// Runs until the page ends the worker.
    pub async fn drive(mut self) {
        let pulse = self.pulse.clone();
        loop {
            memory::forget_failure();
            let running = self.run.as_ref().is_some_and(|run| !run.is_paused());
            let asked = running || self.using.is_working();
            let working = asked || self.estimator.is_busy();
            let message = if working {
                self.inbox.try_next()
            } else {
                pulse.rest();
                self.inbox.next().await
            };
            match message {
                Some(message) => self.handle(message).await,
                None if asked => pulse.work(self.advance()).await,
                None if working => {
                    if let Err(error) = pulse.work(self.estimator.advance()).await {
                        return post(&Event::Lost { error });
                    }
                }
                None => return,
            }
            if working && let Err(error) = turn().await {
                let detail = format!("{error:?}");
                return post(&Event::Lost {
                    error: Fault::Refused { detail }.into(),
                });
            }
        }
    }

    async fn advance(&mut self) {
        self.using.advance().await;
        let Some(run) = self.run.as_mut().filter(|run| !run.is_paused()) else {
            return;
        };
        match run.advance().await {
            Ok(None) => (),
            Ok(Some(result)) => {
                let id = run.id();
                self.end_run();
                post(&Event::TrainingEnded { id, result });
            }
            Err(error) => self.fail_run(error),
        }
    }

    /// Reads what is not known yet of the run's steps.
    async fn settle_run(&mut self) {
        if let Some(run) = &mut self.run
            && let Err(error) = run.settle().await
        {
            self.fail_run(error);
        }
    }

    /// Ends a run that cannot go on.
    fn fail_run(&mut self, error: WireError) {
        if let Some(run) = &mut self.run {
            let id = run.id();
            run.give_up();
            self.end_run();
            errors::fail(id, error);
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
            message: command,
            buffer,
            files,
        } = message;
        let bytes = buffer.as_ref().map(to_bytes);
        self.estimator.make_way_for(&command);
        self.pulse
            .carries_out(&command, bytes.as_ref().map_or(0, Vec::len));
        // Whatever it asks of a run or changes about it, it finds steps that are known.
        self.settle_run().await;
        let (id, answer) = match command {
            Command::Start {
                id,
                version,
                device,
                no_gpu,
                base_url,
                hub_url,
                hub_allowed,
            } => {
                let hub = HubClient::new(&hub_url, hub_allowed);
                let device = (device, no_gpu);
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
            } => {
                let idle = self.idle();
                let made = idle.and_then(|()| self.tables.use_columns(id, columns, problem, split));
                (id, made)
            }
            Command::Train {
                id,
                config,
                resume,
                paused,
            } => {
                match self
                    .train(id, config, bytes.filter(|_| resume), paused)
                    .await
                {
                    // The terminal event comes when the run ends.
                    Ok(()) => return,
                    Err(error) => (id, Err(error)),
                }
            }
            Command::Pause { id } => (id, self.pause(id).await),
            Command::Resume { id } => (
                id,
                self.running()
                    .map(|run| {
                        run.resume();
                        Event::Resumed { id }
                    })
                    .map_err(WireError::from),
            ),
            Command::Stop { id } => (
                id,
                self.running()
                    .map(|run| {
                        run.stop();
                        Event::Stopping { id }
                    })
                    .map_err(WireError::from),
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
            Command::ListRows {
                id,
                filter,
                offset,
                limit,
            } => (id, self.tables.list(id, filter, offset, limit)),
            Command::MeasureLengths { id } => {
                (id, self.tables.measure(id, self.encoder.as_deref()))
            }
            Command::EditTable { id, edit } => {
                let idle = self.idle();
                return settle(id, idle.and_then(|()| self.tables.edit(id, edit)));
            }
            Command::RestoreEdits { id } => {
                let saved = bytes.unwrap_or_default();
                return settle(id, self.tables.restore(id, &saved));
            }
            Command::HoldOut {
                id,
                source,
                options,
                part,
                columns,
            } => {
                let how = HoldOut {
                    options,
                    part,
                    columns,
                };
                return settle(id, self.hold_out(id, source, bytes, how).await);
            }
            Command::ChangeHeldOut { id, part } => {
                let idle = self.idle();
                return settle(
                    id,
                    idle.and_then(|()| self.tables.change_held_out(id, part)),
                );
            }
            Command::PredictTexts {
                id,
                texts,
                precision,
            } => (id, self.predict_texts(id, texts, precision).await),
            Command::OpenTexts { id, name, options } => {
                let bytes = bytes.unwrap_or_default();
                (id, self.open_texts(id, &name, &options, bytes).await)
            }
            Command::PredictTable { id, request } => {
                let pipeline = self.pipeline_in(request.precision).map(Cow::into_owned);
                let pipeline = pipeline.map_err(WireError::from);
                match pipeline.and_then(|pipeline| self.using.begin(id, request, pipeline)) {
                    // The terminal event comes when the rows are classified.
                    Ok(()) => return,
                    Err(error) => (id, Err(error)),
                }
            }
            Command::StopTable { id } => (id, Ok(self.using.stop(id))),
            Command::DescribeUse { id } => (id, self.describe_use(id)),
            Command::Step { id } => match self.step(id) {
                // The terminal event comes when the step is taken.
                Ok(()) => return,
                Err(error) => (id, Err(error)),
            },
            Command::SetLearningRate { id, learning_rate } => {
                (id, self.set_learning_rate(id, learning_rate).await)
            }
            // The terminal event comes when all is measured.
            Command::Estimate { id, config, again } => return self.estimate(id, config, again),
            // Answered before it comes here.
            Command::Ping { id } => return self.pulse.answer(id),
        };
        match answer {
            Ok(event) => post(&event),
            Err(error) => errors::fail(id, error),
        }
    }

    async fn start(
        &mut self,
        id: RequestId,
        version: u32,
        (device, no_gpu): (DevicePreference, Option<DeviceReason>),
        base_url: String,
        hub: HubClient,
    ) -> Result<Event, WireError> {
        if version != PROTOCOL_VERSION {
            let (page, worker) = (version, PROTOCOL_VERSION);
            return Err(Fault::Version { page, worker }.into());
        }
        // A worker before this one may have been ended in the middle of a run.
        spawn_local(sweep_scratch());
        let encoders = files::encoders(&base_url).await?;
        let (device, report) = devices::open(device, no_gpu, &base_url).await?;
        self.started = Some(Started {
            base_url,
            device,
            int8: report.int8,
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
        let base_url = &self
            .started
            .as_ref()
            .ok_or(StateError::NotStarted)?
            .base_url;
        self.tables
            .open(id, base_url, source, &options, bytes)
            .await
    }

    async fn open_texts(
        &mut self,
        id: RequestId,
        name: &str,
        options: &ReadOptions,
        bytes: Vec<u8>,
    ) -> Result<Event, WireError> {
        let base_url = &self
            .started
            .as_ref()
            .ok_or(StateError::NotStarted)?
            .base_url;
        self.using.open(id, base_url, name, options, bytes).await
    }

    async fn hold_out(
        &mut self,
        id: RequestId,
        source: TableSource,
        bytes: Option<Vec<u8>>,
        how: HoldOut,
    ) -> Result<(), WireError> {
        self.idle()?;
        let base_url = &self
            .started
            .as_ref()
            .ok_or(StateError::NotStarted)?
            .base_url;
        self.tables.hold_out(id, base_url, source, bytes, how).await
    }

    async fn train(
        &mut self,
        id: RequestId,
        config: TrainConfig,
        checkpoint: Option<Vec<u8>>,
        paused: bool,
    ) -> Result<(), WireError> {
        self.idle()?;
        let device = self.started()?.device.clone();
        let encoder = self.encoder.clone().ok_or(StateError::NoEncoder)?;
        let dataset = self.tables.dataset().ok_or(StateError::NoData)?;
        let checkpoint = checkpoint.map(Checkpoint::from_bytes);
        let run = Run::begin(id, encoder, dataset, config, checkpoint, paused, &device);
        self.run = Some(run.await?);
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

    fn step(&mut self, id: RequestId) -> Result<(), WireError> {
        Ok(self.running()?.step(id)?)
    }

    fn estimate(&mut self, id: RequestId, config: TrainConfig, again: bool) {
        if again {
            self.estimator.forget(&config);
        }
        let idle = self.run.is_none();
        let device = self.started.as_ref().filter(|_| idle);
        self.estimator.begin(
            id,
            config,
            self.encoder.as_ref(),
            self.tables.dataset().as_ref(),
            device.map(|started| &started.device),
        );
    }

    async fn predict(&mut self, id: RequestId, text: String) -> Result<Event, WireError> {
        let prediction = predict(&*self.current_pipeline()?, text).await?;
        Ok(Event::Predicted { id, prediction })
    }

    async fn predict_texts(
        &self,
        id: RequestId,
        texts: Vec<String>,
        precision: Precision,
    ) -> Result<Event, WireError> {
        let predictions = predict_all(&*self.pipeline_in(precision)?, texts).await?;
        Ok(Event::TextsPredicted { id, predictions })
    }

    fn describe_use(&self, id: RequestId) -> Result<Event, WireError> {
        let snippets = self.current_model()?.snippets();
        Ok(Event::UseDescribed { id, snippets })
    }

    fn list_examples(
        &self,
        id: RequestId,
        filter: ExampleFilter,
        offset: u32,
        limit: u32,
    ) -> Result<Event, WireError> {
        let tested = self.tested.as_ref().ok_or(StateError::NotTested)?;
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

    /// The model of the run under way, as it stands, or else the one that is held; and how it came to be.
    fn current_model(&self) -> Result<HeldModel, StateError> {
        let running = self.run.as_ref().map(Run::model);
        running
            .or_else(|| self.model.clone())
            .ok_or(StateError::NoModel)
    }

    /// That model, to be asked.
    fn current_pipeline(&self) -> Result<Cow<'_, Pipeline>, StateError> {
        match (&self.run, &self.model) {
            (Some(run), _) => Ok(Cow::Owned(run.pipeline())),
            (None, Some(model)) => Ok(Cow::Borrowed(&model.pipeline)),
            (None, None) => Err(StateError::NoModel),
        }
    }

    /// The same, computing with other numbers.
    fn pipeline_in(&self, precision: Precision) -> Result<Cow<'_, Pipeline>, StateError> {
        let pipeline = self.current_pipeline()?;
        match precision {
            Precision::Float32 => Ok(pipeline),
            Precision::Int8 => {
                let int8 = self.started()?.int8.then(|| pipeline.in_int8());
                int8.flatten().map(Cow::Owned).ok_or(StateError::NoInt8)
            }
        }
    }

    fn started(&self) -> Result<&Started, StateError> {
        self.started.as_ref().ok_or(StateError::NotStarted)
    }

    fn started_mut(&mut self) -> Result<&mut Started, StateError> {
        self.started.as_mut().ok_or(StateError::NotStarted)
    }

    fn running(&mut self) -> Result<&mut Run, StateError> {
        self.run.as_mut().ok_or(StateError::NotRunning)
    }

    fn idle(&self) -> Result<(), WireError> {
        match &self.run {
            Some(_) => Err(StateError::Running.into()),
            None => Ok(()),
        }
    }
}

/// Tells the page if a command failed whose terminal event is sent with what it brings.
fn settle(id: RequestId, carried_out: Result<(), WireError>) {
    if let Err(error) = carried_out {
        errors::fail(id, error);
    }
}
