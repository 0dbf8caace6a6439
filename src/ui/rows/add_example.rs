//! An example that is typed.

use leptos::html;
use leptos::prelude::*;

use crate::data::TableEdit;
use crate::protocol::TableSource;
use crate::ui::engine::Engine;
use crate::ui::language::tr;

/// A text and its label, folded away unless the table is made of such examples.
#[component]
pub(super) fn AddExample(engine: Engine) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let label = RwSignal::new(String::new());
    let can_edit = Memo::new(move |_| engine.state.with(|state| state.can_edit()));
    let ready = Memo::new(move |_| {
        let filled = |field: RwSignal<String>| field.with(|text| !text.trim().is_empty());
        can_edit.get() && filled(text) && filled(label)
    });
    let first = NodeRef::<html::Textarea>::new();
    let add = move || {
        if !ready.get_untracked() {
            return;
        }
        engine.edit_table(TableEdit::Add {
            text: text.get_untracked(),
            label: label.get_untracked().trim().to_owned(),
        });
        // The next example often has the same label.
        text.set(String::new());
        if let Some(first) = first.get_untracked() {
            let _ = first.focus();
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        add();
    };
    let press = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            add();
        }
    };
    let labels = move || {
        let labels = engine.state.with(|state| {
            let status = state.work.status.as_ref();
            status
                .map(|status| status.labels.clone())
                .unwrap_or_default()
        });
        let options = labels
            .into_iter()
            .map(|label| view! { <option value=label></option> });
        options.collect_view()
    };
    let is_typed = engine
        .state
        .with_untracked(|state| state.table_source == Some(TableSource::Typed));
    view! {
        <datalist id="known-labels">{labels}</datalist>
        <details open=is_typed data-testid="add-example">
            <summary>{move || tr!("data-add-title")}</summary>
            <form class="inline" on:submit=submit>
                <label class="field field-wide">
                    <span>{move || tr!("data-add-text")}</span>
                    <textarea
                        rows="2"
                        node_ref=first
                        data-testid="add-text"
                        prop:value=move || text.get()
                        on:input:target=move |event| text.set(event.target().value())
                        on:keydown=press
                    ></textarea>
                </label>
                <label class="field">
                    <span>{move || tr!("data-add-label")}</span>
                    <input
                        type="text"
                        list="known-labels"
                        autocomplete="off"
                        data-testid="add-label"
                        prop:value=move || label.get()
                        on:input:target=move |event| label.set(event.target().value())
                    />
                </label>
                <button type="submit" data-testid="add-row" disabled=move || !ready.get()>
                    {move || tr!("data-add")}
                </button>
            </form>
        </details>
    }
}
