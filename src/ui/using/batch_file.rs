//! The file of texts that is open: which column holds them, and how it was read.

use leptos::prelude::*;

use super::batch::reread;
use crate::data::{TableFormat, TableSummary};
use crate::ui::engine::Engine;
use crate::ui::language::tr;
use crate::ui::reading_fields::EncodingChoice;

/// Texts that are shown of the column.
const SHOWN: usize = 3;

/// The table's columns to choose from, with the first texts, and its encoding or sheet.
#[component]
pub(super) fn TextsTable(engine: Engine, table: TableSummary, locked: Memo<bool>) -> impl IntoView {
    let TableSummary {
        name,
        format,
        text,
        columns,
        rows,
        preview,
        ..
    } = table;
    let column = Memo::new(move |_| engine.state.with(|state| state.using.column));
    let choose = move |value: String| {
        if let Ok(column) = value.parse() {
            engine.state.update(|state| state.using.column = column);
        }
    };
    let options = columns.into_iter().zip(0_u32..).map(|(name, index)| {
        view! {
            <option value=index prop:selected=move || column.get() == index>
                {name}
            </option>
        }
    });
    let first = move || {
        let texts = preview
            .iter()
            .filter_map(|row| row.get(column.get() as usize));
        let texts = texts.filter(|text| !text.trim().is_empty()).take(SHOWN);
        texts
            .cloned()
            .map(|text| view! { <li>{text}</li> })
            .collect_view()
    };
    let encoding = text.map(|reading| {
        let choose = Callback::new(move |encoding: String| reread(engine, Some(encoding), None));
        view! { <EncodingChoice current=Some(reading.encoding) hint=None choose locked /> }
    });
    let sheets = match format {
        TableFormat::Xlsx(reading) if reading.sheets.len() > 1 => Some(view! {
            <Sheets engine sheets=reading.sheets current=reading.sheet locked />
        }),
        TableFormat::Xlsx(_)
        | TableFormat::Delimited { .. }
        | TableFormat::Typed
        | TableFormat::Json
        | TableFormat::JsonLines => None,
    };
    let named = name.clone();
    view! {
        <p data-testid="texts-table" data-name=name data-rows=rows>
            {move || tr!("use-batch-opened", name = named.clone(), count = rows)}
        </p>
        <div class="fields">
            <label class="field">
                <span>{move || tr!("use-batch-column")}</span>
                <select
                    data-testid="texts-column"
                    disabled=move || locked.get()
                    on:change:target=move |event| choose(event.target().value())
                >
                    {options.collect_view()}
                </select>
            </label>
            {encoding}
            {sheets}
        </div>
        <ul class="first-texts muted small" aria-label=move || tr!("use-batch-first")>{first}</ul>
    }
}

/// Reads another sheet of the workbook.
#[component]
fn Sheets(engine: Engine, sheets: Vec<String>, current: u32, locked: Memo<bool>) -> impl IntoView {
    let options = sheets.into_iter().zip(0_u32..).map(|(name, index)| {
        view! {
            <option value=index prop:selected=index == current>
                {name}
            </option>
        }
    });
    view! {
        <label class="field">
            <span>{move || tr!("use-batch-sheet")}</span>
            <select
                data-testid="texts-sheet"
                disabled=move || locked.get()
                on:change:target=move |event| reread(engine, None, event.target().value().parse().ok())
            >
                {options.collect_view()}
            </select>
        </label>
    }
}
