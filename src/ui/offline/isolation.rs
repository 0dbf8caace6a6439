//! Cross-origin isolation where the host does not send the headers for it: the service worker adds them, from the next
//! load on.

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Reflect;
use leptos::prelude::*;

use crate::ui::engine::Engine;
use crate::ui::projects::Keeper;

/// Where the browser notes, for this tab, that the page was reloaded for it.
const TRIED: &str = "tabtune-isolation";

/// Notes when something is typed or chosen in the page, whatever it is.
pub(super) fn watch_hands() -> StoredValue<bool> {
    let touched = StoredValue::new(false);
    let capture = EventListenerOptions::run_in_capture_phase();
    for name in ["input", "change"] {
        let note = move |_: &web_sys::Event| touched.set_value(true);
        EventListener::new_with_options(&document(), name, capture, note).forget();
    }
    touched
}

/// Reloads the page if that isolates it and loses nothing: nothing was opened, restored or chosen, and nothing is on its
/// way. Once only, whatever comes of it. Says whether it does.
pub(super) fn reload_if_untouched(engine: Engine, keeper: Keeper, touched: bool) -> bool {
    let is_idle = engine.state.with_untracked(|state| {
        state.hub.is_none() && state.loading.is_none() && !state.is_opening_model()
    });
    let is_untouched = !touched
        && is_idle
        && engine.is_blank()
        && engine.tried.with_untracked(String::is_empty)
        && keeper.has_nothing();
    if is_isolated() || !is_untouched || !first_try() {
        return false;
    }
    // Otherwise it goes on as it is.
    window().location().reload().is_ok()
}

fn is_isolated() -> bool {
    Reflect::get(&js_sys::global(), &"crossOriginIsolated".into())
        .is_ok_and(|isolated| isolated.is_truthy())
}

/// Whether this tab has not tried before. Without a note of it, it would try forever, so it does not begin.
fn first_try() -> bool {
    let Some(storage) = window().session_storage().ok().flatten() else {
        return false;
    };
    matches!(storage.get_item(TRIED), Ok(None)) && storage.set_item(TRIED, "1").is_ok()
}
