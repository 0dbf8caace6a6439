//! The choice of what a chart shows over steps.

use leptos::prelude::*;

use crate::report::Quantity;
use crate::ui::language::with_catalog;

/// A choice among the offered quantities, where there are several.
#[component]
pub(crate) fn QuantityChoice(
    testid: &'static str,
    label: Signal<String>,
    offered: Memo<Vec<Quantity>>,
    quantity: Memo<Quantity>,
    wanted: RwSignal<Quantity>,
) -> impl IntoView {
    let choose = move |value: String| {
        let chosen = value
            .parse()
            .ok()
            .and_then(|index: usize| offered.with_untracked(|offered| offered.get(index).copied()));
        if let Some(chosen) = chosen {
            wanted.set(chosen);
        }
    };
    let options = move || {
        let offered = offered.get().into_iter().enumerate();
        offered
            .map(|(index, offer)| {
                view! {
                    <option value=index prop:selected=move || quantity.get() == offer>
                        {move || with_catalog(|words| offer.name(words))}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <label class="field quantity" hidden=move || offered.with(Vec::len) < 2>
            <span>{move || label.get()}</span>
            <select data-testid=testid on:change:target=move |event| choose(event.target().value())>
                {options}
            </select>
        </label>
    }
}
