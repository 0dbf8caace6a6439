//! How long the next run will take, before it is started.

use gloo::timers::callback::Timeout;
use leptos::prelude::*;

use super::engine::Engine;
use super::format::duration;
use super::language::tr;
use super::settings::Values;
use super::words;

/// A setting that is being typed changes several times a second; a measurement takes about as long as this.
const DEBOUNCE_MS: u32 = 500;

/// What a run with these settings would take, measured as soon as there is an encoder and data.
#[component]
pub(crate) fn Estimate(engine: Engine, values: Memo<Option<Values>>) -> impl IntoView {
    let wanted = Memo::new(move |_| {
        values.with(|values| {
            let config = &values.as_ref()?.train;
            let wants = engine.state.with(|state| state.wants_estimate(config));
            wants.then(|| config.estimated())
        })
    });
    let timer = StoredValue::new_local(None::<Timeout>);
    Effect::new(move |_| {
        let wanted = wanted.get();
        timer.set_value(wanted.map(|config| {
            Timeout::new(DEBOUNCE_MS, move || {
                let still = engine
                    .state
                    .with_untracked(|state| state.wants_estimate(&config));
                // All settings: a GPU is made ready for the very first batches.
                let all = values.with_untracked(|values| Some(values.as_ref()?.train.clone()));
                if let Some(config) = all.filter(|all| still && all.estimated() == config) {
                    engine.estimate(config);
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
