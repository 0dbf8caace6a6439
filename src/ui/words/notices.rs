//! What the user should know, and that is not an error.

use super::super::language::tr;
use super::super::notice::Notice;
use super::{error_hint, error_message};
use crate::protocol::{ErrorKind, WireError};
use crate::run_state::loss::{Replacement, RunAfterLoss};

/// A file was dropped during a run.
pub(crate) fn data_is_in_use() -> Notice {
    Notice::new(|| tr!("shell-notice-data-in-use"))
}

/// An encoder was dropped during a run.
pub(crate) fn encoder_is_in_use() -> Notice {
    Notice::new(|| tr!("shell-notice-encoder-in-use"))
}

/// A saved model was dropped during a run.
pub(crate) fn model_is_in_use() -> Notice {
    Notice::new(|| tr!("shell-notice-model-in-use"))
}

/// Something was dropped before the page is ready for it.
pub(crate) fn not_ready() -> Notice {
    Notice::new(|| tr!("shell-notice-not-ready"))
}

/// An adapter was put on an encoder of another name than it says.
pub(crate) fn other_encoder(name: &str, other: &str, encoder: &str) -> Notice {
    let [name, other, encoder] = [name, other, encoder].map(str::to_owned);
    Notice::new(move || {
        tr!(
            "shell-notice-other-encoder",
            name = name.clone(),
            other = other.clone(),
            encoder = encoder.clone()
        )
    })
}

/// An encoder of the hub is loaded, but the next time it must be fetched again.
pub(crate) fn not_stored(problem: WireError) -> Notice {
    Notice::new(move || {
        tr!(
            "shell-notice-not-stored",
            problem = error_message(&problem),
            hint = error_hint(&problem)
        )
    })
}

/// Two sentences of the page's.
pub(crate) fn sentences(first: String, second: String) -> String {
    tr!("shell-notice-sentences", first = first, second = second)
}

/// The worker has not said anything yet.
pub(crate) fn slow_start() -> Notice {
    Notice {
        offers_restart: true,
        ..Notice::new(|| tr!("shell-notice-slow-start"))
    }
}

/// The worker is there, but could not begin.
pub(crate) fn not_begun() -> Notice {
    Notice {
        offers_restart: true,
        ..Notice::new(|| tr!("shell-notice-not-begun"))
    }
}

/// Workers were lost too often.
pub(crate) fn gave_up() -> Notice {
    Notice {
        offers_restart: true,
        ..Notice::new(|| tr!("shell-notice-gave-up"))
    }
}

/// The worker was replaced, and the run with it, whose last checkpoint was at `step`.
pub(crate) fn worker_replaced(
    error: &WireError,
    replacement: &Replacement,
    had_run: bool,
    step: Option<u32>,
) -> Notice {
    let no_memory = error.kind == ErrorKind::Memory;
    let (gpu_failed, run) = (replacement.gpu_failed, replacement.run);
    let text = move || {
        let what = match (no_memory, gpu_failed) {
            (true, _) => tr!("faults-out-of-memory"),
            (false, true) => tr!("shell-notice-gpu-lost"),
            (false, false) => tr!("shell-notice-worker-lost"),
        };
        let run = match run {
            RunAfterLoss::TakenUp => taken_up(step),
            RunAfterLoss::TakenUpPaused => tr!("faults-run-paused", step = step.unwrap_or(0)),
            RunAfterLoss::Left if had_run && no_memory => tr!("faults-run-too-large"),
            RunAfterLoss::Left if had_run => tr!("shell-notice-model-lost"),
            RunAfterLoss::Left => return what,
        };
        sentences(what, run)
    };
    Notice {
        detail: Some(error.clone()),
        ..Notice::new(text)
    }
}

/// The user lets the run go on with the CPU.
pub(crate) fn goes_on_with_cpu(step: Option<u32>) -> Notice {
    Notice::new(move || {
        tr!(
            "shell-notice-sentences",
            first = tr!("faults-on-cpu"),
            second = taken_up(step)
        )
    })
}

/// Where a run is taken up.
fn taken_up(step: Option<u32>) -> String {
    match step {
        Some(step) => tr!("shell-notice-taken-up", step = step),
        None => tr!("shell-notice-begun-anew"),
    }
}
