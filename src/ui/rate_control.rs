//! Changing the learning rate of a run under way.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use super::live_numbers::rate;
use super::settings::{real, refusal};
use crate::run_state::RunState;
use crate::run_state::run::Run;
use crate::train::config::{Setting, TrainConfig, TrainConfigError};

/// A field for another learning rate, folded away, and the changes so far.
#[component]
pub(crate) fn RateControl(engine: Engine) -> impl IntoView {
    let active = Memo::new(move |_| engine.state.with(RunState::is_running));
    let can_set = Memo::new(move |_| engine.state.with(RunState::can_set_learning_rate));
    let present = Memo::new(move |_| {
        let run = |state: &RunState| state.run.as_ref().map(|run: &Run| run.learning_rate);
        engine.state.with(run).unwrap_or_default()
    });
    let changes = Memo::new(move |_| {
        let run = |state: &RunState| state.run.as_ref().map(|run: &Run| run.rate_changes.clone());
        engine.state.with(run).unwrap_or_default()
    });
    let text = RwSignal::new(String::new());
    Effect::new(move |_| text.set(present.get().to_string()));
    let typed = Memo::new(move |_| text.with(|text| read(text)));
    let problem = move || match typed.get() {
        Err(Some(error)) => Some(refusal(&error, tr!("run-learning-rate"))),
        Err(None) => Some(tr!("run-wrong-number", name = tr!("run-learning-rate"))),
        Ok(_) => None,
    };
    let wrong = Memo::new(move |_| typed.get().is_err());
    let apply = move || {
        if let Ok(rate) = typed.get_untracked()
            && can_set.get_untracked()
        {
            engine.set_learning_rate(rate);
        }
    };
    let listed = move || {
        let item = |(step, changed): (u32, f64)| {
            let words = move || tr!("run-rate-changed", step = step, rate = rate(changed));
            view! { <li>{words}</li> }
        };
        let changes = changes.get().into_iter();
        changes
            .map(|it| item((it.step, it.learning_rate)))
            .collect_view()
    };
    view! {
        <details class="rate" hidden=move || !active.get()>
            <summary>{move || tr!("run-rate-change")}</summary>
            <form
                class="inline"
                on:submit=move |event| {
                    event.prevent_default();
                    apply();
                }
            >
                <div class="field">
                    <label for="rate-input">{move || tr!("run-learning-rate")}</label>
                    <input
                        id="rate-input"
                        type="text"
                        inputmode="decimal"
                        autocomplete="off"
                        data-testid="rate-input"
                        aria-describedby="rate-hint"
                        aria-invalid=move || wrong.get().to_string()
                        prop:value=move || text.get()
                        on:input:target=move |event| text.set(event.target().value())
                    />
                    <span id="rate-hint" class="small" class:muted=move || !wrong.get() class:problem=move || wrong.get()>
                        {move || problem().unwrap_or_else(|| tr!("run-rate-hint"))}
                    </span>
                </div>
                <button type="submit" data-testid="rate-apply" disabled=move || !can_set.get() || wrong.get()>
                    {move || tr!("run-rate-apply")}
                </button>
            </form>
            <ul class="small muted" role="status" data-testid="rate-changes">{listed}</ul>
        </details>
    }
}

/// A learning rate that a run may have. The error is `None` if the text is no number.
fn read(text: &str) -> Result<f64, Option<TrainConfigError>> {
    let number = real(text).ok_or(None)?;
    let range = TrainConfig::LEARNING_RATES;
    if range.holds(number) {
        Ok(number)
    } else {
        Err(Some(TrainConfigError::OutOfRange {
            setting: Setting::LearningRate,
            found: number,
            range,
        }))
    }
}
