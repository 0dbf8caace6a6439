//! What is done about a lost worker: which device its successor has, and what becomes of the run.

use super::run::{Run, RunPhase};
use crate::protocol::ErrorKind;

/// Workers lost in a row, without a checkpoint between them, up to which a run is taken up again.
const MOST_RESUMES: u32 = 2;

/// Workers lost in a row up to which a new one is started unasked.
const MOST_RESTARTS: u32 = 3;

/// How a worker was lost.
#[derive(Debug, Clone, Copy)]
pub struct Loss<'a> {
    /// What ended it.
    pub kind: ErrorKind,
    /// Whether it was the build for the GPU.
    pub on_gpu: bool,
    /// Whether it had got as far as opening a device.
    pub was_ready: bool,
    /// Workers lost since there was progress, this one included.
    pub in_a_row: u32,
    /// The newest run.
    pub run: Option<&'a Run>,
}

/// What becomes of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunAfterLoss {
    /// It is over, or there was none.
    Left,
    /// The new worker takes it up.
    TakenUp,
    /// The new worker takes it up, and waits for the user before the first step: going on by itself, it would only run out
    /// of memory again.
    TakenUpPaused,
}

/// What is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replacement {
    /// What becomes of the run.
    pub run: RunAfterLoss,
    /// Whether it was the GPU that failed.
    pub gpu_failed: bool,
    /// Whether the user is asked for the device first; everything waits meanwhile.
    pub asks: bool,
    /// Whether no worker is started unasked any more.
    pub gives_up: bool,
}

impl Loss<'_> {
    /// Decides.
    pub fn replacement(&self) -> Replacement {
        let gpu_failed = self.on_gpu && (self.kind == ErrorKind::Device || !self.was_ready);
        let run = self.run_after();
        let active = self.run.is_some_and(Run::is_active);
        Replacement {
            run,
            gpu_failed,
            asks: gpu_failed && active && run != RunAfterLoss::Left,
            gives_up: self.in_a_row > MOST_RESTARTS,
        }
    }

    fn run_after(&self) -> RunAfterLoss {
        let worth = self.run.filter(|run| run.is_worth_resuming());
        let Some(run) = worth.filter(|_| self.in_a_row <= MOST_RESUMES) else {
            return RunAfterLoss::Left;
        };
        match self.kind {
            // Without a checkpoint, or on the way to it, the same would happen again.
            ErrorKind::Memory if run.checkpoint.is_none() || run.phase == RunPhase::Preparing => {
                RunAfterLoss::Left
            }
            ErrorKind::Memory if run.is_active() => RunAfterLoss::TakenUpPaused,
            _ => RunAfterLoss::TakenUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::config::Method;

    fn run(phase: RunPhase, checkpoint: Option<u32>) -> Run {
        Run {
            phase,
            checkpoint,
            ..Run::new(1, Method::Lora, "tiny".into(), "uci".into())
        }
    }

    fn loss(kind: ErrorKind, on_gpu: bool, run: Option<&Run>) -> Loss<'_> {
        Loss {
            kind,
            on_gpu,
            was_ready: true,
            in_a_row: 1,
            run,
        }
    }

    #[test]
    fn a_bug_costs_the_steps_since_the_checkpoint() {
        let training = run(RunPhase::Training, Some(4));
        let expected = Replacement {
            run: RunAfterLoss::TakenUp,
            gpu_failed: false,
            asks: false,
            gives_up: false,
        };
        for on_gpu in [true, false] {
            let lost = loss(ErrorKind::Bug, on_gpu, Some(&training));
            assert_eq!(lost.replacement(), expected);
        }
    }

    #[test]
    fn the_user_is_asked_before_a_run_changes_its_device() {
        for phase in [RunPhase::Training, RunPhase::Paused, RunPhase::Preparing] {
            let run = run(phase, None);
            let found = loss(ErrorKind::Device, true, Some(&run)).replacement();
            assert!(found.asks && found.gpu_failed, "{phase:?}");
            assert_eq!(found.run, RunAfterLoss::TakenUp);
        }
        let ended = run(RunPhase::Failed, None);
        for run in [None, Some(&ended)] {
            let found = loss(ErrorKind::Device, true, run).replacement();
            assert!(!found.asks && found.gpu_failed);
        }
        let training = run(RunPhase::Training, Some(4));
        assert!(
            !loss(ErrorKind::Device, false, Some(&training))
                .replacement()
                .asks
        );
    }

    #[test]
    fn a_gpu_worker_that_never_got_ready_is_a_gpu_that_failed() {
        let lost = Loss {
            was_ready: false,
            ..loss(ErrorKind::Bug, true, None)
        };
        assert!(lost.replacement().gpu_failed);
    }

    #[test]
    fn a_run_that_took_too_much_memory_waits() {
        let after = |phase, checkpoint| {
            let run = run(phase, checkpoint);
            loss(ErrorKind::Memory, false, Some(&run)).replacement().run
        };
        assert_eq!(
            after(RunPhase::Training, Some(4)),
            RunAfterLoss::TakenUpPaused
        );
        assert_eq!(after(RunPhase::Training, None), RunAfterLoss::Left);
        assert_eq!(after(RunPhase::Preparing, Some(4)), RunAfterLoss::Left);
    }

    #[test]
    fn losses_in_a_row_end_in_waiting_for_the_user() {
        let training = run(RunPhase::Training, Some(4));
        let after = |in_a_row| {
            let lost = Loss {
                in_a_row,
                ..loss(ErrorKind::Bug, false, Some(&training))
            };
            let found = lost.replacement();
            (found.run, found.gives_up)
        };
        assert_eq!(after(2), (RunAfterLoss::TakenUp, false));
        assert_eq!(after(3), (RunAfterLoss::Left, false));
        assert_eq!(after(4), (RunAfterLoss::Left, true));
    }
}
