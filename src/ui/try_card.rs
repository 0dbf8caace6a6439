//! Using the model: on a text of the user's own as it is typed, on a file, on a stream of messages.

use gloo::timers::callback::Timeout;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::engine::Engine;
use super::format::{loss, percent};
use super::language::tr;
use super::using::{Answer, BatchPanel, MonitorPanel, UnsureField};
use crate::run_state::RunState;
use crate::run_state::run::Opinion;

/// Milliseconds without a change after which a text is asked about.
const PAUSE_MS: u32 = 100;

/// A text and what the model says of it, and below it everything else that a model is used for.
#[component]
pub(crate) fn TryCard(engine: Engine) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="try-title">
            <h2 id="try-title">{move || tr!("use-try-title")}</h2>
            <TextField engine />
            <Answer engine />
            <Opinions engine />
            <UnsureField engine />
            <BatchPanel engine />
            <MonitorPanel engine />
        </section>
    }
}

/// The text, typed here or come with a project. It is asked about when it stays for a moment and whenever the model is another
/// one, never twice at once: while an answer is awaited only the newest text is waiting.
#[component]
fn TextField(engine: Engine) -> impl IntoView {
    let text = engine.tried;
    let settled = RwSignal::new(text.get_untracked());
    let pause = StoredValue::new_local(None::<Timeout>);
    let has_answers = Memo::new(move |_| engine.state.with(RunState::has_answers));
    let learns = Memo::new(move |_| {
        engine
            .state
            .with(|state| state.is_running() && !state.can_resume())
    });
    Effect::new(move |_| {
        text.track();
        let settle = Timeout::new(PAUSE_MS, move || settled.set(text.get_untracked()));
        pause.set_value(Some(settle));
    });
    let wanted = Memo::new(move |_| {
        // What is no longer in the field is not asked about.
        let now = text.get();
        let is_wanted = |state: &RunState| state.wants_answer(&now);
        (settled.get() == now && engine.state.with(is_wanted)).then_some(now)
    });
    Effect::new(move |_| {
        if let Some(text) = wanted.get() {
            engine.predict(text);
        }
    });

    let ask_now = move || {
        pause.set_value(None);
        let now = text.get_untracked();
        settled.set(now.clone());
        let can = engine.state.with_untracked(RunState::can_predict);
        if can && !now.trim().is_empty() {
            engine.predict(now);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            ask_now();
        }
    };
    let hint = move || match (has_answers.get(), learns.get()) {
        (true, true) => tr!("use-hint-learning"),
        (true, false) => tr!("use-hint-ready"),
        (false, _) => tr!("use-hint-no-model"),
    };
    view! {
        <label class="field">
            <span>{move || tr!("use-text")}</span>
            <textarea
                rows="3"
                data-testid="predict-input"
                placeholder=move || tr!("use-text-example")
                aria-describedby="try-hint"
                prop:value=move || text.get()
                on:input:target=move |event| text.set(event.target().value())
                on:keydown=on_key
            ></textarea>
        </label>
        <p class="muted small" id="try-hint">{hint}</p>
        {move || {
            (learns.get() && has_answers.get())
                .then(|| {
                    view! {
                        <div class="buttons">
                            <button type="button" data-testid="predict-button" on:click=move |_| ask_now()>
                                {move || tr!("use-ask-again")}
                            </button>
                        </div>
                    }
                })
        }}
    }
}

/// What the model said of the text after each epoch.
#[component]
fn Opinions(engine: Engine) -> impl IntoView {
    let opinions = Memo::new(move |_| {
        let text = engine.tried.get();
        engine.state.with(|state| {
            let run = state.run.as_ref();
            let opinions = run.into_iter().flat_map(|run| &run.opinions);
            let own = opinions.filter(|opinion| opinion.prediction.text == text);
            own.cloned().collect::<Vec<_>>()
        })
    });
    move || {
        let items: Vec<_> = opinions.get().into_iter().map(opinion).collect();
        (!items.is_empty()).then(|| {
            view! {
                <h3>{move || tr!("use-opinions")}</h3>
                <ol class="opinions" data-testid="opinions">{items}</ol>
            }
        })
    }
}

fn opinion(opinion: Opinion) -> impl IntoView {
    let Opinion { epoch, prediction } = opinion;
    let said = move || match (prediction.value, prediction.probabilities.first()) {
        (Some(value), _) => loss(value),
        (None, Some(first)) => format!("{} {}", first.label, percent(first.probability)),
        (None, None) => String::new(),
    };
    view! {
        <li data-epoch=epoch>
            <span class="muted">{move || tr!("use-opinion-epoch", epoch = epoch)}</span>
            " "
            {said}
        </li>
    }
}
