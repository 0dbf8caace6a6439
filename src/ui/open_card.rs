//! Coming back with a model that was saved.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DataTransfer, FileList};

use super::drop_card::DropCard;
use super::dropped::{Brought, Dropped, chosen_folder};
use super::engine::Engine;
use super::file_button::FileButton;
use super::language::tr;
use super::projects::Keeper;
use super::words;
use crate::project::files;
use crate::protocol::{ModelSummary, WireError};
use crate::run_state::RunState;

/// Opening a Tabtune model or an adapter, and the one that is open.
#[component]
pub(crate) fn OpenCard(engine: Engine, keeper: Keeper) -> impl IntoView {
    let locked = Memo::new(move |_| engine.state.with(|state| !state.can_open_model()));
    let opening = Memo::new(move |_| engine.state.with(RunState::is_opening_model));
    let opened = Memo::new(move |_| engine.state.with(|state| state.opened.clone()));

    let open = move |brought: Result<Option<Brought>, WireError>| match brought {
        Ok(Some(Brought::File(file))) if files::is_project(&file.name()) => {
            engine.soon(move |work| (work.import)(keeper, file));
        }
        Ok(Some(brought)) => engine.soon(move |work| (work.open_model)(engine, brought)),
        Ok(None) => {}
        Err(error) => engine.state.update(|state| state.error = Some(error)),
    };
    let open_file = move |files: FileList| open(Ok(files.get(0).map(Brought::File)));
    let open_folder = move |files: FileList| open(chosen_folder(&files));
    let drop = move |transfer: DataTransfer| {
        if locked.get_untracked() {
            return engine.refuse_drop(words::model_is_in_use);
        }
        if let Some(dropped) = Dropped::take(&transfer) {
            spawn_local(async move { open(dropped.look(|_| true).await.map(Some)) });
        }
    };
    view! {
        <DropCard title_id="open-title" locked on_drop=drop>
            <h2 id="open-title">{move || tr!("use-open-title")}</h2>
            <p class="muted small">{move || tr!("use-open-about")}</p>
            <div class="buttons">
                <FileButton
                    testid="open-model"
                    label=move || tr!("use-open-file")
                    accept=".tabtune-model,.zip,application/zip"
                    locked
                    on_choose=open_file
                />
            </div>
            <div aria-live="polite">
                {move || opening.get().then(|| view! { <p class="busy">{move || tr!("use-open-reading")}</p> })}
                {move || opened.get().map(|opened| view! { <Summary model=opened.model lost=opened.lost /> })}
            </div>
            <details>
                <summary>{move || tr!("use-open-adapter-title")}</summary>
                <div class="stack">
                    <p class="muted small">{move || tr!("use-open-adapter-about")}</p>
                    <div class="buttons">
                        <FileButton
                            testid="open-adapter"
                            label=move || tr!("use-open-folder")
                            folder=true
                            locked
                            on_choose=open_folder
                        />
                    </div>
                </div>
            </details>
        </DropCard>
    }
}

/// What is open.
#[component]
fn Summary(model: ModelSummary, lost: bool) -> impl IntoView {
    let ModelSummary {
        name,
        encoder,
        labels,
        data,
        ..
    } = model;
    let count = labels.len();
    let knows = move || match count {
        0 => tr!("use-opened-number"),
        1..=6 => tr!("use-opened-labels", labels = labels.join(", ")),
        count => tr!("use-opened-many", count = count as u32),
    };
    let learnt = move || {
        let data = data.as_deref();
        data.map(|data| tr!("use-opened-data", data = words::data_name(data)))
    };
    let state = match lost {
        true => view! { <p class="problem">{move || tr!("use-opened-lost")}</p> }.into_any(),
        false => {
            view! { <p><a href="#try-title">{move || tr!("use-opened-try")}</a></p> }.into_any()
        }
    };
    let named = name.clone();
    view! {
        <div class="small" data-testid="opened-model" data-name=name data-labels=count>
            <p>
                <strong>{named}</strong>
                " "
                {knows}
                " "
                {learnt}
                " "
                <span class="muted">{move || tr!("use-opened-encoder", encoder = encoder.clone())}</span>
            </p>
            {state}
        </div>
    }
}
