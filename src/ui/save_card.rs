//! Taking the model along, as a file.

use leptos::prelude::*;

use super::engine::Engine;
use super::words;
use crate::protocol::ExportForm;
use crate::run_state::RunState;

/// The forms that the model can be saved in.
#[component]
pub(crate) fn SaveCard(engine: Engine) -> impl IntoView {
    let exporting = Memo::new(move |_| engine.state.with(RunState::is_exporting));
    let choice = move |form: ExportForm, testid: &'static str| {
        let check = Memo::new(move |_| engine.state.with(|state| state.check_export(form)));
        let about = words::export_form(form);
        let title = format!("save-{testid}-title");
        view! {
            <li>
                <div>
                    <h3 id=title.clone()>{about.title}</h3>
                    <p class="muted small">{about.text}</p>
                    {move || {
                        let reason = check.get().err().and_then(words::unsavable_form);
                        reason.map(|reason| view! { <p class="small">{reason}</p> })
                    }}
                </div>
                <button
                    type="button"
                    id=format!("save-{testid}-button")
                    aria-labelledby=format!("save-{testid}-button {title}")
                    data-testid=format!("save-{testid}")
                    disabled=move || exporting.get() || check.get().is_err()
                    on:click=move |_| engine.export(form)
                >
                    "Save"
                </button>
            </li>
        }
    };
    // What can be saved in no form need not be said at each.
    let status = move || {
        let checked = engine
            .state
            .with(|state| state.check_export(ExportForm::Project));
        match (exporting.get(), checked) {
            (true, _) => "The file is being made…",
            (false, Ok(())) => "Keep the model as a file on this machine.",
            (false, Err(reason)) => words::unsavable(reason),
        }
    };
    view! {
        <section class="card" aria-labelledby="save-title">
            <h2 id="save-title">"Save"</h2>
            <p class="muted small" role="status" data-testid="save-status">{status}</p>
            <ul class="choices">
                {choice(ExportForm::Project, "project")}
                {choice(ExportForm::Adapter, "adapter")}
                {choice(ExportForm::Merged, "merged")}
            </ul>
        </section>
    }
}
