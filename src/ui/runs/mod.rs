//! The runs of this page, side by side.

mod overlay;
mod row;
mod table;

use leptos::prelude::*;

use super::engine::Engine;
use super::language::{tr, with_catalog};
use super::save_file::as_file;
use crate::port::to_buffer;
use crate::report::run_name;
use crate::run_state::runs::to_csv;
use overlay::Overlay;
use table::RunTable;

/// What the table of runs is called as a file.
const FILE: &str = "tabtune-runs.csv";

/// The runs that have ended; nothing before the first has.
#[component]
pub(crate) fn RunsCard(engine: Engine) -> impl IntoView {
    let any = Memo::new(move |_| {
        engine
            .state
            .with(|state| !state.runs.kept().is_empty() || state.runs.deleted().is_some())
    });
    let save = move |_| {
        let csv = engine
            .state
            .with_untracked(|state| to_csv(state.runs.kept()));
        engine.save(FILE, Some(&as_file(to_buffer(csv.as_bytes()))));
    };
    let deleted = move || {
        let name = with_catalog(|words| {
            engine
                .state
                .with(|state| state.runs.deleted().map(|run| run_name(words, run)))
        })?;
        let undo = move |_| engine.state.update(|state| state.runs.undo_delete());
        Some(view! {
            <span>{tr!("results-deleted", run = name)}</span>
            <button type="button" data-testid="undo-delete" on:click=undo>
                {tr!("results-undo")}
            </button>
        })
    };
    let none = Memo::new(move |_| engine.state.with(|state| state.runs.kept().is_empty()));
    move || {
        any.get().then(|| {
            view! {
                <section class="card" aria-labelledby="runs-title" data-testid="runs">
                    <h2 id="runs-title">{move || tr!("results-runs")}</h2>
                    <p class="muted small">{move || tr!("results-runs-lead")}</p>
                    <div class="undo" role="status">{deleted}</div>
                    {move || (!none.get()).then(|| view! {
                        <RunTable engine />
                        <Overlay engine />
                        <div class="buttons">
                            <button type="button" data-testid="export-runs" on:click=save>
                                {move || tr!("results-csv")}
                            </button>
                        </div>
                    })}
                </section>
            }
        })
    }
}
