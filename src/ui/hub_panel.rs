//! An encoder from the hub: its name, what the hub says of it, and what this browser keeps of it.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::engine::{EncoderChoice, Engine, hub_url};
use super::format::{list, megabytes};
use super::language::tr;
use crate::protocol::HubFound;

/// Looks an encoder up when asked to, shows what would be fetched, and fetches it when asked to.
#[component]
pub(crate) fn HubPanel(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let looking = Memo::new(move |_| engine.state.with(|state| state.is_looking_up()));
    let loading = Memo::new(move |_| engine.state.with(|state| state.loading.is_some()));
    let found = Memo::new(move |_| engine.state.with(|state| state.hub.clone()));
    // Another worker is on its way when the hub has just been allowed.
    let is_starting = Memo::new(move |_| engine.state.with(|state| state.device.is_none()));
    let is_busy =
        Memo::new(move |_| locked.get() || looking.get() || loading.get() || is_starting.get());

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
        .trim_end_matches('/')
        .to_owned();
    let allowed = engine.hub_allowed;
    let allow_words = {
        let host = host.clone();
        move || tr!("shell-hub-allow", host = host.clone())
    };
    let note = move || match allowed.get() {
        true => tr!("shell-hub-note", host = host.clone()),
        false => tr!("shell-hub-off"),
    };
    let form = move || {
        view! {
            <form class="inline" on:submit=look_up>
                <label class="field">
                    <span>{move || tr!("shell-hub")}</span>
                    <input
                        type="text"
                        data-testid="hub-name"
                        placeholder=move || tr!("shell-hub-placeholder")
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
                    {move || tr!("shell-hub-look-up")}
                </button>
            </form>
        }
    };
    let answers = move || {
        view! {
            {move || looking.get().then(|| view! { <p class="busy">{tr!("shell-hub-asking")}</p> })}
            {move || found.get().map(|found| view! { <Found engine found is_busy /> })}
        }
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                data-testid="hub-allow"
                aria-describedby="hub-note"
                prop:checked=move || allowed.get()
                disabled=move || locked.get() || loading.get()
                on:change:target=move |event| engine.allow_hub(event.target().checked())
            />
            <span>{allow_words}</span>
        </label>
        {move || allowed.get().then(form)}
        <p id="hub-note" class="muted small">
            {note}
        </p>
        <div aria-live="polite">
            {move || allowed.get().then(answers)}
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
    let names: Vec<String> = description
        .files
        .iter()
        .map(|file| file.name.clone())
        .collect();
    let license = description.license.clone();
    let license = move || {
        license
            .clone()
            .unwrap_or_else(|| tr!("shell-hub-no-licence"))
    };
    let revision: String = description.revision.chars().take(12).collect();
    let repository = description.repository.clone();
    let forgotten = repository.clone();
    let choice = EncoderChoice::Hub {
        repository: repository.clone(),
        revision: description.revision.clone(),
    };
    let state = move || match stored {
        true => tr!("shell-hub-kept"),
        false => tr!("shell-hub-will-be-kept"),
    };
    let action = {
        let size = size.clone();
        move || match stored {
            true => tr!("shell-hub-load"),
            false => tr!("shell-hub-download", size = size.clone()),
        }
    };
    let files = move || tr!("shell-hub-files", size = size.clone(), names = list(&names));
    view! {
        <div class="stack found" data-testid="hub-details" data-repository=repository data-stored=stored.to_string()>
            <dl class="facts">
                <dt>{move || tr!("shell-hub-address")}</dt>
                <dd>
                    <a href=address.clone() target="_blank" rel="noopener noreferrer">
                        {address.clone()}
                    </a>
                </dd>
                <dt>{move || tr!("shell-hub-licence")}</dt>
                <dd>{license}</dd>
                <dt>{move || tr!("shell-hub-size")}</dt>
                <dd>{files}</dd>
                <dt>{move || tr!("shell-hub-revision")}</dt>
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
                                {move || tr!("shell-hub-forget")}
                            </button>
                        }
                    })}
            </div>
        </div>
    }
}
