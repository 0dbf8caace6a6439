//! Whether the hub may be asked. Off until the user turns it on: the worker's own policy then lets it reach the hub, and
//! the policy of a worker that runs cannot be changed, so another one is started.

use leptos::prelude::*;

use super::Engine;

/// Where the browser keeps the choice, and what it then holds.
const STORED: &str = "tabtune-hub";
const ON: &str = "on";

/// What was chosen here before.
pub(super) fn remembered() -> bool {
    let stored = storage().and_then(|storage| storage.get_item(STORED).ok().flatten());
    stored.as_deref() == Some(ON)
}

impl Engine {
    /// Lets the hub be asked, or no more. What was loaded and learnt goes along to the next worker.
    pub(crate) fn allow_hub(self, allowed: bool) {
        if self.hub_allowed.get_untracked() == allowed {
            return;
        }
        if let Some(storage) = storage() {
            // Without storage the choice holds for this visit.
            let _ = match allowed {
                true => storage.set_item(STORED, ON),
                false => storage.remove_item(STORED),
            };
        }
        self.hub_allowed.set(allowed);
        self.move_on(|_| {});
    }
}

/// The browser's storage, where it may be used.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
