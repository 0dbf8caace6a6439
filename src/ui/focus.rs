//! Where the keyboard goes on when what it was on goes away or can no longer be used.
//!
//! What takes the focus need not be a stop of the Tab key: with `tabindex="-1"` the next stop is the one behind it.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Gives an element of the page the focus.
pub(crate) fn focus<E>(element: NodeRef<E>)
where
    E: ElementType,
    E::Output: AsRef<HtmlElement> + JsCast + Clone + 'static,
{
    if let Some(element) = element.get_untracked() {
        let element: &HtmlElement = element.as_ref();
        // Without the focus all still works.
        let _ = element.focus();
    }
}

/// The same as soon as it is in the page.
pub(crate) fn focus_when_shown<E>(element: NodeRef<E>)
where
    E: ElementType,
    E::Output: AsRef<HtmlElement> + JsCast + Clone + 'static,
{
    Effect::new(move |_| {
        element.track();
        focus(element);
    });
}
