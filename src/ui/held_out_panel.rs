//! A second file, whose rows are the test or the validation examples.

use leptos::prelude::*;

use super::data_card::ACCEPT;
use super::engine::{Engine, Source};
use super::file_button::FileButton;
use super::language::tr;
use super::select_field::{Choice, SelectField};
use super::words;
use crate::data::{Part, ReadOptions};

/// The button that opens it; once it is open, what it is for, and a button that removes it.
#[component]
pub(crate) fn HeldOutPanel(engine: Engine) -> impl IntoView {
    let locked = Memo::new(move |_| engine.state.with(|state| !state.can_edit()));
    let held_out = Memo::new(move |_| {
        engine.state.with(|state| {
            let status = state.work.status.as_ref();
            status.and_then(|status| status.held_out.clone())
        })
    });
    let open = move |files: web_sys::FileList| {
        if let Some(file) = files.get(0) {
            engine.hold_out(Source::File(file, ReadOptions::default()), Part::Test);
        }
    };
    let choices = || {
        let parts = [("test", Part::Test), ("validation", Part::Validation)];
        parts.map(|(name, part)| Choice::new(name, move || words::part_title(part)))
    };
    let choose = move |name: String| {
        let part = match name.as_str() {
            "validation" => Part::Validation,
            _ => Part::Test,
        };
        engine.change_held_out(Some(part));
    };
    move || match held_out.get() {
        None => view! {
            <div class="inline">
                <FileButton
                    testid="held-out-input"
                    label=move || tr!("data-held-out-open")
                    accept=ACCEPT
                    locked
                    on_choose=open
                />
                <p class="muted small">{move || tr!("data-held-out-hint")}</p>
            </div>
        }
        .into_any(),
        Some(held_out) => {
            let part = match held_out.part {
                Part::Validation => "validation",
                Part::Train | Part::Test => "test",
            };
            let (name, rows) = (held_out.name, held_out.rows);
            view! {
                <div class="inline" data-testid="held-out" data-part=part>
                    <SelectField
                        testid="held-out-part"
                        label=move || tr!("data-held-out", name = name.clone(), count = rows)
                        choices=choices().to_vec()
                        selected=part.to_owned()
                        locked
                        on_choose=choose
                    />
                    <button
                        type="button"
                        data-testid="held-out-remove"
                        disabled=move || locked.get()
                        on:click=move |_| engine.change_held_out(None)
                    >
                        {move || tr!("data-held-out-remove")}
                    </button>
                </div>
            }
            .into_any()
        }
    }
}
