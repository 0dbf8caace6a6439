//! Encoders that do not come with the page: from the disk, or from the hub.

use leptos::prelude::*;
use web_sys::FileList;

use super::dropped::{Brought, chosen_folder};
use super::engine::{EncoderChoice, Engine};
use super::file_button::FileButton;
use super::hub_panel::HubPanel;

/// The ways to bring an encoder along, folded away.
#[component]
pub(crate) fn MoreEncoders(engine: Engine, locked: Memo<bool>) -> impl IntoView {
    let open_folder = move |files: FileList| match chosen_folder(&files) {
        Ok(Some(folder)) => engine.load_encoder(EncoderChoice::Disk(folder)),
        Ok(None) => {}
        Err(error) => engine.state.update(|state| state.error = Some(error)),
    };
    let open_zip = move |files: FileList| {
        if let Some(file) = files.get(0) {
            engine.load_encoder(EncoderChoice::Disk(Brought::File(file)));
        }
    };
    view! {
        <details data-testid="encoder-more">
            <summary>"More encoders"</summary>
            <div class="stack">
                <div class="buttons">
                    <FileButton testid="encoder-folder" label="Open a folder…" folder=true locked on_choose=open_folder />
                    <FileButton
                        testid="encoder-zip"
                        label="Open a zip…"
                        accept=".zip,application/zip"
                        locked
                        on_choose=open_zip
                    />
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
