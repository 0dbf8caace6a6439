//! What the user should know: errors and notices, above everything else.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use super::chunks::{Lazy, MissingChunks};
use super::engine::Engine;
use super::language::tr;
use super::offline::Offline;
use super::projects::Keeper;
use super::words::{error_hint, error_message};
use crate::protocol::WireError;

/// Something that the user should know, and that is not an error.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    /// What happened, in the language in use whenever it is asked for.
    pub(crate) text: TextProp,
    /// The error behind it.
    pub(crate) detail: Option<WireError>,
    /// Whether starting the worker anew is offered.
    pub(crate) offers_restart: bool,
}

impl Notice {
    /// A notice that only says something: `Notice::new(|| tr!("…"))`.
    pub(crate) fn new(text: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self {
            text: text.into(),
            detail: None,
            offers_restart: false,
        }
    }
}

/// The newest error, the newest notice, and whether there is a new version of the page.
#[component]
pub(crate) fn Messages(engine: Engine, offline: Offline, keeper: Keeper) -> impl IntoView {
    let error = Memo::new(move |_| engine.state.with(|state| state.error.clone()));
    let chunk = engine.chunks.work;
    let dismiss_error = move || engine.state.update(|state| state.error = None);
    view! {
        <div class="messages">
            <div role="alert">
                {move || error.get().map(|error| view! { <ErrorMessage error dismiss=dismiss_error /> })}
                <MissingChunks chunks=engine.chunks />
                <WorkerLacksCode engine />
            </div>
            <div role="status">
                <Lazy chunk view=move |work| (work.trouble)(engine) />
            </div>
            <div role="status">
                {move || engine.notice.get().map(|notice| view! { <NoticeMessage engine notice /> })}
                <Lazy chunk view=move |work| (work.update)(engine, offline, keeper) />
            </div>
        </div>
    }
}

/// Says that code of the worker's could not be fetched. The worker asks for it again by itself.
#[component]
fn WorkerLacksCode(engine: Engine) -> impl IntoView {
    let lacks_code = Memo::new(move |_| engine.state.with(|state| state.lacks_code));
    move || {
        lacks_code.get().then(|| {
            view! {
                <div class="message message-error" data-testid="worker-lacks-code">
                    <p>{move || tr!("shell-worker-lacks-code")}</p>
                </div>
            }
        })
    }
}

#[component]
fn ErrorMessage(error: WireError, dismiss: impl Fn() + 'static) -> impl IntoView {
    let hint = {
        let error = error.clone();
        move || error_hint(&error)
    };
    view! {
        <div class="message message-error" data-testid="error">
            <p>
                <strong>{move || error_message(&error)}</strong>
                " "
                {hint}
            </p>
            <button
                type="button"
                class="close"
                aria-label=move || tr!("shell-dismiss-error")
                on:click=move |_| dismiss()
            >
                "×"
            </button>
        </div>
    }
}

#[component]
fn NoticeMessage(engine: Engine, notice: Notice) -> impl IntoView {
    let detail = notice.detail.map(|error| {
        view! { <p class="muted small">{move || error_message(&error)}</p> }
    });
    let restart = notice.offers_restart.then(|| {
        view! {
            <button type="button" on:click=move |_| engine.soon(move |work| (work.restart)(engine))>
                {move || tr!("shell-restart")}
            </button>
        }
    });
    view! {
        <div class="message message-notice" data-testid="notice">
            <div>
                <p>{move || notice.text.get()}</p>
                {detail}
                {restart}
            </div>
            <button
                type="button"
                class="close"
                aria-label=move || tr!("shell-dismiss-notice")
                on:click=move |_| engine.notice.set(None)
            >
                "×"
            </button>
        </div>
    }
}
