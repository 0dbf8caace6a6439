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
    view! {
        <div class="stack">
            <AddExample engine />
            <Tools engine view />
            <Grid engine view />
        </div>
    }
}
