//! What is wrong with the rows, and a button that mends it.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use super::rows::RowsView;
use super::words::{error_hint, error_message, sentences};
use crate::data::{Mend, Problem, RowFilter, TableEdit, TableHealth};

/// A problem that rows can have.
#[derive(Clone, Copy)]
struct Issue {
    name: &'static str,
    filter: fn() -> RowFilter,
    count: fn(&TableHealth) -> u32,
    mends: &'static [Mend],
}

const ISSUES: &[Issue] = &[
    Issue {
        name: "duplicates",
        filter: || RowFilter::Duplicates,
        count: |health| health.duplicates,
        mends: &[Mend::RemoveDuplicates],
    },
    Issue {
        name: "conflicts",
        filter: || RowFilter::Conflicts,
        count: |health| health.conflicts,
        mends: &[Mend::TakeMajority, Mend::RemoveConflicts],
    },
    Issue {
        name: "leaks",
        filter: || RowFilter::Leaks,
        count: |health| health.leaks,
        mends: &[Mend::RemoveLeaks],
    },
    Issue {
        name: "empty-text",
        filter: || RowFilter::EmptyText,
        count: |health| health.empty_texts,
        mends: &[Mend::RemoveEmpty],
    },
    Issue {
        name: "empty-label",
        filter: || RowFilter::EmptyLabel,
        count: |health| health.empty_labels,
        mends: &[Mend::RemoveEmpty],
    },
];

/// The problems that there are, each with how many rows have it.
#[component]
pub(crate) fn HealthPanel(engine: Engine, view: RowsView) -> impl IntoView {
    let status = Memo::new(move |_| {
        engine.state.with(|state| {
            let status = state.work.status.as_ref();
            status.map(|status| (status.health, status.rows))
        })
    });
    let health = Memo::new(move |_| status.get().map(|(health, _)| health));
    let unusable = Memo::new(move |_| engine.state.with(|state| state.work.unusable.clone()));
    let items = move || {
        let health = health.get().unwrap_or_default();
        let found = ISSUES.iter().filter(|issue| (issue.count)(&health) > 0);
        found
            .map(|issue| view! { <Item engine view issue=*issue count=(issue.count)(&health) /> })
            .collect_view()
    };
    view! {
        <div role="status">
            {move || {
                unusable
                    .get()
                    .map(|error| {
                        let why = move || sentences(error_message(&error), error_hint(&error));
                        view! {
                            <p data-testid="unusable">
                                <strong>{move || tr!("data-unusable")}</strong>
                                " "
                                {why}
                            </p>
                        }
                    })
            }}
            {move || {
                status
                    .get()
                    .is_some_and(|(health, rows)| health.is_sound() && rows > 0)
                    .then(|| {
                        view! {
                            <p class="muted small" data-testid="health-sound">
                                {move || tr!("data-health-sound")}
                            </p>
                        }
                    })
            }}
        </div>
        <ul class="issues" data-testid="health" aria-label=move || tr!("data-health")>
            {items}
        </ul>
    }
}

#[component]
fn Item(engine: Engine, view: RowsView, issue: Issue, count: u32) -> impl IntoView {
    let can_edit = Memo::new(move |_| engine.state.with(|state| state.can_edit()));
    let numbers = engine
        .state
        .with_untracked(|state| state.problem == Problem::Regression);
    let mends = issue.mends.iter().copied();
    // Of numbers there is no majority.
    let mends = mends.filter(|mend| *mend != Mend::TakeMajority || !numbers);
    let buttons = mends.map(|mend| {
        view! {
            <button
                type="button"
                data-testid=format!("mend-{}", mend_name(mend))
                disabled=move || !can_edit.get()
                on:click=move |_| engine.edit_table(TableEdit::Mend(mend))
            >
                {move || mend_title(mend)}
            </button>
        }
    });
    view! {
        <li>
            <p>
                {move || issue_text(issue.name, count)}
            </p>
            <div class="buttons">
                <button
                    type="button"
                    data-testid=format!("show-{}", issue.name)
                    on:click=move |_| view.show((issue.filter)())
                >
                    {move || tr!("data-show")}
                </button>
                {buttons.collect_view()}
            </div>
        </li>
    }
}

fn issue_text(name: &str, count: u32) -> String {
    match name {
        "duplicates" => tr!("data-health-duplicates", count = count),
        "conflicts" => tr!("data-health-conflicts", count = count),
        "leaks" => tr!("data-health-leaks", count = count),
        "empty-text" => tr!("data-health-empty-text", count = count),
        _ => tr!("data-health-empty-label", count = count),
    }
}

fn mend_name(mend: Mend) -> &'static str {
    match mend {
        Mend::RemoveDuplicates => "duplicates",
        Mend::RemoveConflicts => "conflicts",
        Mend::TakeMajority => "majority",
        Mend::RemoveEmpty => "empty",
        Mend::RemoveLeaks => "leaks",
    }
}

fn mend_title(mend: Mend) -> String {
    match mend {
        Mend::RemoveDuplicates => tr!("data-mend-duplicates"),
        Mend::RemoveConflicts => tr!("data-mend-conflicts"),
        Mend::TakeMajority => tr!("data-mend-majority"),
        Mend::RemoveEmpty => tr!("data-mend-empty"),
        Mend::RemoveLeaks => tr!("data-mend-leaks"),
    }
}
