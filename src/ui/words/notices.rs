//! What the user should know, and that is not an error.

use super::super::language::tr;
use super::super::notice::Notice;
use super::{error_hint, error_message};
use crate::protocol::WireError;

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

/// Workers were lost too often.
pub(crate) fn gave_up() -> Notice {
    Notice {
        offers_restart: true,
        ..Notice::new(|| tr!("shell-notice-gave-up"))
    }
}

/// The worker was replaced. `checkpoint` says whether the run is taken up again, and from which step.
pub(crate) fn worker_replaced(
    error: &WireError,
    gpu_lost: bool,
    had_run: bool,
    checkpoint: Option<Option<u32>>,
) -> Notice {
    let text = move || {
        let what = match gpu_lost {
            true => tr!("shell-notice-gpu-lost"),
            false => tr!("shell-notice-worker-lost"),
        };
        let run = match checkpoint {
            Some(Some(step)) => tr!("shell-notice-taken-up", step = step),
            Some(None) => tr!("shell-notice-begun-anew"),
            None if had_run => tr!("shell-notice-model-lost"),
            None => return what,
        };
        sentences(what, run)
    };
    Notice {
        detail: Some(error.clone()),
        ..Notice::new(text)
    }
}
