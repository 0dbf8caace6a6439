//! The page's code in parts: what a visitor sees first comes first, and the rest in chunks behind it.
//!
//! [`crate::chunk`] says what a chunk is. Signals are made before, in the first part: a chunk reads and writes them.

use std::future::Future;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, ServiceWorker};

use super::dropped::Brought;
use super::engine::{EncoderChoice, Engine, FromWorker, Source};
use super::language::tr;
use super::more_encoders::MoreEncoders;
use super::offline::{Offline, UpdateNotice};
use super::opened_data::OpenedData;
use super::projects::{Keeper, ProjectBanners, ProjectList};
use super::results_card::ResultsCard;
use super::run_card::RunCard;
use super::runs::RunsCard;
use super::save_card::SaveCard;
use super::settings::Settings;
use super::settings_card::SettingsCard;
use super::trouble::TroubleMessage;
use super::try_card::TryCard;
use crate::chunk::{SplitLoaderError, chunk};
use crate::protocol::DeviceKind;

/// What the page does as soon as a worker speaks or the user does something, and what is shown of data and training.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    /// Hears the engine's worker.
    pub(crate) hear: fn(Engine, FromWorker),
    /// Keeps the user's work, and brings it back.
    pub(crate) keep: fn(Keeper),
    /// Registers the service worker.
    pub(crate) register: fn(Offline),
    /// Hears a service worker.
    pub(crate) told: fn(Offline, String, Option<ServiceWorker>),
    // What the user does.
    pub(crate) open: fn(Engine, Source),
    pub(crate) open_model: fn(Engine, Brought),
    pub(crate) load_encoder: fn(Engine, EncoderChoice),
    pub(crate) switch_device: fn(Engine, DeviceKind),
    pub(crate) restart: fn(Engine),
    pub(crate) import: fn(Keeper, File),
    // Views.
    pub(crate) trouble: fn(Engine) -> AnyView,
    pub(crate) update: fn(Engine, Offline, Keeper) -> AnyView,
    pub(crate) banners: fn(Keeper) -> AnyView,
    pub(crate) data: fn(Engine, Settings, Memo<bool>) -> AnyView,
    pub(crate) settings: fn(Engine, Settings) -> AnyView,
    pub(crate) run: fn(Engine, Settings) -> AnyView,
}

chunk! {
    work, Work {
        hear: Engine::hear_worker,
        keep: Keeper::begin,
        register: Offline::begin,
        told: Offline::take_in,
        open: Engine::open_instead,
        open_model: Engine::open_model,
        load_encoder: Engine::load_encoder,
        switch_device: Engine::switch_device,
        restart: Engine::restart,
        import: Keeper::import,
        trouble: |engine| view! { <TroubleMessage engine /> }.into_any(),
        update: |engine, offline, keeper| view! { <UpdateNotice engine offline keeper /> }.into_any(),
        banners: |keeper| view! { <ProjectBanners keeper /> }.into_any(),
        data: |engine, settings, locked| view! { <OpenedData engine settings locked /> }.into_any(),
        settings: |engine, settings| view! { <SettingsCard engine settings /> }.into_any(),
        run: |engine, settings| view! { <RunCard engine settings /> }.into_any(),
    }
}

/// What is shown of results and their use, and what is opened seldom.
#[derive(Clone, Copy)]
pub(crate) struct Results {
    pub(crate) results: fn(Engine) -> AnyView,
    pub(crate) using: fn(Engine) -> AnyView,
    pub(crate) encoders: fn(Engine, Memo<bool>) -> AnyView,
    pub(crate) projects: fn(Keeper) -> AnyView,
}

chunk! {
    results, Results {
        results: |engine| view! { <ResultsCard engine /> <RunsCard engine /> }.into_any(),
        using: |engine| view! { <TryCard engine /> <SaveCard engine /> }.into_any(),
        encoders: |engine, locked| view! { <MoreEncoders engine locked /> }.into_any(),
        projects: |keeper| view! { <ProjectList keeper /> }.into_any(),
    }
}

#[derive(Debug, Clone, Copy)]
enum Stage<C> {
    Coming,
    Here(C),
    Missing,
}

/// A chunk with the code `C`. Copies are the same.
pub(crate) struct Chunk<C: 'static> {
    stage: RwSignal<Stage<C>>,
    /// What is to be done with it.
    waiting: StoredValue<Vec<Act<C>>, LocalStorage>,
}

type Act<C> = Box<dyn FnOnce(C)>;

impl<C> Clone for Chunk<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Chunk<C> {}

impl<C: Copy + Send + Sync> Chunk<C> {
    fn new() -> Self {
        Self {
            stage: RwSignal::new(Stage::Coming),
            waiting: StoredValue::new_local(Vec::new()),
        }
    }

    /// Acts with the chunk's code, at once or as soon as it is here; in the order of the calls.
    pub(crate) fn when_here(self, act: impl FnOnce(C) + 'static) {
        let owner = Owner::current();
        let act = move |code| match owner {
            Some(owner) => owner.with(|| act(code)),
            None => act(code),
        };
        match self.stage.get_untracked() {
            Stage::Here(code) => act(code),
            Stage::Coming | Stage::Missing => {
                self.waiting
                    .update_value(|waiting| waiting.push(Box::new(act)));
            }
        }
    }

    /// What waits, if anything does.
    fn take_waiting(self) -> Option<Vec<Act<C>>> {
        let waiting = self.waiting.try_update_value(std::mem::take)?;
        (!waiting.is_empty()).then_some(waiting)
    }

    fn is_missing(self) -> bool {
        matches!(self.stage.get(), Stage::Missing)
    }

    /// Takes the code in once it has been fetched.
    async fn take(self, fetched: impl Future<Output = Result<C, SplitLoaderError>>) {
        if let Stage::Here(_) = self.stage.get_untracked() {
            return;
        }
        self.stage.set(Stage::Coming);
        match fetched.await {
            Ok(code) => {
                // What is done may ask for more to be done.
                while let Some(waiting) = self.take_waiting() {
                    waiting.into_iter().for_each(|act| act(code));
                }
                self.stage.set(Stage::Here(code));
            }
            // The browser's console says why.
            Err(_) => self.stage.set(Stage::Missing),
        }
    }
}

/// All chunks. Copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Chunks {
    pub(crate) work: Chunk<Work>,
    pub(crate) results: Chunk<Results>,
}

impl Chunks {
    /// None is here yet.
    pub(crate) fn new() -> Self {
        Self {
            work: Chunk::new(),
            results: Chunk::new(),
        }
    }

    /// Fetches what is not here, one chunk after the other: the first is needed first.
    pub(crate) fn fetch(self) {
        spawn_local(async move {
            self.work.take(work()).await;
            self.results.take(results()).await;
        });
    }
}

/// A view of a chunk; while that is on its way an empty card of about its height, or nothing.
#[component]
pub(crate) fn Lazy<C: Copy + Send + Sync + 'static>(
    chunk: Chunk<C>,
    /// The height, as in CSS.
    #[prop(optional)]
    height: Option<&'static str>,
    /// What it looks like meanwhile.
    #[prop(default = "card")]
    class: &'static str,
    view: impl Fn(C) -> AnyView + Send + 'static,
) -> impl IntoView {
    let place = move |height| view! { <div class=class style=("min-height", height)></div> };
    move || match chunk.stage.get() {
        Stage::Here(code) => view(code),
        Stage::Coming | Stage::Missing => height.map(place).into_any(),
    }
}

/// Says that a chunk could not be fetched, and fetches it when the user wants it.
#[component]
pub(crate) fn MissingChunks(chunks: Chunks) -> impl IntoView {
    let is_missing = Memo::new(move |_| chunks.work.is_missing() || chunks.results.is_missing());
    move || {
        is_missing.get().then(|| {
            view! {
                <div class="message message-error" data-testid="chunks-missing">
                    <div>
                        <p>{move || tr!("shell-chunks-missing")}</p>
                        <button type="button" data-testid="fetch-chunks" on:click=move |_| chunks.fetch()>
                            {move || tr!("shell-chunks-again")}
                        </button>
                    </div>
                </div>
            }
        })
    }
}
