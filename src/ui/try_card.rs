//! Classifying a text of the user's own.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::engine::Engine;
use super::format::{count, loss, percent};
use crate::protocol::Prediction;
use crate::run_state::RunState;
use crate::run_state::run::Opinion;

/// A text, and how probable each label is for it.
#[component]
pub(crate) fn TryCard(engine: Engine) -> impl IntoView {
    let text = engine.tried;
    let can_predict = Memo::new(move |_| engine.state.with(RunState::can_predict));
    let predicting = Memo::new(move |_| engine.state.with(RunState::is_predicting));
    let prediction = Memo::new(move |_| engine.state.with(|state| state.prediction.clone()));
    let enabled =
        Memo::new(move |_| can_predict.get() && text.with(|text| !text.trim().is_empty()));
    let hint = move || match (
        can_predict.get() || predicting.get(),
        engine.state.with(RunState::is_running),
    ) {
        (true, _) => "Type a text and see what the model makes of it.",
        (false, true) => {
            "Your text is classified after each epoch. Pause the run to try it at once."
        }
        (false, false) => {
            "Type a text to watch while the model learns. Train a model or open a saved one; then it can be tried here."
        }
    };
    let predict = move || {
        if enabled.get_untracked() {
            engine.predict(text.get_untracked());
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            predict();
        }
    };
    view! {
        <section class="card" aria-labelledby="try-title">
            <h2 id="try-title">"Try it"</h2>
            <label class="field">
                <span class="muted small">{hint}</span>
                <textarea
                    rows="3"
                    data-testid="predict-input"
                    placeholder="The soup was cold, but the waiter was charming."
                    prop:value=move || text.get()
                    on:input:target=move |event| text.set(event.target().value())
                    on:keydown=on_key
                ></textarea>
            </label>
            <div class="buttons">
                <button
                    type="button"
                    class="primary"
                    data-testid="predict-button"
                    disabled=move || !enabled.get()
                    on:click=move |_| predict()
                >
                    "Classify"
                </button>
            </div>
            <div aria-live="polite">{move || prediction.get().map(|prediction| view! { <Answer prediction /> })}</div>
            <Opinions engine />
        </section>
    }
}

/// What the model said of the text after each epoch.
#[component]
fn Opinions(engine: Engine) -> impl IntoView {
    let opinions = Memo::new(move |_| {
        engine.state.with(|state| {
            let run = state.run.as_ref();
            run.map(|run| run.opinions.clone()).unwrap_or_default()
        })
    });
    move || {
        let items: Vec<_> = opinions.get().into_iter().map(opinion).collect();
        (!items.is_empty()).then(|| {
            view! {
                <h3>"While it learnt"</h3>
                <ol class="opinions" data-testid="opinions">{items}</ol>
            }
        })
    }
}

fn opinion(opinion: Opinion) -> impl IntoView {
    let Opinion { epoch, prediction } = opinion;
    let said = match (prediction.value, prediction.probabilities.first()) {
        (Some(value), _) => loss(value),
        (None, Some(first)) => format!("{} {}", first.label, percent(first.probability)),
        (None, None) => String::new(),
    };
    view! {
        <li data-epoch=epoch>
            <span class="muted">{format!("Epoch {epoch}: ")}</span>
            {said}
        </li>
    }
}

#[component]
fn Answer(prediction: Prediction) -> impl IntoView {
    let bars = prediction.probabilities.iter().map(|entry| {
        view! {
            <li data-label=entry.label.clone() data-probability=entry.probability>
                <span class="bar-label">{entry.label.clone()}</span>
                <span class="bar" aria-hidden="true">
                    <span style=format!("width: {:.2}%", entry.probability * 100.0)></span>
                </span>
                <span class="bar-value">{percent(entry.probability)}</span>
            </li>
        }
    });
    let verdict = match (prediction.value, prediction.labels.as_slice()) {
        (Some(value), _) => {
            view! { <p>"is given the number " <strong>{loss(value)}</strong></p> }.into_any()
        }
        (None, []) => view! { <p>"has probably none of the labels"</p> }.into_any(),
        (None, labels) => {
            view! { <p>"is most probably " <strong>{labels.join(", ")}</strong></p> }.into_any()
        }
    };
    view! {
        <figure
            class="stack"
            data-testid="predict-output"
            data-label=prediction.labels.join(", ")
            data-value=prediction.value
        >
            <blockquote>{prediction.text.clone()}</blockquote>
            {verdict}
            <ul class="bars">{bars.collect_view()}</ul>
            <figcaption class="muted small">
                {format!("{}, {:.0} ms", count(prediction.tokens, "token"), prediction.milliseconds)}
            </figcaption>
        </figure>
    }
}
