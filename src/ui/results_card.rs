//! The report on the test examples.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{count, percent, thousands};
use super::words;
use crate::eval::metrics::{Averages, ClassificationReport};
use crate::protocol::EvaluatedSplit;
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
    // The whole report would be too much to be read out unasked.
    let announcement = move || {
        let report = run.get().and_then(|(result, ..)| result.report);
        report.map(|report| format!("Test accuracy: {}", percent(report.accuracy)))
    };
    let body = move || match run.get() {
        Some((result, encoder, dataset)) => {
            let after = count(result.step, "step");
            match result.report {
                Some(report) => view! { <Report report about=format!("{encoder} on {dataset}, after {after}") /> }.into_any(),
                None => view! {
                    <p class="muted">{format!("{encoder} learnt from {dataset} for {after}. It was not tested.")}</p>
                }
                .into_any(),
            }
        }
        None if testing.get() => {
            view! { <p class="busy">"The test examples are being classified…"</p> }.into_any()
        }
        None => view! { <p class="muted">"The test report appears here when a run has ended."</p> }
            .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="results-title">
            <h2 id="results-title">"Results"</h2>
            <p class="visually-hidden" role="status">{announcement}</p>
            {body}
        </section>
    }
}

#[component]
fn Report(report: ClassificationReport, about: String) -> impl IntoView {
    let tested: u32 = report.per_class.iter().map(|metrics| metrics.support).sum();
    let rows = report.per_class.iter().map(|metrics| {
        let Averages {
            precision,
            recall,
            f1,
        } = Averages {
            precision: metrics.precision,
            recall: metrics.recall,
            f1: metrics.f1,
        };
        row(&metrics.label, [precision, recall, f1], metrics.support)
    });
    let average = |name: &str, averages: &Averages| {
        row(
            name,
            [averages.precision, averages.recall, averages.f1],
            tested,
        )
    };
    view! {
        <div class="stack" data-testid="test-report">
            <p class="validation">
                <span class="figure" data-testid="test-accuracy" data-value=report.accuracy>{percent(report.accuracy)}</span>
                <span class="muted">{format!("of {} were labelled right", count(tested, "test example"))}</span>
            </p>
            <p class="muted small">{about}</p>
            <h3>"By label"</h3>
            <div class="scroll" tabindex="0" role="region" aria-label="Metrics of each label">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">"Label"</th>
                            <th scope="col"><abbr title="Of the texts given this label, how many have it">"Precision"</abbr></th>
                            <th scope="col"><abbr title="Of the texts with this label, how many were given it">"Recall"</abbr></th>
                            <th scope="col"><abbr title="Harmonic mean of precision and recall">"F1"</abbr></th>
                            <th scope="col"><abbr title="Test examples with this label">"Support"</abbr></th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot>
                        {average("Macro average", &report.macro_average)}
                        {average("Weighted average", &report.weighted_average)}
                    </tfoot>
                </table>
            </div>
            <h3>"Confusion matrix"</h3>
            <Confusion report />
        </div>
    }
}

fn row(name: &str, metrics: [f64; 3], support: u32) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{name.to_owned()}</th>
            {metrics.map(|metric| view! { <td data-value=metric>{format!("{metric:.3}")}</td> }).collect_view()}
            <td>{thousands(support)}</td>
        </tr>
    }
}

/// Rows are the true labels, columns the predicted ones; each cell is as dark as its share of the row.
#[component]
fn Confusion(report: ClassificationReport) -> impl IntoView {
    let labels: Vec<String> = report
        .per_class
        .iter()
        .map(|metrics| metrics.label.clone())
        .collect();
    let header = labels
        .iter()
        .map(|label| view! { <th scope="col">{label.clone()}</th> })
        .collect_view();
    let rows = labels
        .iter()
        .zip(&report.confusion)
        .enumerate()
        .map(|(truth, (label, row))| {
            let all = row.iter().sum::<u32>().max(1);
            let cells = row.iter().enumerate().map(|(predicted, number)| {
                let share = f64::from(*number) / f64::from(all);
                view! {
                    <td
                        class:right=predicted == truth
                        style=format!("--share: {share:.3}")
                        title=format!("{} of the row", percent(share))
                    >
                        {thousands(*number)}
                    </td>
                }
            });
            view! {
                <tr>
                    <th scope="row">{label.clone()}</th>
                    {cells.collect_view()}
                </tr>
            }
        });
    view! {
        <p id="confusion-key" class="muted small">"Rows: the true label. Columns: the label that was predicted."</p>
        <div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix">
            <table class="confusion" data-testid="confusion-matrix" aria-describedby="confusion-key">
                <thead>
                    <tr>
                        <td></td>
                        {header}
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
