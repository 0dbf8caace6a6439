//! What another threshold would do, of two labels.

use leptos::prelude::*;

use super::numbers::Shown;
use crate::eval::metrics::{AtThreshold, EvaluationReport};
use crate::protocol::PositiveLabel;
use crate::ui::engine::Engine;
use crate::ui::format::{percent, thousands};
use crate::ui::language::tr;

/// The threshold without a choice: the more probable label is given.
const DEFAULT: f64 = 0.5;

/// The label that counts as positive, and its threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Choice {
    /// Number of the label, 0 or 1.
    pub(crate) positive: usize,
    /// 0 to 1.
    pub(crate) threshold: f64,
}

impl Choice {
    /// The one in use, or else that of the second label's even chance.
    pub(crate) fn new(engine: Engine, report: &EvaluationReport) -> Self {
        let used = engine.state.with_untracked(|state| {
            let used = state.threshold()?;
            let positive = names(report).iter().position(|name| *name == used.label)?;
            Some(Self {
                positive,
                threshold: used.probability,
            })
        });
        used.unwrap_or(Self {
            positive: 1,
            threshold: DEFAULT,
        })
    }

    /// What it does with the test examples, if the report knows.
    pub(crate) fn outcome(self, report: &EvaluationReport) -> Option<AtThreshold> {
        match report {
            EvaluationReport::SingleLabel(report) => {
                report.thresholds.get(self.positive)?.at(self.threshold)
            }
            EvaluationReport::MultiLabel(_) | EvaluationReport::Regression(_) => None,
        }
    }
}

/// Names of the labels, where each example has one.
fn names(report: &EvaluationReport) -> Vec<String> {
    match report {
        EvaluationReport::SingleLabel(report) => {
            let classes = report.classification.per_class.iter();
            classes.map(|class| class.label.clone()).collect()
        }
        EvaluationReport::MultiLabel(_) | EvaluationReport::Regression(_) => Vec::new(),
    }
}

/// The threshold, to be moved; what it does follows. Shown where the report knows it.
#[component]
pub(crate) fn ThresholdPanel(
    engine: Engine,
    report: Shown,
    choice: RwSignal<Choice>,
    at: Memo<Option<AtThreshold>>,
) -> impl IntoView {
    let labels = StoredValue::new(report.with_value(names));
    let name = move |number: usize| {
        labels.with_value(|labels| labels.get(number).cloned().unwrap_or_default())
    };
    let positive = move || name(choice.get().positive);
    let negative = move || name(1 - choice.get().positive.min(1));
    let options = move || {
        labels.with_value(|labels| {
            let options = labels.iter().cloned().enumerate().map(|(number, label)| {
                view! {
                    <option value=number prop:selected=move || choice.get().positive == number>
                        {label}
                    </option>
                }
            });
            options.collect_view()
        })
    };
    let choose = move |value: String| {
        if let Ok(positive) = value.parse() {
            // The same decisions, said of the other label.
            choice.update(|choice| {
                if choice.positive != positive {
                    choice.threshold = 1.0 - choice.threshold;
                    choice.positive = positive;
                }
            });
        }
    };
    let slide = move |value: String| {
        if let Ok(threshold) = value.parse() {
            choice.update(|choice| choice.threshold = threshold);
        }
    };
    let number = move || format!("{:.2}", choice.get().threshold);
    let use_it = move |_| {
        let chosen = PositiveLabel {
            label: positive(),
            probability: at.get_untracked().map_or(DEFAULT, |at| at.threshold),
        };
        engine
            .state
            .update(|state| state.set_threshold(Some(chosen)));
    };
    let reset = move |_| {
        choice.update(|choice| choice.threshold = DEFAULT);
        engine.state.update(|state| state.set_threshold(None));
    };
    let in_use = move || {
        engine.state.with(|state| match state.threshold() {
            Some(used) => tr!(
                "results-threshold-in-use",
                label = used.label.clone(),
                threshold = format!("{:.2}", used.probability)
            ),
            None => tr!("results-threshold-default"),
        })
    };
    let figure =
        move |testid: &'static str, name: fn() -> String, read: fn(&AtThreshold) -> f64| {
            let value = move || at.get().map(|at| read(&at));
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd data-testid=testid data-value=value>
                        {move || value().map(percent)}
                    </dd>
                </div>
            }
        };
    let cell = move |right: bool, read: fn(&AtThreshold) -> [u32; 2]| {
        let counts = move || at.get().map_or([0, 0], |at| read(&at));
        let share = move || {
            let [count, other] = counts().map(f64::from);
            format!("{:.3}", count / (count + other).max(1.0))
        };
        view! { <td class:right=right style=("--share", share)>{move || thousands(counts()[0])}</td> }
    };
    let known = Memo::new(move |_| at.get().is_some());
    move || {
        known.get().then(|| {
            view! {
            <section class="stack" data-testid="threshold" aria-labelledby="threshold-title">
                <h3 id="threshold-title">{move || tr!("results-threshold-title")}</h3>
                <p class="muted small">{move || tr!("results-threshold-hint")}</p>
                <div class="fields">
                    <label class="field">
                        <span>{move || tr!("results-positive")}</span>
                        <select data-testid="threshold-label" on:change:target=move |event| choose(event.target().value())>
                            {options()}
                        </select>
                    </label>
                    <label class="field">
                        <span>{move || tr!("results-threshold")} " " <output class="threshold-value">{number}</output></span>
                        <input
                            type="range"
                            min="0"
                            max="1"
                            step="0.01"
                            data-testid="threshold-slider"
                            prop:value=number
                            aria-valuetext=number
                            on:input:target=move |event| slide(event.target().value())
                        />
                    </label>
                </div>
                <dl class="figures" aria-live="polite">
                    {figure("threshold-precision", || tr!("results-precision"), |at| at.precision)}
                    {figure("threshold-recall", || tr!("results-recall"), |at| at.recall)}
                    {figure("threshold-f1", || tr!("results-f1"), |at| at.f1)}
                    {figure("threshold-accuracy", || tr!("results-metric-accuracy"), |at| at.accuracy)}
                </dl>
                <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("results-threshold-matrix")>
                    <table class="confusion" data-testid="threshold-matrix">
                        <thead>
                            <tr>
                                <td></td>
                                <th scope="col">{move || tr!("results-given", label = positive())}</th>
                                <th scope="col">{move || tr!("results-given", label = negative())}</th>
                            </tr>
                        </thead>
                        <tbody>
                            <tr>
                                <th scope="row">{move || tr!("results-is", label = positive())}</th>
                                {cell(true, |at| [at.true_positives, at.false_negatives])}
                                {cell(false, |at| [at.false_negatives, at.true_positives])}
                            </tr>
                            <tr>
                                <th scope="row">{move || tr!("results-is", label = negative())}</th>
                                {cell(false, |at| [at.false_positives, at.true_negatives])}
                                {cell(true, |at| [at.true_negatives, at.false_positives])}
                            </tr>
                        </tbody>
                    </table>
                </div>
                <div class="buttons">
                    <button type="button" data-testid="use-threshold" on:click=use_it>
                        {move || tr!("results-use-threshold", threshold = number())}
                    </button>
                    <button type="button" data-testid="reset-threshold" on:click=reset>
                        {move || tr!("results-reset-threshold")}
                    </button>
                </div>
                <p class="small" role="status" data-testid="threshold-status">{in_use}</p>
            </section>
            }
        })
    }
}
