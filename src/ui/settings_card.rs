//! The settings of the next run.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use super::presets::Presets;
use super::settings::{BASIC_FIELDS, FIELDS, Kind, Limits, Settings};

/// Presets, a few settings, and the others under "More settings".
#[component]
pub(crate) fn SettingsCard(engine: Engine, settings: Settings) -> impl IntoView {
    let encoder = Memo::new(move |_| engine.state.with(|state| state.encoder.clone()));
    let limits = Memo::new(move |_| engine.state.with(Limits::of));
    let layers =
        Memo::new(move |_| encoder.with(|encoder| encoder.as_ref().map(|encoder| encoder.layers)));
    let locked = Memo::new(move |_| engine.state.with(|state| state.is_running()));
    Effect::new(move |_| {
        if let Some(layers) = layers.get() {
            settings.suit(layers);
        }
    });
    let split = Callback::new(move |()| {
        if let Some(values) = settings.values(limits.get_untracked()) {
            engine.set_split(values.split);
        }
    });

    let field = move |index: usize| view! { <SettingField index settings limits locked split /> };
    let more_is_wrong = Memo::new(move |_| {
        (BASIC_FIELDS..FIELDS.len()).any(|index| settings.problem(index, limits.get()).is_some())
    });
    let warning = move || {
        more_is_wrong.get().then(
            || view! { <span class="problem small">" " {move || tr!("run-settings-wrong")}</span> },
        )
    };
    view! {
        <section class="card" aria-labelledby="settings-title">
            <h2 id="settings-title">{move || tr!("run-settings-title")}</h2>
            <Presets settings layers locked />
            <div class="fields">{(0..BASIC_FIELDS).map(field).collect_view()}</div>
            <details>
                <summary>{move || tr!("run-settings-more")} {warning}</summary>
                <div class="fields">{(BASIC_FIELDS..FIELDS.len()).map(field).collect_view()}</div>
            </details>
        </section>
    }
}

/// A setting with its label, and below it what it is or what is wrong with it. It is there while it matters.
#[component]
fn SettingField(
    index: usize,
    settings: Settings,
    limits: Memo<Limits>,
    locked: Memo<bool>,
    split: Callback<()>,
) -> impl IntoView {
    let field = &FIELDS[index];
    let text = settings.text(index);
    let problem = Memo::new(move |_| settings.problem(index, limits.get()));
    let applies = Memo::new(move |_| settings.applies(index));
    let id = format!("setting-{index}");
    let problem_id = format!("{id}-problem");
    let described = problem_id.clone();
    let label_for = id.clone();
    let control = match field.kind {
        Kind::Choice(choices) => {
            let options = choices.iter().map(|choice| {
                view! {
                    <option value=choice.value prop:selected=move || text.with(|text| text == choice.value)>
                        {move || (choice.words)()}
                    </option>
                }
            });
            view! {
                <select
                    id=id
                    data-setting=field.name
                    disabled=move || locked.get()
                    aria-describedby=described
                    on:change:target=move |event| settings.type_in(index, event.target().value())
                >
                    {options.collect_view()}
                </select>
            }
            .into_any()
        }
        Kind::Whole | Kind::Real | Kind::Optional => view! {
            <input
                id=id
                type="text"
                inputmode=if matches!(field.kind, Kind::Whole) { "numeric" } else { "decimal" }
                autocomplete="off"
                data-setting=field.name
                disabled=move || locked.get()
                aria-invalid=move || problem.with(Option::is_some).to_string()
                aria-describedby=described
                prop:value=move || text.get()
                on:input:target=move |event| settings.type_in(index, event.target().value())
                on:change=move |_| split.run(())
            />
        }
        .into_any(),
    };
    view! {
        <div class="field" hidden=move || !applies.get()>
            <label for=label_for>{move || (field.label)()}</label>
            {control}
            <span
                id=problem_id
                class="small"
                class:muted=move || problem.with(Option::is_none)
                class:problem=move || problem.with(Option::is_some)
            >
                {move || problem.get().unwrap_or_else(|| (field.hint)())}
            </span>
        </div>
    }
}
