//! A run under way: training, validating and testing, one unit of work at a time.

use std::sync::Arc;

use burn::tensor::Device;

use super::clock::now;
use super::port::{post, post_with};
use crate::data::Dataset;
use crate::eval::metrics::classification_report;
use crate::eval::{Evaluation, probabilities};
use crate::model::{PretrainedEncoder, TextClassifier};
use crate::port::to_buffer;
use crate::protocol::{
    EvaluatedSplit, Event, LabelProbability, Prediction, RequestId, StepRecord, TrainPlan,
    TrainResult, ValidationRecord, WireError,
};
use crate::text::{EncodedExample, TokenBatch, Tokenizer};
use crate::train::config::TrainConfig;
use crate::train::{Checkpoint, TrainSession, TrainSetup, trainable_parameters};

/// Least milliseconds between two events of a kind.
const EVENT_INTERVAL: f64 = 100.0;
/// Milliseconds of training between two checkpoints.
const CHECKPOINT_INTERVAL: f64 = 10_000.0;
/// Weight of the newest step in the mean that speed and time left are told from.
const NEWEST: f64 = 0.1;

/// A run that has begun and not ended.
pub struct Run {
    id: RequestId,
    session: TrainSession,
    phase: Phase,
    paused: bool,
    stopped: bool,
    validation: Arc<[EncodedExample]>,
    test: Arc<[EncodedExample]>,
    labels: Arc<[String]>,
    tokenizer: Tokenizer,
    device: Device,
    batch_size: usize,
    /// Milliseconds worked.
    worked: f64,
    /// Milliseconds and tokens of a step, and milliseconds of a validation, lately.
    pace: Pace,
    unsent: Vec<StepRecord>,
    sent_at: f64,
    saved_at: f64,
}

#[derive(Default)]
struct Pace {
    step: Option<f64>,
    tokens: f64,
    validation: f64,
}

enum Phase {
    Training,
    Evaluating {
        split: EvaluatedSplit,
        evaluation: Evaluation,
        model: Box<TextClassifier>,
        begun: f64,
    },
}

/// A model that can classify, with all it needs to.
pub struct Classifier {
    model: TextClassifier,
    tokenizer: Tokenizer,
    labels: Arc<[String]>,
    device: Device,
}

impl Run {
    /// Prepares a run, at its checkpoint if there is one, and tells the page.
    ///
    /// `device` is the encoder's, without autodiff.
    pub fn begin(
        id: RequestId,
        encoder: &PretrainedEncoder,
        dataset: &Dataset,
        config: TrainConfig,
        checkpoint: Option<Checkpoint>,
        device: &Device,
    ) -> Result<Self, WireError> {
        let batch_size = config.batch_size as usize;
        let setup = TrainSetup::new(encoder, dataset, config, &device.clone().autodiff())?;
        let TrainSetup {
            mut session,
            validation,
            test,
            tokenizer,
        } = setup;
        if let Some(checkpoint) = checkpoint {
            session.restore(&checkpoint)?;
        }
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
            session,
            phase: Phase::Training,
            paused: false,
            stopped: false,
            validation,
            test,
            labels: dataset.labels.clone().into(),
            tokenizer,
            device: device.clone(),
            batch_size,
            worked: 0.0,
            pace: Pace::default(),
            unsent: Vec::new(),
            sent_at: now(),
            saved_at: now(),
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
        Ok(self.session.step_count())
    }

    pub fn resume(&mut self) {
        self.paused = false;
        (self.sent_at, self.saved_at) = (now(), now());
    }

    /// Ends training before its next step; during the test, ends that.
    pub fn stop(&mut self) {
        let testing = matches!(
            &self.phase,
            Phase::Evaluating {
                split: EvaluatedSplit::Test,
                ..
            }
        );
        if testing {
            self.test = Arc::new([]);
        }
        self.stopped = true;
        self.paused = false;
        self.phase = Phase::Training;
    }

    /// The model as it stands.
    pub fn classifier(&self) -> Classifier {
        Classifier {
            model: self.session.model(),
            tokenizer: self.tokenizer.clone(),
            labels: self.labels.clone(),
            device: self.device.clone(),
        }
    }

    /// Does one unit of work. `Some` once the run has ended.
    pub async fn advance(&mut self) -> Result<Option<TrainResult>, WireError> {
        let begun = now();
        let result = match &mut self.phase {
            Phase::Training if self.stopped || self.session.is_done() => {
                self.flush();
                if self.test.is_empty() {
                    Some(self.result(None))
                } else {
                    self.evaluate(EvaluatedSplit::Test);
                    None
                }
            }
            Phase::Training => {
                self.train().await?;
                None
            }
            Phase::Evaluating {
                evaluation, model, ..
            } => {
                if evaluation.step(model, &self.device).await? {
                    self.report_evaluation();
                    None
                } else {
                    self.finish_evaluation().await?
                }
            }
        };
        self.worked += now() - begun;
        Ok(result)
    }

    async fn train(&mut self) -> Result<(), WireError> {
        let begun = now();
        let record = self.session.step().await?;
        self.pace.step(now() - begun, record.tokens);
        self.unsent.push(record);
        if now() - self.sent_at >= EVENT_INTERVAL {
            self.flush();
        }
        let epoch_done = record.step.is_multiple_of(self.session.steps_per_epoch());
        if epoch_done && !self.validation.is_empty() {
            self.flush();
            self.evaluate(EvaluatedSplit::Validation);
        } else if now() - self.saved_at >= CHECKPOINT_INTERVAL {
            self.save().await?;
        }
        Ok(())
    }

    fn evaluate(&mut self, split: EvaluatedSplit) {
        let examples = match split {
            EvaluatedSplit::Validation => &self.validation,
            EvaluatedSplit::Test => &self.test,
        };
        let evaluation =
            Evaluation::new(examples.clone(), self.batch_size, self.tokenizer.pad_id());
        self.phase = Phase::Evaluating {
            split,
            evaluation,
            model: Box::new(self.session.model()),
            begun: self.worked,
        };
    }

    fn report_evaluation(&mut self) {
        let Phase::Evaluating {
            split, evaluation, ..
        } = &self.phase
        else {
            return;
        };
        if now() - self.sent_at >= EVENT_INTERVAL {
            self.sent_at = now();
            let (done, total) = (evaluation.done() as u32, evaluation.total() as u32);
            post(&Event::EvaluationProgress {
                id: self.id,
                split: *split,
                done,
                total,
            });
        }
    }

    async fn finish_evaluation(&mut self) -> Result<Option<TrainResult>, WireError> {
        let phase = std::mem::replace(&mut self.phase, Phase::Training);
        let Phase::Evaluating {
            split,
            evaluation,
            begun,
            ..
        } = phase
        else {
            return Ok(None);
        };
        let outcome = evaluation.finish();
        match split {
            EvaluatedSplit::Validation => {
                self.pace.validation = self.worked - begun;
                let step = self.session.step_count();
                let epoch = step / self.session.steps_per_epoch();
                let validation = ValidationRecord {
                    epoch,
                    step,
                    loss: outcome.loss,
                    accuracy: outcome.accuracy,
                };
                post(&Event::Validated {
                    id: self.id,
                    validation,
                });
                self.save().await?;
                Ok(None)
            }
            EvaluatedSplit::Test => {
                let truth: Vec<u32> = self
                    .test
                    .iter()
                    .filter_map(|example| example.target.class())
                    .collect();
                let report = classification_report(&self.labels, &truth, &outcome.predicted())?;
                Ok(Some(self.result(Some(report))))
            }
        }
    }

    fn result(&self, report: Option<crate::eval::metrics::ClassificationReport>) -> TrainResult {
        TrainResult {
            step: self.session.step_count(),
            stopped: self.stopped,
            seconds: self.worked / 1000.0,
            report,
        }
    }

    /// Sends the steps that the page has not seen.
    pub fn flush(&mut self) {
        self.sent_at = now();
        if self.unsent.is_empty() {
            return;
        }
        let steps_left = f64::from(self.session.steps() - self.session.step_count());
        let validations_left = (steps_left / f64::from(self.session.steps_per_epoch())).ceil();
        let step = self.pace.step.unwrap_or_default();
        post(&Event::TrainingProgress {
            id: self.id,
            steps: std::mem::take(&mut self.unsent),
            tokens_per_second: 1000.0 * self.pace.tokens / step.max(f64::MIN_POSITIVE),
            seconds_left: (steps_left * step + validations_left * self.pace.validation) / 1000.0,
        });
    }

    async fn save(&mut self) -> Result<(), WireError> {
        let checkpoint = self.session.checkpoint().await?;
        self.saved_at = now();
        let event = Event::Checkpointed {
            id: self.id,
            step: self.session.step_count(),
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

impl Classifier {
    /// Probabilities of every label, the most probable first.
    pub async fn predict(&self, text: String) -> Result<Prediction, WireError> {
        let begun = now();
        let ids = self.tokenizer.encode(&text)?;
        let batch = TokenBatch::pad(&[&ids], self.tokenizer.pad_id());
        let rows = probabilities(&self.model, &batch, &self.device).await?;
        let mut probabilities: Vec<LabelProbability> = self
            .labels
            .iter()
            .zip(rows.into_iter().flatten())
            .map(|(label, probability)| LabelProbability {
                label: label.clone(),
                probability: probability.into(),
            })
            .collect();
        probabilities.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        Ok(Prediction {
            text,
            probabilities,
            tokens: ids.len() as u32,
            milliseconds: now() - begun,
        })
    }
}
