//! A card that takes what is dropped on it.

use leptos::ev::DragEvent;
use leptos::prelude::*;
use web_sys::DataTransfer;

/// A card with the title of that id. What is dropped is handed over even while it is locked, so that the user hears
/// why it is not taken.
#[component]
pub(crate) fn DropCard(
    title_id: &'static str,
    locked: Memo<bool>,
    on_drop: impl Fn(DataTransfer) + 'static,
    children: Children,
) -> impl IntoView {
    // Entering a child fires before leaving its parent, so the drag is over the card while the count is not 0.
    let drags = RwSignal::new(0_i32);
    let dragged_over = Memo::new(move |_| drags.get() > 0 && !locked.get());
    let drop = move |event: DragEvent| {
        event.prevent_default();
        drags.set(0);
        if let Some(transfer) = event.data_transfer() {
            on_drop(transfer);
        }
    };
    view! {
        <section
            class="card"
            class:card-drop=move || dragged_over.get()
            aria-labelledby=title_id
            on:dragenter=move |event| {
                event.prevent_default();
                drags.update(|drags| *drags += 1);
            }
            on:dragover=move |event| event.prevent_default()
            on:dragleave=move |_| drags.update(|drags| *drags = (*drags - 1).max(0))
            on:drop=drop
        >
            {children()}
        </section>
    }
}
