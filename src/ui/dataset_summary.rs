//! What the data set in use holds.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{count, thousands};
use super::words;
use crate::data::{DatasetSummary, LabelCounts};

/// Labels with their examples in each split.
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
                {counts(&dataset)}
            }
        })
    }
}

fn counts(dataset: &DatasetSummary) -> impl IntoView + use<> {
    let sum = |split: fn(&LabelCounts) -> u32| dataset.labels.iter().map(split).sum::<u32>();
    let [train, validation, test] = [
        sum(|counts| counts.train),
        sum(|counts| counts.validation),
        sum(|counts| counts.test),
    ];
    let all = train + validation + test;
    let rows = dataset.labels.iter().map(|counts| {
        view! {
            <tr>
                <th scope="row">{counts.label.clone()}</th>
                <td>{thousands(counts.train)}</td>
                <td>{thousands(counts.validation)}</td>
                <td>{thousands(counts.test)}</td>
            </tr>
        }
    });
    let labels = u32::try_from(dataset.labels.len()).unwrap_or(u32::MAX);
    let left_out = (dataset.empty_texts > 0).then(|| match dataset.empty_texts {
        1 => " 1 row without text is left out.".to_owned(),
        rows => format!(" {} rows without text are left out.", thousands(rows)),
    });
    view! {
        <div data-testid="dataset-summary" data-examples=all data-labels=labels>
            <p>
                <strong>{count(all, "example")} ", " {count(labels, "label")} "."</strong>
                {match dataset.split_from_table {
                    true => " The table itself says which are for what.",
                    false => "",
                }}
                {left_out}
            </p>
            <div class="scroll" tabindex="0" role="region" aria-label="Examples of each label">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">"Label"</th>
                            <th scope="col">"Training"</th>
                            <th scope="col">"Validation"</th>
                            <th scope="col">"Test"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">"All"</th>
                            <td>{thousands(train)}</td>
                            <td>{thousands(validation)}</td>
                            <td>{thousands(test)}</td>
                        </tr>
                    </tfoot>
                </table>
            </div>
        </div>
    }
}
