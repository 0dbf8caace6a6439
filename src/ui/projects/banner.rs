//! What the user is asked about projects, above the cards.

use leptos::html::Div;
use leptos::prelude::*;

use super::super::engine::hub_url;
use super::super::focus::focus;
use super::super::format::thousands;
use super::super::language::tr;
use super::super::words;
use super::super::words::{error_hint, error_message};
use super::keeper::{Keeper, Storage};
use super::status::SaveProblem;
use crate::hub::Hub;
use crate::run_state::RunState;

/// The run that was cut off, the project that another tab has, changes that would be lost, and storage that is missing. A
/// banner that goes with the button that was pressed leaves the focus in its place.
#[component]
pub(crate) fn ProjectBanners(keeper: Keeper) -> impl IntoView {
    let is_moving = move || keeper.is_moving.get();
    let (messages, banners) = (NodeRef::<Div>::new(), NodeRef::<Div>::new());
    view! {
        <div
            class="messages"
            node_ref=messages
            tabindex="-1"
            aria-live="polite"
            inert=is_moving
            on:click=move |_| focus(messages)
        >
            <SaveProblem keeper />
            <Replacing keeper />
        </div>
        <div
            class="banners"
            node_ref=banners
            tabindex="-1"
            aria-live="polite"
            inert=is_moving
            on:click=move |_| focus(banners)
        >
            <Elsewhere keeper />
            <WantedOfHub keeper />
            <OfferedRun keeper />
            <MissingStorage keeper />
        </div>
    }
}

/// Training was cut off by the page's end.
#[component]
fn OfferedRun(keeper: Keeper) -> impl IntoView {
    let state = keeper.engine.state;
    let offered = Memo::new(move |_| {
        // Its encoder comes first.
        if keeper.engine.wanted_of_hub.with(Option::is_some) {
            return None;
        }
        state.with(|state| {
            let run = state.offered_run()?;
            Some((run.checkpoint, run.total_steps()))
        })
    });
    let text = move |checkpoint: Option<u32>, total: u32| match checkpoint {
        Some(step) => tr!(
            "project-run-offered",
            step = thousands(step),
            total = thousands(total)
        ),
        None => tr!("project-run-offered-anew"),
    };
    move || {
        offered.get().map(|(checkpoint, total)| {
            view! {
                <div class="message message-notice" data-testid="run-offer" data-step=checkpoint>
                    <div>
                        <p>{move || text(checkpoint, total)}</p>
                        <div class="buttons">
                            <button
                                type="button"
                                class="primary"
                                data-testid="run-go-on"
                                on:click=move |_| keeper.engine.take_up_run()
                            >
                                {move || tr!("project-run-go-on")}
                            </button>
                            <button type="button" data-testid="run-leave" on:click=move |_| keeper.engine.leave_run()>
                                {move || tr!("project-run-leave")}
                            </button>
                        </div>
                    </div>
                </div>
            }
        })
    }
}

/// The project's encoder is on the hub, which is not asked unless the user wants it.
#[component]
fn WantedOfHub(keeper: Keeper) -> impl IntoView {
    let engine = keeper.engine;
    // Nothing is loaded meanwhile, and no other worker is on its way.
    let can_fetch = Memo::new(move |_| engine.state.with(RunState::is_free_to_load));
    let allows = move || {
        let is_allowed = engine.hub_allowed.get();
        let host = || Hub::new(&hub_url()).host().to_owned();
        (!is_allowed).then(|| tr!("project-fetch-allows-hub", host = host()))
    };
    move || {
        engine.wanted_of_hub.get().map(|name| {
            view! {
                <div class="message message-notice" data-testid="wanted-of-hub">
                    <div>
                        <p>{move || tr!("project-wanted-of-hub", name = name.clone())} " " {allows}</p>
                        <div class="buttons">
                            <button
                                type="button"
                                class="primary"
                                data-testid="fetch-of-hub"
                                disabled=move || !can_fetch.get()
                                on:click=move |_| engine.bring_back()
                            >
                                {move || tr!("project-fetch-of-hub")}
                            </button>
                        </div>
                    </div>
                </div>
            }
        })
    }
}

/// Another tab has the project.
#[component]
fn Elsewhere(keeper: Keeper) -> impl IntoView {
    let waits_quietly = RwSignal::new(false);
    let name = Memo::new(move |_| keeper.elsewhere.get().map(|project| project.name));
    move || {
        name.get().map(|name| {
            view! {
                <div class="message message-notice" data-testid="elsewhere">
                    <div>
                        <p>{move || tr!("project-elsewhere", name = name.clone())}</p>
                        <div class="buttons">
                            {move || {
                                (!waits_quietly.get())
                                    .then(|| {
                                        view! {
                                            <button
                                                type="button"
                                                data-testid="elsewhere-wait"
                                                on:click=move |_| waits_quietly.set(true)
                                            >
                                                {move || tr!("project-elsewhere-wait")}
                                            </button>
                                        }
                                    })
                            }}
                            <button type="button" data-testid="elsewhere-new" on:click=move |_| keeper.stop_waiting()>
                                {move || tr!("project-elsewhere-new")}
                            </button>
                        </div>
                        {move || {
                            waits_quietly
                                .get()
                                .then(|| view! { <p class="busy">{move || tr!("project-elsewhere-waiting")}</p> })
                        }}
                    </div>
                </div>
            }
        })
    }
}

/// Another table would take the place of one with changes.
#[component]
fn Replacing(keeper: Keeper) -> impl IntoView {
    let engine = keeper.engine;
    let asked = move || engine.replacing.with(Option::is_some);
    let replace = move |_| {
        if let Some(source) = engine.take_replacing() {
            engine.open(source);
        }
    };
    let keep = move |_| {
        if let Some(source) = engine.take_replacing() {
            keeper.open_in_new(source);
        }
    };
    let can_keep = move || keeper.storage.with(|storage| *storage == Storage::Ready);
    move || {
        asked().then(|| {
            view! {
                <div class="message message-notice" data-testid="replacing">
                    <div>
                        <p>{move || tr!("project-replacing")}</p>
                        <div class="buttons">
                            {can_keep()
                                .then(|| {
                                    view! {
                                        <button type="button" class="primary" data-testid="replace-keep" on:click=keep>
                                            {move || tr!("project-replacing-keep")}
                                        </button>
                                    }
                                })}
                            <button type="button" data-testid="replace-lose" on:click=replace>
                                {move || tr!("project-replacing-lose")}
                            </button>
                            <button
                                type="button"
                                data-testid="replace-cancel"
                                on:click=move |_| engine.replacing.set(None)
                            >
                                {move || tr!("project-cancel")}
                            </button>
                        </div>
                    </div>
                </div>
            }
        })
    }
}

/// The browser keeps no files for this page.
#[component]
fn MissingStorage(keeper: Keeper) -> impl IntoView {
    let dismissed = RwSignal::new(false);
    let missing = Memo::new(move |_| match keeper.storage.get() {
        Storage::Missing(error) => Some(error),
        Storage::Starting | Storage::Slow | Storage::Ready => None,
    });
    move || {
        let error = missing.get().filter(|_| !dismissed.get())?;
        let why = {
            let error = error.clone();
            move || words::sentences(error_message(&error), error_hint(&error))
        };
        Some(view! {
            <div class="message message-notice" data-testid="storage-missing">
                <div>
                    <p>{move || tr!("project-missing")}</p>
                    <p class="muted small">{why}</p>
                </div>
                <button
                    type="button"
                    class="close"
                    aria-label=move || tr!("shell-dismiss-notice")
                    on:click=move |_| dismissed.set(true)
                >
                    "×"
                </button>
            </div>
        })
    }
}
