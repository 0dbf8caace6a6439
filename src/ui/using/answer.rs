//! What the model says of a text: a verdict in words, and every probability.

use leptos::prelude::*;

use crate::protocol::{LabelProbability, Prediction, Verdict};
use crate::ui::engine::Engine;
use crate::ui::format::{number, percent};
use crate::ui::language::tr;

/// Labels that are shown of many.
const SHOWN: usize = 5;

/// The newest answer, while there is a text.
#[component]
pub(crate) fn Answer(engine: Engine) -> impl IntoView {
    let prediction = Memo::new(move |_| {
        let any = engine.tried.with(|text| !text.trim().is_empty());
        let prediction = engine.state.with(|state| state.prediction.clone());
        prediction.filter(|_| any)
    });
    let verdict = Memo::new(move |_| {
        prediction.with(|prediction| {
            let prediction = prediction.as_ref()?;
            engine.state.with(|state| Some(state.verdict(prediction)))
        })
    });
    let current = Memo::new(move |_| {
        let text = engine.tried.get();
        engine.state.with(|state| state.has_answered(&text))
    });
    // Whether all of many labels are shown stays as it is while one types.
    let all = RwSignal::new(false);
    let words =
        move || verdict.with(|verdict| verdict.as_ref().map(verdict_words).unwrap_or_default());
    let unsure = move || {
        verdict.with(|verdict| matches!(verdict, Some(Verdict::Labels { unsure: true, .. })))
    };
    let figure = move || {
        let prediction = prediction.get()?;
        let Prediction {
            text,
            probabilities,
            labels,
            value,
            tokens,
            milliseconds,
        } = prediction;
        Some(view! {
            <figure
                class="stack answer"
                class:answer-old=move || !current.get()
                data-testid="predict-output"
                data-text=text
                data-label=labels.join(", ")
                data-value=value
                data-current=move || current.get().to_string()
                data-unsure=move || unsure().to_string()
            >
                <Bars probabilities all />
                <figcaption class="muted small">
                    {move || tr!("use-answer-about", tokens = tokens, milliseconds = milliseconds.round())}
                </figcaption>
            </figure>
        })
    };
    view! {
        <p role="status" class="verdict" class:verdict-unsure=unsure data-testid="verdict">
            {words}
        </p>
        {figure}
    }
}

/// A verdict in a sentence.
fn verdict_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Number(value) => tr!("use-verdict-number", number = number(*value)),
        Verdict::Labels {
            labels,
            confidence,
            unsure,
        } => {
            let named = labels.join(", ");
            let confidence = percent(*confidence);
            match (labels.is_empty(), unsure) {
                (true, false) => tr!("use-verdict-none"),
                (true, true) => tr!("use-verdict-unsure-none"),
                (false, false) => tr!("use-verdict", labels = named, confidence = confidence),
                (false, true) => tr!(
                    "use-verdict-unsure",
                    labels = named,
                    confidence = confidence
                ),
            }
        }
    }
}

/// Each label's probability as a bar, the first of many only, unless more are wanted.
#[component]
fn Bars(probabilities: Vec<LabelProbability>, all: RwSignal<bool>) -> impl IntoView {
    let count = probabilities.len();
    let shown = move || if all.get() { count } else { SHOWN };
    let bars = move || {
        let entries = probabilities.iter().take(shown());
        entries.map(bar).collect_view()
    };
    let more = (count > SHOWN).then(|| {
        let words = move || match all.get() {
            true => tr!("use-show-fewer", count = SHOWN as u32),
            false => tr!("use-show-all", count = count as u32),
        };
        view! {
            <div class="buttons">
                <button
                    type="button"
                    data-testid="show-all-labels"
                    aria-expanded=move || all.get().to_string()
                    on:click=move |_| all.update(|all| *all = !*all)
                >
                    {words}
                </button>
            </div>
        }
    });
    view! {
        <ul class="bars">{bars}</ul>
        {more}
    }
}

fn bar(entry: &LabelProbability) -> impl IntoView + use<> {
    let probability = entry.probability;
    view! {
        <li data-label=entry.label.clone() data-probability=probability>
            <span class="bar-label">{entry.label.clone()}</span>
            <span class="bar" aria-hidden="true">
                <span style=("width", format!("{:.2}%", probability * 100.0))></span>
            </span>
            <span class="bar-value">{move || percent(probability)}</span>
        </li>
    }
}
