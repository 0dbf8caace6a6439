//! What the user should know, and that is not an error.

use super::super::notice::Notice;
use crate::protocol::WireError;

/// A file was dropped during a run.
pub(crate) fn data_is_in_use() -> Notice {
    Notice {
        text:
            "The data can be changed when the run has ended. Stop it, or drop the file again later."
                .into(),
        detail: None,
        offers_restart: false,
    }
}

/// An encoder was dropped during a run.
pub(crate) fn encoder_is_in_use() -> Notice {
    Notice {
        text: "The encoder can be changed when the run has ended. Stop it, or drop the folder again later.".into(),
        detail: None,
        offers_restart: false,
    }
}

/// A saved model was dropped during a run.
pub(crate) fn model_is_in_use() -> Notice {
    Notice {
        text: "A saved model can be opened when the run has ended. Stop it, or drop the file again later.".into(),
        detail: None,
        offers_restart: false,
    }
}

/// An adapter was put on an encoder of another name than it says.
pub(crate) fn other_encoder(name: &str, other: &str, encoder: &str) -> Notice {
    Notice {
        text: format!(
            "{name} says that it is for the encoder {other}. It was put on {encoder}: if that is not the same one by \
             another name, open {other} first and then {name} again."
        ),
        detail: None,
        offers_restart: false,
    }
}

/// An encoder of the hub is loaded, but the next time it must be fetched again.
pub(crate) fn not_stored(problem: WireError) -> Notice {
    Notice {
        text: format!(
            "The encoder is loaded. {} {}",
            problem.message, problem.hint
        ),
        detail: None,
        offers_restart: false,
    }
}

/// The worker has not said anything yet.
pub(crate) fn slow_start() -> Notice {
    Notice {
        text: "The part of Tabtune that computes has not started yet. On a slow connection this takes a while.".into(),
        detail: None,
        offers_restart: true,
    }
}

/// Workers were lost too often.
pub(crate) fn gave_up() -> Notice {
    Notice {
        text: "The part of Tabtune that computes stopped working several times in a row.".into(),
        detail: None,
        offers_restart: true,
    }
}

/// The worker was replaced. `checkpoint` says whether the run is taken up again, and from which step.
pub(crate) fn worker_replaced(
    error: &WireError,
    gpu_lost: bool,
    had_run: bool,
    checkpoint: Option<Option<u32>>,
) -> Notice {
    let what = match gpu_lost {
        true => "The GPU stopped working, so the CPU goes on.",
        false => "The part of Tabtune that computes stopped working and was started again.",
    };
    let run = match checkpoint {
        Some(Some(step)) => format!(" Training is taken up from its checkpoint at step {step}."),
        Some(None) => " There was no checkpoint yet, so training begins anew.".into(),
        None if had_run => {
            " The model of the last run was lost with it. Train again to classify texts.".into()
        }
        None => String::new(),
    };
    Notice {
        text: format!("{what}{run}"),
        detail: Some(error.message.clone()),
        offers_restart: false,
    }
}
