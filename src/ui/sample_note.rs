//! Which encoder the Chinese sample needs.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;

/// The sample that is in Chinese.
pub(crate) const CHINESE_SAMPLE: &str = "zh";

/// How encoders that know Chinese are called.
const MULTILINGUAL: &str = "multilingual";

/// Says, while the Chinese sample is open and an English encoder is in use, what encoder to take instead.
#[component]
pub(crate) fn SampleNote(engine: Engine) -> impl IntoView {
    let wanted = Memo::new(move |_| {
        engine.state.with(|state| {
            let chinese = state
                .table
                .as_ref()
                .is_some_and(|table| table.name == CHINESE_SAMPLE);
            let encoder = state.encoder.as_ref();
            chinese && encoder.is_none_or(|encoder| !encoder.id.contains(MULTILINGUAL))
        })
    });
    let on_offer = Memo::new(move |_| {
        engine.state.with(|state| {
            let mut encoders = state.encoders.iter();
            encoders.any(|encoder| encoder.id.contains(MULTILINGUAL))
        })
    });
    let text = move || match on_offer.get() {
        true => tr!("shell-sample-choose-encoder"),
        false => tr!("shell-sample-get-encoder"),
    };
    move || {
        wanted
            .get()
            .then(|| view! { <p class="muted small" data-testid="sample-note">{text}</p> })
    }
}
