//! A run in the table.

use leptos::prelude::*;

use super::super::chart::Key;
use super::super::engine::Engine;
use super::super::format::{score, thousands};
use super::super::language::{tr, with_catalog};
use super::super::words;
use crate::chart::{Ink, Mark};
use crate::eval::score::Score;
use crate::report::{method, metric, run_name};
use crate::run_state::runs::{KeptRun, LONGEST_NAME, LONGEST_NOTE, Runs, changed_settings};

/// What a run came to, what sets it apart, and what the user says of it.
#[component]
pub(super) fn Row(engine: Engine, number: u32) -> impl IntoView {
    let run = Memo::new(move |_| engine.state.with(|state| state.runs.get(number).cloned()));
    let read = move |read: fn(&KeptRun) -> String| {
        move || run.with(|run| run.as_ref().map(read).unwrap_or_default())
    };
    let name = move || {
        with_catalog(|words| {
            let named = |run: &KeptRun| run_name(words, run);
            run.with(|run| run.as_ref().map(named).unwrap_or_default())
        })
    };
    let change = move |change: &dyn Fn(&mut Runs)| {
        engine.state.update(|state| change(&mut state.runs));
    };
    let scored = move |read: fn(&KeptRun) -> Option<Score>| {
        move || {
            let found = run.with(|run| run.as_ref().and_then(read))?;
            let title = with_catalog(|words| metric(words, found.metric));
            Some(view! { <span title=title data-value=found.value>{score(found)}</span> })
        }
    };
    let trained = move || {
        with_catalog(|words| {
            run.with(|run| run.as_ref().map(|run| method(words, run.config.method)))
        })
    };
    let changed = move || {
        let changed = run.with(|run| run.as_ref().map(|run| changed_settings(&run.config)));
        let changed = changed.unwrap_or_default();
        match &*changed {
            [] => tr!("results-unchanged"),
            changed => {
                let each = changed
                    .iter()
                    .map(|(name, value)| format!("{name} {value}"));
                each.collect::<Vec<_>>().join(", ")
            }
        }
    };
    view! {
        <tr data-testid=format!("run-{number}")>
            <td>
                <label class="show-run">
                    <input
                        type="checkbox"
                        data-testid=format!("show-run-{number}")
                        aria-label=move || tr!("results-run-show", run = name())
                        prop:checked=move || run.with(|run| run.as_ref().is_some_and(|run| run.shown))
                        on:change:target=move |event| {
                            let shown = event.target().checked();
                            change(&|runs| runs.show(number, shown));
                        }
                    />
                    <Key mark=Mark::Line ink=Ink::Number(number.saturating_sub(1)) />
                </label>
            </td>
            <th scope="row">{number}</th>
            <td>
                <input
                    type="text"
                    maxlength=LONGEST_NAME
                    data-testid=format!("name-run-{number}")
                    aria-label=move || tr!("results-name-of", run = name())
                    placeholder=name
                    prop:value=read(|run| run.name.clone())
                    on:change:target=move |event| {
                        let name = event.target().value();
                        change(&|runs| runs.rename(number, &name));
                    }
                />
            </td>
            <td>{scored(|run| run.validation()?.main_score())}</td>
            <td data-testid=format!("test-run-{number}")>{scored(|run| run.test.first().copied())}</td>
            <td>{read(|run| thousands(run.seconds.round() as u32))}</td>
            <td>{read(|run| run.encoder.clone())}</td>
            <td>{read(|run| words::data_name(&run.data))}</td>
            <td>{trained}</td>
            <td class="changed">{changed}</td>
            <td>
                <input
                    type="text"
                    maxlength=LONGEST_NOTE
                    data-testid=format!("note-run-{number}")
                    aria-label=move || tr!("results-note-of", run = name())
                    prop:value=read(|run| run.note.clone())
                    on:change:target=move |event| {
                        let note = event.target().value();
                        change(&|runs| runs.annotate(number, &note));
                    }
                />
            </td>
            <td>
                <button
                    type="button"
                    data-testid=format!("delete-run-{number}")
                    aria-label=move || tr!("results-delete-run", run = name())
                    on:click=move |_| change(&|runs| runs.delete(number))
                >
                    {move || tr!("results-delete")}
                </button>
            </td>
        </tr>
    }
}
