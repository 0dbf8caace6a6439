//! The data: samples, files by choice or by drop, pasted and typed rows, and the table that is opened.

use leptos::prelude::*;
use web_sys::DataTransfer;

use super::chunks::Lazy;
use super::drop_card::DropCard;
use super::engine::{Engine, Source};
use super::file_button::FileButton;
use super::language::{self, tr};
use super::paste_panel::PastePanel;
use super::projects::Keeper;
use super::sample_note::{CHINESE_SAMPLE, SampleNote};
use super::settings::Settings;
use super::words;
use crate::data::ReadOptions;
use crate::language::Language;
use crate::project::files;
use crate::run_state::RunState;

/// The files that the browser offers first.
pub(crate) const ACCEPT: &str = ".csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,.xlsx,text/csv,text/tab-separated-values,text/plain,\
    application/json,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Choice of the data and what is in it.
#[component]
pub(crate) fn DataCard(engine: Engine, settings: Settings, keeper: Keeper) -> impl IntoView {
    let locked = Memo::new(move |_| engine.state.with(|state| !state.can_change_data()));
    // A recovery that waits for the user's decision has nothing on its way.
    let restoring = Memo::new(move |_| {
        engine.state.with(RunState::is_recovering) && engine.trouble.with(Option::is_none)
    });
    let opening =
        Memo::new(move |_| !restoring.get() && engine.state.with(|state| state.is_opening()));
    let editing =
        Memo::new(move |_| !restoring.get() && engine.state.with(|state| state.work.is_editing()));

    let open = move |source| engine.soon(move |work| (work.open)(engine, source));
    let open_file = move |file: Option<web_sys::File>| match file {
        Some(file) if files::is_project(&file.name()) => {
            engine.soon(move |work| (work.import)(keeper, file));
        }
        Some(_) if locked.get_untracked() => engine.refuse_drop(words::data_is_in_use),
        Some(file) => open(Source::File(file, ReadOptions::default())),
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
                on:click=move |_| open(Source::Sample(name))
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
            <h2 id="data-title">{move || tr!("data-title")}</h2>
            <div class="buttons">
                {samples}
                <FileButton
                    testid="file-input"
                    label=move || tr!("data-open")
                    accept=ACCEPT
                    locked
                    on_choose=move |files| open_file(files.get(0))
                />
                <button
                    type="button"
                    data-testid="type-examples"
                    disabled=move || locked.get()
                    on:click=move |_| open(Source::Typed)
                >
                    {move || tr!("data-type")}
                </button>
            </div>
            <p class="muted small">{move || tr!("data-lead")}</p>
            <SampleNote engine />
            <PastePanel engine locked />
            <div aria-live="polite">
                {move || {
                    restoring
                        .get()
                        .then(|| view! { <p class="busy" data-testid="restoring">{move || tr!("data-restoring")}</p> })
                }}
                {move || {
                    opening.get().then(|| view! { <p class="busy">{move || tr!("data-reading")}</p> })
                }}
                {move || {
                    editing.get().then(|| view! { <p class="busy">{move || tr!("data-changing")}</p> })
                }}
            </div>
            <Lazy chunk=engine.chunks.work view=move |work| (work.data)(engine, settings, locked) />
        </DropCard>
    }
}
