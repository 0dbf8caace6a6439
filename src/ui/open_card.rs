//! Coming back with a model that was saved.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DataTransfer, FileList};

use super::drop_card::DropCard;
use super::dropped::{Brought, Dropped, chosen_folder};
use super::engine::Engine;
use super::file_button::FileButton;
use super::format::count;
use super::words;
use crate::protocol::{ModelSummary, WireError};
use crate::run_state::RunState;

/// Opening a project or an adapter, and the one that is open.
#[component]
pub(crate) fn OpenCard(engine: Engine) -> impl IntoView {
    let locked = Memo::new(move |_| engine.state.with(|state| !state.can_open_model()));
    let opening = Memo::new(move |_| engine.state.with(RunState::is_opening_model));
    let opened = Memo::new(move |_| engine.state.with(|state| state.opened.clone()));

    let open = move |brought: Result<Option<Brought>, WireError>| match brought {
        Ok(Some(brought)) => engine.open_model(brought),
        Ok(None) => {}
        Err(error) => engine.state.update(|state| state.error = Some(error)),
    };
    let open_file = move |files: FileList| open(Ok(files.get(0).map(Brought::File)));
    let open_folder = move |files: FileList| open(chosen_folder(&files));
    let drop = move |transfer: DataTransfer| {
        if locked.get_untracked() {
            return engine.notice.set(Some(words::model_is_in_use()));
        }
        if let Some(dropped) = Dropped::take(&transfer) {
            spawn_local(async move { open(dropped.look(|_| true).await.map(Some)) });
        }
    };
    view! {
        <DropCard title_id="open-title" locked on_drop=drop>
            <h2 id="open-title">"Saved model"</h2>
            <div class="buttons">
                <FileButton
                    testid="open-model"
                    label="Open a project…"
                    accept=".tabtune,.zip,application/zip"
                    locked
                    on_choose=open_file
                />
                <FileButton testid="open-adapter" label="Open a folder…" folder=true locked on_choose=open_folder />
            </div>
            <p class="muted small">
                "Trained before? Open the project that you saved, a .tabtune file, and try it without training again. A \
                 PEFT adapter opens too, as a folder or a zip. You can also drop it here."
            </p>
            <div aria-live="polite">
                {move || opening.get().then(|| view! { <p class="busy">"Reading the model…"</p> })}
                {move || opened.get().map(|opened| view! { <Summary model=opened.model lost=opened.lost /> })}
            </div>
        </DropCard>
    }
}

/// What is open.
#[component]
fn Summary(model: ModelSummary, lost: bool) -> impl IntoView {
    let what = match model.labels.len() {
        0 => "predicts a number".to_owned(),
        1..=6 => format!("knows the labels {}", model.labels.join(", ")),
        labels => format!("knows {}", count(labels as u32, "label")),
    };
    let learnt = model
        .data
        .map(|data| format!(" It has learnt from {}.", words::data_name(&data)));
    let state = match lost {
        true => " It is not in use any more; open it again to try it.".into_any(),
        false => view! { " " <a href="#try-title">"Try it"</a> }.into_any(),
    };
    let name = model.name;
    view! {
        <p class="small" data-testid="opened-model" data-name=name.clone() data-labels=model.labels.len()>
            <strong>{name.clone()}</strong>
            {format!(" is open on {} and {what}.", model.encoder)}
            {learnt}
            {state}
        </p>
    }
}
