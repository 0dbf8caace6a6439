//! What the page shows, as a pure function of the commands it has sent and the events it has received.

mod asking;
mod estimate;
pub mod history;
pub mod loss;
pub mod model;
pub mod monitor;
mod recovery;
pub mod requests;
pub mod run;
pub mod runs;
pub mod steps;
pub mod stored;
pub mod table;
pub mod tested;
mod threshold;
pub mod using;
pub mod wanted;
pub mod watch;

use crate::data::{ColumnChoice, DatasetSummary, Problem, TableSummary};
use crate::protocol::{
    Command, DeviceReport, EncoderEntry, EncoderSource, EncoderSummary, ErrorKind, EvaluatedSplit,
    Event, HubFound, PositiveLabel, Prediction, RequestId, TableSource, WireError,
};
use crate::train::config::TrainConfig;
use asking::Asking;
use estimate::Estimates;
use model::Opened;
use recovery::is_same_encoder;
use requests::WorkerRequests;
use run::{Run, RunPhase};
use runs::Runs;
use table::TableWork;
use tested::Tested;
use using::Using;

/// All that the page shows of the worker's state.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RunState {
    /// The device in use; `None` while a worker starts.
    pub device: Option<DeviceReport>,
    /// Whether a GPU failed while it was in use, so that the CPU computes.
    pub gpu_lost: bool,
    /// The encoders on offer.
    pub encoders: Vec<EncoderEntry>,
    /// The encoder on the device.
    pub encoder: Option<EncoderSummary>,
    /// Where it came from.
    pub encoder_source: Option<EncoderSource>,
    /// The encoder on its way to the device.
    pub loading: Option<EncoderLoading>,
    /// What the hub was last found to hold.
    pub hub: Option<HubFound>,
    /// The table opened last.
    pub table: Option<TableSummary>,
    /// Where it came from.
    pub table_source: Option<TableSource>,
    /// The file that could not be read last, if it may be a text in another encoding.
    pub unread: Option<String>,
    /// The columns asked for last.
    pub columns: Option<ColumnChoice>,
    /// What was asked to be learnt last.
    pub problem: Problem,
    /// The data set in use. It may be of an earlier table than `table`, if that one could not be used.
    pub dataset: Option<DatasetSummary>,
    /// The opened table as it is worked on.
    pub work: TableWork,
    /// What of the open table the data set in use was made; `None` if it is of an earlier table.
    used: Option<(ColumnChoice, Problem)>,
    /// The newest run.
    pub run: Option<Run>,
    /// The runs that have ended.
    pub runs: Runs,
    /// The probability from which on one of two labels is given.
    threshold: Option<PositiveLabel>,
    /// The tested examples that were asked for last.
    pub tested: Option<Tested>,
    /// Whether the worker knows what became of the test examples of `run`.
    knows_examples: bool,
    /// The saved model that is open.
    pub opened: Option<Opened>,
    /// The newest prediction.
    pub prediction: Option<Prediction>,
    /// What the workers have requested.
    pub requests: WorkerRequests,
    /// Whether code that the worker needs could not be fetched so far.
    pub lacks_code: bool,
    /// What went wrong last.
    pub error: Option<WireError>,
    /// The model at work on tables and in other programs.
    pub using: Using,
    /// Whether a new worker is still being told what the page has: encoder, table, model, run.
    recovering: bool,
    /// The table being opened.
    opening: Option<TableSource>,
    asking: Asking,
    estimates: Estimates,
    pending: Pending,
}

/// The newest unanswered request of each kind. Answers to older ones are stale.
#[derive(Debug, Clone, PartialEq, Default)]
struct Pending {
    start: Option<RequestId>,
    encoder: Option<RequestId>,
    hub: Option<RequestId>,
    forget: Option<RequestId>,
    table: Option<RequestId>,
    dataset: Option<RequestId>,
    pause: Option<RequestId>,
    resume: Option<RequestId>,
    stop: Option<RequestId>,
    step: Option<RequestId>,
    learning_rate: Option<RequestId>,
    predict: Option<RequestId>,
    examples: Option<RequestId>,
    export: Option<RequestId>,
    model: Option<RequestId>,
}

/// An encoder on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderLoading {
    /// Where it comes from.
    pub source: EncoderSource,
    /// Bytes that have arrived.
    pub loaded: f64,
    /// All its bytes; 0 until known.
    pub total: f64,
}

impl EncoderLoading {
    /// Nothing has arrived yet.
    fn new(source: EncoderSource) -> Self {
        Self {
            source,
            loaded: 0.0,
            total: 0.0,
        }
    }
}

/// Takes the pending request if it is `id`.
fn settle(pending: &mut Option<RequestId>, id: RequestId) -> bool {
    pending.take_if(|pending| *pending == id).is_some()
}

impl RunState {
    /// Notes a command that is being sent.
    pub fn sent(&mut self, command: &Command) {
        let pending = &mut self.pending;
        match command {
            Command::Start { id, .. } => pending.start = Some(*id),
            Command::LoadEncoder { id, encoder } => {
                pending.encoder = Some(*id);
                self.loading = Some(EncoderLoading::new(encoder.clone()));
            }
            Command::DescribeHub { id, .. } => {
                pending.hub = Some(*id);
                self.hub = None;
            }
            Command::ForgetHub { id, .. } => pending.forget = Some(*id),
            Command::OpenTable { id, source, .. } => {
                pending.table = Some(*id);
                self.opening = Some(source.clone());
                self.unread = None;
            }
            Command::UseColumns {
                id,
                columns,
                problem,
                ..
            } => {
                pending.dataset = Some(*id);
                self.columns = Some(*columns);
                self.problem = *problem;
            }
            Command::Train {
                id,
                config,
                resume,
                paused,
            } => {
                self.run = Some(self.next_run(*id, config, *resume, *paused));
                let examples = self.dataset.as_ref().map(|dataset| dataset.examples.train);
                self.runs
                    .begun(*id, config, *resume, examples.unwrap_or_default());
                self.threshold.take_if(|_| !*resume);
                self.learns_targets();
                self.forget_examples();
            }
            Command::Pause { id } => pending.pause = Some(*id),
            Command::Resume { id } => pending.resume = Some(*id),
            Command::Stop { id } => {
                pending.stop = Some(*id);
                if let Some(run) = &mut self.run {
                    run.stops += 1;
                }
            }
            // What the page asks by itself leaves the message about what the user did.
            Command::Predict { id, text } => return self.asks(*id, text),
            Command::ListExamples {
                id, filter, offset, ..
            } => self.lists_examples(*id, *filter, *offset),
            Command::Export { id, .. } => pending.export = Some(*id),
            Command::OpenModel { id, .. } => pending.model = Some(*id),
            // Nothing that the user has asked for: an error that is shown stays.
            Command::ListRows { id, .. } => return self.work.lists(*id),
            Command::MeasureLengths { id } => return self.work.measures(*id),
            Command::EditTable { id, .. }
            | Command::RestoreEdits { id }
            | Command::HoldOut { id, .. }
            | Command::ChangeHeldOut { id, .. } => self.work.edits(*id),
            Command::PredictTexts { id, .. } => return self.using.asks_texts(*id),
            Command::DescribeUse { id } => return self.using.asks_snippets(*id),
            Command::OpenTexts { id, name, .. } => self.using.opens(*id, name),
            Command::PredictTable { id, .. } => self.using.classifies(*id),
            Command::StopTable { id } => self.using.stops(*id),
            Command::Step { id } => pending.step = Some(*id),
            Command::SetLearningRate { id, .. } => pending.learning_rate = Some(*id),
            // Nothing that the user did: what is shown stays.
            Command::Estimate { id, config, .. } => return self.estimates.asked(*id, config),
            Command::Ping { .. } => return,
        }
        self.error = None;
    }

    /// Takes in an event. Answers to requests that are no longer the newest of their kind change nothing.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Listening => {
                self.requests.worker_started();
                self.lacks_code = false;
            }
            Event::ChunkMissing { missing } => self.lacks_code = missing,
            // The page replaces the worker, and says so by `worker_replaced`.
            Event::Lost { .. } => {}
            // `watch` follows the signs of life.
            Event::Pong { .. } | Event::Occupied { .. } => {}
            Event::Ready {
                id,
                device,
                encoders,
                ..
            } => {
                if settle(&mut self.pending.start, id) {
                    self.device = Some(device);
                    self.encoders = encoders;
                }
            }
            Event::EncoderProgress { id, loaded, total } => {
                let awaited = [self.pending.encoder, self.pending.model].contains(&Some(id));
                if let Some(loading) = self.loading.as_mut().filter(|_| awaited) {
                    loading.loaded = loaded;
                    loading.total = total;
                }
            }
            Event::EncoderLoaded { id, encoder } => {
                if settle(&mut self.pending.encoder, id) {
                    let source = self.loading.take().map(|loading| loading.source);
                    if !is_same_encoder(self.encoder_source.as_ref(), source.as_ref()) {
                        self.leave_checkpoint();
                    }
                    self.encoder_source = source;
                    self.encoder = Some(encoder);
                    self.estimates.forget();
                }
            }
            Event::HubStored {
                repository,
                problem,
                ..
            } => self.set_stored(&repository, problem.is_none()),
            Event::HubDescribed { id, found } => {
                if settle(&mut self.pending.hub, id) {
                    self.hub = Some(found);
                }
            }
            Event::HubForgotten { id, repository } => {
                if settle(&mut self.pending.forget, id) {
                    self.set_stored(&repository, false);
                }
            }
            Event::TableOpened { id, table } => {
                if settle(&mut self.pending.table, id) {
                    self.used = None;
                    self.columns = Some(table.guess);
                    self.problem = table.guessed_problem(table.guess.label);
                    self.table = Some(table);
                    self.table_source = self.opening.take();
                    self.work = TableWork::default();
                }
            }
            Event::DatasetReady { id, summary } => {
                if settle(&mut self.pending.dataset, id) {
                    self.used = self.columns.map(|columns| (columns, self.problem));
                    self.dataset = Some(summary);
                    self.leave_checkpoint();
                    self.estimates.forget();
                }
            }
            Event::Paused { id, .. } => {
                if settle(&mut self.pending.pause, id) {
                    self.set_phase(RunPhase::Paused);
                    self.model_changed();
                }
            }
            Event::Resumed { id } => {
                if settle(&mut self.pending.resume, id) {
                    self.set_phase(RunPhase::Training);
                }
            }
            Event::Stopping { id } => {
                if settle(&mut self.pending.stop, id)
                    && self
                        .run
                        .as_ref()
                        .is_some_and(|run| run.phase == RunPhase::Paused)
                {
                    self.set_phase(RunPhase::Training);
                }
            }
            Event::Predicted { id, prediction } => {
                self.answered(id, prediction);
            }
            Event::ExamplesListed { id, page } => self.examples_listed(id, page),
            Event::Exported { id, .. } => {
                settle(&mut self.pending.export, id);
            }
            Event::FetchingEncoder { id, encoder } => {
                if self.pending.model == Some(id) && self.pending.encoder.is_none() {
                    let source = EncoderSource::Origin { id: encoder };
                    self.loading = Some(EncoderLoading::new(source));
                }
            }
            Event::ModelOpened { id, model, fetched } => {
                if settle(&mut self.pending.model, id) {
                    if fetched.is_some() {
                        self.estimates.forget();
                    }
                    self.model_opened(model, fetched);
                }
            }
            Event::Requested { count } => self.requests.counted(count),
            Event::TableChecked { status, .. } => self.work.checked(status),
            Event::RowsListed { id, page } => self.work.rows_listed(id, page),
            Event::TableEdited { id, outcome } => self.table_edited(id, outcome),
            Event::LengthsMeasured { id, lengths } => self.work.measured(id, lengths),
            Event::TextsPredicted { id, .. } => self.using.texts_answered(id),
            Event::TextsOpened { id, table } => self.using.opened(id, table),
            Event::TableProgress { id, done, total } => self.using.classified(id, done, total),
            Event::TablePredicted { id, outcome } => self.using.table_ended(id, outcome),
            Event::TableStopping { id } => self.using.stopping(id),
            Event::UseDescribed { id, snippets } => self.using.described(id, snippets),
            Event::Failed { id, error } => self.fail(id, error),
            Event::TrainingStarted { id, plan, step } => {
                let mut started = false;
                self.with_run(id, |run| {
                    run.started(plan, step);
                    started = true;
                });
                // The run's model is the one that is asked from now on.
                self.opened.take_if(|_| started);
                if started {
                    self.model_changed();
                    self.forget_snippets();
                }
            }
            Event::TrainingProgress { id, steps, pace } => {
                self.with_run(id, |run| run.progressed(steps, pace))
            }
            Event::EvaluationProgress {
                id,
                split,
                done,
                total,
            } => {
                self.with_run(id, |run| {
                    run.goes_on(RunPhase::Evaluating { split, done, total })
                });
            }
            Event::Validated { id, validation } => {
                let mut validated = false;
                self.with_run(id, |run| {
                    run.validated(validation);
                    validated = true;
                });
                if validated {
                    self.model_validated();
                }
            }
            Event::Checkpointed { id, step } => {
                self.with_run(id, |run| run.checkpoint = Some(step))
            }
            Event::Stepped { id, .. } => {
                settle(&mut self.pending.step, id);
            }
            Event::LearningRateSet {
                id,
                step,
                learning_rate,
            } => {
                if settle(&mut self.pending.learning_rate, id)
                    && let Some(run) = &mut self.run
                {
                    run.learning_rate_set(step, learning_rate);
                }
            }
            Event::Estimated { id, estimate } => self.estimated(id, estimate),
            Event::TrainingEnded { id, result } => {
                let mut tested = false;
                let mut ended = false;
                self.with_run(id, |run| {
                    tested = result.report.is_some();
                    run.ended(result);
                    ended = true;
                });
                self.knows_examples |= tested;
                if let Some(run) = &self.run {
                    self.runs.ended(run);
                }
                if ended {
                    self.model_changed();
                }
            }
        }
        if !self.is_running() {
            self.pending.pause = None;
            self.pending.resume = None;
            self.pending.stop = None;
            self.pending.step = None;
            self.pending.learning_rate = None;
        }
    }

    /// The worker is gone and another one starts, which either takes up the run or leaves it. What is shown stays.
    pub fn worker_replaced(&mut self, gpu_lost: bool, resumes: bool) {
        self.pending = Pending::default();
        self.work.forget_requests();
        self.lose_estimate();
        self.device = None;
        self.loading = None;
        self.gpu_lost |= gpu_lost;
        self.using.worker_replaced();
        self.model_changed();
        self.forget_examples();
        if let Some(opened) = &mut self.opened {
            opened.lost = true;
        }
        if let Some(run) = &mut self.run {
            run.phase = if resumes {
                RunPhase::Preparing
            } else if run.kept || run.is_offered() {
                RunPhase::Interrupted
            } else {
                RunPhase::Failed
            };
        }
    }

    fn next_run(&mut self, id: RequestId, config: &TrainConfig, resume: bool, paused: bool) -> Run {
        match self.run.take().filter(|_| resume) {
            Some(run) => run.resumed(id, paused),
            None => {
                let encoder = self.encoder.as_ref().map(|encoder| encoder.id.clone());
                let dataset = self.dataset.as_ref().map(|dataset| dataset.name.clone());
                Run {
                    begins_paused: paused,
                    learning_rate: config.learning_rate,
                    estimated: self
                        .estimate(config)
                        .map(|estimate| estimate.seconds(config.epochs)),
                    ..Run::new(
                        id,
                        config.method,
                        encoder.unwrap_or_default(),
                        dataset.unwrap_or_default(),
                    )
                }
            }
        }
    }

    /// Does something to the run that `id` asked for, unless it is over.
    fn with_run(&mut self, id: RequestId, change: impl FnOnce(&mut Run)) {
        if let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.id == id && run.is_active())
        {
            change(run);
        }
    }

    /// The run cannot be taken up by the new worker.
    pub fn run_abandoned(&mut self) {
        self.set_phase(RunPhase::Failed);
        self.end_interruption();
    }

    fn set_stored(&mut self, repository: &str, stored: bool) {
        if let Some(hub) = self
            .hub
            .as_mut()
            .filter(|hub| hub.description.repository == repository)
        {
            hub.stored = stored;
        }
    }

    fn set_phase(&mut self, phase: RunPhase) {
        if let Some(run) = self.run.as_mut().filter(|run| run.is_active()) {
            run.phase = phase;
        }
    }

    fn fail(&mut self, id: RequestId, error: WireError) {
        if self.is_still_typed() && settle(&mut self.pending.dataset, id) {
            self.work.unusable = Some(error);
            return;
        }
        self.not_recovered(id);
        let working = self.work.failed(id);
        let pending = &mut self.pending;
        let encoder = settle(&mut pending.encoder, id);
        let model = settle(&mut pending.model, id);
        if encoder {
            self.loading = None;
        } else if model {
            self.opening_is_over();
        }
        if self.pending.table == Some(id) && error.kind == ErrorKind::Encoding {
            self.unread = self.opening.take().and_then(|source| match source {
                TableSource::File { name } => Some(name),
                TableSource::Sample { .. } | TableSource::Pasted | TableSource::Typed => None,
            });
        }
        let pending = &mut self.pending;
        let run = self
            .run
            .as_mut()
            .filter(|run| run.id == id && run.is_active());
        let trained = run.is_some();
        if let Some(run) = run {
            run.phase = RunPhase::Failed;
        }
        let others = [
            &mut pending.start,
            &mut pending.hub,
            &mut pending.forget,
            &mut pending.table,
            &mut pending.dataset,
            &mut pending.pause,
            &mut pending.resume,
            &mut pending.stop,
            &mut pending.step,
            &mut pending.learning_rate,
            &mut pending.predict,
            &mut pending.examples,
            &mut pending.export,
        ];
        let used = self.using.fail(id, error.kind);
        let known = others.into_iter().fold(
            encoder || model || trained || working || used,
            |known, pending| settle(pending, id) || known,
        );
        if known {
            self.error = Some(error);
        }
    }

    /// Whether a run is under way, pauses included.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(Run::is_active)
    }

    /// Whether the hub is being asked what a repository holds.
    pub fn is_looking_up(&self) -> bool {
        self.pending.hub.is_some()
    }

    /// Whether a table is being read or made the data set.
    pub fn is_opening(&self) -> bool {
        self.pending.table.is_some() || self.pending.dataset.is_some()
    }

    /// Whether the worker is opening its device.
    pub fn is_starting(&self) -> bool {
        self.pending.start.is_some()
    }

    /// Whether the data set in use is only being divided anew. A run may be asked for meanwhile; it waits for the data.
    pub fn is_redividing(&self) -> bool {
        self.pending.table.is_none()
            && self.pending.dataset.is_some()
            && self.used.is_some()
            && self.used == self.columns.map(|columns| (columns, self.problem))
    }

    /// Whether a text is being classified.
    pub fn is_predicting(&self) -> bool {
        self.pending.predict.is_some()
    }

    /// Whether encoder and data may be changed.
    pub fn can_change_data(&self) -> bool {
        self.device.is_some()
            && !self.is_recovering()
            && !self.is_running()
            && !self.is_interrupted()
    }

    /// Whether the worker is free to load an encoder.
    pub fn is_free_to_load(&self) -> bool {
        self.device.is_some() && self.loading.is_none()
    }

    /// Whether a run may be started.
    pub fn can_start(&self) -> bool {
        self.can_change_data()
            && self.encoder.is_some()
            && self.loading.is_none()
            && self.dataset.is_some()
            && (!self.is_opening() || self.is_redividing())
            && !self.work.is_editing()
            && !self.is_opening_model()
    }

    /// Whether the run may be paused.
    pub fn can_pause(&self) -> bool {
        self.pending.pause.is_none()
            && self.pending.stop.is_none()
            && self.run.as_ref().is_some_and(|run| match run.phase {
                RunPhase::Training => run.stops == 0,
                RunPhase::Evaluating { split, .. } => {
                    split == EvaluatedSplit::Validation && run.stops == 0
                }
                RunPhase::Preparing
                | RunPhase::Paused
                | RunPhase::Interrupted
                | RunPhase::Ended
                | RunPhase::Failed => false,
            })
    }

    /// Whether the run may go on.
    pub fn can_resume(&self) -> bool {
        self.pending.resume.is_none()
            && self.pending.stop.is_none()
            && self.pending.step.is_none()
            && self
                .run
                .as_ref()
                .is_some_and(|run| run.phase == RunPhase::Paused)
    }

    /// Whether a single step may be taken: by a run that is paused, or one that is started for it.
    pub fn can_step(&self) -> bool {
        self.can_resume() || self.can_start()
    }

    /// Whether the learning rate of the run may be changed.
    pub fn can_set_learning_rate(&self) -> bool {
        self.pending.learning_rate.is_none()
            && self.pending.stop.is_none()
            && self.run.as_ref().is_some_and(|run| match run.phase {
                RunPhase::Training | RunPhase::Paused => run.stops == 0,
                RunPhase::Evaluating { split, .. } => {
                    split == EvaluatedSplit::Validation && run.stops == 0
                }
                RunPhase::Preparing
                | RunPhase::Interrupted
                | RunPhase::Ended
                | RunPhase::Failed => false,
            })
    }

    /// Whether the run may be stopped, or its final test be skipped.
    pub fn can_stop(&self) -> bool {
        self.pending.stop.is_none()
            && self
                .run
                .as_ref()
                .is_some_and(|run| run.is_active() && run.stops < 2)
    }
}

#[cfg(test)]
mod tests;
