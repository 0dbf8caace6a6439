//! The report on the test examples, by what was predicted.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{count, loss, percent, thousands};
use super::tested_list::TestedList;
use crate::eval::metrics::{
    Averages, ClassMetrics, ClassificationReport, EvaluationReport, Interval, MultiLabelReport,
    RegressionReport, SingleLabelReport,
};
use crate::eval::tested::ExampleFilter;
use crate::run_state::RunState;

/// The main number of a report in words, to be read out.
pub(crate) fn announcement(report: &EvaluationReport) -> String {
    match report {
        EvaluationReport::SingleLabel(report) => {
            format!("Test accuracy: {}", percent(report.classification.accuracy))
        }
        EvaluationReport::MultiLabel(report) => {
            format!(
                "Test micro F1: {}",
                percent(report.metrics.micro_average.f1)
            )
        }
        EvaluationReport::Regression(report) => format!(
            "Test root mean squared error: {}",
            number(report.metrics.root_mean_squared_error)
        ),
    }
}

/// A whole report. `about` says of what.
#[component]
pub(crate) fn Report(
    report: EvaluationReport,
    about: String,
    #[prop(optional)] examples: Option<Engine>,
) -> impl IntoView {
    let labels = match &report {
        EvaluationReport::SingleLabel(report) => names(&report.classification.per_class),
        EvaluationReport::MultiLabel(_) | EvaluationReport::Regression(_) => Vec::new(),
    };
    let body = match report {
        EvaluationReport::SingleLabel(report) => single_label(report, about, examples).into_any(),
        EvaluationReport::MultiLabel(report) => multi_label(report, about).into_any(),
        EvaluationReport::Regression(report) => regression(report, about).into_any(),
    };
    let list = examples.map(|engine| view! { <TestedList engine labels /> });
    view! { <div class="stack" data-testid="test-report">{body} {list}</div> }
}

fn single_label(
    report: SingleLabelReport,
    about: String,
    examples: Option<Engine>,
) -> impl IntoView {
    let SingleLabelReport {
        classification,
        accuracy_interval,
        log_loss,
        ranking,
        calibration,
        scaled,
        ..
    } = report;
    let tested: u32 = support(&classification.per_class);
    let scaled = scaled.map(|scaled| {
        (
            "Calibration error at the temperature fitted on the validation examples",
            format!(
                "{} at {:.2}",
                share(scaled.calibration.expected_calibration_error),
                scaled.temperature
            ),
        )
    });
    let more = [
        (
            "Matthews correlation",
            format!("{:.3}", classification.matthews_correlation),
        ),
        ("Log loss", number(log_loss)),
        ("ROC-AUC, mean over the labels", number(ranking.roc_auc)),
        (
            "PR-AUC, mean over the labels",
            number(ranking.average_precision),
        ),
        (
            "Expected calibration error",
            share(calibration.expected_calibration_error),
        ),
    ];
    view! {
        <p class="validation">
            <span class="figure" data-testid="test-accuracy" data-value=classification.accuracy>
                {percent(classification.accuracy)}
            </span>
            <span class="muted">
                {format!("of {} were labelled right", count(tested, "test example"))} {interval(accuracy_interval, percent)}
            </span>
        </p>
        <p class="muted small">{about}</p>
        <h3>"By label"</h3>
        {labels(
            &classification.per_class,
            &[("Macro average", classification.macro_average), ("Weighted average", classification.weighted_average)],
        )}
        {numbers(more.into_iter().chain(scaled).collect())}
        <h3>"Confusion matrix"</h3>
        <Confusion report=classification examples />
    }
}

fn multi_label(report: MultiLabelReport, about: String) -> impl IntoView {
    let MultiLabelReport {
        metrics,
        micro_f1_interval,
        ..
    } = report;
    let more = vec![
        (
            "Examples with all labels right",
            percent(metrics.subset_accuracy),
        ),
        (
            "Wrong decisions (Hamming loss)",
            share(metrics.hamming_loss),
        ),
        ("Log loss", number(metrics.log_loss)),
        (
            "ROC-AUC, mean over the labels",
            number(metrics.ranking.roc_auc),
        ),
        (
            "PR-AUC, mean over the labels",
            number(metrics.ranking.average_precision),
        ),
    ];
    view! {
        <p class="validation">
            <span class="figure" data-testid="test-micro-f1" data-value=metrics.micro_average.f1>
                {percent(metrics.micro_average.f1)}
            </span>
            <span class="muted">"micro F1 over all labels" {interval(micro_f1_interval, percent)}</span>
        </p>
        <p class="muted small">{about}</p>
        <h3>"By label"</h3>
        {labels(
            &metrics.per_label,
            &[
                ("Micro average", metrics.micro_average),
                ("Macro average", metrics.macro_average),
                ("Weighted average", metrics.weighted_average),
            ],
        )}
        {numbers(more)}
    }
}

fn regression(report: RegressionReport, about: String) -> impl IntoView {
    let RegressionReport {
        examples,
        metrics,
        root_mean_squared_error_interval,
    } = report;
    let more = vec![
        ("Mean absolute error", number(metrics.mean_absolute_error)),
        ("R²", number(metrics.r_squared)),
        ("Pearson correlation", number(metrics.pearson)),
        ("Spearman correlation", number(metrics.spearman)),
    ];
    view! {
        <p class="validation">
            <span class="figure" data-testid="test-rmse" data-value=metrics.root_mean_squared_error>
                {number(metrics.root_mean_squared_error)}
            </span>
            <span class="muted">
                {format!("root mean squared error over {}", count(examples, "test example"))}
                {interval(root_mean_squared_error_interval, loss)}
            </span>
        </p>
        <p class="muted small">{about}</p>
        {numbers(more)}
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "undefined".into(), loss)
}

fn share(value: Option<f64>) -> String {
    value.map_or_else(|| "undefined".into(), percent)
}

fn interval(interval: Option<Interval>, words: fn(f64) -> String) -> Option<String> {
    let interval = interval?;
    Some(format!(
        " (95 % interval {} to {})",
        words(interval.lower),
        words(interval.upper)
    ))
}

fn support(labels: &[ClassMetrics]) -> u32 {
    labels.iter().map(|label| label.support).sum()
}

/// Names and numbers, a line each.
fn numbers(entries: Vec<(&'static str, String)>) -> impl IntoView {
    let rows = entries.into_iter().map(|(name, value)| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td>{value}</td>
            </tr>
        }
    });
    view! {
        <h3>"More numbers"</h3>
        <div class="scroll" tabindex="0" role="region" aria-label="More numbers">
            <table class="numbers">
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn labels(labels: &[ClassMetrics], averages: &[(&'static str, Averages)]) -> impl IntoView + use<> {
    let tested = support(labels);
    let rows = labels
        .iter()
        .map(|label| {
            row(
                &label.label,
                [label.precision, label.recall, label.f1],
                label.support,
            )
        })
        .collect_view();
    let averages = averages
        .iter()
        .map(|(name, average)| {
            row(
                name,
                [average.precision, average.recall, average.f1],
                tested,
            )
        })
        .collect_view();
    view! {
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
                <tbody>{rows}</tbody>
                <tfoot>{averages}</tfoot>
            </table>
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

fn names(labels: &[ClassMetrics]) -> Vec<String> {
    labels.iter().map(|label| label.label.clone()).collect()
}

/// The number of a cell, which shows its examples where there are some to be shown.
fn cell(number: u32, examples: Option<Engine>, truth: usize, predicted: usize) -> AnyView {
    let Some(engine) = examples.filter(|_| number > 0) else {
        return thousands(number).into_any();
    };
    let filter = ExampleFilter::Cell {
        label: truth as u32,
        predicted: predicted as u32,
    };
    let unknown = Memo::new(move |_| !engine.state.with(RunState::can_list_examples));
    view! {
        <button
            type="button"
            data-testid=format!("cell-{truth}-{predicted}")
            disabled=move || unknown.get()
            on:click=move |_| engine.list_examples(filter, 0)
        >
            {thousands(number)}
        </button>
    }
    .into_any()
}

/// Rows are the true labels, columns the predicted ones; each cell is as dark as its share of the row.
#[component]
fn Confusion(report: ClassificationReport, examples: Option<Engine>) -> impl IntoView {
    let labels = names(&report.per_class);
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
                        {cell(*number, examples, truth, predicted)}
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
        <p id="confusion-key" class="muted small">
            "Rows: the true label. Columns: the label that was predicted."
            {examples.map(|_| " A number shows its texts.")}
        </p>
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
