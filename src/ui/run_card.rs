//! The run: its buttons, progress, curve and validation.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{self, count, duration, rounded, score_change, thousands};
use super::loss_chart::LossChart;
use super::settings::Settings;
use super::words;
use crate::protocol::EvaluatedSplit;
use crate::run_state::RunState;
use crate::run_state::run::{Run, RunPhase};

/// The run under way, or the one that may be started.
#[component]
pub(crate) fn RunCard(engine: Engine, settings: Settings) -> impl IntoView {
    let state = engine.state;
    let longest = Memo::new(move |_| {
        state.with(|state| state.encoder.as_ref().map(|encoder| encoder.max_length))
    });
    let values = Memo::new(move |_| settings.values(longest.get()));
    let can_start =
        Memo::new(move |_| state.with(RunState::can_start) && values.with(Option::is_some));
    let can_pause = Memo::new(move |_| state.with(RunState::can_pause));
    let can_resume = Memo::new(move |_| state.with(RunState::can_resume));
    let can_stop = Memo::new(move |_| state.with(RunState::can_stop));
    let skips_test = Memo::new(move |_| {
        state.with(|state| {
            state
                .run
                .as_ref()
                .is_some_and(|run| run.is_active() && run.stops > 0)
        })
    });
    let intent =
        Memo::new(move |_| state.with(|state| intent(state, values.with(Option::is_some))));
    let has_run = Memo::new(move |_| state.with(|state| state.run.is_some()));

    let start = move |_| {
        if let Some(values) = values.get_untracked() {
            engine.train(values.train);
        }
    };
    view! {
        <section class="card" aria-labelledby="run-title">
            <h2 id="run-title">"Run"</h2>
            <p class="muted small">{move || intent.get()}</p>
            <div class="buttons">
                <button type="button" class="primary" data-testid="start" disabled=move || !can_start.get() on:click=start>
                    "Train"
                </button>
                <button type="button" data-testid="pause" disabled=move || !can_pause.get() on:click=move |_| engine.pause()>
                    "Pause"
                </button>
                <button type="button" data-testid="resume" disabled=move || !can_resume.get() on:click=move |_| engine.resume()>
                    "Resume"
                </button>
                <button type="button" data-testid="stop" disabled=move || !can_stop.get() on:click=move |_| engine.stop()>
                    {move || if skips_test.get() { "Skip the test" } else { "Stop" }}
                </button>
            </div>
            {move || {
                has_run
                    .get()
                    .then(|| {
                        view! {
                            <Progress engine />
                            <LossChart engine />
                            <Validation engine />
                        }
                    })
            }}
        </section>
    }
}

/// What the next run, or the one under way, is about; or what it still needs.
fn intent(state: &RunState, settings_hold: bool) -> String {
    if let Some(run) = state.run.as_ref().filter(|run| run.is_active()) {
        return format!(
            "{} learns from {}.",
            run.encoder,
            words::data_name(&run.dataset)
        );
    }
    match (&state.encoder, &state.dataset) {
        _ if !settings_hold => "One of the settings needs a look before training can start.".into(),
        (Some(encoder), Some(dataset)) => {
            format!(
                "{} will learn from {} of {}.",
                encoder.id,
                count(dataset.examples.train, "example"),
                words::data_name(&dataset.name)
            )
        }
        (_, None) => "Choose your data first.".into(),
        (None, Some(_)) => "The encoder is not loaded yet.".into(),
    }
}

/// Steps done and time left.
#[component]
fn Progress(engine: Engine) -> impl IntoView {
    let numbers = Memo::new(move |_| {
        engine.state.with(|state| {
            state
                .run
                .as_ref()
                .map_or((0, 0), |run| (run.history.steps(), run.total_steps()))
        })
    });
    let status = Memo::new(move |_| {
        engine
            .state
            .with(|state| state.run.as_ref().map(status).unwrap_or_default())
    });
    let details = Memo::new(move |_| {
        engine
            .state
            .with(|state| state.run.as_ref().map(details).unwrap_or_default())
    });
    view! {
        <div
            class="progress"
            data-testid="progress"
            data-step=move || numbers.get().0
            data-total=move || numbers.get().1
        >
            <progress
                aria-label="Training steps"
                max=move || numbers.get().1.max(1)
                value=move || numbers.get().0
            ></progress>
            <p>
                <strong role="status">{move || status.get()}</strong>
                <span class="muted">" · " {move || details.get()}</span>
            </p>
        </div>
    }
}

/// Where the run stands: words that change seldom, so that they can be read out.
fn status(run: &Run) -> String {
    match run.phase {
        RunPhase::Preparing => "Preparing".into(),
        RunPhase::Training if run.stops > 0 => "Stopping".into(),
        RunPhase::Training => "Training".into(),
        RunPhase::Paused => "Paused".into(),
        RunPhase::Evaluating {
            split: EvaluatedSplit::Validation,
            ..
        } => "Validating".into(),
        RunPhase::Evaluating {
            split: EvaluatedSplit::Test,
            ..
        } => "Testing".into(),
        RunPhase::Ended => match &run.result {
            Some(result) => format!(
                "{} {}",
                words::run_end(result.end),
                duration(result.seconds)
            ),
            None => "Finished".into(),
        },
        RunPhase::Failed => "Ended without a model".into(),
    }
}

fn details(run: &Run) -> String {
    let steps = format!(
        "step {} of {}",
        thousands(run.history.steps()),
        thousands(run.total_steps())
    );
    let mut parts = vec![match run.phase {
        RunPhase::Preparing => "the adapters are being set up".into(),
        RunPhase::Evaluating { done, total, .. } => {
            format!("{} of {}", thousands(done), count(total, "example"))
        }
        _ => steps,
    }];
    if let (RunPhase::Training, Some(seconds)) = (run.phase, run.seconds_left) {
        parts.push(format!("about {} left", duration(seconds)));
    }
    if let (RunPhase::Training, Some(speed)) = (run.phase, run.tokens_per_second) {
        parts.push(format!(
            "{} tokens a second",
            thousands(speed.round() as u32)
        ));
    }
    if let (RunPhase::Ended, Some(plan)) = (run.phase, &run.plan) {
        parts.push(format!(
            "{} trained parameters",
            rounded(plan.trainable_parameters)
        ));
    }
    parts.join(" · ")
}

/// Accuracy on the validation examples, epoch by epoch.
#[component]
fn Validation(engine: Engine) -> impl IntoView {
    let validations = Memo::new(move |_| {
        engine.state.with(|state| {
            state
                .run
                .as_ref()
                .map(|run| run.validations.clone())
                .unwrap_or_default()
        })
    });
    move || {
        let validations = validations.get();
        let last = validations.last()?;
        let score = last.main_score()?;
        let before = validations
            .len()
            .checked_sub(2)
            .and_then(|index| validations.get(index)?.score(score.metric));
        let change = before.map(|before| {
            format!(
                ", {} since epoch {}",
                score_change(score.metric, score.value - before),
                last.epoch.saturating_sub(1)
            )
        });
        Some(view! {
            <p class="validation">
                <span class="figure" data-testid="val-accuracy" data-value=score.value data-epoch=last.epoch>
                    {format::score(score)}
                </span>
                <span class="muted">
                    "validation " {words::metric(score.metric)} " after " {count(last.epoch, "epoch")} {change}
                </span>
            </p>
        })
    }
}
