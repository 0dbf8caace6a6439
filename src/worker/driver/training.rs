//! Commands about runs, estimates and trained models: the chunk [`Training`](crate::worker::chunks::Training).

use super::Driver;
use crate::eval::tested::ExampleFilter;
use crate::port::to_buffer;
use crate::protocol::{Event, ExportForm, ModelSource, RequestId, WireError};
use crate::train::Checkpoint;
use crate::train::config::TrainConfig;
use crate::worker::errors::{self, StateError};
use crate::worker::model::HeldModel;
use crate::worker::open::open;
use crate::worker::port::{post, post_with};
use crate::worker::run::Run;

impl Driver {
    pub(in crate::worker) async fn train(
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

    pub(in crate::worker) async fn advance_run(&mut self) {
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

    pub(in crate::worker) async fn settle_run(&mut self) {
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

    pub(in crate::worker) async fn pause(&mut self, id: RequestId) -> Result<Event, WireError> {
        let step = self.running()?.pause().await?;
        Ok(Event::Paused { id, step })
    }

    pub(in crate::worker) fn resume(&mut self, id: RequestId) -> Result<Event, WireError> {
        self.running()?.resume();
        Ok(Event::Resumed { id })
    }

    pub(in crate::worker) fn stop(&mut self, id: RequestId) -> Result<Event, WireError> {
        self.running()?.stop();
        Ok(Event::Stopping { id })
    }

    pub(in crate::worker) fn step(&mut self, id: RequestId) -> Result<(), WireError> {
        Ok(self.running()?.step(id)?)
    }

    pub(in crate::worker) async fn set_learning_rate(
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

    pub(in crate::worker) fn estimate(&mut self, id: RequestId, config: TrainConfig, again: bool) {
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

    pub(in crate::worker) fn list_examples(
        &mut self,
        id: RequestId,
        filter: ExampleFilter,
        offset: u32,
        limit: u32,
    ) -> Result<Event, WireError> {
        let tested = self.tested.as_ref().ok_or(StateError::NotTested)?;
        let page = tested.page(filter, offset as usize, limit as usize);
        Ok(Event::ExamplesListed { id, page })
    }

    pub(in crate::worker) async fn export(
        &mut self,
        id: RequestId,
        form: ExportForm,
    ) -> Result<(), WireError> {
        let (name, bytes) = self.current_model()?.export(form).await?;
        let event = Event::Exported { id, form, name };
        post_with(&event, Some(to_buffer(&bytes)));
        Ok(())
    }

    pub(in crate::worker) fn describe_use(&mut self, id: RequestId) -> Result<Event, WireError> {
        let snippets = self.current_model()?.snippets();
        Ok(Event::UseDescribed { id, snippets })
    }

    pub(in crate::worker) async fn open_model(
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

    fn running(&mut self) -> Result<&mut Run, StateError> {
        self.run.as_mut().ok_or(StateError::NotRunning)
    }
}
