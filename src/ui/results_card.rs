//! The report on the test examples.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::count;
use super::report::{Report, announcement};
use super::words;
use crate::protocol::{EvaluatedSplit, ModelSummary};
use crate::run_state::run::RunPhase;

/// What the newest run came to.
#[component]
pub(crate) fn ResultsCard(engine: Engine) -> impl IntoView {
    let run = Memo::new(move |_| {
        engine.state.with(|state| {
            let run = state.run.as_ref()?;
            Some((
                run.result.clone()?,
                run.encoder.clone(),
                words::data_name(&run.dataset),
            ))
        })
    });
    let testing = Memo::new(move |_| {
        engine.state.with(|state| {
            let phase = state.run.as_ref().map(|run| run.phase);
            matches!(
                phase,
                Some(RunPhase::Evaluating {
                    split: EvaluatedSplit::Test,
                    ..
                })
            )
        })
    });
    let opened = Memo::new(move |_| engine.state.with(|state| state.opened.clone()));
    // The whole report would be too much to be read out unasked.
    let announced = move || {
        let report = match run.get() {
            Some((result, ..)) => result.report,
            None => opened.get().and_then(|opened| opened.model.report),
        };
        report.as_deref().map(announcement)
    };
    let body = move || match (run.get(), opened.get()) {
        (Some((result, encoder, dataset)), _) => {
            let after = count(result.best_step.unwrap_or(result.step), "step");
            let advice = words::run_end_advice(result.end)
                .map(|advice| view! { <p class="problem">{advice}</p> });
            let report = match result.report {
                Some(report) => view! { <Report report=*report about=format!("{encoder} on {dataset}, after {after}") examples=engine /> }.into_any(),
                None => view! {
                    <p class="muted">{format!("{encoder} learnt from {dataset} for {after}. It was not tested.")}</p>
                }
                .into_any(),
            };
            view! {
                {advice}
                {report}
            }
            .into_any()
        }
        (None, Some(opened)) => saved_report(opened.model).into_any(),
        (None, None) if testing.get() => {
            view! { <p class="busy">"The test examples are being classified…"</p> }.into_any()
        }
        (None, None) => {
            view! { <p class="muted">"The test report appears here when a run has ended."</p> }
                .into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="results-title">
            <h2 id="results-title">"Results"</h2>
            <p class="visually-hidden" role="status">{announced}</p>
            {body}
        </section>
    }
}

/// What a saved model came to when it was trained.
fn saved_report(model: ModelSummary) -> impl IntoView {
    let name = model.name;
    match (model.report, model.data) {
        (Some(report), data) => {
            let data = data.map_or_else(String::new, |data| {
                format!(" on {}", words::data_name(&data))
            });
            view! { <Report report=*report about=format!("{}{data}, kept in {name}", model.encoder) /> }.into_any()
        }
        (None, _) => view! { <p class="muted">{format!("There is no test report in {name}.")}</p> }
            .into_any(),
    }
}
