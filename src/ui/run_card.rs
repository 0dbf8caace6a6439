//! The run: its buttons, progress, figures, curve and validation.

use leptos::prelude::*;

use super::engine::{Engine, StartPace};
use super::estimate::{EightBitChoice, Estimate};
use super::format::{self, duration, score_change, thousands};
use super::language::tr;
use super::live_numbers::LiveNumbers;
use super::loss_chart::LossChart;
use super::rate_control::RateControl;
use super::run_details::RunDetails;
use super::settings::{Limits, Settings};
use super::words;
use crate::protocol::EvaluatedSplit;
use crate::run_state::RunState;
use crate::run_state::run::{Run, RunPhase};

/// The run under way, or the one that may be started.
#[component]
pub(crate) fn RunCard(engine: Engine, settings: Settings) -> impl IntoView {
    let state = engine.state;
    let limits = Memo::new(move |_| state.with(Limits::of));
    let problem = Memo::new(move |_| state.with(|state| state.problem));
    let values = Memo::new(move |_| {
        let mut values = settings.values(limits.get())?;
        values.train = values.train.fitted_to(problem.get());
        Some(values)
    });
    let can_start =
        Memo::new(move |_| state.with(RunState::can_start) && values.with(Option::is_some));
    let can_resume = Memo::new(move |_| state.with(RunState::can_resume));
    let can_step = Memo::new(move |_| can_resume.get() || can_start.get());
    let can_pause = Memo::new(move |_| state.with(RunState::can_pause));
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

    let start = move |pace| {
        if let Some(values) = values.get_untracked() {
            engine.train(values.train, pace);
        }
    };
    let step = move || match can_resume.get_untracked() {
        true => engine.step(),
        false => start(StartPace::SingleStep),
    };
    let stop_words = move || match skips_test.get() {
        true => tr!("run-skip-test"),
        false => tr!("run-stop"),
    };
    view! {
        <section class="card" aria-labelledby="run-title">
            <h2 id="run-title">{move || tr!("run-title")}</h2>
            <p class="muted small">{move || intent.get()}</p>
            <Estimate engine values />
            <EightBitChoice engine settings values />
            <div class="buttons">
                <button
                    type="button"
                    class="primary"
                    data-testid="start"
                    disabled=move || !can_start.get()
                    on:click=move |_| start(StartPace::Continuous)
                >
                    {move || tr!("run-start")}
                </button>
                <button type="button" data-testid="pause" disabled=move || !can_pause.get() on:click=move |_| engine.pause()>
                    {move || tr!("run-pause")}
                </button>
                <button type="button" data-testid="resume" disabled=move || !can_resume.get() on:click=move |_| engine.resume()>
                    {move || tr!("run-resume")}
                </button>
                <button type="button" data-testid="step" disabled=move || !can_step.get() on:click=move |_| step()>
                    {move || tr!("run-step")}
                </button>
                <button type="button" data-testid="stop" disabled=move || !can_stop.get() on:click=move |_| engine.stop()>
                    {stop_words}
                </button>
            </div>
            {move || {
                has_run
                    .get()
                    .then(|| {
                        view! {
                            <Progress engine />
                            <LiveNumbers engine />
                            <RateControl engine />
                            <LossChart engine />
                            <Validation engine />
                            <RunDetails engine />
                        }
                    })
            }}
        </section>
    }
}

/// What the next run, or the one under way, is about; or what it still needs.
fn intent(state: &RunState, settings_hold: bool) -> String {
    if let Some(run) = state.run.as_ref().filter(|run| run.is_active()) {
        let data = words::data_name(&run.dataset);
        return tr!("run-learns", encoder = run.encoder.clone(), data = data);
    }
    match (&state.encoder, &state.dataset) {
        _ if state.offered_run().is_some() => tr!("project-run-waits"),
        _ if !settings_hold => tr!("run-needs-look"),
        (Some(encoder), Some(dataset)) => tr!(
            "run-will-learn",
            encoder = encoder.id.clone(),
            count = dataset.examples.train,
            data = words::data_name(&dataset.name)
        ),
        (_, None) => tr!("run-needs-data"),
        (None, Some(_)) => tr!("run-needs-encoder"),
    }
}

/// Steps done and time left.
#[component]
fn Progress(engine: Engine) -> impl IntoView {
    let of_run = move |read: fn(&Run) -> String| {
        Memo::new(move |_| {
            engine
                .state
                .with(|state| state.run.as_ref().map(read).unwrap_or_default())
        })
    };
    let numbers = Memo::new(move |_| {
        engine.state.with(|state| {
            state
                .run
                .as_ref()
                .map_or((0, 0), |run| (run.history.steps(), run.total_steps()))
        })
    });
    let (status, details) = (of_run(status), of_run(details));
    let in_float32 = Memo::new(move |_| {
        engine.state.with(|state| {
            let run = state.run.as_ref().filter(|run| run.is_active());
            run.and_then(|run| run.plan.as_ref())
                .is_some_and(|plan| plan.in_float32)
        })
    });
    view! {
        <div
            class="progress"
            data-testid="progress"
            data-step=move || numbers.get().0
            data-total=move || numbers.get().1
        >
            <progress
                aria-label=move || tr!("run-progress")
                max=move || numbers.get().1.max(1)
                value=move || numbers.get().0
            ></progress>
            <p>
                <strong role="status">{move || status.get()}</strong>
                <span class="muted">" · " {move || details.get()}</span>
            </p>
            {move || {
                in_float32
                    .get()
                    .then(|| view! { <p class="muted small" data-testid="in-float32">{move || tr!("run-in-float32")}</p> })
            }}
        </div>
    }
}

/// Where the run stands: words that change seldom, so that they can be read out.
fn status(run: &Run) -> String {
    match run.phase {
        RunPhase::Preparing => tr!("run-preparing"),
        RunPhase::Training if run.stops > 0 => tr!("run-stopping"),
        RunPhase::Training => tr!("run-training"),
        RunPhase::Paused => tr!("run-paused"),
        RunPhase::Evaluating { split, .. } => match split {
            EvaluatedSplit::Validation => tr!("run-validating"),
            EvaluatedSplit::Test => tr!("run-testing"),
            EvaluatedSplit::Untrained => tr!("run-comparing"),
        },
        RunPhase::Ended => match &run.result {
            Some(result) => words::run_end(result.end, result.seconds),
            None => tr!("run-finished"),
        },
        RunPhase::Interrupted if run.result.is_some() => tr!("project-model-returning"),
        RunPhase::Interrupted => tr!("project-run-interrupted"),
        RunPhase::Failed => tr!("run-failed"),
    }
}

fn details(run: &Run) -> String {
    let (steps, total) = (thousands(run.history.steps()), thousands(run.total_steps()));
    let mut parts = vec![match run.phase {
        RunPhase::Preparing => tr!("run-preparing-detail"),
        RunPhase::Evaluating { done, total, .. } => {
            tr!("run-examples-of", done = done, total = total)
        }
        _ => tr!("run-steps-of", step = steps, total = total),
    }];
    if let (RunPhase::Training, Some(pace)) = (run.phase, run.pace) {
        parts.push(tr!("run-time-left", time = duration(pace.left)));
    }
    parts.join(" · ")
}

/// The most telling score on the validation examples, epoch by epoch.
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
        let epoch = last.epoch;
        let what = move || {
            let metric = words::metric(score.metric);
            tr!("run-validation-after", epoch = epoch, metric = metric)
        };
        let change = move || {
            before.map(|before| {
                let change = score_change(score.metric, score.value - before);
                let since = epoch.saturating_sub(1);
                format!(
                    " ({})",
                    tr!("run-validation-change", change = change, epoch = since)
                )
            })
        };
        Some(view! {
            <p class="validation">
                <span class="figure" data-testid="val-accuracy" data-value=score.value data-epoch=epoch>
                    {move || format::score(score)}
                </span>
                <span class="muted">{what} {change}</span>
            </p>
        })
    }
}
