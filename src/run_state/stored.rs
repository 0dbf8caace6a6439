//! What is kept of the page's state beyond the page: the newest run, the runs before it, and what was chosen for answers.
//!
//! All else follows from the commands that bring a new worker to the same place.

use serde::{Deserialize, Serialize};

use super::RunState;
use super::run::{Run, RunPhase};
use super::runs::{MOST_VALIDATIONS, Runs};
use crate::data::MAX_LABELS;
use crate::protocol::PositiveLabel;

/// That part of a [`RunState`], as plain data.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stored {
    /// The newest run.
    pub run: Option<Run>,
    /// The runs that have ended.
    pub runs: Runs,
    /// The probability from which on one of two labels is given.
    pub threshold: Option<PositiveLabel>,
    /// Confidence below which the model counts as unsure.
    pub unsure_below: Option<f64>,
    /// The labels of the newest run's model.
    pub labels: Vec<String>,
    /// Whether a text may have several of them.
    pub several: bool,
}

impl Stored {
    /// The same with nothing in it that the page could not have stored: it may have come in a file from anywhere.
    pub fn bounded(mut self) -> Self {
        let share = |share: &f64| (0.0..=1.0).contains(share);
        self.runs = self.runs.bounded();
        self.threshold = self.threshold.filter(|rule| share(&rule.probability));
        self.unsure_below = self.unsure_below.filter(share);
        self.labels.truncate(MAX_LABELS);
        if let Some(run) = &mut self.run {
            run.validations.truncate(MOST_VALIDATIONS);
            run.rate_changes.truncate(MOST_VALIDATIONS);
            run.opinions.truncate(MOST_VALIDATIONS);
        }
        self
    }
}

impl Run {
    /// Whether it was cut off by the page's end, and waits to be taken up or left.
    pub fn is_offered(&self) -> bool {
        self.phase == RunPhase::Interrupted && self.result.is_none()
    }

    /// The same run in a page that has just been opened.
    fn reopened(mut self) -> Self {
        self.phase = match self.phase {
            _ if self.result.is_some() => RunPhase::Interrupted,
            // One that failed can be taken up from its checkpoint, too.
            RunPhase::Failed if self.checkpoint.is_none() => RunPhase::Failed,
            _ => RunPhase::Interrupted,
        };
        self
    }
}

impl RunState {
    /// What is to be kept of it.
    pub fn stored(&self) -> Stored {
        Stored {
            run: self.run.clone(),
            runs: self.runs.clone(),
            threshold: self.threshold.clone(),
            unsure_below: self.using.unsure_below,
            labels: self.asking.labels.clone(),
            several: self.asking.several,
        }
    }

    /// The state of a page that was closed, before its worker has been brought back: a run that had not ended is
    /// interrupted, and so is one whose model is on its way.
    pub fn restored(stored: Stored) -> Self {
        let Stored {
            run,
            runs,
            threshold,
            unsure_below,
            labels,
            several,
        } = stored.bounded();
        let mut state = Self {
            run: run.map(Run::reopened),
            runs,
            threshold,
            ..Self::default()
        };
        state.using.unsure_below = unsure_below;
        (state.asking.labels, state.asking.several) = (labels, several);
        state
    }

    /// Shows another project in the place of this one. What is known of the device and its requests stays if the worker
    /// does; another worker tells it anew.
    pub fn replace_project(&mut self, project: Self, keeps_worker: bool) {
        let before = std::mem::replace(self, project);
        if keeps_worker {
            self.device = before.device;
            self.pending.start = before.pending.start;
        }
        self.gpu_lost = before.gpu_lost;
        self.encoders = before.encoders;
        self.requests = before.requests;
        self.asking.model = before.asking.model + 1;
    }

    /// Whether a run waits to be taken up or left, or a finished one for its model.
    pub fn is_interrupted(&self) -> bool {
        let run = self.run.as_ref();
        run.is_some_and(|run| run.phase == RunPhase::Interrupted)
    }

    /// The run that was cut off by the page's end, if there is one to be taken up or left.
    pub fn offered_run(&self) -> Option<&Run> {
        self.run.as_ref().filter(|run| run.is_offered())
    }

    /// The interrupted run is taken up again.
    pub fn run_taken_up(&mut self) {
        if let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.phase == RunPhase::Interrupted)
        {
            run.phase = RunPhase::Preparing;
        }
    }

    /// It cannot be taken up yet after all.
    pub fn run_given_back(&mut self) {
        if let Some(run) = self.run.as_mut().filter(|run| run.is_active()) {
            run.phase = RunPhase::Interrupted;
        }
    }

    /// The user does not want the interrupted run any more. What it has shown stays.
    pub fn run_left(&mut self) {
        if let Some(run) = self.run.as_mut().filter(|run| run.is_offered()) {
            run.phase = RunPhase::Failed;
            run.checkpoint = None;
        }
    }

    /// The finished run's model is kept as a file, which a new worker is given from now on.
    pub fn run_kept(&mut self) {
        if let Some(run) = self.run.as_mut().filter(|run| run.phase == RunPhase::Ended) {
            run.kept = true;
            run.checkpoint = None;
        }
    }

    /// Whether the model that was opened is that of the finished run, which is whole again then.
    pub(super) fn run_returned(&mut self) -> bool {
        let awaiting = |run: &&mut Run| run.phase == RunPhase::Interrupted && run.result.is_some();
        let Some(run) = self.run.as_mut().filter(awaiting) else {
            return false;
        };
        run.phase = RunPhase::Ended;
        self.run_kept();
        self.model_changed();
        self.forget_snippets();
        true
    }

    /// What the interrupted run needs cannot be had.
    pub(super) fn end_interruption(&mut self) {
        if let Some(run) = self
            .run
            .as_mut()
            .filter(|run| run.phase == RunPhase::Interrupted)
        {
            run.phase = RunPhase::Failed;
        }
    }
}

#[cfg(test)]
mod tests;
