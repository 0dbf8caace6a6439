//! Encoders that do not come with the page: from the disk, or from the hub.

use leptos::prelude::*;

use super::dropped::chosen_folder;
use super::engine::{EncoderChoice, Engine};
use super::hub_panel::HubPanel;

/// The ways to bring an encoder along, folded away.
#[component]
pub(crate) fn MoreEncoders(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let open_folder =
        move |list: Option<web_sys::FileList>| match list.map(|list| chosen_folder(&list)) {
            Some(Ok(Some(folder))) => engine.load_encoder(folder),
            Some(Err(error)) => engine.state.update(|state| state.error = Some(error)),
            Some(Ok(None)) | None => {}
        };
    let open_zip = move |file: Option<web_sys::File>| {
        if let Some(file) = file {
            engine.load_encoder(EncoderChoice::Zip(file));
        }
    };
    view! {
        <details data-testid="encoder-more">
            <summary>"More encoders"</summary>
            <div class="stack">
                <div class="buttons">
                    <label class="button" class:disabled=move || locked.get()>
                        "Open a folder…"
                        <input
                            class="visually-hidden"
                            type="file"
                            data-testid="encoder-folder"
                            prop:webkitdirectory=true
                            disabled=move || locked.get()
                            on:change:target=move |event| {
                                let input = event.target();
                                open_folder(input.files());
                                // The same folder can be opened again after it was changed.
                                input.set_value("");
                            }
                        />
                    </label>
                    <label class="button" class:disabled=move || locked.get()>
                        "Open a zip…"
                        <input
                            class="visually-hidden"
                            type="file"
                            data-testid="encoder-zip"
                            accept=".zip,application/zip"
                            disabled=move || locked.get()
                            on:change:target=move |event| {
                                let input = event.target();
                                open_zip(input.files().and_then(|files| files.get(0)));
                                input.set_value("");
                            }
                        />
                    </label>
                </div>
                <p class="muted small">
                    "A Hugging Face folder of a BERT, DistilBERT, RoBERTa or XLM-RoBERTa encoder, or a zip of one. You \
                     can also drop it here. It stays on this machine; your browser may ask before it lets a page read \
                     a folder, and call that uploading."
                </p>
                <HubPanel engine locked />
            </div>
        </details>
    }
}
