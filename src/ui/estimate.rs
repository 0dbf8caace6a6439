//! How long the next run will take, before it is started.

use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use super::engine::Engine;
use super::format::duration;
use super::language::tr;
use super::settings::{EIGHT_BIT, Settings, Values};
use super::words;
use crate::run_state::RunState;
use crate::train::config::TrainConfig;

/// A setting that is being typed changes several times a second; a measurement takes about as long as this.
const DEBOUNCE_MS: u32 = 500;

/// What a run with these settings would take, measured as soon as there is an encoder and data.
#[component]
pub(crate) fn Estimate(engine: Engine, values: Memo<Option<Values>>) -> impl IntoView {
    let wanted = Memo::new(move |_| {
        values.with(|values| {
            let config = &values.as_ref()?.train;
            let wanted = engine.state.with(|state| next(state, config));
            wanted.map(|config| config.estimated())
        })
    });
    let timer = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |_| {
        let wanted = wanted.get();
        timer.set_value(wanted.map(|config| {
            Timeout::new(DEBOUNCE_MS, move || {
                // All settings: a GPU is made ready for the very first batches.
                let still = values.with_untracked(|values| {
                    let config = &values.as_ref()?.train;
                    engine.state.with_untracked(|state| next(state, config))
                });
                if let Some(still) = still.filter(|still| still.estimated() == config) {
                    engine.estimate(still);
                }
            })
        }));
    });
    let expected = Memo::new(move |_| {
        values.with(|values| {
            let config = &values.as_ref()?.train;
            let estimate = engine.state.with(|state| state.estimate(config))?;
            let at_most = config.early_stopping.is_some();
            Some((estimate.seconds(config.epochs), estimate.memory, at_most))
        })
    });
    let estimating = Memo::new(move |_| engine.state.with(|state| state.is_estimating()));
    let running = Memo::new(move |_| engine.state.with(|state| state.is_running()));
    let words = move || match expected.get() {
        Some((seconds, bytes, at_most)) => {
            let (time, memory) = (duration(seconds), words::memory(bytes));
            match at_most {
                false => tr!("run-estimate", time = time, memory = memory),
                true => tr!("run-estimate-most", time = time, memory = memory),
            }
        }
        None if estimating.get() => tr!("run-estimating"),
        None => String::new(),
    };
    view! {
        <p
            class="small estimate"
            hidden=move || running.get()
            data-testid="estimate"
            data-seconds=move || expected.get().map(|(seconds, ..)| seconds)
            data-memory=move || expected.get().map(|(_, bytes, _)| bytes)
        >
            {words}
        </p>
    }
}

/// The settings that are to be measured next: the user's own, and then the same in 8-bit integers, where the device has them.
fn next(state: &RunState, config: &TrainConfig) -> Option<TrainConfig> {
    if state.wants_estimate(config) {
        return Some(config.clone());
    }
    // One measurement ends another.
    if state.is_estimating() {
        return None;
    }
    state.estimate(config)?;
    let in_8bit = config.in_8bit().filter(|_| state.can_use_int8())?;
    state.wants_estimate(&in_8bit).then_some(in_8bit)
}

/// Whether the run computes in 8-bit integers, and what it would take then. It is there where there is a choice.
#[component]
pub(crate) fn EightBitChoice(
    engine: Engine,
    settings: Settings,
    values: Memo<Option<Values>>,
) -> impl IntoView {
    let chosen = Memo::new(move |_| {
        let of = |values: &Option<Values>| Some(values.as_ref()?.train.load_in_8bit);
        values.with(of).unwrap_or_default()
    });
    let in_8bit = Memo::new(move |_| values.with(|values| values.as_ref()?.train.in_8bit()));
    let is_there = Memo::new(move |_| {
        let device_has = |state: &RunState| state.can_use_int8() && state.can_start();
        in_8bit.with(Option::is_some) && engine.state.with(device_has)
    });
    let seconds = Memo::new(move |_| {
        in_8bit.with(|in_8bit| {
            let config = in_8bit.as_ref()?;
            let estimate = engine.state.with(|state| state.estimate(config))?;
            Some(estimate.seconds(config.epochs))
        })
    });
    let words = move || match seconds.get() {
        Some(seconds) => tr!("run-8bit-choice-time", time = duration(seconds)),
        None => tr!("run-8bit-choice"),
    };
    view! {
        <label class="check small" prop:hidden=move || !is_there.get()>
            <input
                type="checkbox"
                data-testid="eight-bit"
                data-seconds=move || seconds.get()
                prop:checked=move || chosen.get()
                on:change:target=move |event| {
                    settings.type_in(EIGHT_BIT, event.target().checked().to_string());
                }
            />
            <span>{words}</span>
        </label>
    }
}
