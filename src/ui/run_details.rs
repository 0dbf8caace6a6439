//! What there is to know of a run that has ended, folded away.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{duration, rounded, thousands};
use super::language::tr;
use super::live_numbers::rate;
use super::words;
use crate::run_state::run::Run;

/// The facts of the newest run, once it has ended.
#[component]
pub(crate) fn RunDetails(engine: Engine) -> impl IntoView {
    let ended = Memo::new(move |_| {
        engine.state.with(|state| {
            let run = state.run.as_ref()?;
            run.result.is_some().then(|| run.clone())
        })
    });
    move || {
        let run = ended.get()?;
        let estimated = run.estimated;
        let taken = run.result.as_ref()?.seconds;
        Some(view! {
            <details class="run-details">
                <summary>{move || tr!("run-details")}</summary>
                <dl class="facts" data-testid="run-details" data-seconds=taken data-estimated=estimated>
                    {facts(&run)}
                </dl>
            </details>
        })
    }
}

fn facts(run: &Run) -> impl IntoView + use<> {
    let seconds = run.result.as_ref().map_or(0.0, |result| result.seconds);
    let estimated = run.estimated;
    let time = move || {
        let taken = duration(seconds);
        match estimated.map(duration) {
            Some(estimated) => tr!(
                "run-details-estimated",
                taken = taken,
                estimated = estimated
            ),
            None => tr!("run-details-took", taken = taken),
        }
    };
    let trained = run.plan.clone().map(|plan| {
        let words = move || {
            let count = rounded(plan.trainable_parameters);
            let total = rounded(
                plan.trainable_parameters
                    .saturating_add(plan.frozen_parameters),
            );
            tr!("run-details-trained-share", count = count, total = total)
        };
        view! {
            <dt>{move || tr!("run-details-trained")}</dt>
            <dd>{words}</dd>
        }
    });
    let dataset = run.dataset.clone();
    let changes: Vec<(u32, f64)> = run
        .rate_changes
        .iter()
        .map(|change| (change.step, change.learning_rate))
        .collect();
    let rates = (!changes.is_empty()).then(|| {
        let items = changes.into_iter().map(|(step, changed)| {
            let words = move || tr!("run-rate-changed", step = step, rate = rate(changed));
            view! { <span>{words} " "</span> }
        });
        view! {
            <dt>{move || tr!("run-details-rates")}</dt>
            <dd>{items.collect_view()}</dd>
        }
    });
    view! {
        <dt>{move || tr!("run-details-time")}</dt>
        <dd>{time}</dd>
        <dt>{move || tr!("run-details-steps")}</dt>
        <dd>{thousands(run.history.steps())}</dd>
        {trained}
        <dt>{move || tr!("run-details-encoder")}</dt>
        <dd>{run.encoder.clone()}</dd>
        <dt>{move || tr!("run-details-data")}</dt>
        <dd>{move || words::data_name(&dataset)}</dd>
        {rates}
    }
}
