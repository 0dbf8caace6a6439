//! A whole run: training, validating and testing, one unit of work at a time.

use std::sync::Arc;

use burn::tensor::Device;

use super::checkpoint::{Checkpoint, CheckpointError};
use super::record::{RunEnd, StepRecord, ValidationRecord};
use super::session::{Room, TrainError, TrainSession};
use crate::data::{Part, Target};
use crate::eval::metrics::{EvaluationReport, MetricsError};
use crate::eval::{
    Evaluation, FeatureCache, Outcome, OutputScale, Pipeline, SpillRegion, SpillStore, report,
    scores, temperature,
};
use crate::model::TextClassifier;
use crate::text::{EncodedExample, Tokenizer};

/// Most bytes of the held-out examples' hidden states below the layers that change.
const HELD_OUT_FEATURES: usize = 64 << 20;

/// Drives a session from its first step to the test. Like the session it holds no loop, so that whoever calls
/// [`advance`](Self::advance) may pause, ask, save or stop between any two units of work.
pub struct Trainer {
    pub(super) session: TrainSession,
    validation: HeldOut,
    pub(super) test: HeldOut,
    pub(super) tokenizer: Tokenizer,
    pub(super) labels: Arc<[String]>,
    pub(super) scale: OutputScale,
    /// Without autodiff.
    device: Device,
    phase: Phase,
    best_step: Option<u32>,
    /// See [`Trainer::set_logging_steps`].
    logging_steps: u32,
    /// Most bytes of the validation examples' features in memory.
    held_out_room: usize,
}

/// Examples that are not learnt on.
pub(super) struct HeldOut {
    pub(super) examples: Arc<[EncodedExample]>,
    /// Where a part of the model does not change.
    pub(super) features: Option<FeatureCache>,
    /// Where those go that there is no room for in memory.
    spill: Option<SpillRegion>,
}

impl HeldOut {
    fn targets(&self) -> Vec<&Target> {
        self.examples
            .iter()
            .map(|example| &example.target)
            .collect()
    }
}

/// What a run is made of besides its session.
pub(super) struct TrainerParts {
    pub(super) validation: Vec<EncodedExample>,
    pub(super) test: Vec<EncodedExample>,
    pub(super) tokenizer: Tokenizer,
    pub(super) labels: Arc<[String]>,
    pub(super) scale: OutputScale,
}

enum Phase {
    Training,
    Evaluating {
        part: Part,
        evaluation: Evaluation,
        model: Box<TextClassifier>,
    },
    Over,
}

/// What a unit of work has brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// A step was asked for. All that were read since the last time, in their order: none while they are still computed, or
    /// where one is to be taken again.
    Steps(Vec<StepRecord>),
    /// A batch of an evaluation.
    Evaluating {
        /// Which examples.
        part: Part,
        /// Examples evaluated so far.
        done: usize,
        /// Examples in all.
        total: usize,
    },
    /// An epoch's validation.
    Validated(ValidationRecord),
    /// The end; there is nothing more to do.
    Finished(Box<Finished>),
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Why.
    pub end: RunEnd,
    /// The step of the weights that are left, where they are not the last ones.
    pub best_step: Option<u32>,
    /// The test; `None` if there are no examples for it or it was skipped.
    pub test: Option<Test>,
}

/// A model on the test examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What it says of them, in their order.
    pub outcome: Outcome,
    /// How good that is.
    pub report: EvaluationReport,
}

impl Trainer {
    pub(super) fn new(session: TrainSession, parts: TrainerParts) -> Self {
        let held_out = |examples: Vec<EncodedExample>| HeldOut {
            examples: examples.into(),
            features: None,
            spill: None,
        };
        Self {
            validation: held_out(parts.validation),
            test: held_out(parts.test),
            tokenizer: parts.tokenizer,
            labels: parts.labels,
            scale: parts.scale,
            device: session.device.clone().inner(),
            session,
            phase: Phase::Training,
            best_step: None,
            logging_steps: 1,
            held_out_room: HELD_OUT_FEATURES,
        }
    }

    /// The session.
    pub fn session(&self) -> &TrainSession {
        &self.session
    }

    /// Lets go of all but the session.
    pub(super) fn into_session(self) -> TrainSession {
        self.session
    }

    /// The session, to take steps of one's own.
    pub fn session_mut(&mut self) -> &mut TrainSession {
        &mut self.session
    }

    /// What the model's logits mean.
    pub fn scale(&self) -> &OutputScale {
        &self.scale
    }

    /// Whether validations take place.
    pub fn validates(&self) -> bool {
        !self.validation.examples.is_empty()
    }

    /// The model as it stands, ready to be asked.
    pub fn pipeline(&self) -> Pipeline {
        Pipeline {
            model: self.session.model(),
            tokenizer: self.tokenizer.clone(),
            labels: self.labels.clone(),
            scale: self.scale,
            device: self.device.clone(),
        }
    }

    /// Asks for up to so many steps before the numbers of all of them are read together, so that a device that computes
    /// while others wait need not wait for its reader after each. They are fewer at the end of an epoch, and where the
    /// weights before each would take too much memory. Nothing else of a run depends on it.
    pub fn set_logging_steps(&mut self, steps: u32) {
        self.logging_steps = steps;
    }

    /// Bounds the hidden states that are kept in memory, in bytes: the training examples', and the validation's. They are
    /// 256 MB and 64 MB unless said otherwise. Nothing but time depends on what is not kept, but for rounding to 16 bits
    /// where not all of them are.
    pub fn set_feature_room(&mut self, [train, validation]: [usize; 2]) {
        self.session.set_room(train);
        self.held_out_room = validation;
        self.validation.features = None;
    }

    /// Bytes of hidden states that do not change and that there is no room for in memory: of the training examples, and of
    /// the validation's. They are computed each time unless they [may spill](Self::spill_to).
    pub fn overflow(&self) -> [u64; 2] {
        let session = &self.session;
        let room = Room {
            bytes: self.held_out_room,
            spill: None,
        };
        let held_out = &self.validation.examples;
        let validation = session.features_of(held_out, None, session.config().epochs, room);
        [
            (session.features.as_ref(), &session.examples),
            (validation.as_ref(), held_out),
        ]
        .map(|(features, examples)| features.map_or(0, |features| features.overflow(examples)))
    }

    /// Lets hidden states that there is no room for in memory go to a store, for as long as training goes on. Nothing but
    /// time depends on it, but for what a GPU rounds in another way where texts are computed in other batches.
    pub fn spill_to(&mut self, store: impl SpillStore + 'static) {
        let [train, validation] = SpillRegion::split(store, self.overflow());
        self.session.spill_to(train);
        if let Some(features) = &mut self.validation.features {
            features.spill_to(validation.clone(), &self.validation.examples);
        }
        self.validation.spill = Some(validation);
    }

    /// Reads what was not read yet: the steps since the last time. If the loss of one is not finite, training ends before
    /// it, as [`advance`](Self::advance) goes on to tell.
    ///
    /// # Errors
    /// If the device fails.
    pub async fn settle(&mut self) -> Result<Vec<StepRecord>, TrainError> {
        self.read_steps().await?;
        Ok(self.session.take_records())
    }

    async fn read_steps(&mut self) -> Result<(), TrainError> {
        match self.session.settle().await {
            Err(TrainError::NotFinite { step, loss }) => {
                self.session.end = Some(RunEnd::NotFinite { step, loss });
                Ok(())
            }
            settled => settled,
        }
    }

    /// Reads the run's state back from the device. Steps that are read for it are told by the next
    /// [`settle`](Self::settle) or [`advance`](Self::advance).
    ///
    /// # Errors
    /// If the device fails.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, TrainError> {
        self.read_steps().await?;
        self.session.checkpoint().await
    }

    /// Goes on from a checkpoint of a run with the same settings, model and data.
    ///
    /// # Errors
    /// If it does not belong to this run, which is then unchanged.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        self.session.restore(checkpoint)?;
        self.best_step = None;
        self.go_on();
        Ok(())
    }

    /// Ends training before its next step; during the test, ends that.
    pub fn stop(&mut self) {
        match self.phase {
            Phase::Over => return,
            Phase::Evaluating {
                part: Part::Test, ..
            } => self.test.examples = Arc::new([]),
            _ => {
                self.session.end.get_or_insert(RunEnd::Stopped);
            }
        }
        self.phase = Phase::Training;
    }

    /// Whether a validation is under way.
    pub fn is_validating(&self) -> bool {
        matches!(
            self.phase,
            Phase::Evaluating {
                part: Part::Validation,
                ..
            }
        )
    }

    /// The device, without autodiff.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The labels' names.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Does one unit of work.
    ///
    /// # Errors
    /// If the device fails, or gives what is no number.
    pub async fn advance(&mut self) -> Result<Progress, TrainError> {
        match &mut self.phase {
            Phase::Training => {
                if !self.session.is_done() {
                    self.session.ask_for_step().await?;
                    if self.session.may_go_ahead(self.logging_steps) {
                        return Ok(Progress::Steps(Vec::new()));
                    }
                }
                let steps = self.settle().await?;
                if !steps.is_empty() {
                    self.go_on();
                } else if self.session.is_done() {
                    return Ok(self.begin_test());
                }
                Ok(Progress::Steps(steps))
            }
            Phase::Evaluating {
                part,
                evaluation,
                model,
            } => {
                let part = *part;
                let held_out = match part {
                    Part::Test => &mut self.test,
                    Part::Train | Part::Validation => &mut self.validation,
                };
                let cache = held_out.features.as_mut();
                if evaluation.step(model, cache, &self.device).await? {
                    return Ok(Progress::Evaluating {
                        part,
                        done: evaluation.done(),
                        total: evaluation.total(),
                    });
                }
                self.finish_evaluation()
            }
            Phase::Over => Ok(self.finished(None)),
        }
    }

    /// After a step, or from a checkpoint. One that was made once training was over has nothing left but the test.
    fn go_on(&mut self) {
        let over = self.session.end.is_some();
        if !over && self.validates() && self.session.awaits_validation() {
            self.evaluate(Part::Validation);
        } else {
            self.phase = Phase::Training;
        }
    }

    fn begin_test(&mut self) -> Progress {
        let session = &self.session;
        // Patience may run out with the last epoch.
        let reason = if session.is_exhausted() && session.step_count() < session.steps() {
            RunEnd::EarlyStopped
        } else {
            RunEnd::Completed
        };
        self.session.end.get_or_insert(reason);
        self.session.forget_hidden_states();
        (self.validation.features, self.validation.spill) = (None, None);
        if self.best_step.is_none() {
            self.best_step = self.session.load_best_model();
        }
        let total = self.test.examples.len();
        if total == 0 {
            return self.finished(None);
        }
        self.evaluate(Part::Test);
        Progress::Evaluating {
            part: Part::Test,
            done: 0,
            total,
        }
    }

    pub(super) fn evaluate(&mut self, part: Part) {
        let epochs = self.session.config().epochs;
        let (held_out, times) = match part {
            Part::Test => (&mut self.test, 1),
            Part::Train | Part::Validation => (&mut self.validation, epochs),
        };
        let examples = &held_out.examples;
        let room = Room {
            bytes: self.held_out_room,
            spill: held_out.spill.as_ref(),
        };
        let present = held_out.features.take();
        held_out.features = self.session.features_of(examples, present, times, room);
        self.phase = Phase::Evaluating {
            part,
            evaluation: Evaluation::new(
                examples.clone(),
                self.session.config().batch_size as usize,
                self.tokenizer.pad_id(),
            ),
            model: Box::new(self.session.model()),
        };
    }

    fn finish_evaluation(&mut self) -> Result<Progress, TrainError> {
        let phase = std::mem::replace(&mut self.phase, Phase::Training);
        let Phase::Evaluating {
            part, evaluation, ..
        } = phase
        else {
            return Ok(self.finished(None));
        };
        let outcome = evaluation.finish(&self.scale);
        if !outcome.is_finite() {
            return Ok(self.diverged(part, outcome.loss));
        }
        if part == Part::Test {
            let test = self.tested(outcome)?;
            return Ok(self.finished(Some(test)));
        }
        let record = self.validated(&outcome)?;
        Ok(Progress::Validated(record))
    }

    /// The last step has made weights that give no numbers.
    fn diverged(&mut self, part: Part, loss: f64) -> Progress {
        let rolled_back = self.session.roll_back();
        if part == Part::Test && !rolled_back {
            return self.finished(None);
        }
        let step = self.session.step_count();
        self.session.end = Some(RunEnd::NotFinite { step, loss });
        self.begin_test()
    }

    /// Judges a validation, and takes note of it.
    fn validated(&mut self, outcome: &Outcome) -> Result<ValidationRecord, MetricsError> {
        let problem = self.scale.problem;
        let targets = self.validation.targets();
        let scores = scores(problem, &self.labels, &targets, outcome)?;
        let temperature = temperature(problem, self.labels.len(), &targets, outcome)?;
        let step = self.session.step_count();
        let record = ValidationRecord {
            epoch: step / self.session.steps_per_epoch(),
            step,
            loss: outcome.loss,
            scores,
        };
        self.session.observe(&record, temperature);
        Ok(record)
    }

    fn tested(&self, outcome: Outcome) -> Result<Test, MetricsError> {
        let step = self.best_step.unwrap_or(self.session.step_count());
        let report = report(
            self.scale.problem,
            &self.labels,
            &self.test.targets(),
            &outcome,
            self.session.temperature_at(step),
            self.session.config().seed.into(),
        )?;
        Ok(Test { outcome, report })
    }

    fn finished(&mut self, test: Option<Test>) -> Progress {
        self.phase = Phase::Over;
        Progress::Finished(Box::new(Finished {
            end: self.session.end.unwrap_or(RunEnd::Completed),
            best_step: self.best_step,
            test,
        }))
    }
}
