//! What training has brought: the model beside what is reached without.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::percent;
use super::language::tr;
use crate::eval::baseline::{Baseline as Untrained, BaselineMethod};
use crate::eval::metrics::EvaluationReport;

/// A method's accuracy and macro F1.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scores {
    accuracy: f64,
    macro_f1: f64,
}

/// The newest run's model on the test examples, and what is reached on them without training.
#[component]
pub(crate) fn Baseline(engine: Engine) -> impl IntoView {
    let pair = Memo::new(move |_| {
        engine.state.with(|state| {
            let result = state.run.as_ref()?.result.as_ref()?;
            let EvaluationReport::SingleLabel(report) = result.report.as_deref()? else {
                return None;
            };
            let after = Scores {
                accuracy: report.classification.accuracy,
                macro_f1: report.classification.macro_average.f1,
            };
            Some((result.baseline?, after))
        })
    });
    move || {
        let (before, after) = pair.get()?;
        Some(view! { <Pair before after /> })
    }
}

#[component]
fn Pair(before: Untrained, after: Scores) -> impl IntoView {
    let untrained = Scores {
        accuracy: before.accuracy,
        macro_f1: before.macro_f1,
    };
    let scores = |it: Scores| {
        move || {
            let (accuracy, f1) = (percent(it.accuracy), percent(it.macro_f1));
            tr!("run-baseline-scores", accuracy = accuracy, f1 = f1)
        }
    };
    let bar = |it: Scores| format!("{:.1}%", it.accuracy * 100.0);
    let method = move || match before.method {
        BaselineMethod::NearestCentroid => tr!("run-baseline-centroid"),
        BaselineMethod::MajorityClass => tr!("run-baseline-majority"),
    };
    let share = move || {
        let centroid = before.method == BaselineMethod::NearestCentroid;
        centroid.then(|| {
            let share = percent(before.majority_share);
            tr!("run-baseline-share", share = share)
        })
    };
    view! {
        <div
            class="stack baseline"
            data-testid="baseline"
            data-before=before.accuracy
            data-after=after.accuracy
            data-majority=before.majority_share
        >
            <h3>{move || tr!("run-baseline-title")}</h3>
            <dl class="pair">
                <dt>{move || tr!("run-baseline-before")}</dt>
                <dd>
                    <span class="bar"><span class="bar-before" style=("width", bar(untrained))></span></span>
                    <span>{scores(untrained)}</span>
                </dd>
                <dt>{move || tr!("run-baseline-after")}</dt>
                <dd>
                    <span class="bar"><span style=("width", bar(after))></span></span>
                    <span>{scores(after)}</span>
                </dd>
            </dl>
            <p class="small muted">{method} " " {share}</p>
        </div>
    }
}
