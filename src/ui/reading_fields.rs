//! How a file was read: its encoding, its sheet, and what could not be read of it.

use leptos::prelude::*;
use web_sys::HtmlSelectElement;

use super::engine::Engine;
use super::format::count;
use super::words;
use crate::data::{
    EncodingFound, ReadOptions, SheetReading, TableFormat, TableSummary, TextReading,
};
use crate::protocol::TableSource;

/// The choice of the encoding or the sheet of a file of the user's.
#[component]
pub(crate) fn ReadingFields(
    engine: Engine,
    table: StoredValue<TableSummary>,
    locked: Memo<bool>,
) -> impl IntoView {
    let is_file = engine
        .state
        .with_untracked(|state| matches!(state.table_source, Some(TableSource::File { .. })));
    let (text, format) = table.with_value(|table| (table.text.clone(), table.format.clone()));
    let encoding = text.filter(|_| is_file).map(|reading| {
        let hint = match reading.found {
            EncodingFound::Guess => "This is a guess. If letters look wrong, choose another",
            EncodingFound::Mark => "The file says so itself",
            EncodingFound::Valid => "All of the file fits it",
            EncodingFound::Chosen => "Your choice",
        };
        let choose = move |encoding| {
            engine.reread(ReadOptions {
                encoding: Some(encoding),
                sheet: None,
            });
        };
        view! { <EncodingChoice current=Some(reading.encoding) hint choose=Callback::new(choose) locked /> }
    });
    let sheets = match format {
        TableFormat::Xlsx(reading) if reading.sheets.len() > 1 => {
            Some(view! { <SheetChoice engine reading locked /> })
        }
        TableFormat::Xlsx(_)
        | TableFormat::Delimited { .. }
        | TableFormat::Json
        | TableFormat::JsonLines => None,
    };
    view! {
        {encoding}
        {sheets}
    }
}

/// What could not be read of the table, if there is something.
#[component]
pub(crate) fn ReadingProblems(table: StoredValue<TableSummary>) -> impl IntoView {
    let problems = table.with_value(|table| {
        let malformed = table.text.as_ref().map_or(0, |text| text.malformed);
        let errors = match &table.format {
            TableFormat::Xlsx(reading) => reading.errors,
            TableFormat::Delimited { .. } | TableFormat::Json | TableFormat::JsonLines => 0,
        };
        [
            (malformed > 0).then(|| words::malformed(malformed)),
            (errors > 0).then(|| words::error_cells(errors)),
        ]
    });
    let problems = problems.into_iter().flatten();
    problems
        .map(|problem| view! { <p class="problem" data-testid="reading-problem">{problem}</p> })
        .collect_view()
}

/// A file that could not be read in the encoding that it seemed to be in: another one may help.
#[component]
pub(crate) fn UnreadFile(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let unread = Memo::new(move |_| engine.state.with(|state| state.unread.clone()));
    let choose = Callback::new(move |encoding| engine.retry(encoding));
    move || {
        unread.get().map(|name| {
            view! {
                <p class="hint">{format!("If “{name}” is a text, try it in another encoding:")}</p>
                <div class="fields">
                    <EncodingChoice current=None hint="" choose locked />
                </div>
            }
        })
    }
}

/// The encodings on offer. What is shown stays the one in use until the file has been read in another one.
#[component]
pub(crate) fn EncodingChoice(
    /// The one in use, by its name in the Encoding Standard.
    current: Option<String>,
    hint: &'static str,
    choose: Callback<String>,
    locked: Memo<bool>,
) -> impl IntoView {
    let known = words::ENCODINGS.iter().map(|(name, title)| (*name, *title));
    let mut choices: Vec<(String, String)> = known
        .map(|(name, title)| (name.to_owned(), title.to_owned()))
        .collect();
    match &current {
        // Others can be guessed than are offered.
        Some(current) if !choices.iter().any(|(name, _)| name == current) => {
            choices.insert(0, (current.clone(), current.clone()));
        }
        Some(_) => {}
        None => choices.insert(0, (String::new(), "Choose…".to_owned())),
    }
    let selected = current.unwrap_or_default();
    let options: Vec<_> = choices
        .into_iter()
        .map(|(name, title)| {
            let is_selected = name == selected;
            view! {
                <option value=name prop:selected=is_selected>
                    {title}
                </option>
            }
        })
        .collect();
    let change = move |select: HtmlSelectElement| {
        let chosen = select.value();
        select.set_value(&selected);
        if chosen != selected {
            choose.run(chosen);
        }
    };
    view! {
        <label class="field">
            <span>"Text encoding"</span>
            <select
                data-testid="encoding-select"
                disabled=move || locked.get()
                on:change:target=move |event| change(event.target())
            >
                {options}
            </select>
            <span class="small muted">{hint}</span>
        </label>
    }
}

/// Reads another sheet of the workbook.
#[component]
fn SheetChoice(engine: Engine, reading: SheetReading, locked: Memo<bool>) -> impl IntoView {
    let options = reading
        .sheets
        .into_iter()
        .zip(0_u32..)
        .map(|(name, index)| {
            view! {
                <option value=index prop:selected=index == reading.sheet>
                    {name}
                </option>
            }
        });
    let change = move |select: HtmlSelectElement| {
        let sheet = select.value().parse().ok();
        select.set_value(&reading.sheet.to_string());
        engine.reread(ReadOptions {
            encoding: None,
            sheet,
        });
    };
    view! {
        <label class="field">
            <span>"Sheet"</span>
            <select
                data-testid="sheet-select"
                disabled=move || locked.get()
                on:change:target=move |event| change(event.target())
            >
                {options.collect_view()}
            </select>
        </label>
    }
}

/// Says the format of a table, and how its text was read.
pub(crate) fn format_words(table: &TableSummary) -> String {
    let encoding = |text: &Option<TextReading>| match text {
        Some(text) => format!(", {}", words::encoding(&text.encoding)),
        None => String::new(),
    };
    match &table.format {
        TableFormat::Delimited { delimiter } => {
            let delimiter = match delimiter {
                ',' => "commas",
                ';' => "semicolons",
                '\t' => "tabs",
                _ => "another character",
            };
            format!("text with {delimiter}{}", encoding(&table.text))
        }
        TableFormat::Json => format!("JSON{}", encoding(&table.text)),
        TableFormat::JsonLines => format!("JSON Lines{}", encoding(&table.text)),
        TableFormat::Xlsx(reading) => {
            let sheet = reading.sheets.get(reading.sheet as usize);
            let name = sheet.map(String::as_str).unwrap_or_default();
            format!(
                "XLSX, sheet “{name}” of {}",
                count(reading.sheets.len() as u32, "sheet")
            )
        }
    }
}
