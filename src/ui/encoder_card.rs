//! The encoder: which one, and how much of it has arrived.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::DataTransfer;

use super::chunks::Lazy;
use super::drop_card::DropCard;
use super::dropped;
use super::engine::{EncoderChoice, Engine};
use super::format::{megabytes, rounded};
use super::language::tr;
use super::words;
use crate::protocol::EncoderSource;

/// Choice of the encoder and its state.
#[component]
pub(crate) fn EncoderCard(engine: Engine) -> impl IntoView {
    let encoders = Memo::new(move |_| engine.state.with(|state| state.encoders.clone()));
    let loading = Memo::new(move |_| engine.state.with(|state| state.loading.clone()));
    let encoder = Memo::new(move |_| engine.state.with(|state| state.encoder.clone()));
    let source = Memo::new(move |_| {
        let current = engine.state.with(|state| state.encoder_source.clone());
        loading.get().map(|loading| loading.source).or(current)
    });
    // One of the list, or nothing.
    let chosen = Memo::new(move |_| match source.get() {
        Some(EncoderSource::Origin { id }) => id,
        _ => String::new(),
    });
    let stranger = Memo::new(move |_| match source.get() {
        None | Some(EncoderSource::Origin { .. }) => None,
        Some(source) => Some(source.name().to_owned()),
    });
    let locked = Memo::new(move |_| engine.state.with(|state| !state.can_change_data()));

    let options = move || {
        let option = |id: String| {
            let selected = {
                let id = id.clone();
                move || chosen.get() == id
            };
            view! {
                <option value=id.clone() prop:selected=selected>
                    {id.clone()}
                </option>
            }
        };
        encoders
            .get()
            .into_iter()
            .map(|entry| option(entry.id))
            .collect_view()
    };
    // What the user has brought along is shown as chosen, and cannot be chosen again without being brought again.
    let brought = move || {
        stranger.get().map(|name| {
            view! {
                <option value="" prop:selected=true disabled>
                    {name}
                </option>
            }
        })
    };
    let open = move |choice| engine.soon(move |work| (work.load_encoder)(engine, choice));
    let drop = move |transfer: DataTransfer| {
        if locked.get_untracked() {
            return engine.refuse_drop(words::encoder_is_in_use);
        }
        let Some(dropped) = dropped::Dropped::take(&transfer) else {
            return;
        };
        spawn_local(async move {
            match dropped.look(dropped::is_zip).await {
                Ok(brought) => open(EncoderChoice::Disk(brought)),
                Err(error) => engine.state.update(|state| state.error = Some(error)),
            }
        });
    };
    let about = move || {
        let chosen = chosen.get();
        encoders
            .get()
            .into_iter()
            .find(|entry| entry.id == chosen)
            .map(|entry| {
                let about = tr!(
                    "shell-encoder-about",
                    id = entry.id.clone(),
                    description = entry.description,
                    license = entry.license
                );
                view! { <p class="muted small">{about}</p> }
            })
    };
    let status = move || match (loading.get(), encoder.get()) {
        (Some(loading), _) => {
            let text = match loading.total > 0.0 {
                true => tr!(
                    "shell-encoder-loading",
                    loaded = megabytes(loading.loaded),
                    total = megabytes(loading.total)
                ),
                false => tr!("shell-loading"),
            };
            view! {
                <progress aria-label=tr!("shell-encoder-progress") max=loading.total.max(1.0) value=loading.loaded></progress>
                <p class="muted small">{text}</p>
            }
            .into_any()
        }
        (None, Some(encoder)) => view! {
            <p class="small" data-testid="encoder-summary" data-encoder=encoder.id.clone()>
                {tr!(
                    "shell-encoder-ready",
                    layers = encoder.layers,
                    width = encoder.hidden_size,
                    parameters = rounded(encoder.parameters),
                    tokens = encoder.max_length
                )}
            </p>
        }
        .into_any(),
        (None, None) if encoders.with(Vec::is_empty) => {
            view! { <p class="muted small">{tr!("shell-encoder-waiting")}</p> }.into_any()
        }
        (None, None) => view! {
            <p class="small">
                {tr!("shell-encoder-none")} " "
                <button
                    type="button"
                    on:click=move |_| {
                        if let Some(entry) = encoders.get_untracked().into_iter().next() {
                            open(EncoderChoice::Origin(entry.id));
                        }
                    }
                >
                    {tr!("shell-encoder-again")}
                </button>
            </p>
        }
        .into_any(),
    };
    view! {
        <DropCard title_id="encoder-title" locked on_drop=drop>
            <h2 id="encoder-title">{move || tr!("shell-encoder")}</h2>
            <p class="muted small">{move || tr!("shell-encoder-what")}</p>
            <label class="field">
                <span>{move || tr!("shell-encoder-pretrained")}</span>
                <select
                    data-testid="model-select"
                    disabled=move || locked.get()
                    on:change:target=move |event| open(EncoderChoice::Origin(event.target().value()))
                >
                    {brought}
                    {options}
                </select>
            </label>
            {about}
            {status}
            <Lazy
                chunk=engine.chunks.results
                height="1.5rem"
                class=""
                view=move |results| (results.encoders)(engine, locked)
            />
        </DropCard>
    }
}
