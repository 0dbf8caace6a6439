//! A new version of the page, which waits until the user asks for it.

use leptos::prelude::*;

use super::Offline;
use crate::run_state::run::Run;
use crate::ui::engine::Engine;
use crate::ui::language::tr;
use crate::ui::projects::Keeper;

/// Says that there is a new version, and what loading it would lose.
#[component]
pub(crate) fn UpdateNotice(engine: Engine, offline: Offline, keeper: Keeper) -> impl IntoView {
    let has_update = Memo::new(move |_| offline.keeping.with(|keeping| keeping.has_update));
    let others = Memo::new(move |_| offline.keeping.with(|keeping| keeping.others));
    let is_running = Memo::new(move |_| {
        let state = engine.state;
        state.with(|state| state.run.as_ref().is_some_and(Run::is_active))
    });
    let is_used = Memo::new(move |_| {
        let state = engine.state;
        state.with(|state| state.table.is_some() || state.run.is_some() || state.opened.is_some())
    });
    let loses = move || match (is_running.get(), is_used.get(), keeper.is_kept()) {
        (true, _, true) => Some(tr!("shell-update-run-kept")),
        (true, _, false) => Some(tr!("shell-update-run")),
        (false, true, true) => Some(tr!("shell-update-kept")),
        (false, true, false) => Some(tr!("shell-update-loses")),
        (false, false, _) => None,
    };
    let others = move || {
        let count = others.get();
        (count > 0).then(|| view! { <p>{move || tr!("shell-update-others", count = count)}</p> })
    };
    move || {
        has_update.get().then(|| {
            view! {
                <div class="message message-notice" data-testid="update">
                    <div>
                        <p>
                            {move || tr!("shell-update")} " " {loses}
                        </p>
                        {others}
                        <button type="button" data-testid="update-reload" on:click=move |_| offline.update()>
                            {move || tr!("shell-update-reload")}
                        </button>
                    </div>
                </div>
            }
        })
    }
}
