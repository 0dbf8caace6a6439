//! The language that the page speaks, and the choice of it.

use std::cell::Cell;

use fluent_bundle::FluentArgs;
use leptos::prelude::*;

use super::catalogs;
use super::engine::Engine;
use super::notice::Notice;
use crate::language::{Catalog, Language};

/// Where the browser keeps the choice.
const STORED: &str = "tabtune-language";

thread_local! {
    static LANGUAGE: ArcRwSignal<Language> = ArcRwSignal::new(Language::BUILT_IN);
    /// What was asked for last.
    static ASKED: Cell<Language> = const { Cell::new(Language::BUILT_IN) };
}

/// A message of `locales/` in the language in use, with its variables.
///
/// Within a view it belongs in a closure, so that it changes with the language:
/// `{move || tr!("run-title")}`, `{move || tr!("data-rows", count = rows.get())}`.
macro_rules! tr {
    ($id:expr $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "a message without variables")]
        let mut arguments = fluent_bundle::FluentArgs::new();
        $(arguments.set(stringify!($name), $value);)*
        $crate::ui::language::message($id, &arguments)
    }};
}
pub(crate) use tr;

/// The message called `id` in the language in use, which `tests/language` sees to. Tracks the language.
pub(crate) fn message(id: &str, arguments: &FluentArgs) -> String {
    let message = with_catalog(|catalog| catalog.message(id, arguments));
    // Messages that were fetched may be those of another version of the page.
    let message = message.or_else(|| catalogs::built_in().message(id, arguments));
    message.unwrap_or_else(|| id.to_owned())
}

/// Reads the catalogue of the language in use. Tracks the language.
pub(crate) fn with_catalog<T>(read: impl FnOnce(&Catalog) -> T) -> T {
    read(&catalogs::of(current().get()))
}

/// The language in use.
pub(crate) fn current() -> ArcRwSignal<Language> {
    LANGUAGE.with(Clone::clone)
}

/// The tag of the language in use. Tracks the language.
pub(crate) fn current_tag() -> &'static str {
    current().get().tag()
}

/// Speaks the language that the user is likely to want, before anything is shown.
///
/// # Errors
/// What to tell the user if its messages are not to be had.
pub(crate) async fn speak_first() -> Result<(), Notice> {
    speak(first_language()).await
}

/// Speaks a language as soon as its messages are there, unless another one was asked for meanwhile.
async fn speak(language: Language) -> Result<(), Notice> {
    ASKED.set(language);
    catalogs::load(language).await.map_err(|detail| {
        Notice::new(move || {
            tr!(
                "shell-language-failed",
                language = language.name(),
                detail = detail.as_str()
            )
        })
    })?;
    if ASKED.get() == language {
        current().set(language);
    }
    Ok(())
}

/// What was chosen here before, or else the browser's own language.
fn first_language() -> Language {
    let stored = storage().and_then(|storage| storage.get_item(STORED).ok().flatten());
    if let Some(language) = stored.as_deref().and_then(Language::of_tag) {
        return language;
    }
    let tags: Vec<String> = window()
        .navigator()
        .languages()
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect();
    Language::of_tags(tags.iter().map(String::as_str))
}

/// The browser's storage, where it may be used.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// Keeps the choice for the next visit.
fn remember(language: Language) {
    if let Some(storage) = storage() {
        // Without storage the choice holds for this visit.
        let _ = storage.set_item(STORED, language.tag());
    }
}

/// Tells the browser and its readers which language the document is in.
pub(crate) fn follow_in_document() {
    Effect::new(|_| {
        let language = current().get();
        if let Some(root) = document().document_element() {
            // An attribute with a valid name is always taken.
            let _ = root.set_attribute("lang", language.tag());
        }
    });
}

/// The choice of the language. It shows the one in use: another one shows once its messages are there.
#[component]
pub(crate) fn LanguageChoice(engine: Engine) -> impl IntoView {
    let choose = move |language: Language| {
        wasm_bindgen_futures::spawn_local(async move {
            match speak(language).await {
                Ok(()) => remember(language),
                Err(problem) => engine.notice.set(Some(problem)),
            }
        });
    };
    let options = Language::ALL.map(|language| {
        view! {
            <option value=language.tag() lang=language.tag() prop:selected=move || current().get() == language>
                {language.name()}
            </option>
        }
    });
    view! {
        <label class="language">
            <span class="visually-hidden">{move || tr!("shell-language")}</span>
            <select
                data-testid="language"
                on:change:target=move |event| {
                    let list = event.target();
                    let chosen = Language::of_tag(&list.value());
                    list.set_value(current().get_untracked().tag());
                    if let Some(language) = chosen {
                        choose(language);
                    }
                }
            >
                {options}
            </select>
        </label>
    }
}
