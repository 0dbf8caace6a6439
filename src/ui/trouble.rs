//! Trouble about which the user decides, above everything else.

use leptos::prelude::*;

use super::engine::{Engine, Trouble};
use super::language::tr;
use super::words::error_message;

/// What is wrong, and what may be done about it. It cannot be dismissed: it goes when it is decided or over.
#[component]
pub(crate) fn TroubleMessage(engine: Engine) -> impl IntoView {
    move || {
        engine.trouble.get().map(|trouble| match trouble {
            Trouble::Silent => view! { <Silent engine /> }.into_any(),
            Trouble::GpuFailed { error, step } => {
                let detail = error.map(|error| {
                    view! { <p class="muted small">{move || error_message(&error)}</p> }
                });
                view! {
                    <div class="message message-notice" data-testid="gpu-failed">
                        <div>
                            <p>
                                {match detail.is_some() {
                                    true => (move || tr!("faults-gpu-failed")).into_any(),
                                    false => (move || tr!("faults-gpu-still-missing")).into_any(),
                                }}
                                " "
                                {match step {
                                    Some(step) => (move || tr!("faults-run-waits", step = step)).into_any(),
                                    None => (move || tr!("faults-run-waits-anew")).into_any(),
                                }}
                            </p>
                            {detail}
                            <div class="buttons">
                                <button
                                    type="button"
                                    data-testid="use-cpu"
                                    on:click=move |_| engine.go_on_with_cpu()
                                >
                                    {move || tr!("faults-use-cpu")}
                                </button>
                                <button
                                    type="button"
                                    data-testid="try-gpu"
                                    on:click=move |_| engine.try_gpu_again()
                                >
                                    {move || tr!("faults-try-gpu")}
                                </button>
                            </div>
                        </div>
                    </div>
                }
                .into_any()
            }
        })
    }
}

#[component]
fn Silent(engine: Engine) -> impl IntoView {
    view! {
        <div class="message message-notice" data-testid="worker-silent">
            <div>
                <p>{move || tr!("faults-silent")}</p>
                <button
                    type="button"
                    data-testid="replace-worker"
                    on:click=move |_| engine.replace_silent_worker()
                >
                    {move || tr!("faults-start-anew")}
                </button>
            </div>
        </div>
    }
}
