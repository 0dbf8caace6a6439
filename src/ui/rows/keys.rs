//! What keys do in the list of rows.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::view::RowsView;
use crate::data::TableEdit;
use crate::ui::engine::Engine;

/// Does what a key asks for, and keeps the browser from doing something else.
pub(super) fn press(event: &KeyboardEvent, engine: Engine, view: RowsView) {
    let shift = event.shift_key();
    let control = event.ctrl_key() || event.meta_key();
    let (row, column) = view.at.get_untracked();
    let page = untrack(|| view.on_screen()).1.saturating_sub(2).max(1);
    let last = view.total.get_untracked().saturating_sub(1);
    let columns = view.page.with_untracked(|page| {
        let columns = page.as_ref().map_or(1, |page| page.columns.len());
        columns.saturating_sub(1)
    });
    let change = |edit: TableEdit| {
        if view.can_edit.get_untracked() {
            engine.edit_table(edit);
        }
    };
    match (event.key().as_str(), control) {
        ("ArrowUp", false) => view.go_to(row.saturating_sub(1), column, shift),
        ("ArrowDown", false) => view.go_to(row + 1, column, shift),
        ("ArrowLeft", false) => view.go_to(row, column.saturating_sub(1), shift),
        ("ArrowRight", false) => view.go_to(row, (column + 1).min(columns), shift),
        ("PageUp", false) => view.go_to(row.saturating_sub(page), column, shift),
        ("PageDown", false) => view.go_to(row + page, column, shift),
        ("Home", _) => view.go_to(0, column, shift),
        ("End", _) => view.go_to(last, column, shift),
        ("Enter" | "F2", false) => view.edit(),
        ("Escape", false) => view.go_to(row, column, false),
        ("Delete", false) if view.total.get_untracked() > 0 => {
            change(TableEdit::Delete(untrack(|| view.selection())));
        }
        ("a", true) => view.select_all(),
        ("z", true) if !shift => change(TableEdit::Undo),
        ("z" | "Z" | "y", true) => change(TableEdit::Redo),
        _ => return,
    }
    event.prevent_default();
}
