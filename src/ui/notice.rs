//! What the user should know: errors and notices, above everything else.

use leptos::prelude::*;

use super::engine::Engine;

/// Something that the user should know, and that is not an error.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Notice {
    /// What happened.
    pub(crate) text: String,
    /// The technical reason.
    pub(crate) detail: Option<String>,
    /// Whether starting the worker anew is offered.
    pub(crate) offers_restart: bool,
}

/// The newest error and the newest notice.
#[component]
pub(crate) fn Messages(engine: Engine) -> impl IntoView {
    let error = Memo::new(move |_| engine.state.with(|state| state.error.clone()));
    let notice = engine.notice;
    view! {
        <div class="messages">
            <div role="alert">
                {move || {
                    error
                        .get()
                        .map(|error| {
                            view! {
                                <div class="message message-error" data-testid="error">
                                    <p>
                                        <strong>{error.message}</strong>
                                        " "
                                        {error.hint}
                                    </p>
                                    <button
                                        type="button"
                                        class="close"
                                        aria-label="Dismiss the error"
                                        on:click=move |_| engine.state.update(|state| state.error = None)
                                    >
                                        "×"
                                    </button>
                                </div>
                            }
                        })
                }}
            </div>
            <div role="status">
                {move || {
                    notice
                        .get()
                        .map(|message| {
                            view! {
                                <div class="message message-notice" data-testid="notice">
                                    <div>
                                        <p>{message.text}</p>
                                        {message.detail.map(|detail| view! { <p class="muted small">{detail}</p> })}
                                        {message
                                            .offers_restart
                                            .then(|| {
                                                view! {
                                                    <button type="button" on:click=move |_| engine.restart()>
                                                        "Start it again"
                                                    </button>
                                                }
                                            })}
                                    </div>
                                    <button
                                        type="button"
                                        class="close"
                                        aria-label="Dismiss the notice"
                                        on:click=move |_| notice.set(None)
                                    >
                                        "×"
                                    </button>
                                </div>
                            }
                        })
                }}
            </div>
        </div>
    }
}
