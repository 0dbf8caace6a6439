//! The way through the page: a list of its steps, which leads to each and shows where it stands.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use crate::run_state::steps::{Step, StepStatus};

/// The step's name in the document.
pub(crate) fn anchor(step: Step) -> &'static str {
    match step {
        Step::Data => "step-data",
        Step::Train => "step-train",
        Step::Results => "step-results",
        Step::Use => "step-use",
    }
}

fn title(step: Step) -> String {
    match step {
        Step::Data => tr!("shell-step-data"),
        Step::Train => tr!("shell-step-train"),
        Step::Results => tr!("shell-step-results"),
        Step::Use => tr!("shell-step-use"),
    }
}

fn status_name(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Waiting => "waiting",
        StepStatus::Ready => "ready",
        StepStatus::Active => "active",
        StepStatus::Done => "done",
    }
}

fn status_words(status: StepStatus) -> String {
    match status {
        StepStatus::Waiting => tr!("shell-step-waiting"),
        StepStatus::Ready => tr!("shell-step-ready"),
        StepStatus::Active => tr!("shell-step-active"),
        StepStatus::Done => tr!("shell-step-done"),
    }
}

/// Links to the steps.
#[component]
pub(crate) fn StepList(engine: Engine) -> impl IntoView {
    let steps = Step::ALL.into_iter().zip(1..).map(|(step, number)| {
        let status = Memo::new(move |_| engine.state.with(|state| state.step_status(step)));
        let mark = move || match status.get() {
            StepStatus::Done => "✓".to_owned(),
            StepStatus::Waiting | StepStatus::Ready | StepStatus::Active => number.to_string(),
        };
        view! {
            <li>
                <a href=format!("#{}", anchor(step)) data-testid=anchor(step) data-status=move || status_name(status.get())>
                    <span class="step-mark" aria-hidden="true">{mark}</span>
                    <span class="step-name">{move || title(step)}</span>
                    <span class="visually-hidden">{move || status_words(status.get())}</span>
                </a>
            </li>
        }
    });
    view! {
        <nav class="steps" aria-label=move || tr!("shell-steps")>
            <ol>{steps.collect_view()}</ol>
        </nav>
    }
}
