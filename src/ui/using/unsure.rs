//! From which confidence on the model is believed.

use leptos::prelude::*;

use crate::ui::engine::Engine;
use crate::ui::format::percent;
use crate::ui::language::tr;

/// A slider for the confidence below which the page says that the model is unsure.
#[component]
pub(crate) fn UnsureField(engine: Engine) -> impl IntoView {
    let least = Memo::new(move |_| engine.state.with(|state| state.using.unsure_below));
    let words = move || match least.get() {
        Some(least) => tr!("use-unsure-below", confidence = percent(least)),
        None => tr!("use-unsure-off"),
    };
    let choose = move |value: String| {
        let percent = value.parse::<f64>().unwrap_or_default();
        let least = (percent > 0.0).then_some(percent / 100.0);
        engine
            .state
            .update(|state| state.using.unsure_below = least);
    };
    view! {
        <details data-testid="unsure">
            <summary>{words}</summary>
            <label class="field">
                <span class="muted small">{move || tr!("use-unsure-hint")}</span>
                <input
                    type="range"
                    min="0"
                    max="99"
                    data-testid="unsure-below"
                    aria-label=move || tr!("use-unsure-label")
                    aria-valuetext=words
                    prop:value=move || least.get().map_or(0.0, |least| (least * 100.0).round()).to_string()
                    on:input:target=move |event| choose(event.target().value())
                />
            </label>
        </details>
    }
}
