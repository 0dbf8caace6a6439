//! The loop: commands first, then one unit of the run's work, then a turn for the browser.

mod data;
mod training;

use std::borrow::Cow;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::chunks::{data_code, training_code};
use super::clock::turn;
use super::errors::{Fault, StateError};
use super::estimate::Estimator;
use super::hub::HubClient;
use super::model::HeldModel;
use super::port::{Inbox, Message, post};
use super::predict::{predict, predict_all};
use super::pulse::Pulse;
use super::run::Run;
use super::started::{LoadedEncoder, Started};
use super::tables::{HoldOut, Tables};
use super::using::Using;
use super::{devices, errors, files, memory};
use crate::eval::Pipeline;
use crate::eval::tested::TestedExamples;
use crate::port::{sweep_scratch, to_bytes};
use crate::protocol::{
    Command, DevicePreference, DeviceReason, EncoderSource, Event, PROTOCOL_VERSION, Precision,
    RequestId, WireError,
};

/// All that the worker holds.
pub struct Driver {
    inbox: Inbox,
    pulse: Pulse,
    started: Option<Started>,
    pub(super) encoder: Option<Rc<LoadedEncoder>>,
    pub(super) tables: Tables,
    run: Option<Run>,
    pub(super) estimator: Estimator,
    /// The model of the last run that ended, or the one that was opened since.
    model: Option<HeldModel>,
    /// What became of the test examples of the last run that was tested.
    tested: Option<TestedExamples>,
    /// The table that is classified, and how far.
    pub(super) using: Using,
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

    /// Runs until the page ends the worker. It borrows: to drop a run, say, takes code of a chunk.
    pub async fn drive(&mut self) {
        let pulse = self.pulse.clone();
        loop {
            memory::forget_failure();
            let running = self.is_running();
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
                    let measure = training_code().await.measure;
                    if let Err(error) = pulse.work(measure(self)).await {
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

    fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.is_paused())
    }

    /// Does one unit of the work that was asked for.
    async fn advance(&mut self) {
        if self.using.is_working() {
            (data_code().await.classify)(self).await;
        }
        if self.is_running() {
            (training_code().await.advance)(self).await;
        }
    }

    async fn handle(&mut self, message: Message) {
        let Message {
            message: command,
            buffer,
            files,
        } = message;
        let bytes = buffer.as_ref().map(to_bytes);
        if self.estimator.is_busy() {
            (training_code().await.make_way)(self, &command);
        }
        self.pulse
            .carries_out(&command, bytes.as_ref().map_or(0, Vec::len));
        // Whatever it asks of a run or changes about it, it finds steps that are known.
        if self.run.is_some() {
            (training_code().await.settle)(self).await;
        }
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
                let describe = data_code().await.describe_hub;
                (id, describe(self, id, repository).await)
            }
            Command::ForgetHub { id, repository } => {
                let forget = data_code().await.forget_hub;
                (id, forget(self, id, repository).await)
            }
            Command::OpenTable {
                id,
                source,
                options,
            } => {
                let open = data_code().await.open_table;
                (id, open(self, id, source, options, bytes).await)
            }
            Command::UseColumns {
                id,
                columns,
                problem,
                split,
            } => {
                let use_columns = data_code().await.use_columns;
                (id, use_columns(self, id, columns, problem, split))
            }
            Command::Train {
                id,
                config,
                resume,
                paused,
            } => {
                let train = training_code().await.train;
                let checkpoint = bytes.filter(|_| resume);
                // The terminal event comes when the run ends.
                return settle(id, train(self, id, config, checkpoint, paused).await);
            }
            Command::Pause { id } => (id, (training_code().await.pause)(self, id).await),
            Command::Resume { id } => (id, (training_code().await.resume)(self, id)),
            Command::Stop { id } => (id, (training_code().await.stop)(self, id)),
            Command::Predict { id, text } => (id, self.predict(id, text).await),
            Command::ListExamples {
                id,
                filter,
                offset,
                limit,
            } => {
                let list = training_code().await.list_examples;
                (id, list(self, id, filter, offset, limit))
            }
            Command::Export { id, form } => {
                let export = training_code().await.export;
                return settle(id, export(self, id, form).await);
            }
            Command::OpenModel { id, source } => {
                let open = training_code().await.open_model;
                (id, open(self, id, source, files).await)
            }
            Command::ListRows {
                id,
                filter,
                offset,
                limit,
            } => {
                let list = data_code().await.list_rows;
                (id, list(self, id, filter, offset, limit))
            }
            Command::MeasureLengths { id } => (id, (data_code().await.measure_lengths)(self, id)),
            Command::EditTable { id, edit } => {
                let edit_table = data_code().await.edit_table;
                return settle(id, edit_table(self, id, edit));
            }
            Command::RestoreEdits { id } => {
                let saved = bytes.unwrap_or_default();
                let restore = data_code().await.restore_edits;
                return settle(id, restore(self, id, &saved));
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
                let hold_out = data_code().await.hold_out;
                return settle(id, hold_out(self, id, source, bytes, how).await);
            }
            Command::ChangeHeldOut { id, part } => {
                let change = data_code().await.change_held_out;
                return settle(id, change(self, id, part));
            }
            Command::PredictTexts {
                id,
                texts,
                precision,
            } => (id, self.predict_texts(id, texts, precision).await),
            Command::OpenTexts { id, name, options } => {
                let bytes = bytes.unwrap_or_default();
                let open = data_code().await.open_texts;
                (id, open(self, id, name, options, bytes).await)
            }
            Command::PredictTable { id, request } => {
                let predict = data_code().await.predict_table;
                // The terminal event comes when the rows are classified.
                return settle(id, predict(self, id, request));
            }
            Command::StopTable { id } => (id, Ok((data_code().await.stop_table)(self, id))),
            Command::DescribeUse { id } => (id, (training_code().await.describe_use)(self, id)),
            Command::Step { id } => {
                let step = training_code().await.step;
                // The terminal event comes when the step is taken.
                return settle(id, step(self, id));
            }
            Command::SetLearningRate { id, learning_rate } => {
                let set = training_code().await.set_learning_rate;
                (id, set(self, id, learning_rate).await)
            }
            // The terminal event comes when all is measured.
            Command::Estimate { id, config, again } => {
                return (training_code().await.estimate)(self, id, config, again);
            }
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
        let started = self.started_mut()?;
        let encoder = match &source {
            EncoderSource::Origin { id: wanted } => started.load(id, wanted).await?,
            EncoderSource::Folder { .. }
            | EncoderSource::Zip { .. }
            | EncoderSource::Hub { .. } => {
                let load = data_code().await.load_encoder;
                load(started, id, &source, &files).await?
            }
        };
        let summary = encoder.summary();
        self.encoder = Some(Rc::new(encoder));
        Ok(Event::EncoderLoaded {
            id,
            encoder: summary,
        })
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
