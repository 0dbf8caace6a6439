//! Commands to a run under way, and to one that may be started.

use leptos::prelude::*;

use super::Engine;
use crate::protocol::Command;
use crate::run_state::RunState;
use crate::train::config::TrainConfig;

/// How a run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartPace {
    /// It goes on.
    Continuous,
    /// It takes one step, and is paused then.
    SingleStep,
}

impl Engine {
    /// Halts the run.
    pub(crate) fn pause(self) {
        self.send(|id| Command::Pause { id }, None);
    }

    /// Lets a paused run go on.
    pub(crate) fn resume(self) {
        self.send(|id| Command::Resume { id }, None);
    }

    /// A run that was started for a single step waits for it.
    pub(super) fn take_first_step(self) {
        let stays = self
            .inner
            .try_update_value(|inner| std::mem::take(&mut inner.stays_paused));
        if stays == Some(true) {
            return;
        }
        let waits = self.state.with_untracked(|state| {
            let run = state.run.as_ref();
            run.is_some_and(|run| run.begins_paused)
        });
        if waits {
            self.step();
        }
    }

    /// Lets a paused run take one step.
    pub(crate) fn step(self) {
        self.send(|id| Command::Step { id }, None);
    }

    /// Ends the run; a second time, skips its test.
    pub(crate) fn stop(self) {
        self.send(|id| Command::Stop { id }, None);
    }

    /// Goes on with another peak of the learning rate.
    pub(crate) fn set_learning_rate(self, learning_rate: f64) {
        self.send(|id| Command::SetLearningRate { id, learning_rate }, None);
    }

    /// Measures what a run with these settings would take.
    pub(crate) fn estimate(self, config: TrainConfig) {
        let again = |state: &RunState| state.is_estimate_rough(&config);
        let again = self.state.with_untracked(again);
        self.send(|id| Command::Estimate { id, config, again }, None);
    }
}
