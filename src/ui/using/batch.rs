//! A file in, the same file with predictions out.

use leptos::prelude::*;

use super::batch_file::TextsTable;
use crate::data::{ReadOptions, TableFormat};
use crate::protocol::{Precision, TableOutcome, TablePredictions};
use crate::run_state::RunState;
use crate::ui::engine::{Engine, Source};
use crate::ui::file_button::FileButton;
use crate::ui::format::thousands;
use crate::ui::language::tr;
use crate::ui::reading_fields::EncodingChoice;

/// The files that the browser offers first.
const ACCEPT: &str = ".csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,.xlsx";

/// Classifying a whole file, folded away.
#[component]
pub(crate) fn BatchPanel(engine: Engine) -> impl IntoView {
    let locked = Memo::new(move |_| engine.state.with(|state| !state.can_open_texts()));
    let opening = Memo::new(move |_| engine.state.with(RunState::is_opening_texts));
    let table = Memo::new(move |_| engine.state.with(|state| state.using.table.clone()));
    let unread = Memo::new(move |_| engine.state.with(|state| state.using.unread.clone()));
    let open = move |file: Option<web_sys::File>| {
        if let Some(file) = file {
            engine.open_texts(Source::File(file, ReadOptions::default()));
        }
    };
    let retry = Callback::new(move |encoding: String| reread(engine, Some(encoding), None));
    view! {
        <details data-testid="batch">
            <summary>{move || tr!("use-batch-title")}</summary>
            <div class="stack">
                <p class="muted small">{move || tr!("use-batch-about")}</p>
                <div class="buttons">
                    <FileButton
                        testid="texts-file"
                        label=move || tr!("use-batch-open")
                        accept=ACCEPT
                        locked
                        on_choose=move |files| open(files.get(0))
                    />
                </div>
                <div aria-live="polite">
                    {move || opening.get().then(|| view! { <p class="busy">{move || tr!("use-batch-reading")}</p> })}
                </div>
                {move || {
                    unread
                        .get()
                        .map(|name| {
                            view! {
                                <p class="hint">{move || tr!("use-batch-unread", name = name.clone())}</p>
                                <EncodingChoice current=None hint=None choose=retry locked />
                            }
                        })
                }}
                {move || table.get().map(|table| view! { <TextsTable engine table locked /> })}
                <Classify engine />
            </div>
        </details>
    }
}

/// Reads the file that was asked for last in another way.
pub(super) fn reread(engine: Engine, encoding: Option<String>, sheet: Option<u32>) {
    engine.reread_texts(ReadOptions { encoding, sheet });
}

/// The button that begins, how far it is, and what came of it.
#[component]
fn Classify(engine: Engine) -> impl IntoView {
    let has_table = Memo::new(move |_| engine.state.with(|state| state.using.table.is_some()));
    let enabled = Memo::new(move |_| engine.state.with(RunState::can_classify));
    let progress = Memo::new(move |_| engine.state.with(|state| state.using.progress));
    let outcome = Memo::new(move |_| engine.state.with(|state| state.using.outcome.clone()));
    let learns = Memo::new(move |_| engine.state.with(RunState::is_running));
    let working = Memo::new(move |_| progress.get().is_some());
    let mark = RwSignal::new(false);
    let has_int8 = Memo::new(move |_| engine.state.with(RunState::can_use_int8));
    let wants_int8 = RwSignal::new(false);
    // A choice outlives the device that it was made for.
    let precision = move || match wants_int8.get_untracked() && has_int8.get_untracked() {
        true => Precision::Int8,
        false => Precision::Float32,
    };
    let is_json = Memo::new(move |_| {
        engine.state.with(|state| {
            let format = state.using.table.as_ref().map(|table| &table.format);
            matches!(format, Some(TableFormat::Json | TableFormat::JsonLines))
        })
    });
    let reason = move || {
        let idle = has_table.get() && !enabled.get() && !working.get();
        idle.then(|| match learns.get() {
            true => tr!("use-batch-paused-only"),
            false => tr!("use-hint-no-model"),
        })
    };
    let under_way = move || {
        working.get().then(|| {
            let words = move || {
                progress.get().map(|(done, total)| {
                    tr!(
                        "use-batch-progress",
                        done = thousands(done),
                        total = thousands(total)
                    )
                })
            };
            let can_stop = move || engine.state.with(RunState::can_stop_classifying);
            view! {
                <progress
                    data-testid="batch-progress"
                    aria-label=move || tr!("use-batch-title")
                    max=move || progress.get().map(|(_, total)| total.max(1))
                    value=move || progress.get().map(|(done, _)| done)
                ></progress>
                <p class="small">{words}</p>
                <div class="buttons">
                    <button
                        type="button"
                        data-testid="batch-stop"
                        disabled=move || !can_stop()
                        on:click=move |_| engine.stop_table()
                    >
                        {move || tr!("use-batch-stop")}
                    </button>
                </div>
            }
        })
    };
    move || {
        has_table.get().then(|| {
            view! {
                <label class="check" prop:hidden=move || is_json.get()>
                    <input
                        type="checkbox"
                        data-testid="batch-mark"
                        prop:checked=move || mark.get()
                        on:change:target=move |event| mark.set(event.target().checked())
                    />
                    <span>{move || tr!("use-batch-mark")}</span>
                </label>
                <label class="check" prop:hidden=move || !has_int8.get()>
                    <input
                        type="checkbox"
                        data-testid="batch-int8"
                        prop:checked=move || wants_int8.get()
                        on:change:target=move |event| wants_int8.set(event.target().checked())
                    />
                    <span>{move || tr!("use-batch-int8")}</span>
                </label>
                <div class="buttons">
                    <button
                        type="button"
                        class="primary"
                        data-testid="batch-start"
                        disabled=move || !enabled.get()
                        on:click=move |_| engine.classify_table(mark.get_untracked(), precision())
                    >
                        {move || tr!("use-batch-start")}
                    </button>
                </div>
                <p class="muted small">{reason}</p>
                {under_way}
                <div aria-live="polite">{move || outcome.get().map(|outcome| ended(engine, outcome))}</div>
            }
        })
    }
}

fn ended(engine: Engine, outcome: TableOutcome) -> AnyView {
    let done = match outcome {
        TableOutcome::Done(done) => done,
        TableOutcome::Stopped { done } => {
            return view! {
                <p class="small" data-testid="batch-stopped">{move || tr!("use-batch-stopped", count = done)}</p>
            }
            .into_any();
        }
    };
    let TablePredictions {
        name,
        rows,
        empty,
        unsure,
        precision,
        labels,
    } = done;
    let testid_name = name.clone();
    let labels = labels.into_iter().map(|entry| {
        view! {
            <li data-label=entry.label.clone() data-rows=entry.rows>
                {entry.label.clone()} " " <span class="muted">{thousands(entry.rows)}</span>
            </li>
        }
    });
    let empty = (empty > 0).then(|| {
        view! { <p class="muted small">{move || tr!("use-batch-empty", count = empty)}</p> }
    });
    let unsure = (unsure > 0).then(|| {
        view! { <p class="muted small">{move || tr!("use-batch-unsure", count = unsure)}</p> }
    });
    let int8 = (precision == Precision::Int8).then(|| {
        view! {
            <p class="muted small" data-testid="batch-in-int8">{move || tr!("use-batch-in-int8")}</p>
        }
    });
    view! {
        <div class="stack" data-testid="batch-done" data-name=testid_name data-rows=rows>
            <p>{move || tr!("use-batch-done", count = rows, name = name.clone())}</p>
            <ul class="opinions">{labels.collect_view()}</ul>
            {unsure}
            {empty}
            {int8}
            <div class="buttons">
                <button type="button" data-testid="batch-save" on:click=move |_| engine.save_table()>
                    {move || tr!("use-batch-save")}
                </button>
            </div>
        </div>
    }
    .into_any()
}
