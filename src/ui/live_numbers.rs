//! The run under way in figures.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{duration, loss, thousands};
use super::language::tr;
use super::words;
use crate::protocol::DeviceKind;
use crate::run_state::RunState;
use crate::run_state::run::Run;

/// A figure: what it is called, what exactly it is, and how it reads.
#[derive(Clone, Copy)]
struct Figure {
    id: &'static str,
    name: fn() -> String,
    help: fn(&RunState) -> String,
    value: fn(&Run) -> Option<String>,
}

const FIGURES: [Figure; 9] = [
    Figure {
        id: "loss",
        name: || tr!("run-figure-loss"),
        help: |_| tr!("run-figure-loss-help"),
        value: |run| run.history.last_loss().map(loss),
    },
    Figure {
        id: "smoothed",
        name: || tr!("run-figure-smoothed"),
        help: |_| tr!("run-figure-smoothed-help"),
        value: |run| run.history.smoothed_loss().map(loss),
    },
    Figure {
        id: "learning-rate",
        name: || tr!("run-figure-rate"),
        help: |_| tr!("run-figure-rate-help"),
        value: |run| run.history.last().map(|last| rate(last.learning_rate)),
    },
    Figure {
        id: "grad-norm",
        name: || tr!("run-figure-norm"),
        help: |_| tr!("run-figure-norm-help"),
        value: |run| run.history.last().map(|last| loss(last.grad_norm)),
    },
    Figure {
        id: "examples",
        name: || tr!("run-figure-examples"),
        help: |_| tr!("run-figure-examples-help"),
        value: |run| run.pace.map(|pace| a_second(pace.examples_per_second)),
    },
    Figure {
        id: "tokens",
        name: || tr!("run-figure-tokens"),
        help: |_| tr!("run-figure-tokens-help"),
        value: |run| run.pace.map(|pace| a_second(pace.tokens_per_second)),
    },
    Figure {
        id: "memory",
        name: || tr!("run-figure-memory"),
        help: |state| {
            let gpu = |state: &RunState| Some(state.device.as_ref()?.kind == DeviceKind::Gpu);
            match gpu(state) {
                Some(true) => tr!("run-figure-memory-gpu-help"),
                _ => tr!("run-figure-memory-help"),
            }
        },
        value: |run| run.pace.map(|pace| words::memory(pace.memory)),
    },
    Figure {
        id: "elapsed",
        name: || tr!("run-figure-elapsed"),
        help: |_| tr!("run-figure-elapsed-help"),
        value: |run| {
            let ended = run.result.as_ref().map(|result| result.seconds);
            let seconds = ended.or(run.pace.map(|pace| pace.elapsed));
            seconds.map(duration)
        },
    },
    Figure {
        id: "left",
        name: || tr!("run-figure-left"),
        help: |_| tr!("run-figure-left-help"),
        value: |run| {
            let left = run.pace.filter(|_| run.is_active())?.left;
            Some(duration(left))
        },
    },
];

/// The newest run in figures. They change several times a second, so that they are not read out unasked.
#[component]
pub(crate) fn LiveNumbers(engine: Engine) -> impl IntoView {
    let figures = FIGURES.map(|figure| {
        let value = Memo::new(move |_| {
            let value = engine.state.with(|state| (figure.value)(state.run.as_ref()?));
            value.unwrap_or_else(|| tr!("run-figure-none"))
        });
        let help = move || engine.state.with(|state| (figure.help)(state));
        view! {
            <div title=help>
                <dt>{move || (figure.name)()} <span class="visually-hidden">" (" {help} ")"</span></dt>
                <dd data-figure=figure.id>{move || value.get()}</dd>
            </div>
        }
    });
    view! {
        <dl class="figures run-figures" aria-label=move || tr!("run-figures") data-testid="figures">
            {figures}
        </dl>
    }
}

/// A learning rate with three digits that matter.
pub(crate) fn rate(rate: f64) -> String {
    match rate {
        0.0 => "0".to_owned(),
        rate if rate >= 1e-3 => format!("{rate:.5}")
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        rate => format!("{rate:.2e}"),
    }
}

/// How many of something there are a second.
fn a_second(number: f64) -> String {
    if number < 10.0 {
        format!("{number:.1}")
    } else {
        thousands(number.round() as u32)
    }
}
