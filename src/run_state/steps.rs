//! The way through the page: four steps, and where each stands.

use super::RunState;
use super::run::RunPhase;
use crate::protocol::EvaluatedSplit;

/// A step of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Choosing what to learn from.
    Data,
    /// Fine-tuning.
    Train,
    /// Looking at what came of it.
    Results,
    /// Classifying texts, and taking the model along.
    Use,
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepStatus {
    /// Something before it is missing.
    Waiting,
    /// The user may begin.
    Ready,
    /// It is under way.
    Active,
    /// There is something to show for it.
    Done,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Data, Self::Train, Self::Results, Self::Use];
}

impl RunState {
    /// Where a step of the work stands.
    pub fn step_status(&self, step: Step) -> StepStatus {
        let when = |done: bool, ready: bool| match (done, ready) {
            (true, _) => StepStatus::Done,
            (false, true) => StepStatus::Ready,
            (false, false) => StepStatus::Waiting,
        };
        let phase = self.run.as_ref().map(|run| run.phase);
        match step {
            Step::Data if self.is_opening() => StepStatus::Active,
            Step::Data => when(self.dataset.is_some(), true),
            Step::Train if self.is_running() => StepStatus::Active,
            Step::Train => when(
                phase == Some(RunPhase::Ended) || self.opened.is_some(),
                self.can_start(),
            ),
            Step::Results => match phase {
                Some(RunPhase::Evaluating {
                    split: EvaluatedSplit::Test,
                    ..
                }) => StepStatus::Active,
                _ => when(self.has_report(), false),
            },
            Step::Use => when(false, self.has_model()),
        }
    }

    /// Whether the newest run, or the model that was opened, was tested.
    fn has_report(&self) -> bool {
        let run = self.run.as_ref().and_then(|run| run.result.as_ref());
        let opened = self.opened.as_ref();
        run.is_some_and(|result| result.report.is_some())
            || opened.is_some_and(|opened| opened.model.report.is_some())
    }
}
