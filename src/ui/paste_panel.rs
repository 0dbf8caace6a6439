//! Rows that are pasted instead of opened from a file.

use leptos::prelude::*;

use super::engine::{Engine, Source};

/// A text area for rows, folded away.
#[component]
pub(crate) fn PastePanel(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let enabled = Memo::new(move |_| !locked.get() && text.with(|text| !text.trim().is_empty()));
    let open = move |_| {
        if enabled.get_untracked() {
            engine.open(Source::Pasted(text.get_untracked()));
        }
    };
    view! {
        <details data-testid="paste">
            <summary>"Paste rows"</summary>
            <div class="stack">
                <label class="field">
                    <span class="muted small">
                        "Copy cells in a spreadsheet, the header with them, and paste them here. Lines with commas or \
                         semicolons, and JSON, will do, too."
                    </span>
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
                        "Use these rows"
                    </button>
                </div>
            </div>
        </details>
    }
}
