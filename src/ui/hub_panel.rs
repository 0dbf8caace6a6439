//! An encoder from the hub: its name, what the hub says of it, and what this browser keeps of it.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::engine::{EncoderChoice, Engine, hub_url};
use super::format::megabytes;
use crate::protocol::HubFound;

/// Looks an encoder up when asked to, shows what would be fetched, and fetches it when asked to.
#[component]
pub(crate) fn HubPanel(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let looking = Memo::new(move |_| engine.state.with(|state| state.is_looking_up()));
    let loading = Memo::new(move |_| engine.state.with(|state| state.loading.is_some()));
    let found = Memo::new(move |_| engine.state.with(|state| state.hub.clone()));
    let is_busy = Memo::new(move |_| locked.get() || looking.get() || loading.get());

    let look_up = move |event: SubmitEvent| {
        event.prevent_default();
        let name = name.get_untracked().trim().to_owned();
        if !name.is_empty() && !is_busy.get_untracked() {
            engine.look_up(name);
        }
    };
    let url = hub_url();
    let host = url
        .split_once("://")
        .map_or(url.as_str(), |(_, host)| host)
        .trim_end_matches('/');
    let note = format!(
        "Looking up asks {host}, which learns the name of the encoder and, as every site does, your internet address. \
         It learns nothing of your texts."
    );
    view! {
        <form class="inline" on:submit=look_up>
            <label class="field">
                <span>"From the Hugging Face hub"</span>
                <input
                    type="text"
                    data-testid="hub-name"
                    placeholder="owner/name"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    aria-describedby="hub-note"
                    disabled=move || locked.get()
                    on:input:target=move |event| name.set(event.target().value())
                />
            </label>
            <button
                type="submit"
                data-testid="hub-lookup"
                disabled=move || is_busy.get() || name.with(|name| name.trim().is_empty())
            >
                "Look up"
            </button>
        </form>
        <p id="hub-note" class="muted small">
            {note}
        </p>
        <div aria-live="polite">
            {move || looking.get().then(|| view! { <p class="busy">"Asking…"</p> })}
            {move || found.get().map(|found| view! { <Found engine found is_busy /> })}
        </div>
    }
}

/// What a repository holds, and what can be done with it.
#[component]
fn Found(engine: Engine, found: HubFound, is_busy: Memo<bool>) -> impl IntoView {
    let HubFound {
        address,
        description,
        stored,
    } = found;
    let size = megabytes(description.total());
    let names: Vec<&str> = description
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    let names = names.join(", ");
    let license = description.license.clone();
    let license = license.unwrap_or_else(|| "none is named; ask its authors".into());
    let revision: String = description.revision.chars().take(12).collect();
    let repository = description.repository.clone();
    let forgotten = repository.clone();
    let choice = EncoderChoice::Hub {
        repository: repository.clone(),
        revision: description.revision.clone(),
    };
    let (state, action) = match stored {
        true => (
            "Kept in this browser: loading it needs no connection.",
            "Load".to_owned(),
        ),
        false => (
            "It is kept in this browser once it has been downloaded and checked.",
            format!("Download {size}"),
        ),
    };
    view! {
        <div class="stack found" data-testid="hub-details" data-repository=repository data-stored=stored.to_string()>
            <dl class="facts">
                <dt>"Address"</dt>
                <dd>
                    <a href=address.clone() target="_blank" rel="noopener noreferrer">
                        {address.clone()}
                    </a>
                </dd>
                <dt>"Licence"</dt>
                <dd>{license}</dd>
                <dt>"Size"</dt>
                <dd>{size} " in " {names}</dd>
                <dt>"Revision"</dt>
                <dd>{revision}</dd>
            </dl>
            <p class="muted small">{state}</p>
            <div class="buttons">
                <button
                    type="button"
                    class="primary"
                    data-testid="hub-download"
                    disabled=move || is_busy.get()
                    on:click=move |_| engine.load_encoder(choice.clone())
                >
                    {action}
                </button>
                {stored
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                data-testid="hub-forget"
                                disabled=move || is_busy.get()
                                on:click=move |_| engine.forget(forgotten.clone())
                            >
                                "Forget it"
                            </button>
                        }
                    })}
            </div>
        </div>
    }
}
