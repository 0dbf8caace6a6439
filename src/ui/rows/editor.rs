//! A cell while it is being changed.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use super::view::{Editing, ROW_HEIGHT, RowsView};
use crate::data::TableEdit;
use crate::ui::engine::Engine;
use crate::ui::language::tr;

/// The field over the cell. Enter or leaving it keeps the change, Escape drops it.
#[component]
pub(super) fn Editor(engine: Engine, view: RowsView) -> impl IntoView {
    let is_label = move |column: u32| {
        let columns = engine.state.with_untracked(|state| state.columns);
        columns.is_some_and(|columns| columns.label == column)
    };
    move || {
        let editing = view.editing.get()?;
        let label = is_label(editing.column);
        Some(view! { <Field engine view editing label /> })
    }
}

#[component]
fn Field(engine: Engine, view: RowsView, editing: Editing, label: bool) -> impl IntoView {
    let Editing {
        index,
        row,
        place,
        column,
        text: before,
    } = editing;
    let text = RwSignal::new(before.clone());
    // Leaving the field after Enter or Escape does nothing more.
    let keep = move || {
        if view.editing.get_untracked().is_none() {
            return;
        }
        view.editing.set(None);
        let text = text.get_untracked();
        if text != before && view.can_edit.get_untracked() {
            engine.edit_table(TableEdit::Set { row, column, text });
        }
    };
    let leave = keep.clone();
    let press = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "Enter" if !event.shift_key() && !event.is_composing() => keep(),
            "Escape" => view.editing.set(None),
            _ => return event.stop_propagation(),
        }
        event.prevent_default();
        event.stop_propagation();
        view.focus();
    };
    let line = NodeRef::<html::Input>::new();
    let area = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        // An element that is on the page takes the focus.
        if let Some(line) = line.get() {
            let _ = line.focus();
            line.select();
        }
        if let Some(area) = area.get() {
            let _ = area.focus();
        }
    });
    let field = match label {
        true => view! {
            <input
                type="text"
                node_ref=line
                list="known-labels"
                autocomplete="off"
                data-testid="cell-editor"
                aria-label=move || tr!("data-edit-label", row = index + 1)
                prop:value=move || text.get()
                on:input:target=move |event| text.set(event.target().value())
                on:keydown=press
                on:blur=move |_| leave()
            />
        }
        .into_any(),
        false => view! {
            <textarea
                rows="3"
                node_ref=area
                data-testid="cell-editor"
                aria-label=move || tr!("data-edit-cell", row = index + 1)
                prop:value=move || text.get()
                on:input:target=move |event| text.set(event.target().value())
                on:keydown=press
                on:blur=move |_| leave()
            ></textarea>
        }
        .into_any(),
    };
    view! {
        <div class="row row-editor" style=("top", format!("{}px", f64::from(index) * ROW_HEIGHT))>
            <div style=("grid-column", (place + 2).to_string())>{field}</div>
        </div>
    }
}
