//! The page as a whole: its steps, in the order of the work.

use leptos::prelude::*;

use super::data_card::DataCard;
use super::device_card::DeviceCard;
use super::encoder_card::EncoderCard;
use super::engine::Engine;
use super::language::{self, LanguageChoice, tr};
use super::notice::{Messages, Notice};
use super::offline::{Offline, OfflineLine};
use super::open_card::OpenCard;
use super::privacy_line::PrivacyLine;
use super::projects::{Keeper, ProjectBanners, ProjectsPanel, SaveStatus};
use super::results_card::ResultsCard;
use super::run_card::RunCard;
use super::run_title::show_progress_in_title;
use super::runs::RunsCard;
use super::save_card::SaveCard;
use super::settings::Settings;
use super::settings_card::SettingsCard;
use super::step_list::{StepList, anchor};
use super::try_card::TryCard;
use crate::run_state::steps::Step;

/// The page.
#[component]
pub(crate) fn App(
    /// Why it does not speak its user's language.
    problem: Option<Notice>,
) -> impl IntoView {
    let engine = Engine::start();
    engine.notice.set(problem);
    let settings = Settings::new();
    let keeper = Keeper::start(engine, settings);
    let offline = Offline::start(engine, keeper);
    language::follow_in_document();
    show_progress_in_title(engine);
    keep_dropped_files_out();
    view! {
        <header class="masthead">
            <img src={"icons/tabtune.svg"} alt="" width="40" height="40" />
            <div>
                <h1>{"Tabtune"}</h1>
                <p>{move || tr!("shell-lead")}</p>
            </div>
            <SaveStatus keeper />
            <LanguageChoice engine />
        </header>
        <StepList engine />
        <main>
            <Messages engine offline keeper />
            <ProjectBanners keeper />
            <ProjectsPanel keeper />
            <StepSection keeper step=Step::Data>
                <DataCard engine settings keeper />
                <OpenCard engine keeper />
            </StepSection>
            <StepSection keeper step=Step::Train>
                <div class="beside">
                    <EncoderCard engine />
                    <DeviceCard engine />
                </div>
                <SettingsCard engine settings />
                <RunCard engine settings />
            </StepSection>
            <StepSection keeper step=Step::Results>
                <ResultsCard engine />
                <RunsCard engine />
            </StepSection>
            <StepSection keeper step=Step::Use>
                <TryCard engine />
                <SaveCard engine />
            </StepSection>
        </main>
        <footer class="muted small">
            <p>{move || tr!("shell-foot")}</p>
            <PrivacyLine engine keeper offline />
            <OfflineLine offline />
        </footer>
    }
}

/// The cards of a step. What they show while another project is opened is about to go, and takes no changes.
#[component]
fn StepSection(keeper: Keeper, step: Step, children: Children) -> impl IntoView {
    let is_moving = move || keeper.is_moving.get();
    view! { <div class="step" id=anchor(step) inert=is_moving>{children()}</div> }
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
