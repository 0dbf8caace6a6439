//! The runs that are shown, in one chart.

use leptos::prelude::*;

use super::super::chart::XyChart;
use super::super::engine::Engine;
use super::super::language::{tr, with_catalog};
use super::super::results::QuantityChoice;
use crate::report::{Quantity, overlay, quantities};
use crate::run_state::runs::KeptRun;

/// A quantity of all shown runs over their steps.
#[component]
pub(super) fn Overlay(engine: Engine) -> impl IntoView {
    let wanted = RwSignal::new(Quantity::default());
    let offered = Memo::new(move |_| {
        engine
            .state
            .with(|state| quantities(state.runs.kept().iter().flat_map(|run| &run.validations)))
    });
    let quantity = Memo::new(move |_| {
        let wanted = wanted.get();
        offered.with(|offered| match offered.contains(&wanted) {
            true => wanted,
            false => Quantity::default(),
        })
    });
    let chart = Memo::new(move |_| {
        with_catalog(|words| {
            engine.state.with(|state| {
                let kept = state.runs.kept().iter();
                let shown: Vec<&KeptRun> = kept.filter(|run| run.shown).collect();
                overlay(words, quantity.get(), &shown)
            })
        })
    });
    view! {
        <QuantityChoice testid="runs-quantity" label=Signal::derive(|| tr!("results-quantity")) offered quantity wanted />
        <XyChart chart testid="runs-chart" />
    }
}
