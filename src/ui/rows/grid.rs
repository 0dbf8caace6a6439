//! The list itself. However many rows there are, only those on screen are drawn.

use leptos::prelude::*;

use super::editor::Editor;
use super::keys;
use super::view::{ROW_HEIGHT, RowsView};
use crate::data::{ColumnChoice, ListedCell, ListedRow};
use crate::ui::engine::Engine;
use crate::ui::language::tr;
use crate::ui::words;

/// The rows with their texts and labels, and what each is for.
#[component]
pub(super) fn Grid(engine: Engine, view: RowsView) -> impl IntoView {
    let columns = Memo::new(move |_| {
        let columns = view
            .page
            .with(|page| page.as_ref().map(|page| page.columns.clone()));
        columns.unwrap_or_default()
    });
    let chosen = Memo::new(move |_| engine.state.with(|state| state.columns));
    let drawn = Memo::new(move |_| view.drawn());
    let active = move || {
        let (row, column) = view.at.get();
        drawn.get().contains(&row).then(|| cell_id(row, column))
    };
    let measure = move || {
        if let Some(scroller) = view.scroller.get_untracked() {
            let (top, height) = (scroller.scroll_top(), scroller.client_height());
            // The header covers the first row's height.
            view.scrolled.set((
                f64::from(top),
                (f64::from(height) - ROW_HEIGHT).max(ROW_HEIGHT),
            ));
        }
    };
    Effect::new(move |_| {
        if view.scroller.get().is_some() {
            measure();
        }
    });
    let headers = move || {
        let names = engine.state.with_untracked(|state| {
            let table = state.table.as_ref();
            table.map(|table| table.columns.clone()).unwrap_or_default()
        });
        let header = |(place, column): (usize, u32)| {
            let name = names.get(column as usize).cloned().unwrap_or_default();
            view! {
                <span
                    role="columnheader"
                    aria-colindex=place + 2
                    data-role=move || role(chosen.get(), column)
                >
                    {name}
                </span>
            }
        };
        let columns = columns.get().into_iter().enumerate();
        columns.map(header).collect_view()
    };
    view! {
        <div
            class="rows"
            role="grid"
            tabindex="0"
            data-testid="first-rows"
            data-total=move || view.total.get()
            node_ref=view.scroller
            style=("--columns", move || widths(columns.with(Vec::len)).0)
            style=("--narrowest", move || widths(columns.with(Vec::len)).1)
            aria-label=move || tr!("data-rows")
            aria-describedby="rows-keys"
            aria-multiselectable="true"
            aria-rowcount=move || view.total.get() + 1
            aria-colcount=move || columns.with(Vec::len) + 2
            aria-activedescendant=active
            aria-busy=move || (!view.page.with(Option::is_some)).to_string()
            on:scroll=move |_| measure()
            on:focus=move |_| measure()
            on:keydown=move |event| keys::press(&event, engine, view)
        >
            <div class="row row-head" role="row" aria-rowindex="1">
                <span role="columnheader" aria-colindex="1">{"#"}</span>
                {headers}
                <span role="columnheader" aria-colindex=move || columns.with(Vec::len) + 2>
                    {move || tr!("data-part")}
                </span>
            </div>
            <div
                class="rows-all"
                role="rowgroup"
                style=("height", move || format!("{}px", f64::from(view.total.get()) * ROW_HEIGHT))
            >
                <For each=move || drawn.get() key=|index| *index let:index>
                    <Row view columns index />
                </For>
                <Editor engine view />
            </div>
        </div>
        <p class="muted small">
            <span id="rows-keys">{move || tr!("data-rows-keys")}</span>
            {move || {
                let left_out = view.left_out();
                (left_out > 0).then(|| format!(" {}", tr!("data-rows-left-out", count = left_out)))
            }}
        </p>
    }
}

/// A row; empty while it is on its way.
#[component]
fn Row(view: RowsView, columns: Memo<Vec<u32>>, index: u32) -> impl IntoView {
    let row = Memo::new(move |_| view.row(index));
    let selected = Memo::new(move |_| view.selected().contains(&index));
    let cells = move || {
        let row = row.get();
        let cell = |place: usize| {
            let cell = row
                .as_ref()
                .and_then(|row: &ListedRow| row.cells.get(place));
            let ListedCell { text, cut } = cell.cloned().unwrap_or(ListedCell {
                text: String::new(),
                cut: false,
            });
            view! {
                <span
                    id=cell_id(index, place)
                    role="gridcell"
                    class="cell"
                    class:cell-active=move || view.at.get() == (index, place)
                    aria-colindex=place + 2
                    aria-readonly=cut.to_string()
                    title=cut.then(|| tr!("data-cell-cut"))
                    on:click=move |event| view.go_to(index, place, event.shift_key())
                    on:dblclick=move |_| view.edit()
                >
                    {text}
                </span>
            }
        };
        let places = 0..columns.with(Vec::len);
        places.map(cell).collect_view()
    };
    let part = move || row.with(|row| row.as_ref()?.part).map(words::part_title);
    view! {
        <div
            class="row"
            role="row"
            aria-rowindex=index + 2
            aria-selected=move || selected.get().to_string()
            style=("top", format!("{}px", f64::from(index) * ROW_HEIGHT))
        >
            <span role="rowheader" aria-colindex="1" class="muted">
                {index + 1}
            </span>
            {cells}
            <span
                role="gridcell"
                class="muted"
                aria-readonly="true"
                aria-colindex=move || columns.with(Vec::len) + 2
            >
                {part}
            </span>
        </div>
    }
}

/// Widths for the number, the text, the label, the other columns and the part, and the least width of all: the same in every
/// row, whatever it holds.
fn widths(columns: usize) -> (String, String) {
    let others = columns.saturating_sub(2);
    let columns = " 8rem".repeat(others);
    let narrowest = 31.5 + 8.0 * others as f64;
    (
        format!("3.5rem minmax(0, 1fr) 8rem{columns} 6rem"),
        format!("{narrowest}rem"),
    )
}

fn cell_id(row: u32, place: usize) -> String {
    format!("row-{row}-{place}")
}

fn role(chosen: Option<ColumnChoice>, column: u32) -> &'static str {
    match chosen {
        Some(choice) if column == choice.text => "text",
        Some(choice) if column == choice.label => "label",
        Some(choice) if Some(column) == choice.split => "split",
        Some(_) | None => "other",
    }
}
