//! The report on the test examples.

use leptos::prelude::*;

use super::baseline::Baseline;
use super::engine::Engine;
use super::language::tr;
use super::report::{Report, announcement};
use super::results::SaveReport;
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
                run.dataset.clone(),
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
            let steps = result.best_step.unwrap_or(result.step);
            let end = result.end;
            let advice = move || {
                let advice = words::run_end_advice(end);
                advice.map(|advice| view! { <p class="problem">{advice}</p> })
            };
            let report = match result.report {
                Some(report) => {
                    let about = Signal::derive(move || {
                        tr!(
                            "results-about",
                            encoder = encoder.clone(),
                            data = words::data_name(&dataset),
                            steps = steps
                        )
                    });
                    view! { <Report engine report=*report about lists=true /> }.into_any()
                }
                None => {
                    let about = move || {
                        tr!(
                            "results-not-tested",
                            encoder = encoder.clone(),
                            data = words::data_name(&dataset),
                            steps = steps
                        )
                    };
                    view! {
                        <p class="muted">{about}</p>
                        <SaveReport engine />
                    }
                    .into_any()
                }
            };
            view! {
                {advice}
                <Baseline engine />
                {report}
            }
            .into_any()
        }
        (None, Some(opened)) => saved_report(engine, opened.model).into_any(),
        (None, None) if testing.get() => {
            view! { <p class="busy">{move || tr!("results-testing")}</p> }.into_any()
        }
        (None, None) => view! { <p class="muted">{move || tr!("results-none-yet")}</p> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="results-title">
            <h2 id="results-title">{move || tr!("results-title")}</h2>
            <p class="visually-hidden" role="status">{announced}</p>
            {body}
        </section>
    }
}

/// What a saved model came to when it was trained.
fn saved_report(engine: Engine, model: ModelSummary) -> impl IntoView {
    let ModelSummary {
        name,
        encoder,
        data,
        report,
        ..
    } = model;
    match report {
        Some(report) => {
            let about = Signal::derive(move || match &data {
                Some(data) => tr!(
                    "results-saved-about",
                    encoder = encoder.clone(),
                    data = words::data_name(data),
                    name = name.clone()
                ),
                None => tr!(
                    "results-saved-about-unknown",
                    encoder = encoder.clone(),
                    name = name.clone()
                ),
            });
            view! { <Report engine report=*report about lists=false /> }.into_any()
        }
        None => view! {
            <p class="muted">{move || tr!("results-saved-none", name = name.clone())}</p>
        }
        .into_any(),
    }
}
