//! One fine-tuning run, as the page follows it. Plain data, which may be stored.

use serde::{Deserialize, Serialize};

use super::history::LossHistory;
use crate::eval::score::Score;
use crate::protocol::{
    EvaluatedSplit, Pace, Prediction, RequestId, RunEnd, StepRecord, TrainPlan, TrainResult,
    ValidationRecord,
};
use crate::train::config::Method;

/// A fine-tuning run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The request that it answers.
    pub id: RequestId,
    /// What is trained.
    pub method: Method,
    /// The encoder that is tuned.
    pub encoder: String,
    /// The data set that is learnt.
    pub dataset: String,
    /// Where it stands.
    pub phase: RunPhase,
    /// What it is about to do; `None` until the worker has said so.
    pub plan: Option<TrainPlan>,
    /// Loss of the steps so far.
    pub history: LossHistory,
    /// Evaluations so far.
    pub validations: Vec<ValidationRecord>,
    /// What the model said of the user's text after each of them.
    pub opinions: Vec<Opinion>,
    /// How fast it is, and what it takes; `None` until the first steps are told.
    pub pace: Option<Pace>,
    /// Peak of the learning rate, which the user may change while the run goes on.
    pub learning_rate: f64,
    /// The changes of it, in order.
    pub rate_changes: Vec<RateChange>,
    /// Seconds that it was expected to take when it was started, if that was known.
    pub estimated: Option<f64>,
    /// Whether it waits before its first step.
    pub begins_paused: bool,
    /// Step of the last checkpoint.
    pub checkpoint: Option<u32>,
    /// Times that the user asked to stop.
    pub stops: u32,
    /// How it ended, if it ever did. Stays when a new worker takes the run up again.
    pub result: Option<TrainResult>,
    /// Whether its finished model is kept as a file, which a new worker opens.
    pub kept: bool,
}

/// A change of the learning rate by the user.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateChange {
    /// It holds for the steps after this one.
    pub step: u32,
    /// The new peak.
    pub learning_rate: f64,
}

/// What the model said of a text at some time of its training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// Epochs that were over.
    pub epoch: u32,
    /// What it said.
    pub prediction: Prediction,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunPhase {
    /// The worker has been asked to train.
    Preparing,
    /// Steps are taken.
    Training,
    /// No step is taken until the user says so.
    Paused,
    /// A split is evaluated.
    Evaluating {
        /// Which one.
        split: EvaluatedSplit,
        /// Examples done.
        done: u32,
        /// Of all its examples.
        total: u32,
    },
    /// The page was closed: a run that is to be taken up again or left, or one that has ended and whose model is on its
    /// way back.
    Interrupted,
    /// The run is over and its model can be used.
    Ended,
    /// The run is over and has left no model.
    Failed,
}

impl Run {
    /// A run that has just been asked for.
    pub fn new(id: RequestId, method: Method, encoder: String, dataset: String) -> Self {
        Self {
            id,
            method,
            encoder,
            dataset,
            phase: RunPhase::Preparing,
            plan: None,
            history: LossHistory::default(),
            validations: Vec::new(),
            opinions: Vec::new(),
            pace: None,
            learning_rate: 0.0,
            rate_changes: Vec::new(),
            estimated: None,
            begins_paused: false,
            checkpoint: None,
            stops: 0,
            result: None,
            kept: false,
        }
    }

    /// The same run, asked for anew from its last checkpoint. What was learnt after it is repeated.
    pub fn resumed(self, id: RequestId, paused: bool) -> Self {
        Self {
            id,
            phase: RunPhase::Preparing,
            pace: None,
            begins_paused: paused,
            stops: 0,
            kept: false,
            ..self
        }
    }

    /// Whether the worker is busy with it, pauses included.
    pub fn is_active(&self) -> bool {
        !matches!(
            self.phase,
            RunPhase::Interrupted | RunPhase::Ended | RunPhase::Failed
        )
    }

    /// Steps of the whole run; 0 until known.
    pub fn total_steps(&self) -> u32 {
        self.plan.as_ref().map_or(0, |plan| plan.steps)
    }

    /// Share of the run's steps that are done, 0 to 1.
    pub fn share(&self) -> f64 {
        match self.total_steps() {
            0 => 0.0,
            total => (f64::from(self.history.steps()) / f64::from(total)).min(1.0),
        }
    }

    /// The most telling score of the newest validation.
    pub fn validation_score(&self) -> Option<Score> {
        self.validations.last()?.main_score()
    }

    /// Whether a new worker should take the run up: it was under way, or its finished model can be had again cheaply. One
    /// that is kept comes back from its file.
    pub fn is_worth_resuming(&self) -> bool {
        match self.phase {
            RunPhase::Ended => {
                !self.kept
                    && self.checkpoint.is_some()
                    && self
                        .result
                        .as_ref()
                        .is_some_and(|result| result.end != RunEnd::Stopped)
            }
            RunPhase::Interrupted | RunPhase::Failed => false,
            RunPhase::Preparing
            | RunPhase::Training
            | RunPhase::Paused
            | RunPhase::Evaluating { .. } => true,
        }
    }

    pub(super) fn started(&mut self, plan: TrainPlan, step: u32) {
        self.plan = Some(plan);
        self.history.truncate(step);
        self.validations
            .retain(|validation| validation.step <= step);
        let epoch = self.validations.last().map_or(0, |last| last.epoch);
        self.opinions.retain(|opinion| opinion.epoch <= epoch);
        self.phase = match self.begins_paused {
            true => RunPhase::Paused,
            false => RunPhase::Training,
        };
    }

    pub(super) fn progressed(&mut self, steps: Vec<StepRecord>, pace: Pace) {
        steps
            .into_iter()
            .for_each(|record| self.history.push(record));
        self.pace = Some(pace);
        self.goes_on(RunPhase::Training);
    }

    pub(super) fn learning_rate_set(&mut self, step: u32, learning_rate: f64) {
        self.learning_rate = learning_rate;
        self.rate_changes.retain(|change| change.step < step);
        self.rate_changes.push(RateChange {
            step,
            learning_rate,
        });
    }

    pub(super) fn validated(&mut self, validation: ValidationRecord) {
        self.validations.push(validation);
        self.goes_on(RunPhase::Training);
    }

    /// Takes note of a prediction that was asked for at an epoch's end. Those of another text make way for it.
    pub(super) fn predicted(&mut self, epoch: u32, prediction: &Prediction) {
        let is_asked_of = |validation: &ValidationRecord| validation.epoch == epoch;
        if !self.validations.iter().any(is_asked_of) {
            return;
        }
        self.opinions
            .retain(|opinion| opinion.epoch != epoch && opinion.prediction.text == prediction.text);
        self.opinions.push(Opinion {
            epoch,
            prediction: prediction.clone(),
        });
    }

    pub(super) fn ended(&mut self, result: TrainResult) {
        self.phase = RunPhase::Ended;
        self.result = Some(result);
    }

    /// An event that was on its way when the run was paused does not wake it.
    pub(super) fn goes_on(&mut self, phase: RunPhase) {
        if self.phase != RunPhase::Paused {
            self.phase = phase;
        }
    }
}
