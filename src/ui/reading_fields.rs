//! How a file was read: its encoding, its sheet, and what could not be read of it.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::engine::Engine;
use super::language::tr;
use super::select_field::{Choice, SelectField};
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
        let found = reading.found;
        let hint = move || match found {
            EncodingFound::Guess => tr!("data-encoding-guess"),
            EncodingFound::Mark => tr!("data-encoding-mark"),
            EncodingFound::Valid => tr!("data-encoding-valid"),
            EncodingFound::Chosen => tr!("data-encoding-chosen"),
        };
        let choose = move |encoding| {
            engine.reread(ReadOptions {
                encoding: Some(encoding),
                sheet: None,
            });
        };
        view! {
            <EncodingChoice
                current=Some(reading.encoding)
                hint=Some(TextProp::from(hint))
                choose=Callback::new(choose)
                locked
            />
        }
    });
    let sheets = match format {
        TableFormat::Xlsx(reading) if reading.sheets.len() > 1 => {
            Some(view! { <SheetChoice engine reading locked /> })
        }
        TableFormat::Xlsx(_)
        | TableFormat::Delimited { .. }
        | TableFormat::Json
        | TableFormat::JsonLines
        | TableFormat::Typed => None,
    };
    view! {
        {encoding}
        {sheets}
    }
}

/// What could not be read of the table, if there is something.
#[component]
pub(crate) fn ReadingProblems(table: StoredValue<TableSummary>) -> impl IntoView {
    let (malformed, errors) = table.with_value(|table| {
        let malformed = table.text.as_ref().map_or(0, |text| text.malformed);
        let errors = match &table.format {
            TableFormat::Xlsx(reading) => reading.errors,
            TableFormat::Delimited { .. }
            | TableFormat::Json
            | TableFormat::JsonLines
            | TableFormat::Typed => 0,
        };
        (malformed, errors)
    });
    let problem = |text: TextProp| {
        view! {
            <p class="problem" data-testid="reading-problem">
                {move || text.get()}
            </p>
        }
    };
    view! {
        {(malformed > 0)
            .then(|| problem(TextProp::from(move || tr!("data-malformed", count = malformed))))}
        {(errors > 0).then(|| problem(TextProp::from(move || tr!("data-error-cells", count = errors))))}
    }
}

/// A file that could not be read in the encoding that it seemed to be in: another one may help.
#[component]
pub(crate) fn UnreadFile(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let unread = Memo::new(move |_| engine.state.with(|state| state.unread.clone()));
    let choose = Callback::new(move |encoding| engine.retry(encoding));
    move || {
        unread.get().map(|name| {
            view! {
                <p class="hint">{move || tr!("data-unread", name = name.clone())}</p>
                <div class="fields">
                    <EncodingChoice current=None hint=None choose locked />
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
    hint: Option<TextProp>,
    choose: Callback<String>,
    locked: Memo<bool>,
) -> impl IntoView {
    let known = words::ENCODINGS.iter();
    let mut choices: Vec<_> = known
        .map(|&name| Choice::new(name, move || words::encoding(name)))
        .collect();
    match &current {
        // Others can be guessed than are offered.
        Some(current) if !words::ENCODINGS.contains(&current.as_str()) => {
            choices.insert(0, Choice::new(current.clone(), current.clone()));
        }
        Some(_) => {}
        None => choices.insert(0, Choice::new("", || tr!("data-choose"))),
    }
    view! {
        <SelectField
            testid="encoding-select"
            label=move || tr!("data-encoding")
            choices
            selected=current.unwrap_or_default()
            hint=hint.unwrap_or_default()
            locked
            on_choose=move |chosen| choose.run(chosen)
        />
    }
}

/// Reads another sheet of the workbook.
#[component]
fn SheetChoice(engine: Engine, reading: SheetReading, locked: Memo<bool>) -> impl IntoView {
    let choices = reading.sheets.into_iter().zip(0_u32..);
    let choices = choices.map(|(name, index)| Choice::new(index.to_string(), name));
    let choose = move |chosen: String| {
        engine.reread(ReadOptions {
            encoding: None,
            sheet: chosen.parse().ok(),
        });
    };
    view! {
        <SelectField
            testid="sheet-select"
            label=move || tr!("data-sheet")
            choices=choices.collect()
            selected=reading.sheet.to_string()
            locked
            on_choose=choose
        />
    }
}

/// Says the format of a table, and how its text was read.
pub(crate) fn format_words(table: &TableSummary) -> String {
    let text = match &table.format {
        TableFormat::Delimited { delimiter } => match delimiter {
            ',' => tr!("data-format-commas"),
            ';' => tr!("data-format-semicolons"),
            '\t' => tr!("data-format-tabs"),
            _ => tr!("data-format-delimited"),
        },
        TableFormat::Json => "JSON".to_owned(),
        TableFormat::JsonLines => "JSON Lines".to_owned(),
        TableFormat::Typed => return tr!("data-format-typed"),
        TableFormat::Xlsx(reading) => {
            let sheet = reading.sheets.get(reading.sheet as usize);
            return tr!(
                "data-format-xlsx",
                sheet = sheet.cloned().unwrap_or_default(),
                count = reading.sheets.len() as u32,
            );
        }
    };
    match &table.text {
        Some(TextReading { encoding, .. }) => tr!(
            "data-format-encoded",
            format = text,
            encoding = words::encoding(encoding),
        ),
        None => text,
    }
}
