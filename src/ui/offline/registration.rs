//! The page's side of its service worker.

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::{Reflect, TypeError};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    MessageEvent, RequestInit, Response, ServiceWorker, ServiceWorkerContainer,
    ServiceWorkerRegistration, ServiceWorkerState,
};

use super::isolation;
use crate::offline::{Ask, Keeping, Pass, Problem, Readiness};
use crate::run_state::RunState;
use crate::ui::engine::{Engine, base_url};
use crate::ui::projects::Keeper;
use crate::ui::trusted;

/// The page's first use comes first: nothing is fetched ahead before the encoder is there, or cannot be, or this long.
const AFTER_READY_MS: u32 = 1_000;
const LATEST_MS: u32 = 30_000;

/// What the page knows of its service worker. Copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Offline {
    /// What it tells.
    pub(crate) keeping: RwSignal<Keeping>,
    engine: Engine,
    pub(super) keeper: Keeper,
    pub(super) registration: StoredValue<Option<ServiceWorkerRegistration>, LocalStorage>,
    /// The way through the files that are to be kept, and when it is asked again.
    pub(super) pass: StoredValue<Pass>,
    pub(super) timer: StoredValue<Option<Timeout>, LocalStorage>,
    /// Whether the service worker is being registered.
    sets_up: StoredValue<bool>,
    /// Whether the user has asked for the new version.
    pub(super) reloads: StoredValue<bool>,
    /// Whether the user has typed or chosen something.
    touched: StoredValue<bool>,
}

impl Offline {
    /// Registers the service worker when the page has come to rest.
    pub(crate) fn start(engine: Engine, keeper: Keeper) -> Self {
        let offline = Self {
            keeping: RwSignal::new(Keeping::default()),
            engine,
            keeper,
            registration: StoredValue::new_local(None),
            pass: StoredValue::new(Pass::default()),
            timer: StoredValue::new_local(None),
            sets_up: StoredValue::new(false),
            reloads: StoredValue::new(false),
            touched: isolation::watch_hands(),
        };
        // What it asks its server counts from the page's first moment on.
        container()
            .iter()
            .for_each(|container| offline.listen(container));
        engine.soon(move |work| (work.register)(offline));
        offline
    }

    /// The same, with the code for it here.
    pub(crate) fn begin(self) {
        self.follow_connection();
        let begun = StoredValue::new(false);
        let begin = move || {
            if !begun
                .try_update_value(|begun| std::mem::replace(begun, true))
                .unwrap_or(true)
            {
                spawn_local(self.set_up());
            }
        };
        Timeout::new(LATEST_MS, begin).forget();
        let is_ready = Memo::new(move |_| {
            let state = self.engine.state;
            state.with(|state| state.encoder.is_some() || state.error.is_some())
        });
        Effect::new(move |_| {
            if is_ready.get() {
                Timeout::new(AFTER_READY_MS, begin).forget();
            }
        });
        self.measure_again();
    }

    /// What was measured while files were fetched and kept is measured again after it: on two cores that takes one of them.
    fn measure_again(self) {
        let is_keeping = |keeping: &Keeping| matches!(keeping.readiness, Readiness::Keeping { .. });
        let is_keeping = Memo::new(move |_| self.keeping.with(is_keeping));
        Effect::new(move |was_keeping: Option<bool>| {
            let is_keeping = is_keeping.get();
            if was_keeping == Some(true) && !is_keeping {
                self.engine.state.update(RunState::measured_roughly);
            }
            is_keeping
        });
    }

    /// Puts the new version in the place of this one, and reloads the page once it is. All that could keep the page from
    /// being reloaded comes before: a page must not go on with the files of another version.
    pub(crate) fn update(self) {
        self.keeper.rest_before_leaving(move || self.take_over());
    }

    fn take_over(self) {
        self.reloads.set_value(true);
        let waiting = self.registration.with_value(|registration| {
            registration
                .as_ref()
                .and_then(ServiceWorkerRegistration::waiting)
        });
        match waiting {
            Some(waiting) => ask(&waiting, Ask::TakeOver),
            // Another page has done it.
            None => self.reload(),
        }
    }

    fn reload(self) {
        self.keeper.leave_unasked();
        if window().location().reload().is_err() {
            // It goes on with its version.
            self.keeper.stay();
        }
    }

    /// Registers the service worker, unless that is under way.
    pub(super) async fn set_up(self) {
        let is_under_way = |under_way: &mut bool| std::mem::replace(under_way, true);
        if self.sets_up.try_update_value(is_under_way) == Some(false) {
            self.register().await;
            self.sets_up.set_value(false);
        }
    }

    async fn register(self) {
        let Some(container) = container() else {
            return self.settle(Readiness::Unsupported);
        };
        let Some(script) = script() else {
            // Whoever serves the page now does so without one; an earlier one must not answer any more.
            if let Some(registration) = registered(&container).await {
                withdraw(&registration).await;
            }
            return self.settle(Readiness::NotOffered);
        };
        let registration = match trusted::register(&container, &script) {
            Ok(promise) => JsFuture::from(promise).await,
            Err(error) => Err(error),
        };
        let registration: ServiceWorkerRegistration = match registration {
            Ok(registration) => registration.unchecked_into(),
            // The script could not be fetched, which says nothing of the browser.
            Err(error) if error.is_instance_of::<TypeError>() => {
                return self.fail(Problem::Unreachable { file: script });
            }
            Err(_) => return self.settle(Readiness::Unsupported),
        };
        let before = self.registration.get_value();
        if before.as_ref() != Some(&registration) {
            self.registration.set_value(Some(registration.clone()));
            self.follow(&registration);
        }
        if registration.active().is_some() {
            self.use_worker();
            look_for_update(&registration, &script).await;
        }
    }

    /// Notes what becomes of the registration, unless the service worker has said more.
    pub(super) fn settle(self, readiness: Readiness) {
        self.keeping.update(|keeping| keeping.readiness = readiness);
    }

    fn listen(self, container: &ServiceWorkerContainer) {
        EventListener::new(container, "message", move |event| {
            let Some(event) = event.dyn_ref::<MessageEvent>() else {
                return;
            };
            if let Some(told) = event.data().as_string() {
                let from = event.source().map(JsCast::unchecked_into);
                self.engine.soon(move |work| (work.told)(self, told, from));
            }
        })
        .forget();
        EventListener::new(container, "controllerchange", move |_| {
            if self.reloads.get_value() {
                self.reload();
            }
        })
        .forget();
    }

    /// Takes in what a service worker tells, if it is one of this page's.
    pub(crate) fn take_in(self, told: String, from: Option<ServiceWorker>) {
        if let Ok(told) = serde_json::from_str(&told) {
            self.hear(told, from);
        }
    }

    /// Follows the versions that there are, and those that come.
    fn follow(self, registration: &ServiceWorkerRegistration) {
        if registration.active().is_some() && registration.waiting().is_some() {
            self.keeping.update(|keeping| keeping.has_update = true);
        }
        let coming = coming(registration);
        coming
            .into_iter()
            .for_each(|worker| self.follow_worker(worker));
        let found = registration.clone();
        EventListener::new(registration, "updatefound", move |_| {
            let coming = found.installing();
            coming
                .into_iter()
                .for_each(|worker| self.follow_worker(worker));
        })
        .forget();
    }

    fn follow_worker(self, worker: ServiceWorker) {
        let followed = worker.clone();
        EventListener::new(&worker, "statechange", move |_| match followed.state() {
            ServiceWorkerState::Installed => {
                let replaces = self.registration.with_value(|registration| {
                    registration
                        .as_ref()
                        .is_some_and(|registration| registration.active().is_some())
                });
                self.keeping
                    .update(|keeping| keeping.has_update |= replaces);
            }
            ServiceWorkerState::Activated => self.use_worker(),
            // It has said why, unless it was ended before it could.
            ServiceWorkerState::Redundant => self.wait(),
            _ => {}
        })
        .forget();
    }

    /// The service worker answers from now on.
    fn use_worker(self) {
        let touched = self.touched.get_value();
        if !isolation::reload_if_untouched(self.engine, self.keeper, touched) {
            self.keep_files();
        }
    }
}

/// The version that is being installed, or waits to be in use.
pub(super) fn coming(registration: &ServiceWorkerRegistration) -> Option<ServiceWorker> {
    registration.installing().or(registration.waiting())
}

pub(super) fn ask(worker: &ServiceWorker, ask: Ask) {
    if let Ok(ask) = serde_json::to_string(&ask) {
        // Fails only for what cannot be copied, which a string can.
        let _ = worker.post_message(&ask.into());
    }
}

/// `navigator.serviceWorker`, which is missing in private windows and without HTTPS.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = window().navigator();
    let container = Reflect::get(&navigator, &"serviceWorker".into()).ok()?;
    container.dyn_into().ok()
}

/// The script that index.html names, if the build has one.
fn script() -> Option<String> {
    let meta = document().query_selector("meta[name='tabtune-service-worker']");
    meta.ok().flatten()?.get_attribute("content")
}

/// The registration for this very folder, if there is one.
async fn registered(container: &ServiceWorkerContainer) -> Option<ServiceWorkerRegistration> {
    let found = JsFuture::from(container.get_registration()).await.ok()?;
    let found: ServiceWorkerRegistration = found.dyn_into().ok()?;
    (found.scope() == base_url()).then_some(found)
}

/// Looks for a new version. A server that has no service worker any more has withdrawn it: the next visit is without.
async fn look_for_update(registration: &ServiceWorkerRegistration, script: &str) {
    let update = match registration.update() {
        Ok(update) => JsFuture::from(update).await,
        Err(error) => Err(error),
    };
    if update.is_err() && is_gone(script).await.unwrap_or(false) {
        withdraw(registration).await;
    }
}

/// Whether the server answers, and has no such file.
async fn is_gone(script: &str) -> Result<bool, JsValue> {
    let init = RequestInit::new();
    init.set_method("HEAD");
    let answer = JsFuture::from(window().fetch_with_str_and_init(script, &init)).await?;
    Ok([404, 410].contains(&answer.unchecked_into::<Response>().status()))
}

async fn withdraw(registration: &ServiceWorkerRegistration) {
    if let Ok(promise) = registration.unregister() {
        // If it stays, the next visit tries again.
        let _ = JsFuture::from(promise).await;
    }
}
