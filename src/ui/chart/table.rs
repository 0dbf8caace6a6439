//! The table behind a chart.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::super::language::tr;
use crate::chart::{Chart, Table};

/// A chart's values, made when they are wanted.
#[component]
pub(super) fn Values(chart: Signal<Chart>) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggle = move |event: leptos::ev::Event| {
        let details = event
            .current_target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        open.set(details.is_some_and(|details| details.has_attribute("open")));
    };
    let table = move || {
        open.get().then(|| {
            let title = chart.with(|chart| chart.title.clone());
            let table = chart.with(|chart| chart.table(&tr!("results-series")));
            rows(title, table)
        })
    };
    view! {
        <details class="values small" on:toggle=toggle>
            <summary>{move || tr!("results-chart-table")}</summary>
            {table}
        </details>
    }
}

fn rows(title: String, table: Table) -> impl IntoView {
    let Table { header, rows, all } = table;
    let few = rows.len() < all;
    let few = few.then(|| {
        tr!(
            "results-chart-rows",
            shown = rows.len() as u32,
            count = all as u32
        )
    });
    let header = header.into_iter();
    let header = header.map(|name| view! { <th scope="col">{name}</th> });
    let rows = rows.into_iter().map(|row| {
        let cells = row.into_iter().map(|cell| view! { <td>{cell}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        {few.map(|few| view! { <p class="muted">{few}</p> })}
        <div class="scroll" tabindex="0" role="group" aria-label=title>
            <table class="numbers">
                <thead>
                    <tr>{header.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}
