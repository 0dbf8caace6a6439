//! A run under way, as the page sees it: progress told at a bearable pace, and checkpoints.

use std::rc::Rc;

use burn::tensor::Device;

use super::clock::now;
use super::errors::StateError;
use super::memory;
use super::model::{HeldModel, Training};
use super::port::{post, post_with};
use super::speed::Speed;
use super::spill::ScratchFile;
use super::started::LoadedEncoder;
use crate::adapter::{DataFingerprint, fingerprint};
use crate::data::{Dataset, Part};
use crate::device::is_asynchronous;
use crate::eval::baseline::Baseline;
use crate::eval::metrics::EvaluationReport;
use crate::eval::tested::TestedExamples;
use crate::eval::{Pipeline, Untrained};
use crate::port::to_buffer;
use crate::protocol::{
    EvaluatedSplit, Event, Pace, RequestId, StepRecord, TrainPlan, TrainResult, WireError,
};
use crate::train::config::{Method, TrainConfig};
use crate::train::estimate::is_baseline_cheap;
use crate::train::{
    Checkpoint, Finished, LogInterval, Progress, Test, Trainer, set_up, settings_on,
    trainable_parameters,
};

/// Least milliseconds between two events of a kind.
const EVENT_INTERVAL: f64 = 100.0;
/// Least milliseconds of training between two checkpoints.
const CHECKPOINT_INTERVAL: f64 = 10_000.0;
/// Least ratio of training to saving: a run that trains every weight has hundreds of megabytes to save.
const TRAINING_TO_SAVING: f64 = 20.0;

/// A run that has begun and not ended.
pub struct Run {
    id: RequestId,
    trainer: Trainer,
    encoder: Rc<LoadedEncoder>,
    dataset: Rc<Dataset>,
    data: DataFingerprint,
    /// On the test examples, once they were classified.
    report: Option<EvaluationReport>,
    tested: Option<TestedExamples>,
    paused: bool,
    /// The request for a single step that is being taken.
    stepping: Option<RequestId>,
    /// What is left once the test is over.
    comparing: Option<Comparing>,
    /// Milliseconds worked.
    worked: f64,
    /// Those of them that went into steps that are not read yet: how long one took is known by then.
    unread: f64,
    /// How many steps are read together, where the device computes meanwhile.
    log_interval: Option<LogInterval>,
    speed: Speed,
    unsent: Vec<StepRecord>,
    sent_at: f64,
    saved_at: f64,
    /// Milliseconds that the last checkpoint took.
    saving: f64,
}

/// The comparison with the encoder as it was before training.
struct Comparing {
    finished: Box<Finished>,
    untrained: Untrained,
    /// The user does not want to wait for it.
    skipped: bool,
}

impl Run {
    /// Prepares a run, at its checkpoint if there is one, and tells the page.
    ///
    /// `device` is the encoder's, without autodiff.
    pub async fn begin(
        id: RequestId,
        encoder: Rc<LoadedEncoder>,
        dataset: Rc<Dataset>,
        config: TrainConfig,
        checkpoint: Option<Checkpoint>,
        paused: bool,
        device: &Device,
    ) -> Result<Self, WireError> {
        let device_with_autodiff = device.clone().autodiff();
        // A run that has begun goes on, on whichever device.
        let settings = match checkpoint {
            Some(_) => settings_on(&device_with_autodiff, config.clone()),
            None => config.clone(),
        };
        let in_float32 = settings != config;
        let mut trainer = set_up(&encoder.encoder, &dataset, settings, &device_with_autodiff)?;
        if let Some(checkpoint) = checkpoint {
            trainer.restore(&checkpoint)?;
        }
        let overflow: u64 = trainer.overflow().iter().sum();
        if overflow > 0
            && let Some(store) = ScratchFile::create(overflow).await
        {
            trainer.spill_to(store);
        }
        let session = trainer.session();
        let (trainable, frozen) = trainable_parameters(session.trained_model());
        let plan = TrainPlan {
            steps: session.steps(),
            steps_per_epoch: session.steps_per_epoch(),
            trainable_parameters: trainable as u32,
            frozen_parameters: frozen as u32,
            in_float32,
        };
        post(&Event::TrainingStarted {
            id,
            plan,
            step: session.step_count(),
        });
        Ok(Self {
            id,
            trainer,
            encoder,
            data: fingerprint(&dataset),
            dataset,
            report: None,
            tested: None,
            paused,
            stepping: None,
            comparing: None,
            worked: 0.0,
            unread: 0.0,
            log_interval: is_asynchronous(device).then(LogInterval::default),
            speed: Speed::default(),
            unsent: Vec::new(),
            sent_at: now(),
            saved_at: now(),
            saving: 0.0,
        })
    }

    pub fn id(&self) -> RequestId {
        self.id
    }

    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Halts before the next unit of work, and saves.
    pub async fn pause(&mut self) -> Result<u32, WireError> {
        self.paused = true;
        self.settle_step();
        self.flush();
        self.save().await?;
        Ok(self.trainer.session().step_count())
    }

    pub fn resume(&mut self) {
        self.paused = false;
        (self.sent_at, self.saved_at) = (now(), now());
    }

    /// Takes one step of a paused run, and the validation that follows it.
    pub fn step(&mut self, id: RequestId) -> Result<(), StateError> {
        if !self.paused {
            return Err(StateError::NotPaused);
        }
        self.resume();
        self.stepping = Some(id);
        Ok(())
    }

    /// Goes on with another peak of the learning rate, and saves: a worker that takes the run up must know it. The step
    /// after which it holds.
    pub async fn set_learning_rate(&mut self, peak: f64) -> Result<u32, WireError> {
        self.trainer.session_mut().set_learning_rate(peak)?;
        self.flush();
        self.save().await?;
        Ok(self.trainer.session().step_count())
    }

    /// Tells what is left to tell of a run that cannot go on.
    pub fn give_up(&mut self) {
        self.settle_step();
        self.flush();
    }

    /// Answers the request for a single step, if there is one.
    fn settle_step(&mut self) {
        if let Some(id) = self.stepping.take() {
            self.flush();
            let step = self.trainer.session().step_count();
            post(&Event::Stepped { id, step });
        }
    }

    /// The single step that was asked for is taken.
    fn halt_after_step(&mut self) {
        if self.stepping.is_some() && !self.trainer.is_validating() {
            self.paused = true;
            self.settle_step();
        }
    }

    /// Ends training before its next step; during the test, ends that; after it, the comparison.
    pub fn stop(&mut self) {
        self.settle_step();
        match &mut self.comparing {
            Some(comparing) => comparing.skipped = true,
            None => self.trainer.stop(),
        }
        self.paused = false;
    }

    /// The model as it stands, to be asked.
    pub fn pipeline(&self) -> Pipeline {
        self.trainer.pipeline()
    }

    /// The model as it stands, and how it comes to be.
    pub fn model(&self) -> HeldModel {
        HeldModel {
            pipeline: self.pipeline(),
            training: Some(Training {
                encoder: self.encoder.clone(),
                config: self.trainer.session().config().clone(),
                data: self.data.clone(),
                report: self.report.clone(),
            }),
        }
    }

    /// What became of the test examples, once they were classified.
    pub fn into_tested(self) -> Option<TestedExamples> {
        self.tested
    }

    /// Reads the steps that the device was asked for, so that whoever asks or changes something finds what is known.
    pub async fn settle(&mut self) -> Result<(), WireError> {
        let begun = now();
        let steps = self.trainer.settle().await?;
        let taken = now() - begun;
        self.worked += taken;
        self.note_steps(steps, taken);
        Ok(())
    }

    /// Takes note of steps that were read, and of the milliseconds that asking or reading took.
    fn note_steps(&mut self, steps: Vec<StepRecord>, milliseconds: f64) {
        self.unread += milliseconds;
        if steps.is_empty() {
            return;
        }
        let taken = std::mem::take(&mut self.unread);
        for step in &steps {
            self.speed.step(taken / steps.len() as f64, step);
        }
        if let Some(interval) = &mut self.log_interval {
            interval.note(steps.len() as u32, taken / 1000.0);
        }
        self.unsent.extend(steps);
    }

    /// A single step is read at once.
    fn logging_steps(&self) -> u32 {
        let interval = self.log_interval.as_ref();
        let interval = interval.filter(|_| self.stepping.is_none());
        interval.map_or(1, LogInterval::steps)
    }

    /// Does one unit of work. `Some` once the run has ended.
    pub async fn advance(&mut self) -> Result<Option<TrainResult>, WireError> {
        if self.comparing.is_some() {
            return self.compare().await;
        }
        self.trainer.set_logging_steps(self.logging_steps());
        let begun = now();
        let progress = self.trainer.advance().await?;
        let taken = now() - begun;
        self.worked += taken;
        match progress {
            Progress::Steps(steps) => {
                let are_read = !steps.is_empty();
                self.note_steps(steps, taken);
                if are_read {
                    self.tell_steps().await?;
                }
            }
            Progress::Evaluating { part, done, total } => {
                // A validation that was cut off is not the test's beginning.
                self.speed.evaluation_begun.take_if(|_| done == 0);
                let begun = *self.speed.evaluation_begun.get_or_insert(self.worked);
                self.speed.held_out = (self.worked - begun) / done.max(1) as f64;
                let split = match part {
                    Part::Test => EvaluatedSplit::Test,
                    Part::Train | Part::Validation => EvaluatedSplit::Validation,
                };
                self.report_evaluation(split, done, total);
            }
            Progress::Validated(validation) => {
                if let Some(begun) = self.speed.evaluation_begun.take() {
                    self.speed.validation = self.worked - begun;
                }
                self.flush();
                post(&Event::Validated {
                    id: self.id,
                    validation,
                });
                self.save().await?;
                self.halt_after_step();
            }
            Progress::Finished(finished) => {
                self.settle_step();
                self.flush();
                return self.begin_comparison(finished);
            }
        }
        Ok(None)
    }

    /// Tells of steps that were read and saves, each at its pace.
    async fn tell_steps(&mut self) -> Result<(), WireError> {
        if now() - self.sent_at >= EVENT_INTERVAL {
            self.flush();
        }
        let interval = CHECKPOINT_INTERVAL.max(TRAINING_TO_SAVING * self.saving);
        if now() - self.saved_at >= interval {
            self.save().await?;
        }
        self.halt_after_step();
        Ok(())
    }

    fn report_evaluation(&mut self, split: EvaluatedSplit, done: usize, total: usize) {
        if now() - self.sent_at < EVENT_INTERVAL {
            return;
        }
        self.flush();
        post(&Event::EvaluationProgress {
            id: self.id,
            split,
            done: done as u32,
            total: total as u32,
        });
    }

    /// Begins the comparison with the encoder before training where it costs little beside the run; else the run is over.
    fn begin_comparison(
        &mut self,
        finished: Box<Finished>,
    ) -> Result<Option<TrainResult>, WireError> {
        if finished.test.is_none() {
            return Ok(Some(self.result(*finished, None)));
        }
        let known = self.trainer.session().config().method == Method::HeadOnly;
        let split = &self.dataset.split;
        let texts = split.train.len() + split.test.len();
        let expected = if known {
            0.0
        } else {
            texts as f64 * self.speed.held_out
        };
        let cheap = is_baseline_cheap(expected, self.worked);
        let untrained = cheap
            .then(|| self.trainer.untrained(&self.encoder.encoder))
            .flatten();
        match untrained {
            Some(untrained) => {
                self.comparing = Some(Comparing {
                    finished,
                    untrained,
                    skipped: false,
                });
                Ok(None)
            }
            None => {
                let majority = self.trainer.majority()?;
                Ok(Some(self.result(*finished, majority)))
            }
        }
    }

    /// Embeds a batch with the encoder as it was before training. `Some` at the end.
    async fn compare(&mut self) -> Result<Option<TrainResult>, WireError> {
        let Some(mut comparing) = self.comparing.take() else {
            return Ok(None);
        };
        let begun = now();
        let more = !comparing.skipped && comparing.untrained.step(self.trainer.device()).await?;
        self.worked += now() - begun;
        if more {
            let (done, total) = (comparing.untrained.done(), comparing.untrained.total());
            self.comparing = Some(comparing);
            self.report_evaluation(EvaluatedSplit::Untrained, done, total);
            return Ok(None);
        }
        let baseline = match comparing.skipped {
            true => self.trainer.majority()?,
            false => Some(comparing.untrained.finish(self.trainer.labels())?),
        };
        Ok(Some(self.result(*comparing.finished, baseline)))
    }

    fn result(&mut self, finished: Finished, baseline: Option<Baseline>) -> TrainResult {
        if let Some(Test { outcome, report }) = finished.test {
            self.report = Some(report);
            self.tested = Some(TestedExamples::new(self.dataset.clone(), outcome));
        }
        TrainResult {
            step: self.trainer.session().step_count(),
            end: finished.end,
            best_step: finished.best_step,
            seconds: self.worked / 1000.0,
            report: self.report.clone().map(Box::new),
            baseline,
        }
    }

    /// Sends the steps that the page has not seen.
    fn flush(&mut self) {
        self.sent_at = now();
        if self.unsent.is_empty() {
            return;
        }
        let steps = std::mem::take(&mut self.unsent);
        let pace = self.pace();
        post(&Event::TrainingProgress {
            id: self.id,
            steps,
            pace,
        });
    }

    fn pace(&self) -> Pace {
        let session = self.trainer.session();
        let steps_left = f64::from(session.steps().saturating_sub(session.step_count()));
        let validations_left = (steps_left / f64::from(session.steps_per_epoch())).ceil();
        let step = self.speed.step.unwrap_or_default();
        let a_second = |of_step: f64| 1000.0 * of_step / step.max(f64::MIN_POSITIVE);
        let test = self.dataset.split.test.len() as f64 * self.speed.held_out;
        let left = steps_left * step + validations_left * self.speed.validation + test;
        Pace {
            tokens_per_second: a_second(self.speed.tokens),
            examples_per_second: a_second(self.speed.examples),
            elapsed: self.worked / 1000.0,
            left: left / 1000.0,
            memory: memory::size(),
        }
    }

    async fn save(&mut self) -> Result<(), WireError> {
        let begun = now();
        let checkpoint = self.trainer.checkpoint().await?;
        self.saved_at = now();
        self.saving = self.saved_at - begun;
        let event = Event::Checkpointed {
            id: self.id,
            step: self.trainer.session().step_count(),
        };
        post_with(&event, Some(to_buffer(checkpoint.as_bytes())));
        Ok(())
    }
}
