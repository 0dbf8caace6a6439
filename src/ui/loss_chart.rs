//! The course of the newest run.

use leptos::prelude::*;

use super::chart::XyChart;
use super::engine::Engine;
use super::language::{tr, with_catalog};
use super::results::QuantityChoice;
use crate::report::{Quantity, Training, quantities, training};
use crate::run_state::run::Run;

/// The loss of the newest run over its steps, or what else is wanted.
#[component]
pub(crate) fn LossChart(engine: Engine) -> impl IntoView {
    let wanted = RwSignal::new(Quantity::default());
    let offered = Memo::new(move |_| {
        engine.state.with(|state| {
            let validations = state.run.as_ref().map(|run| &*run.validations);
            quantities(validations.unwrap_or_default())
        })
    });
    // Another run may not measure what was wanted of the one before.
    let quantity = Memo::new(move |_| {
        let wanted = wanted.get();
        offered.with(|offered| {
            let found = offered.iter().find(|quantity| **quantity == wanted);
            found.copied().unwrap_or_default()
        })
    });
    let chart = Memo::new(move |_| {
        with_catalog(|words| {
            engine.state.with(|state| {
                let known = state.run.as_ref().map_or(NOTHING, known);
                training(words, quantity.get(), known)
            })
        })
    });
    let numbers = Memo::new(move |_| {
        engine.state.with(|state| {
            let history = state.run.as_ref().map(|run| &run.history);
            history.map_or((0, None), |history| (history.steps(), history.last_loss()))
        })
    });
    view! {
        <div
            class="stack"
            data-testid="loss-chart"
            data-points=move || numbers.get().0
            data-last-loss=move || numbers.get().1
        >
            <QuantityChoice testid="chart-quantity" label=Signal::derive(|| tr!("results-quantity")) offered quantity wanted />
            <XyChart chart testid="training-chart" />
        </div>
    }
}

const NOTHING: Training = Training {
    points: &[],
    validations: &[],
    steps: 0,
};

fn known(run: &Run) -> Training<'_> {
    Training {
        points: run.history.points(),
        validations: &run.validations,
        steps: run.total_steps(),
    }
}
