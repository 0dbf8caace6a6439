//! The tab's title: it tells how far a run is while the user looks at another tab.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use crate::run_state::run::{Run, RunPhase};

/// Keeps the document's title to where the run stands.
pub(crate) fn show_progress_in_title(engine: Engine) {
    let title = Memo::new(move |_| {
        let of_run = engine.state.with(|state| state.run.as_ref().map(title));
        of_run.unwrap_or_else(|| tr!("run-app-title"))
    });
    Effect::new(move |_| document().set_title(&title.get()));
}

fn title(run: &Run) -> String {
    let percent = (run.share() * 100.0).floor();
    match run.phase {
        RunPhase::Preparing | RunPhase::Training | RunPhase::Evaluating { .. } => {
            tr!("run-app-title-share", percent = percent)
        }
        RunPhase::Paused => tr!("run-app-title-paused", percent = percent),
        RunPhase::Ended => tr!("run-app-title-done"),
        RunPhase::Interrupted if run.result.is_some() => tr!("run-app-title-done"),
        RunPhase::Interrupted => tr!("run-app-title-paused", percent = percent),
        RunPhase::Failed => tr!("run-app-title-failed"),
    }
}
