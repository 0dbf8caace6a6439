//! How many requests the page has made, and how to check that.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use super::offline::Offline;
use super::projects::Keeper;
use crate::protocol::RequestCount;
use crate::requests;

/// A quiet line that is always there, with what stands behind it folded away.
#[component]
pub(crate) fn PrivacyLine(engine: Engine, keeper: Keeper, offline: Offline) -> impl IntoView {
    // `None` where the browser does not tell.
    let by_page = RwSignal::new(None::<RequestCount>);
    if requests::watch(move |count| by_page.set(Some(count))).is_ok() {
        by_page.update(|count| *count = count.or(Some(RequestCount::default())));
    }
    let count = Memo::new(move |_| {
        let by_workers = engine.state.with(|state| state.requests.total());
        let by_keeper = keeper.requests.with(|requests| requests.total());
        let by_service_worker = RequestCount {
            own_origin: offline.keeping.with(|keeping| keeping.requests),
            elsewhere: 0,
        };
        let by_workers = by_workers.plus(by_keeper).plus(by_service_worker);
        by_page.get().map(|count| count.plus(by_workers))
    });
    let own = move || count.get().map(|count| count.own_origin.to_string());
    let elsewhere = move || count.get().map(|count| count.elsewhere.to_string());
    let text = move || match count.get() {
        None => tr!("shell-requests-unknown"),
        Some(RequestCount {
            own_origin,
            elsewhere: 0,
        }) => tr!("shell-requests-own", count = own_origin),
        Some(RequestCount {
            own_origin,
            elsewhere,
        }) => tr!(
            "shell-requests-elsewhere",
            own = own_origin,
            elsewhere = elsewhere
        ),
    };
    view! {
        <details class="privacy" data-testid="privacy">
            <summary>
                <span data-testid="requests" data-own=own data-elsewhere=elsewhere>
                    {text}
                </span>
                " "
                <span class="privacy-how">{move || tr!("shell-requests-how")}</span>
            </summary>
            <ul>
                <li>{move || tr!("shell-requests-what")}</li>
                <li>{move || tr!("shell-requests-tools")}</li>
                <li>{move || tr!("shell-requests-offline")}</li>
            </ul>
        </details>
    }
}
