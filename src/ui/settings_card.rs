//! The settings of the next run.

use leptos::prelude::*;

use super::engine::Engine;
use super::settings::{BASIC_FIELDS, FIELDS, Settings};

/// A few settings, and the others under "More settings".
#[component]
pub(crate) fn SettingsCard(engine: Engine, settings: Settings) -> impl IntoView {
    let encoder = Memo::new(move |_| engine.state.with(|state| state.encoder.clone()));
    let longest = Memo::new(move |_| {
        encoder.with(|encoder| encoder.as_ref().map(|encoder| encoder.max_length))
    });
    let locked = Memo::new(move |_| engine.state.with(|state| state.is_running()));
    Effect::new(move |_| {
        if let Some(encoder) = encoder.get() {
            settings.suit(&encoder.id);
        }
    });
    let split = move || {
        if let Some(values) = settings.values(longest.get_untracked()) {
            engine.set_split(values.split);
        }
    };

    let field = move |index: usize| {
        let field = &FIELDS[index];
        let text = settings.text(index);
        let problem = Memo::new(move |_| settings.problem(index, longest.get()));
        let id = format!("setting-{index}");
        let problem_id = format!("{id}-problem");
        view! {
            <div class="field">
                <label for=id.clone()>{field.name}</label>
                <input
                    id=id
                    type="text"
                    inputmode=if field.whole { "numeric" } else { "decimal" }
                    autocomplete="off"
                    data-setting=field.name
                    disabled=move || locked.get()
                    aria-invalid=move || problem.with(Option::is_some).to_string()
                    aria-describedby=problem_id.clone()
                    prop:value=move || text.get()
                    on:input:target=move |event| settings.type_in(index, event.target().value())
                    on:change=move |_| split()
                />
                <span
                    id=problem_id
                    class="small"
                    class:muted=move || problem.with(Option::is_none)
                    class:problem=move || problem.with(Option::is_some)
                >
                    {move || problem.get().unwrap_or_else(|| field.hint.to_owned())}
                </span>
            </div>
        }
    };
    let more_is_wrong = Memo::new(move |_| {
        (BASIC_FIELDS..FIELDS.len()).any(|index| settings.problem(index, longest.get()).is_some())
    });
    view! {
        <section class="card" aria-labelledby="settings-title">
            <h2 id="settings-title">"Settings"</h2>
            <div class="fields">{(0..BASIC_FIELDS).map(field).collect_view()}</div>
            <details>
                <summary>
                    "More settings"
                    {move || more_is_wrong.get().then(|| view! { <span class="problem small">" Needs a look"</span> })}
                </summary>
                <div class="fields">{(BASIC_FIELDS..FIELDS.len()).map(field).collect_view()}</div>
            </details>
        </section>
    }
}
