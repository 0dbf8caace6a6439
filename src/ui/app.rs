//! The page as a whole: its steps, in the order of the work.

use leptos::prelude::*;

use super::chunks::{Chunks, Lazy};
use super::data_card::DataCard;
use super::device_card::DeviceCard;
use super::encoder_card::EncoderCard;
use super::engine::Engine;
use super::language::{self, LanguageChoice, tr};
use super::notice::{Messages, Notice};
use super::offline::{Offline, OfflineLine};
use super::open_card::OpenCard;
use super::privacy_line::PrivacyLine;
use super::projects::{Keeper, ProjectsPanel, SaveStatus};
use super::run_title::show_progress_in_title;
use super::settings::Settings;
use super::step_list::{StepList, anchor};
use crate::run_state::steps::Step;

/// The page.
#[component]
pub(crate) fn App(
    /// Why it does not speak its user's language.
    problem: Option<Notice>,
) -> impl IntoView {
    let chunks = Chunks::new();
    let engine = Engine::start(chunks);
    engine.notice.set(problem);
    let settings = Settings::new();
    let keeper = Keeper::start(engine, settings);
    let offline = Offline::start(engine, keeper);
    language::follow_in_document();
    show_progress_in_title(engine);
    keep_dropped_files_out();
    // What is shown first is painted while they come.
    chunks.fetch();
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
            <Lazy chunk=chunks.work view=move |work| (work.banners)(keeper) />
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
                <Lazy chunk=chunks.work height="26rem" view=move |work| (work.settings)(engine, settings) />
                <Lazy chunk=chunks.work height="9.5rem" view=move |work| (work.run)(engine, settings) />
            </StepSection>
            <StepSection keeper step=Step::Results>
                <Lazy chunk=chunks.results height="6.5rem" view=move |results| (results.results)(engine) />
            </StepSection>
            <StepSection keeper step=Step::Use>
                <Lazy chunk=chunks.results height="36rem" view=move |results| (results.using)(engine) />
            </StepSection>
        </main>
        <footer class="muted small">
            <p>
                {move || tr!("shell-foot")} " "
                <a href="licences.txt" target="_blank" rel="noopener">{move || tr!("shell-licences")}</a>
            </p>
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
