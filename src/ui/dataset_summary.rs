//! What the data set in use holds.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{count, number, thousands};
use super::words;
use crate::data::{DatasetSummary, LabelCounts, NumberSummary, PartCounts, TargetSummary};

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
            let name = words::data_name(&dataset.name);
            view! {
                {move || {
                    other_table
                        .get()
                        .then(|| view! { <p class="hint">"Still in use: " {name.clone()} ", opened before."</p> })
                }}
                {summary(&dataset)}
            }
        })
    }
}

fn summary(dataset: &DatasetSummary) -> impl IntoView + use<> {
    let left_out = (dataset.empty_texts > 0).then(|| match dataset.empty_texts {
        1 => " 1 row without text is left out.".to_owned(),
        rows => format!(" {} rows without text are left out.", thousands(rows)),
    });
    let labels = dataset
        .targets
        .labels()
        .map(|labels| u32::try_from(labels.len()).unwrap_or(u32::MAX));
    let all = dataset.examples.total();
    let table = match &dataset.targets {
        TargetSummary::SingleLabel { labels } => {
            label_table(labels, None, dataset.examples).into_any()
        }
        TargetSummary::MultiLabel { labels, unlabelled } => {
            label_table(labels, Some(*unlabelled), dataset.examples).into_any()
        }
        TargetSummary::Regression {
            train,
            validation,
            test,
        } => number_table([*train, *validation, *test], dataset.examples).into_any(),
    };
    view! {
        <div
            data-testid="dataset-summary"
            data-examples=all
            data-labels=labels
            data-problem=words::target_kind(&dataset.targets)
        >
            <p>
                <strong>
                    {count(all, "example")}
                    {match labels {
                        Some(labels) => format!(", {}.", count(labels, "label")),
                        None => ", a number each.".to_owned(),
                    }}
                </strong>
                {match dataset.split_from_table {
                    true => " The table itself says which are for what.",
                    false => "",
                }}
                {left_out}
            </p>
            {table}
        </div>
    }
}

fn label_table(
    labels: &[LabelCounts],
    unlabelled: Option<PartCounts>,
    all: PartCounts,
) -> impl IntoView + use<> {
    let rows = labels
        .iter()
        .map(|counts| count_row(counts.label.clone(), counts.examples))
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Examples of each label">
            <table class="numbers">
                {part_names("Label")}
                <tbody>{rows}</tbody>
                <tfoot>
                    {unlabelled.map(|unlabelled| count_row("None of them".to_owned(), unlabelled))}
                    {count_row("All".to_owned(), all)}
                </tfoot>
            </table>
        </div>
    }
}

/// The numbers of training, validation and test.
fn number_table(parts: [Option<NumberSummary>; 3], all: PartCounts) -> impl IntoView + use<> {
    let row = |name: &'static str, read: fn(&NumberSummary) -> f64| {
        let cells = parts.map(|part| {
            let text = part.map_or_else(|| "–".to_owned(), |part| number(read(&part)));
            view! { <td>{text}</td> }
        });
        view! {
            <tr>
                <th scope="row">{name}</th>
                {cells.to_vec()}
            </tr>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Numbers of each part">
            <table class="numbers">
                {part_names("Numbers")}
                <tbody>
                    {row("Smallest", |part| part.minimum)}
                    {row("Largest", |part| part.maximum)}
                    {row("Mean", |part| part.mean)}
                    {row("Standard deviation", |part| part.standard_deviation)}
                </tbody>
                <tfoot>{count_row("Examples".to_owned(), all)}</tfoot>
            </table>
        </div>
    }
}

fn part_names(first: &'static str) -> impl IntoView {
    view! {
        <thead>
            <tr>
                <th scope="col">{first}</th>
                <th scope="col">"Training"</th>
                <th scope="col">"Validation"</th>
                <th scope="col">"Test"</th>
            </tr>
        </thead>
    }
}

fn count_row(name: String, counts: PartCounts) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{thousands(counts.train)}</td>
            <td>{thousands(counts.validation)}</td>
            <td>{thousands(counts.test)}</td>
        </tr>
    }
}
