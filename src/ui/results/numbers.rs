//! The numbers of an evaluation on the test examples.

use leptos::prelude::*;

use crate::eval::metrics::EvaluationReport;
use crate::eval::tested::ExampleFilter;
use crate::report::{LabelRow, averages, headline, label_rows, more_numbers};
use crate::run_state::RunState;
use crate::ui::engine::Engine;
use crate::ui::format::{percent, thousands};
use crate::ui::language::{tr, with_catalog};

/// An evaluation that is shown.
pub(crate) type Shown = StoredValue<EvaluationReport>;

/// The number that says most.
#[component]
pub(crate) fn HeadlineView(report: Shown) -> impl IntoView {
    let testid = report.with_value(|report| match report {
        EvaluationReport::SingleLabel(_) => "test-accuracy",
        EvaluationReport::MultiLabel(_) => "test-micro-f1",
        EvaluationReport::Regression(_) => "test-rmse",
    });
    let said = Memo::new(move |_| {
        with_catalog(|words| report.with_value(|report| headline(words, report)))
    });
    view! {
        <p class="validation">
            <span class="figure" data-testid=testid data-value=move || said.get().value>
                {move || said.get().figure}
            </span>
            <span class="muted">" " {move || said.get().caption}</span>
        </p>
    }
}

/// Precision, recall and F1 of each label, and on average.
#[component]
pub(crate) fn ByLabel(report: Shown) -> impl IntoView {
    let labels = report.with_value(label_rows);
    let any = !labels.is_empty();
    let rows = labels.into_iter().map(row).collect_view();
    let averages = move || {
        let averages = with_catalog(|words| report.with_value(|report| averages(words, report)));
        averages.into_iter().map(row).collect_view()
    };
    any.then(|| {
        view! {
            <h3>{move || tr!("results-by-label")}</h3>
            <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("results-by-label-table")>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{move || tr!("results-label")}</th>
                            <th scope="col">
                                <abbr title=move || tr!("results-precision-hint")>{move || tr!("results-precision")}</abbr>
                            </th>
                            <th scope="col">
                                <abbr title=move || tr!("results-recall-hint")>{move || tr!("results-recall")}</abbr>
                            </th>
                            <th scope="col">
                                <abbr title=move || tr!("results-f1-hint")>{move || tr!("results-f1")}</abbr>
                            </th>
                            <th scope="col">
                                <abbr title=move || tr!("results-support-hint")>{move || tr!("results-support")}</abbr>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                    <tfoot>{averages}</tfoot>
                </table>
            </div>
        }
    })
}

fn row(row: LabelRow) -> impl IntoView {
    let cell = |value: f64| view! { <td data-value=value>{format!("{value:.3}")}</td> };
    let metrics = [row.precision, row.recall, row.f1].map(cell);
    view! {
        <tr>
            <th scope="row">{row.name}</th>
            {metrics.collect_view()}
            <td>{thousands(row.support)}</td>
        </tr>
    }
}

/// The other numbers, a line each.
#[component]
pub(crate) fn MoreNumbers(report: Shown) -> impl IntoView {
    let rows = move || {
        let numbers = with_catalog(|words| report.with_value(|report| more_numbers(words, report)));
        let row = |(name, value)| {
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td>{value}</td>
                </tr>
            }
        };
        numbers.into_iter().map(row).collect_view()
    };
    view! {
        <h3>{move || tr!("results-more-numbers")}</h3>
        <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("results-more-numbers")>
            <table class="numbers">
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// Rows are the true labels, columns the predicted ones; each cell is as dark as its share of the row.
#[component]
pub(crate) fn Confusion(report: Shown, examples: Option<Engine>) -> impl IntoView {
    report.with_value(|report| {
        let EvaluationReport::SingleLabel(report) = report else {
            return None;
        };
        let report = &report.classification;
        let labels = || report.per_class.iter().map(|class| class.label.clone());
        let header = labels().map(|label| view! { <th scope="col">{label}</th> });
        let header = header.collect_view();
        let rows = labels().zip(&report.confusion).enumerate();
        let rows = rows.map(|(truth, (label, row))| {
            let all = row.iter().sum::<u32>().max(1);
            let cells = row.iter().enumerate().map(|(predicted, number)| {
                let share = f64::from(*number) / f64::from(all);
                view! {
                    <td
                        class:right=predicted == truth
                        style=("--share", format!("{share:.3}"))
                        title=move || tr!("results-row-share", share = percent(share))
                    >
                        {cell(*number, examples, truth, predicted)}
                    </td>
                }
            });
            view! {
                <tr>
                    <th scope="row">{label}</th>
                    {cells.collect_view()}
                </tr>
            }
        });
        let rows = rows.collect_view();
        Some(view! {
            <h3>{move || tr!("results-confusion")}</h3>
            <p id="confusion-key" class="muted small">
                {move || tr!("results-confusion-key")} " "
                {move || examples.map(|_| tr!("results-confusion-shows"))}
            </p>
            <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("results-confusion")>
                <table class="confusion" data-testid="confusion-matrix" aria-describedby="confusion-key">
                    <thead>
                        <tr>
                            <td></td>
                            {header}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    })
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
