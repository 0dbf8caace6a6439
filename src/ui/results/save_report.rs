//! The report as a file.

use leptos::prelude::*;

use super::numbers::Shown;
use crate::language::Catalog;
use crate::port::to_buffer;
use crate::protocol::file_stem;
use crate::report::{Document, html};
use crate::run_state::RunState;
use crate::ui::engine::Engine;
use crate::ui::language::{current, tr, with_catalog};
use crate::ui::save_file::as_file;
use crate::ui::words;

/// Saves all that is known of the model that is shown. `report` is what its test found, if it was tested.
#[component]
pub(crate) fn SaveReport(engine: Engine, #[prop(optional)] report: Option<Shown>) -> impl IntoView {
    let save = move |_| {
        let (name, html) = engine.state.with_untracked(|state| {
            let written = untrack(|| with_catalog(|words| write(words, state, report)));
            (format!("{}-report.html", file_stem(&data(state))), written)
        });
        engine.save(&name, Some(&as_file(to_buffer(html.as_bytes()))));
    };
    view! {
        <div class="inline">
            <button type="button" data-testid="save-report" aria-describedby="save-report-hint" on:click=save>
                {move || tr!("results-save-report")}
            </button>
            <span id="save-report-hint" class="muted small">{move || tr!("results-save-report-hint")}</span>
        </div>
    }
}

/// The data set of the model that is shown.
fn data(state: &RunState) -> String {
    let learnt = state.run.as_ref().map(|run| run.dataset.clone());
    let opened = || {
        state
            .opened
            .as_ref()
            .and_then(|opened| opened.model.data.clone())
    };
    learnt.or_else(opened).unwrap_or_default()
}

fn write(words: &Catalog, state: &RunState, report: Option<Shown>) -> String {
    let learnt = data(state);
    let encoder = match (&state.run, &state.opened) {
        (Some(run), _) => run.encoder.as_str(),
        (None, Some(opened)) => opened.model.encoder.as_str(),
        (None, None) => "",
    };
    // The data in use may be others by now.
    let dataset = state.dataset.as_ref();
    let dataset = dataset.filter(|dataset| state.run.is_some() && dataset.name == learnt);
    let report = report.map(|report| report.get_value());
    html(
        words,
        &Document {
            language: current().get(),
            written: &now(),
            version: env!("CARGO_PKG_VERSION"),
            encoder,
            data: &words::data_name(&learnt),
            dataset,
            run: state.run.as_ref().and_then(|_| state.runs.newest()),
            report: report.as_ref(),
            threshold: state.threshold(),
            runs: state.runs.kept(),
        },
    )
}

/// The day and time here, as in `2026-11-22 18:05`.
fn now() -> String {
    let date = js_sys::Date::new_0();
    format!(
        "{}-{:02}-{:02} {:02}:{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        date.get_hours(),
        date.get_minutes()
    )
}
