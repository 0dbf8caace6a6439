//! Programs that use the files that are saved.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::protocol::{ExportForm, Snippet, SnippetLanguage};
use crate::run_state::RunState;
use crate::ui::engine::Engine;
use crate::ui::language::tr;

/// What came of copying.
#[derive(Clone, Copy, PartialEq)]
enum Copied {
    Yes,
    No,
}

/// How each file is used, folded away; asked for when it is opened.
#[component]
pub(crate) fn Snippets(engine: Engine) -> impl IntoView {
    let open = RwSignal::new(false);
    let wanted = Memo::new(move |_| open.get() && engine.state.with(RunState::wants_snippets));
    Effect::new(move |_| {
        if wanted.get() {
            engine.describe_use();
        }
    });
    let snippets = Memo::new(move |_| engine.state.with(|state| state.using.snippets.clone()));
    let code = move || {
        let snippets = snippets.get().unwrap_or_default();
        match snippets.is_empty() {
            true => {
                view! { <p class="muted small">{move || tr!("use-snippets-none")}</p> }.into_any()
            }
            false => snippets.into_iter().map(snippet).collect_view().into_any(),
        }
    };
    view! {
        <details data-testid="snippets" on:toggle:target=move |event| open.set(is_open(&event.target().into()))>
            <summary>{move || tr!("use-snippets-title")}</summary>
            <div class="stack">{code}</div>
        </details>
    }
}

fn is_open(details: &JsValue) -> bool {
    Reflect::get(details, &"open".into()).is_ok_and(|open| open.is_truthy())
}

fn snippet(snippet: Snippet) -> impl IntoView {
    let Snippet {
        form,
        language,
        code,
    } = snippet;
    let title = move || match (form, language) {
        (ExportForm::Adapter, _) => tr!("use-snippet-adapter"),
        (ExportForm::Merged, _) => tr!("use-snippet-merged"),
        (ExportForm::Tabtune, SnippetLanguage::Terminal) => tr!("use-snippet-terminal"),
        (ExportForm::Tabtune, SnippetLanguage::Rust | SnippetLanguage::Python) => {
            tr!("use-snippet-rust")
        }
    };
    let testid = match (form, language) {
        (ExportForm::Adapter, _) => "snippet-adapter",
        (ExportForm::Merged, _) => "snippet-merged",
        (ExportForm::Tabtune, SnippetLanguage::Terminal) => "snippet-terminal",
        (ExportForm::Tabtune, SnippetLanguage::Rust | SnippetLanguage::Python) => "snippet-rust",
    };
    let copied = RwSignal::new(None);
    let shown = code.clone();
    let copy = move |_| {
        let code = code.clone();
        spawn_local(async move {
            let result = copy_text(&code).await;
            copied.set(Some(if result.is_ok() {
                Copied::Yes
            } else {
                Copied::No
            }));
        });
    };
    let said = move || match copied.get() {
        Some(Copied::Yes) => tr!("use-copied"),
        Some(Copied::No) => tr!("use-not-copied"),
        None => String::new(),
    };
    view! {
        <div class="stack" data-testid=testid>
            <div class="snippet-head">
                <h3>{title}</h3>
                <span class="small muted" role="status">{said}</span>
                <button type="button" aria-label=move || format!("{}: {}", tr!("use-copy"), title()) on:click=copy>
                    {move || tr!("use-copy")}
                </button>
            </div>
            <pre class="snippet" tabindex="0" role="region" aria-label=title><code>{shown}</code></pre>
        </div>
    }
}

/// Puts a text on the clipboard. Bindings of our own: another feature of web-sys compiles the GPU engine anew.
async fn copy_text(text: &str) -> Result<(), JsValue> {
    let navigator = window().navigator();
    let clipboard = Reflect::get(&navigator, &"clipboard".into())?;
    let write: Function = Reflect::get(&clipboard, &"writeText".into())?.dyn_into()?;
    let written: Promise = write.call1(&clipboard, &text.into())?.dyn_into()?;
    JsFuture::from(written).await.map(drop)
}
