//! The report on the test examples, by what was predicted.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::percent;
use super::language::tr;
use super::results::{
    ByLabel, Choice, Confusion, CurvesPanel, HeadlineView, MoreNumbers, SaveReport, ThresholdPanel,
};
use super::tested_list::TestedList;
use crate::chart::NumberFormat;
use crate::eval::metrics::EvaluationReport;

/// The main number of a report in words, to be read out.
pub(crate) fn announcement(report: &EvaluationReport) -> String {
    match report {
        EvaluationReport::SingleLabel(report) => tr!(
            "results-announced-accuracy",
            value = percent(report.classification.accuracy)
        ),
        EvaluationReport::MultiLabel(report) => tr!(
            "results-announced-micro-f1",
            value = percent(report.metrics.micro_average.f1)
        ),
        EvaluationReport::Regression(report) => {
            let error = report.metrics.root_mean_squared_error;
            tr!(
                "results-announced-rmse",
                value = error.map_or_else(
                    || tr!("results-undefined"),
                    |error| NumberFormat::Decimal.write(error)
                )
            )
        }
    }
}

/// A whole report. `about` says of what; `lists` whether the worker knows the examples that were tested.
#[component]
pub(crate) fn Report(
    engine: Engine,
    report: EvaluationReport,
    about: Signal<String>,
    lists: bool,
) -> impl IntoView {
    let labels = match &report {
        EvaluationReport::SingleLabel(report) => {
            let classes = report.classification.per_class.iter();
            classes.map(|class| class.label.clone()).collect()
        }
        EvaluationReport::MultiLabel(_) | EvaluationReport::Regression(_) => Vec::new(),
    };
    let choice = RwSignal::new(Choice::new(engine, &report));
    let report = StoredValue::new(report);
    let at = Memo::new(move |_| report.with_value(|report| choice.get().outcome(report)));
    let examples = lists.then_some(engine);
    view! {
        <div class="stack" data-testid="test-report">
            <HeadlineView report />
            <p class="muted small">{move || about.get()}</p>
            <ByLabel report />
            <MoreNumbers report />
            <Confusion report examples />
            {examples.map(|engine| view! { <TestedList engine labels /> })}
            <ThresholdPanel engine report choice at />
            <CurvesPanel report choice at />
            <SaveReport engine report />
        </div>
    }
}
