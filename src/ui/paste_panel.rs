//! Rows that are pasted instead of opened from a file.

use leptos::prelude::*;

use super::engine::{Engine, Source};
use super::language::tr;

/// A text area for rows, folded away.
#[component]
pub(crate) fn PastePanel(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let enabled = Memo::new(move |_| !locked.get() && text.with(|text| !text.trim().is_empty()));
    let open = move |_| {
        if enabled.get_untracked() {
            let source = Source::Pasted(text.get_untracked());
            engine.soon(move |work| (work.open)(engine, source));
        }
    };
    view! {
        <details data-testid="paste">
            <summary>{move || tr!("data-paste")}</summary>
            <div class="stack">
                <label class="field">
                    <span class="muted small">{move || tr!("data-paste-hint")}</span>
                    <textarea
                        rows="5"
                        spellcheck="false"
                        data-testid="paste-input"
                        placeholder="text\tlabel"
                        prop:value=move || text.get()
                        on:input:target=move |event| text.set(event.target().value())
                    ></textarea>
                </label>
                <div class="buttons">
                    <button
                        type="button"
                        data-testid="paste-open"
                        disabled=move || !enabled.get()
                        on:click=open
                    >
                        {move || tr!("data-paste-use")}
                    </button>
                </div>
            </div>
        </details>
    }
}
