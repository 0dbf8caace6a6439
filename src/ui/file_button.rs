//! A button that asks the user for a file or a folder.

use leptos::prelude::*;
use leptos::text_prop::TextProp;
use web_sys::FileList;

/// The button. It looks like any other; the browser's own field is hidden in it, and is what the keyboard reaches.
#[component]
pub(crate) fn FileButton(
    testid: &'static str,
    #[prop(into)] label: TextProp,
    /// The files that are offered, as HTML's `accept` has them.
    #[prop(optional)]
    accept: &'static str,
    /// Whether a folder is asked for, with all that is in it.
    #[prop(optional)]
    folder: bool,
    locked: Memo<bool>,
    on_choose: impl Fn(FileList) + 'static,
) -> impl IntoView {
    view! {
        <label class="button" class:disabled=move || locked.get()>
            {move || label.get()}
            <input
                class="visually-hidden"
                type="file"
                data-testid=testid
                accept=accept
                prop:webkitdirectory=folder
                disabled=move || locked.get()
                on:change:target=move |event| {
                    let input = event.target();
                    if let Some(files) = input.files() {
                        on_choose(files);
                    }
                    // The same file can be chosen again after it was changed.
                    input.set_value("");
                }
            />
        </label>
    }
}
