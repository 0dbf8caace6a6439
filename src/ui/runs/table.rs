//! The table of runs, which can be sorted.

use leptos::prelude::*;

use super::super::engine::Engine;
use super::super::language::tr;
use super::row::Row;
use crate::run_state::runs::RunColumn;

/// All kept runs, a row each.
#[component]
pub(super) fn RunTable(engine: Engine) -> impl IntoView {
    let order = RwSignal::new((RunColumn::default(), false));
    let numbers = Memo::new(move |_| {
        let (column, descending) = order.get();
        engine.state.with(|state| {
            let runs = state.runs.sorted(column, descending);
            runs.iter().map(|run| run.number).collect::<Vec<_>>()
        })
    });
    let sortable = move |column: RunColumn, testid: &'static str, name: fn() -> String| {
        let sorted = move || {
            let (by, descending) = order.get();
            (by == column).then_some(if descending {
                "descending"
            } else {
                "ascending"
            })
        };
        let sort = move |_| {
            order.update(|(by, descending)| {
                *descending = *by == column && !*descending;
                *by = column;
            });
        };
        let arrow = move || match sorted() {
            Some("descending") => " ↓",
            Some(_) => " ↑",
            None => "",
        };
        view! {
            <th scope="col" aria-sort=sorted>
                <button
                    type="button"
                    class="sort"
                    data-testid=testid
                    title=move || tr!("results-sort", column = name())
                    on:click=sort
                >
                    {name}
                    <span aria-hidden="true">{arrow}</span>
                </button>
            </th>
        }
    };
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("results-runs-table")>
            <table class="runs" data-testid="runs-table" data-runs=move || numbers.with(Vec::len)>
                <thead>
                    <tr>
                        <th scope="col">{move || tr!("results-run-shown")}</th>
                        {sortable(RunColumn::Number, "sort-number", || tr!("results-run"))}
                        {sortable(RunColumn::Name, "sort-name", || tr!("results-name"))}
                        {sortable(RunColumn::Validation, "sort-validation", || tr!("results-validation"))}
                        {sortable(RunColumn::Test, "sort-test", || tr!("results-test"))}
                        {sortable(RunColumn::Seconds, "sort-seconds", || tr!("results-seconds"))}
                        {sortable(RunColumn::Encoder, "sort-encoder", || tr!("results-encoder"))}
                        {sortable(RunColumn::Data, "sort-data", || tr!("results-data"))}
                        <th scope="col">{move || tr!("results-method")}</th>
                        <th scope="col">{move || tr!("results-changed")}</th>
                        <th scope="col">{move || tr!("results-note")}</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || numbers.get() key=|number| *number let:number>
                        <Row engine number />
                    </For>
                </tbody>
            </table>
        </div>
    }
}
