//! The data: samples, files by choice or by drop, and the table's columns.

use leptos::prelude::*;
use web_sys::DataTransfer;

use super::dataset_summary::DatasetSummaryView;
use super::drop_card::DropCard;
use super::engine::{Engine, Source};
use super::file_button::FileButton;
use super::format::count;
use super::language;
use super::paste_panel::PastePanel;
use super::problem_fields::ProblemFields;
use super::reading_fields::{ReadingFields, ReadingProblems, UnreadFile, format_words};
use super::sample_note::{CHINESE_SAMPLE, SampleNote};
use super::words;
use crate::data::{ColumnChoice, ReadOptions, TableSummary};
use crate::language::Language;

/// Rows of the preview.
const PREVIEW_ROWS: usize = 5;

/// The files that the browser offers first.
const ACCEPT: &str = ".csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,.xlsx,text/csv,text/tab-separated-values,text/plain,\
    application/json,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Choice of the data and what is in it.
#[component]
pub(crate) fn DataCard(engine: Engine) -> impl IntoView {
    let locked = Memo::new(move |_| engine.state.with(|state| !state.can_change_data()));
    let opening = Memo::new(move |_| engine.state.with(|state| state.is_opening()));
    let table = Memo::new(move |_| engine.state.with(|state| state.table.clone()));

    let open_file = move |file: Option<web_sys::File>| match file {
        Some(_) if locked.get_untracked() => engine.notice.set(Some(words::data_is_in_use())),
        Some(file) => engine.open(Source::File(file, ReadOptions::default())),
        None => {}
    };
    let drop = move |transfer: DataTransfer| {
        open_file(transfer.files().and_then(|files| files.get(0)));
    };
    let sample = move |name: &'static str, testid: &'static str| {
        view! {
            <button
                type="button"
                data-testid=testid
                disabled=move || locked.get()
                on:click=move |_| engine.open(Source::Sample(name))
            >
                {move || words::data_name(name)}
            </button>
        }
    };
    let english = [("uci", "sample-uci"), ("sms", "sample-sms")];
    let chinese = [(CHINESE_SAMPLE, "sample-zh")];
    // Those in the page's language come first.
    let samples = move || match language::current().get() {
        Language::English => [english.as_slice(), &chinese].concat(),
        Language::SimplifiedChinese => [chinese.as_slice(), &english].concat(),
    };
    let samples = move || {
        let samples = samples().into_iter();
        samples
            .map(|(name, testid)| sample(name, testid))
            .collect_view()
    };
    view! {
        <DropCard title_id="data-title" locked on_drop=drop>
            <h2 id="data-title">"Data"</h2>
            <div class="buttons">
                {samples}
                <FileButton
                    testid="file-input"
                    label="Open a file…"
                    accept=ACCEPT
                    locked
                    on_choose=move |files| open_file(files.get(0))
                />
            </div>
            <p class="muted small">
                "Take a sample, or open a table of your own: a header, then a text and its label, labels or number in each row (CSV, \
                 tab-separated, JSON, JSON Lines or XLSX). You can also drop it here. It stays on this machine."
            </p>
            <SampleNote engine />
            <PastePanel engine locked />
            <div aria-live="polite">
                {move || opening.get().then(|| view! { <p class="busy">"Reading the table…"</p> })}
            </div>
            <UnreadFile engine locked />
            {move || table.get().map(|table| view! { <Table engine table locked /> })}
            <DatasetSummaryView engine />
        </DropCard>
    }
}

/// The opened table: its columns and first rows.
#[component]
fn Table(engine: Engine, table: TableSummary, locked: Memo<bool>) -> impl IntoView {
    let columns = Memo::new(move |_| engine.state.with(|state| state.columns));
    let choice = move || columns.get().unwrap_or(table.guess);
    let summary = StoredValue::new(table.clone());
    let select = move |testid: &'static str,
                       title: &'static str,
                       read: fn(&ColumnChoice) -> u32,
                       write: fn(&mut ColumnChoice, u32)| {
        let options = summary
            .with_value(|table| table.columns.clone())
            .into_iter()
            .zip(0_u32..)
            .map(|(name, index)| {
                view! {
                    <option value=index prop:selected=move || read(&choice()) == index>
                        {column_name(&name, index)}
                    </option>
                }
            })
            .collect_view();
        let change = move |value: String| {
            if let Ok(index) = value.parse() {
                let mut choice = choice();
                let label = choice.label;
                write(&mut choice, index);
                // Another column asks for another guess.
                let problem = match choice.label == label {
                    true => engine.state.with_untracked(|state| state.problem),
                    false => summary.with_value(|table| table.guessed_problem(choice.label)),
                };
                engine.use_columns(choice, problem);
            }
        };
        view! {
            <label class="field">
                <span>{title}</span>
                <select
                    data-testid=testid
                    disabled=move || locked.get()
                    on:change:target=move |event| change(event.target().value())
                >
                    {options}
                </select>
            </label>
        }
    };
    let role = move |index: u32| {
        let choice = choice();
        match index {
            index if index == choice.text => "text",
            index if index == choice.label => "label",
            index if Some(index) == choice.split => "split",
            _ => "other",
        }
    };
    let headers = table.columns.iter().zip(0_u32..).map(|(name, index)| {
        view! { <th scope="col" data-role=move || role(index)>{column_name(name, index)}</th> }
    });
    let rows = table.preview.iter().take(PREVIEW_ROWS).map(|row| {
        let cells = row.iter().zip(0_u32..).map(|(cell, index)| {
            view! { <td data-role=move || role(index)>{cell.clone()}</td> }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <h3>{words::data_name(&table.name)} " " <span class="muted">{count(table.rows, "row")}</span></h3>
        <p class="muted small" data-testid="table-format">{format_words(&table)}</p>
        <ReadingProblems table=summary />
        <div class="fields">
            {select("column-text", "Text column", |choice| choice.text, |choice, index| choice.text = index)}
            {select("column-label", "Label column", |choice| choice.label, |choice, index| choice.label = index)}
            <ProblemFields engine table=summary locked />
            <ReadingFields engine table=summary locked />
        </div>
        <div class="scroll" tabindex="0" role="region" aria-label="First rows of the table" data-testid="first-rows">
            <table class="preview">
                <thead>
                    <tr>{headers.collect_view()}</tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn column_name(name: &str, index: u32) -> String {
    match name.trim() {
        "" => format!("Column {}", index + 1),
        name => name.to_owned(),
    }
}
