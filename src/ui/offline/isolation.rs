//! Cross-origin isolation where the host does not send the headers for it: the service worker adds them, from the next
//! load on.

use js_sys::Reflect;
use leptos::prelude::*;

use crate::ui::engine::Engine;

/// Where the browser notes, for this tab, that the page was reloaded for it.
const TRIED: &str = "tabtune-isolation";

/// Reloads the page if that isolates it and loses nothing: nothing was opened or typed. Once only, whatever comes of it.
pub(super) fn reload_if_untouched(engine: Engine) {
    let is_untouched = engine.state.with_untracked(|state| {
        state.table.is_none()
            && state.run.is_none()
            && state.opened.is_none()
            && state.hub.is_none()
    }) && engine.tried.with_untracked(String::is_empty);
    if is_isolated() || !is_untouched || !first_try() {
        return;
    }
    // Otherwise it goes on as it is.
    let _ = window().location().reload();
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
