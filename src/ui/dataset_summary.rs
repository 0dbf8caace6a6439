//! What the data set in use holds.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::number;
use super::language::tr;
use super::words;
use crate::data::{DatasetSummary, LabelCounts, NumberSummary, Part, PartCounts, TargetSummary};

/// Labels with their examples in each part, or how the numbers are spread.
#[component]
pub(crate) fn DatasetSummaryView(engine: Engine) -> impl IntoView {
    let dataset = Memo::new(move |_| engine.state.with(|state| state.dataset.clone()));
    let other_table = Memo::new(move |_| {
        engine
            .state
            .with(|state| match (&state.table, &state.dataset) {
                (Some(table), Some(dataset)) => table.name != dataset.name && !state.is_opening(),
                _ => false,
            })
    });
    move || {
        dataset.get().map(|dataset| {
            let name = dataset.name.clone();
            view! {
                {move || {
                    let name = words::data_name(&name);
                    other_table
                        .get()
                        .then(|| view! { <p class="hint">{tr!("data-still-in-use", name = name)}</p> })
                }}
                {summary(dataset)}
            }
        })
    }
}

fn summary(dataset: DatasetSummary) -> impl IntoView {
    let labels = dataset
        .targets
        .labels()
        .map(|labels| u32::try_from(labels.len()).unwrap_or(u32::MAX));
    let all = dataset.examples.total();
    let empty = dataset.empty_texts;
    let table = match &dataset.targets {
        TargetSummary::SingleLabel { labels } => {
            label_table(labels.clone(), None, dataset.examples).into_any()
        }
        TargetSummary::MultiLabel { labels, unlabelled } => {
            label_table(labels.clone(), Some(*unlabelled), dataset.examples).into_any()
        }
        TargetSummary::Regression {
            train,
            validation,
            test,
        } => number_table([*train, *validation, *test], dataset.examples).into_any(),
    };
    let split_from_table = dataset.split_from_table;
    view! {
        <div
            data-testid="dataset-summary"
            data-examples=all
            data-labels=labels
            data-problem=words::target_kind(&dataset.targets)
        >
            <p>
                <strong>
                    {move || match labels {
                        Some(labels) => tr!("data-examples-labels", count = all, labels = labels),
                        None => tr!("data-examples-numbers", count = all),
                    }}
                </strong>
                {move || split_from_table.then(|| format!(" {}", tr!("data-split-from-table")))}
                {move || (empty > 0).then(|| format!(" {}", tr!("data-left-out", count = empty)))}
            </p>
            {table}
            <p class="muted small">{move || tr!("data-parts-hint")}</p>
        </div>
    }
}

/// The examples of each label, with bars for their shares of each part: how balanced the labels are.
fn label_table(
    labels: Vec<LabelCounts>,
    unlabelled: Option<PartCounts>,
    all: PartCounts,
) -> impl IntoView {
    let rows = labels.into_iter().map(|counts| {
        let name = counts.label;
        share_row(move || name.clone(), counts.examples, all)
    });
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("data-label-table")>
            <table class="numbers balance" data-testid="balance">
                {part_names(|| tr!("data-label"))}
                <tbody>{rows.collect_view()}</tbody>
                <tfoot>
                    {unlabelled
                        .map(|unlabelled| share_row(|| tr!("data-none-of-them"), unlabelled, all))}
                    {count_row(|| tr!("data-all"), all)}
                </tfoot>
            </table>
        </div>
    }
}

/// The numbers of training, validation and test.
fn number_table(parts: [Option<NumberSummary>; 3], all: PartCounts) -> impl IntoView {
    let row = |name: fn() -> String, read: fn(&NumberSummary) -> f64| {
        let cells = parts.into_iter().map(|part| {
            let text = part.map_or_else(|| "–".to_owned(), |part| number(read(&part)));
            view! { <td>{text}</td> }
        });
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cells.collect_view()}
            </tr>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("data-number-table")>
            <table class="numbers">
                {part_names(|| tr!("data-numbers"))}
                <tbody>
                    {row(|| tr!("data-smallest"), |part| part.minimum)}
                    {row(|| tr!("data-largest"), |part| part.maximum)}
                    {row(|| tr!("data-mean"), |part| part.mean)}
                    {row(|| tr!("data-deviation"), |part| part.standard_deviation)}
                </tbody>
                <tfoot>{count_row(|| tr!("data-examples"), all)}</tfoot>
            </table>
        </div>
    }
}

fn part_names(first: fn() -> String) -> impl IntoView {
    let parts = Part::ALL.into_iter().map(|part| {
        view! { <th scope="col">{move || words::part_title(part)}</th> }
    });
    view! {
        <thead>
            <tr>
                <th scope="col">{first}</th>
                {parts.collect_view()}
            </tr>
        </thead>
    }
}

fn count_row(name: fn() -> String, counts: PartCounts) -> impl IntoView {
    let cells = parts(counts).into_iter().map(|count| {
        view! { <td>{move || tr!("data-number", number = count)}</td> }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells.collect_view()}
        </tr>
    }
}

fn share_row(
    name: impl Fn() -> String + Send + 'static,
    counts: PartCounts,
    all: PartCounts,
) -> impl IntoView {
    let cells = parts(counts).into_iter().zip(parts(all));
    let cells = cells.map(|(count, all)| {
        let share = f64::from(count) / f64::from(all.max(1));
        view! {
            <td>
                {move || tr!("data-number", number = count)}
                <span class="share" aria-hidden="true">
                    <span style=("width", format!("{:.1}%", share * 100.0))></span>
                </span>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            {cells.collect_view()}
        </tr>
    }
}

fn parts(counts: PartCounts) -> [u32; 3] {
    [counts.train, counts.validation, counts.test]
}
