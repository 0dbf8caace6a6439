//! Encoders that do not come with the page: from the disk, or from the hub.

use leptos::prelude::*;
use web_sys::FileList;

use super::dropped::{Brought, chosen_folder};
use super::engine::{EncoderChoice, Engine};
use super::file_button::FileButton;
use super::hub_panel::HubPanel;
use super::language::tr;

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
            <summary>{move || tr!("shell-more-encoders")}</summary>
            <div class="stack">
                <div class="buttons">
                    <FileButton
                        testid="encoder-folder"
                        label=move || tr!("shell-open-folder")
                        folder=true
                        locked
                        on_choose=open_folder
                    />
                    <FileButton
                        testid="encoder-zip"
                        label=move || tr!("shell-open-zip")
                        accept=".zip,application/zip"
                        locked
                        on_choose=open_zip
                    />
                </div>
                <p class="muted small">{move || tr!("shell-more-encoders-note")}</p>
                <HubPanel engine locked />
            </div>
        </details>
    }
}
