//! The curves of an evaluation on the test examples.

use leptos::prelude::*;

use super::numbers::Shown;
use super::threshold::Choice;
use crate::chart::Chart;
use crate::eval::metrics::{AtThreshold, EvaluationReport};
use crate::language::Catalog;
use crate::report::{
    LabelCurves, MOST_LABELS, confidences, label_curves, precision_recall, predicted_values,
    reliability, residuals, roc,
};
use crate::ui::chart::XyChart;
use crate::ui::language::{tr, with_catalog};

/// All charts that fit the problem. The curves of two labels are those of the label that counts as positive, with the
/// threshold on them.
#[component]
pub(crate) fn CurvesPanel(
    report: Shown,
    choice: RwSignal<Choice>,
    at: Memo<Option<AtThreshold>>,
) -> impl IntoView {
    let body = report.with_value(|shown| match shown {
        EvaluationReport::SingleLabel(_) => view! {
            <LabelPanel report choice at />
            {panel(report, "reliability", true, |words, report| match report {
                EvaluationReport::SingleLabel(report) => {
                    Some(reliability(words, &report.calibration, report.scaled.as_ref()))
                }
                EvaluationReport::MultiLabel(_) | EvaluationReport::Regression(_) => None,
            })}
            {panel(report, "confidences", false, |words, report| match report {
                EvaluationReport::SingleLabel(report) => Some(confidences(words, &report.calibration)),
                EvaluationReport::MultiLabel(_) | EvaluationReport::Regression(_) => None,
            })}
        }
        .into_any(),
        EvaluationReport::MultiLabel(_) => view! { <LabelPanel report choice at /> }.into_any(),
        // Reports of earlier versions hold no numbers to be drawn.
        EvaluationReport::Regression(numbers) if numbers.values.is_empty() => ().into_any(),
        EvaluationReport::Regression(_) => view! {
            {panel(report, "predicted-true", true, |words, report| match report {
                EvaluationReport::Regression(report) => {
                    Some(predicted_values(words, &report.values, report.examples))
                }
                EvaluationReport::SingleLabel(_) | EvaluationReport::MultiLabel(_) => None,
            })}
            {panel(report, "residuals", false, |words, report| match report {
                EvaluationReport::Regression(report) => Some(residuals(words, &report.residuals)),
                EvaluationReport::SingleLabel(_) | EvaluationReport::MultiLabel(_) => None,
            })}
        }
        .into_any(),
    });
    view! {
        <details data-testid="curves">
            <summary>{move || tr!("results-curves")}</summary>
            <div class="charts">{body}</div>
        </details>
    }
}

/// A chart of the report, if it has one.
fn panel(
    report: Shown,
    testid: &'static str,
    square: bool,
    draw: fn(&Catalog, &EvaluationReport) -> Option<Chart>,
) -> impl IntoView {
    let drawn = move || with_catalog(|words| report.with_value(|report| draw(words, report)));
    let chart = Memo::new(move |_| drawn());
    let first = chart.get_untracked();
    first.map(|first| {
        let chart = Signal::derive(move || chart.get().unwrap_or_else(|| first.clone()));
        view! { <XyChart chart testid square /> }
    })
}

/// Precision-recall and ROC curves of labels.
#[component]
fn LabelPanel(
    report: Shown,
    choice: RwSignal<Choice>,
    at: Memo<Option<AtThreshold>>,
) -> impl IntoView {
    let names: Vec<String> = report.with_value(|report| {
        let labels = label_curves(report);
        labels.iter().map(|label| label.name.to_owned()).collect()
    });
    let count = names.len();
    let two = count == 2
        && report.with_value(|report| matches!(report, EvaluationReport::SingleLabel(_)));
    // One label, or all where they fit in a chart.
    let all_fit = count <= MOST_LABELS;
    let chosen = RwSignal::new((!all_fit).then_some(0));
    let wanted = Memo::new(move |_| match two {
        true => Some(choice.get().positive),
        false => chosen.get(),
    });
    let draw = move |draw: fn(&Catalog, &[LabelCurves], Option<AtThreshold>) -> Chart| {
        Memo::new(move |_| {
            with_catalog(|words| {
                report.with_value(|report| {
                    let wanted = wanted.get();
                    let mut labels = label_curves(report);
                    labels.retain(|label| wanted.is_none_or(|wanted| wanted == label.number));
                    draw(words, &labels, at.get())
                })
            })
        })
    };
    let options = names.into_iter().enumerate().map(|(number, name)| {
        view! {
            <option value=number prop:selected=move || chosen.get() == Some(number)>
                {name}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <label class="field quantity" hidden=two || count < 2>
            <span>{move || tr!("results-curves-label")}</span>
            // No number means all.
            <select
                data-testid="curves-label"
                on:change:target=move |event| chosen.set(event.target().value().parse().ok())
            >
                {all_fit.then(|| view! { <option value="">{move || tr!("results-curves-all")}</option> })}
                {options}
            </select>
        </label>
        <XyChart chart=draw(precision_recall) testid="pr-curve" square=true />
        <XyChart chart=draw(roc) testid="roc-curve" square=true />
    }
}
