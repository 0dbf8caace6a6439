//! The encoder: which one, and how much of it has arrived.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{megabytes, rounded};

/// Choice of the encoder and its state.
#[component]
pub(crate) fn EncoderCard(engine: Engine) -> impl IntoView {
    let encoders = Memo::new(move |_| engine.state.with(|state| state.encoders.clone()));
    let loading = Memo::new(move |_| engine.state.with(|state| state.loading.clone()));
    let encoder = Memo::new(move |_| engine.state.with(|state| state.encoder.clone()));
    let chosen = Memo::new(move |_| {
        loading
            .get()
            .map(|loading| loading.encoder)
            .or(encoder.get().map(|encoder| encoder.id))
            .unwrap_or_default()
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
    let about = move || {
        let chosen = chosen.get();
        encoders
            .get()
            .into_iter()
            .find(|entry| entry.id == chosen)
            .map(|entry| {
                view! {
                    <p class="muted small">
                        {entry.description} " Licence: " {entry.license} "."
                    </p>
                }
            })
    };
    let status = move || match (loading.get(), encoder.get()) {
        (Some(loading), _) => {
            let text = match loading.total > 0.0 {
                true => format!(
                    "Loading: {} of {}",
                    megabytes(loading.loaded),
                    megabytes(loading.total)
                ),
                false => "Loading…".to_owned(),
            };
            view! {
                <progress aria-label="Loading the encoder" max=loading.total.max(1.0) value=loading.loaded></progress>
                <p class="muted small">{text}</p>
            }
            .into_any()
        }
        (None, Some(encoder)) => view! {
            <p class="small" data-testid="encoder-summary" data-encoder=encoder.id.clone()>
                {format!(
                    "Ready: {} layers of width {}, {} parameters, texts of up to {} tokens.",
                    encoder.layers,
                    encoder.hidden_size,
                    rounded(encoder.parameters),
                    encoder.max_length,
                )}
            </p>
        }
        .into_any(),
        (None, None) if encoders.with(Vec::is_empty) => {
            view! { <p class="muted small">"Waiting for the device."</p> }.into_any()
        }
        (None, None) => view! {
            <p class="small">
                "No encoder is loaded. " <button type="button" on:click=move |_| {
                    if let Some(entry) = encoders.get_untracked().into_iter().next() {
                        engine.load_encoder(entry.id);
                    }
                }>"Load it again"</button>
            </p>
        }
        .into_any(),
    };
    view! {
        <section class="card" aria-labelledby="encoder-title">
            <h2 id="encoder-title">"Encoder"</h2>
            <label class="field">
                <span>"Pretrained encoder"</span>
                <select
                    data-testid="model-select"
                    disabled=move || locked.get()
                    on:change:target=move |event| engine.load_encoder(event.target().value())
                >
                    {options}
                </select>
            </label>
            {about}
            {status}
        </section>
    }
}
