//! The rows of the opened table: listed, found, changed.

mod add_example;
mod editor;
mod grid;
mod keys;
mod tools;
mod view;

use leptos::prelude::*;

use super::engine::Engine;
use add_example::AddExample;
use grid::Grid;
use tools::Tools;
pub(crate) use view::RowsView;

/// The list with all that is done in it.
#[component]
pub(crate) fn Rows(engine: Engine, view: RowsView) -> impl IntoView {
    // Where all rows were deleted, the list has the way back.
    let has_rows = Memo::new(move |_| {
        engine.state.with(|state| {
            let status = state.work.status.as_ref();
            status.is_none_or(|status| status.rows > 0 || status.can_undo || status.can_redo)
        })
    });
    view! {
        <div class="stack">
            <AddExample engine />
            <Show when=move || has_rows.get()>
                <Tools engine view />
                <Grid engine view />
            </Show>
        </div>
    }
}
