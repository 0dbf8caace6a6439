//! Whether the user is sure.

use leptos::html::P;
use leptos::prelude::*;

use super::super::focus::focus_when_shown;

/// The question, which stands in the place of the button that was pressed and so takes the focus. Its answers follow.
#[component]
pub(super) fn Question(words: impl Fn() -> String + Send + 'static) -> impl IntoView {
    let question = NodeRef::<P>::new();
    focus_when_shown(question);
    view! {
        <p node_ref=question tabindex="-1">
            {words}
        </p>
    }
}
