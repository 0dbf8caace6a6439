//! What is to be learnt: one label, several labels or a number.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use super::select_field::{Choice, SelectField};
use super::words;
use crate::data::{Problem, TableSummary};

/// Choice of the problem, and of what stands between several labels.
#[component]
pub(crate) fn ProblemFields(
    engine: Engine,
    table: StoredValue<TableSummary>,
    locked: Memo<bool>,
) -> impl IntoView {
    let problem = Memo::new(move |_| engine.state.with(|state| state.problem));
    let is_list = Memo::new(move |_| matches!(problem.get(), Problem::MultiLabel { .. }));
    let learn = move |problem: Problem| {
        let columns = engine.state.with_untracked(|state| state.columns);
        let columns = columns.unwrap_or_else(|| table.with_value(|table| table.guess));
        engine.use_columns(columns, problem);
    };
    let problems = move || {
        let columns = engine.state.with_untracked(|state| state.columns);
        let label = columns.map(|columns| columns.label);
        let guess =
            table.with_value(|table| table.guessed_problem(label.unwrap_or(table.guess.label)));
        let list = match guess {
            Problem::MultiLabel { .. } => guess,
            Problem::SingleLabel | Problem::Regression => Problem::MultiLabel {
                separator: Problem::SEPARATOR,
            },
        };
        [Problem::SingleLabel, list, Problem::Regression]
    };
    let choices = problems().map(|problem| {
        Choice::new(words::problem_name(problem), move || {
            words::problem_title(problem)
        })
    });
    let choose = move |name: String| {
        let chosen = problems()
            .into_iter()
            .find(|problem| words::problem_name(*problem) == name);
        if let Some(chosen) = chosen {
            learn(chosen);
        }
    };
    view! {
        <SelectField
            testid="problem-select"
            label=move || tr!("data-problem")
            choices=choices.to_vec()
            selected=Signal::derive(move || words::problem_name(problem.get()).to_owned())
            locked
            on_choose=choose
        />
        {move || {
            is_list.get().then(|| view! { <Separator problem learn=Callback::new(learn) locked /> })
        }}
    }
}

/// The character between labels.
#[component]
fn Separator(
    problem: Memo<Problem>,
    learn: Callback<Problem>,
    locked: Memo<bool>,
) -> impl IntoView {
    let wrong = RwSignal::new(false);
    let text = move || match problem.get() {
        Problem::MultiLabel { separator } => separator.to_string(),
        Problem::SingleLabel | Problem::Regression => String::new(),
    };
    let change = move |typed: String| {
        let separator = only_character(&typed);
        wrong.set(separator.is_none());
        if let Some(separator) = separator {
            learn.run(Problem::MultiLabel { separator });
        }
    };
    view! {
        <label class="field">
            <span>{move || tr!("data-separator")}</span>
            <input
                type="text"
                autocomplete="off"
                data-testid="label-separator"
                disabled=move || locked.get()
                aria-invalid=move || wrong.get().to_string()
                aria-describedby="label-separator-hint"
                prop:value=text
                on:change:target=move |event| change(event.target().value())
            />
            <span
                id="label-separator-hint"
                class="small"
                class:muted=move || !wrong.get()
                class:problem=move || wrong.get()
            >
                {move || match wrong.get() {
                    false => tr!("data-separator-hint"),
                    true => tr!("data-separator-wrong"),
                }}
            </span>
        </label>
    }
}

/// The one character that was typed; spaces around another do not count.
fn only_character(typed: &str) -> Option<char> {
    let trimmed = typed.trim();
    let mut characters = if trimmed.is_empty() { typed } else { trimmed }.chars();
    characters.next().filter(|_| characters.next().is_none())
}
