//! A run under way, as the page sees it: progress told at a bearable pace, and checkpoints.

use std::rc::Rc;

use burn::tensor::Device;

use super::clock::now;
use super::model::{HeldModel, Training};
use super::port::{post, post_with};
use super::started::LoadedEncoder;
use crate::adapter::{DataFingerprint, fingerprint};
use crate::data::{Dataset, Part};
use crate::eval::Pipeline;
use crate::eval::metrics::EvaluationReport;
use crate::eval::tested::TestedExamples;
use crate::port::to_buffer;
use crate::protocol::{
    EvaluatedSplit, Event, RequestId, StepRecord, TrainPlan, TrainResult, WireError,
};
use crate::train::config::TrainConfig;
use crate::train::{Checkpoint, Finished, Progress, Test, Trainer, set_up, trainable_parameters};

/// Least milliseconds between two events of a kind.
const EVENT_INTERVAL: f64 = 100.0;
/// Least milliseconds of training between two checkpoints.
const CHECKPOINT_INTERVAL: f64 = 10_000.0;
/// Least ratio of training to saving: a run that trains every weight has hundreds of megabytes to save.
const TRAINING_TO_SAVING: f64 = 20.0;
/// Weight of the newest step in the mean that speed and time left are told from.
const NEWEST: f64 = 0.1;

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
    /// Milliseconds worked.
    worked: f64,
    pace: Pace,
    unsent: Vec<StepRecord>,
    sent_at: f64,
    saved_at: f64,
    /// Milliseconds that the last checkpoint took.
    saving: f64,
}

/// How long things have taken lately.
#[derive(Default)]
struct Pace {
    /// Milliseconds of a step.
    step: Option<f64>,
    /// Tokens of a step.
    tokens: f64,
    /// Milliseconds of a validation.
    validation: f64,
    /// `worked` when the validation under way began.
    validation_begun: Option<f64>,
}

impl Run {
    /// Prepares a run, at its checkpoint if there is one, and tells the page.
    ///
    /// `device` is the encoder's, without autodiff.
    pub fn begin(
        id: RequestId,
        encoder: Rc<LoadedEncoder>,
        dataset: Rc<Dataset>,
        config: TrainConfig,
        checkpoint: Option<Checkpoint>,
        device: &Device,
    ) -> Result<Self, WireError> {
        let mut trainer = set_up(
            &encoder.encoder,
            &dataset,
            config,
            &device.clone().autodiff(),
        )?;
        if let Some(checkpoint) = checkpoint {
            trainer.restore(&checkpoint)?;
        }
        let session = trainer.session();
        let (trainable, frozen) = trainable_parameters(session.trained_model());
        let plan = TrainPlan {
            steps: session.steps(),
            steps_per_epoch: session.steps_per_epoch(),
            trainable_parameters: trainable as u32,
            frozen_parameters: frozen as u32,
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
            paused: false,
            worked: 0.0,
            pace: Pace::default(),
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
        self.flush();
        self.save().await?;
        Ok(self.trainer.session().step_count())
    }

    pub fn resume(&mut self) {
        self.paused = false;
        (self.sent_at, self.saved_at) = (now(), now());
    }

    /// Ends training before its next step; during the test, ends that.
    pub fn stop(&mut self) {
        self.trainer.stop();
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

    /// Does one unit of work. `Some` once the run has ended.
    pub async fn advance(&mut self) -> Result<Option<TrainResult>, WireError> {
        let begun = now();
        let progress = self.trainer.advance().await?;
        let taken = now() - begun;
        self.worked += taken;
        match progress {
            Progress::Step(record) => {
                self.pace.step(taken, record.tokens);
                self.unsent.push(record);
                if now() - self.sent_at >= EVENT_INTERVAL {
                    self.flush();
                }
                let interval = CHECKPOINT_INTERVAL.max(TRAINING_TO_SAVING * self.saving);
                if now() - self.saved_at >= interval {
                    self.save().await?;
                }
            }
            Progress::Evaluating { part, done, total } => {
                self.pace.validation_begun.get_or_insert(self.worked);
                self.report_evaluation(part, done, total);
            }
            Progress::Validated(validation) => {
                if let Some(begun) = self.pace.validation_begun.take() {
                    self.pace.validation = self.worked - begun;
                }
                self.flush();
                post(&Event::Validated {
                    id: self.id,
                    validation,
                });
                self.save().await?;
            }
            Progress::Finished(finished) => {
                self.flush();
                return Ok(Some(self.result(*finished)));
            }
        }
        Ok(None)
    }

    fn report_evaluation(&mut self, part: Part, done: usize, total: usize) {
        if now() - self.sent_at < EVENT_INTERVAL {
            return;
        }
        self.flush();
        post(&Event::EvaluationProgress {
            id: self.id,
            split: match part {
                Part::Test => EvaluatedSplit::Test,
                Part::Train | Part::Validation => EvaluatedSplit::Validation,
            },
            done: done as u32,
            total: total as u32,
        });
    }

    fn result(&mut self, finished: Finished) -> TrainResult {
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
        }
    }

    /// Sends the steps that the page has not seen.
    pub fn flush(&mut self) {
        self.sent_at = now();
        if self.unsent.is_empty() {
            return;
        }
        let session = self.trainer.session();
        let steps_left = f64::from(session.steps() - session.step_count());
        let validations_left = (steps_left / f64::from(session.steps_per_epoch())).ceil();
        let step = self.pace.step.unwrap_or_default();
        post(&Event::TrainingProgress {
            id: self.id,
            steps: std::mem::take(&mut self.unsent),
            tokens_per_second: 1000.0 * self.pace.tokens / step.max(f64::MIN_POSITIVE),
            seconds_left: (steps_left * step + validations_left * self.pace.validation) / 1000.0,
        });
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

impl Pace {
    fn step(&mut self, milliseconds: f64, tokens: u32) {
        let mean = |before: f64, newest: f64| before + NEWEST * (newest - before);
        self.tokens = self
            .step
            .map_or(tokens.into(), |_| mean(self.tokens, tokens.into()));
        self.step = Some(
            self.step
                .map_or(milliseconds, |before| mean(before, milliseconds)),
        );
    }
}
