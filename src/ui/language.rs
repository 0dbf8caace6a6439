//! The language that the page speaks, and the choice of it.

use fluent_bundle::FluentArgs;
use leptos::prelude::*;

use crate::language::{Catalog, Language};

/// Where the browser keeps the choice.
const STORED: &str = "tabtune-language";

thread_local! {
    static LANGUAGE: ArcRwSignal<Language> = ArcRwSignal::new(first_language());
    static CATALOGS: [Catalog; Language::ALL.len()] = Language::ALL.map(Catalog::new);
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
    message.unwrap_or_else(|| id.to_owned())
}

/// Reads the catalogue of the language in use. Tracks the language.
pub(crate) fn with_catalog<T>(read: impl FnOnce(&Catalog) -> T) -> T {
    let language = current().get();
    CATALOGS.with(|catalogs| read(&catalogs[language as usize]))
}

/// The language in use.
pub(crate) fn current() -> ArcRwSignal<Language> {
    LANGUAGE.with(Clone::clone)
}

/// The tag of the language in use. Tracks the language.
pub(crate) fn current_tag() -> &'static str {
    current().get().tag()
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

/// The choice of the language.
#[component]
pub(crate) fn LanguageChoice() -> impl IntoView {
    let choose = move |tag: String| {
        if let Some(language) = Language::of_tag(&tag) {
            current().set(language);
            if let Some(storage) = storage() {
                // Without storage the choice holds for this visit.
                let _ = storage.set_item(STORED, language.tag());
            }
        }
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
            <select data-testid="language" on:change:target=move |event| choose(event.target().value())>
                {options}
            </select>
        </label>
    }
}
