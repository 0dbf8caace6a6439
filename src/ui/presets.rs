//! Recipes to choose from instead of settings.

use leptos::prelude::*;

use super::language::tr;
use super::settings::Settings;
use crate::train::config::Preset;

/// The presets as a group of radio buttons; one more shows that the settings are the user's own.
#[component]
pub(crate) fn Presets(
    settings: Settings,
    layers: Memo<Option<u32>>,
    locked: Memo<bool>,
) -> impl IntoView {
    let layers = move || layers.get().unwrap_or(DEFAULT_LAYERS);
    let chosen = Memo::new(move |_| settings.preset(layers()));
    let cards = Preset::ALL.map(|preset| {
        let words = words(preset);
        view! {
            <label class="preset">
                <input
                    type="radio"
                    name="preset"
                    data-testid=words.test_id
                    disabled=move || locked.get()
                    prop:checked=move || chosen.get() == Some(preset)
                    on:change=move |_| settings.choose(preset, untrack(layers))
                />
                <span>
                    <strong>{move || (words.name)()}</strong>
                    <span class="small muted">{move || (words.hint)()}</span>
                </span>
            </label>
        }
    });
    let custom = move || {
        chosen.get().is_none().then(|| {
            view! {
                <label class="preset">
                    <input type="radio" name="preset" data-testid="preset-custom" prop:checked=true />
                    <span>
                        <strong>{move || tr!("run-preset-custom")}</strong>
                        <span class="small muted">{move || tr!("run-preset-custom-hint")}</span>
                    </span>
                </label>
            }
        })
    };
    view! {
        <fieldset class="presets">
            <legend>{move || tr!("run-presets")}</legend>
            {cards}
            {custom}
        </fieldset>
    }
}

/// Layers of the encoder that the page begins with, until one is loaded.
const DEFAULT_LAYERS: u32 = 3;

#[derive(Clone, Copy)]
struct Words {
    test_id: &'static str,
    name: fn() -> String,
    hint: fn() -> String,
}

fn words(preset: Preset) -> Words {
    match preset {
        Preset::Instant => Words {
            test_id: "preset-instant",
            name: || tr!("run-preset-instant"),
            hint: || tr!("run-preset-instant-hint"),
        },
        Preset::Balanced => Words {
            test_id: "preset-balanced",
            name: || tr!("run-preset-balanced"),
            hint: || tr!("run-preset-balanced-hint"),
        },
        Preset::Thorough => Words {
            test_id: "preset-thorough",
            name: || tr!("run-preset-thorough"),
            hint: || tr!("run-preset-thorough-hint"),
        },
    }
}
