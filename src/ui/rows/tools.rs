//! What is above the list: which rows it shows, and what is done to the selected ones.

use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use super::view::RowsView;
use crate::data::{RowFilter, TableEdit, TableStatus};
use crate::ui::engine::Engine;
use crate::ui::language::tr;
use crate::ui::select_field::{Choice, SelectField};

/// Milliseconds without a key after which a search begins.
const SEARCH_DELAY: u32 = 250;

/// What a filter is called in the list of them, before the label.
const LABEL: &str = "label:";

/// The filter, the search, and buttons for the selected rows.
#[component]
pub(super) fn Tools(engine: Engine, view: RowsView) -> impl IntoView {
    let status = Memo::new(move |_| {
        let status = engine.state.with(|state| state.work.status.clone());
        status.unwrap_or_default()
    });
    let search = RwSignal::new(String::new());
    let waiting = StoredValue::new_local(None::<Timeout>);
    let look = move |text: String| {
        search.set(text.clone());
        let list = move || {
            view.list(match text.trim() {
                "" => RowFilter::All,
                words => RowFilter::Search(words.to_owned()),
            });
        };
        waiting.set_value(Some(Timeout::new(SEARCH_DELAY, list)));
    };
    let choose = move |value: String| {
        search.set(String::new());
        view.list(filter_of(&value));
    };
    let never = Memo::new(|_| false);
    let labels = Memo::new(move |_| status.with(|status| status.labels.clone()));
    let filters = move || {
        let counted = |value: &'static str, count: fn(&TableStatus) -> u32| {
            Choice::new(value, move || filter_title(value, status.with(count)))
        };
        let mut choices = vec![
            counted("all", |status| status.rows),
            counted("duplicates", |status| status.health.duplicates),
            counted("conflicts", |status| status.health.conflicts),
            counted("leaks", |status| status.health.leaks),
            counted("empty-text", |status| status.health.empty_texts),
            counted("empty-label", |status| status.health.empty_labels),
        ];
        choices.extend(labels.get().into_iter().map(|label| {
            let value = format!("{LABEL}{label}");
            Choice::new(value, move || {
                tr!("data-filter-label", label = label.clone())
            })
        }));
        view! {
            <SelectField
                testid="row-filter"
                label=move || tr!("data-filter")
                choices
                selected=Signal::derive(move || view.filter.with(filter_value))
                locked=never
                on_choose=choose
            />
        }
    };
    let selected = move || {
        let (from, to) = view.selected().into_inner();
        (to - from + 1).min(view.total.get())
    };
    let none = move || !view.can_edit.get() || view.total.get() == 0;
    let change = move |edit: TableEdit| engine.edit_table(edit);
    view! {
        <div class="fields">
            {filters}
            <label class="field">
                <span>{move || tr!("data-search")}</span>
                <input
                    type="search"
                    data-testid="row-search"
                    prop:value=move || search.get()
                    on:input:target=move |event| look(event.target().value())
                />
            </label>
        </div>
        <div class="buttons">
            <button
                type="button"
                data-testid="row-edit"
                disabled=none
                on:click=move |_| view.edit()
            >
                {move || tr!("data-edit")}
            </button>
            <button
                type="button"
                data-testid="row-delete"
                disabled=none
                on:click=move |_| change(TableEdit::Delete(untrack(|| view.selection())))
            >
                {move || tr!("data-delete", count = selected())}
            </button>
            <button
                type="button"
                data-testid="row-undo"
                disabled=move || !view.can_edit.get() || !status.with(|status| status.can_undo)
                on:click=move |_| change(TableEdit::Undo)
            >
                {move || tr!("data-undo")}
            </button>
            <button
                type="button"
                data-testid="row-redo"
                disabled=move || !view.can_edit.get() || !status.with(|status| status.can_redo)
                on:click=move |_| change(TableEdit::Redo)
            >
                {move || tr!("data-redo")}
            </button>
            <Relabel engine view />
        </div>
        <p class="muted small" role="status" data-testid="row-count">
            {move || tr!("data-listed", count = view.total.get(), selected = selected())}
        </p>
    }
}

/// Gives all selected rows a label, where there are some.
#[component]
fn Relabel(engine: Engine, view: RowsView) -> impl IntoView {
    let several = Memo::new(move |_| {
        let (from, to) = view.selected().into_inner();
        to > from && view.total.get() > 1
    });
    let label = RwSignal::new(String::new());
    let relabel = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let label = label.get_untracked();
        if view.can_edit.get_untracked() && !label.trim().is_empty() {
            let rows = untrack(|| view.selection());
            engine.edit_table(TableEdit::Relabel { rows, label });
        }
    };
    move || {
        several.get().then(|| {
            view! {
                <form class="inline" on:submit=relabel>
                    <label class="field">
                        <span class="visually-hidden">{move || tr!("data-relabel-to")}</span>
                        <input
                            type="text"
                            list="known-labels"
                            autocomplete="off"
                            data-testid="relabel-input"
                            placeholder=move || tr!("data-relabel-to")
                            prop:value=move || label.get()
                            on:input:target=move |event| label.set(event.target().value())
                        />
                    </label>
                    <button type="submit" data-testid="relabel" disabled=move || !view.can_edit.get()>
                        {move || tr!("data-relabel")}
                    </button>
                </form>
            }
        })
    }
}

fn filter_title(value: &str, count: u32) -> String {
    match value {
        "duplicates" => tr!("data-filter-duplicates", count = count),
        "conflicts" => tr!("data-filter-conflicts", count = count),
        "leaks" => tr!("data-filter-leaks", count = count),
        "empty-text" => tr!("data-filter-empty-text", count = count),
        "empty-label" => tr!("data-filter-empty-label", count = count),
        _ => tr!("data-filter-all", count = count),
    }
}

fn filter_value(filter: &RowFilter) -> String {
    match filter {
        // The search says itself what is listed.
        RowFilter::All | RowFilter::Search(_) => "all".to_owned(),
        RowFilter::Duplicates => "duplicates".to_owned(),
        RowFilter::Conflicts => "conflicts".to_owned(),
        RowFilter::Leaks => "leaks".to_owned(),
        RowFilter::EmptyText => "empty-text".to_owned(),
        RowFilter::EmptyLabel => "empty-label".to_owned(),
        RowFilter::Label(label) => format!("{LABEL}{label}"),
    }
}

fn filter_of(value: &str) -> RowFilter {
    match value {
        "duplicates" => RowFilter::Duplicates,
        "conflicts" => RowFilter::Conflicts,
        "leaks" => RowFilter::Leaks,
        "empty-text" => RowFilter::EmptyText,
        "empty-label" => RowFilter::EmptyLabel,
        value => match value.strip_prefix(LABEL) {
            Some(label) => RowFilter::Label(label.to_owned()),
            None => RowFilter::All,
        },
    }
}
