//! The page as a whole: one column, in the order of the work.

use leptos::prelude::*;

use super::data_card::DataCard;
use super::device_card::DeviceCard;
use super::encoder_card::EncoderCard;
use super::engine::Engine;
use super::language::{self, LanguageChoice, tr};
use super::notice::Messages;
use super::open_card::OpenCard;
use super::results_card::ResultsCard;
use super::run_card::RunCard;
use super::run_title::show_progress_in_title;
use super::save_card::SaveCard;
use super::settings::Settings;
use super::settings_card::SettingsCard;
use super::try_card::TryCard;

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let engine = Engine::start();
    let settings = Settings::new();
    language::follow_in_document();
    show_progress_in_title(engine);
    keep_dropped_files_out();
    view! {
        <header class="masthead">
            <img src="icons/tabtune.svg" alt="" width="40" height="40" />
            <div>
                <h1>"Tabtune"</h1>
                <p>{move || tr!("shell-lead")}</p>
            </div>
            <LanguageChoice />
        </header>
        <main>
            <Messages engine />
            <DeviceCard engine />
            <EncoderCard engine />
            <OpenCard engine />
            <DataCard engine />
            <SettingsCard engine settings />
            <RunCard engine settings />
            <ResultsCard engine />
            <TryCard engine />
            <SaveCard engine />
        </main>
        <footer class="muted small">{move || tr!("shell-foot")}</footer>
    }
}

/// A file that is dropped beside a card that takes it would otherwise be shown in place of the page.
fn keep_dropped_files_out() {
    let over = window_event_listener(leptos::ev::dragover, |event| event.prevent_default());
    let drop = window_event_listener(leptos::ev::drop, |event| event.prevent_default());
    on_cleanup(move || {
        over.remove();
        drop.remove();
    });
}
