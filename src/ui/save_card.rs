//! Taking the model along, as a file.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use super::using::Snippets;
use super::words;
use crate::protocol::ExportForm;
use crate::run_state::RunState;

/// The file that opens here again; what programs take is folded away.
#[component]
pub(crate) fn SaveCard(engine: Engine) -> impl IntoView {
    let exporting = Memo::new(move |_| engine.state.with(RunState::is_exporting));
    let savable = Memo::new(move |_| {
        engine
            .state
            .with(|state| state.check_export(ExportForm::Tabtune))
    });
    // What can be saved in no form need not be said at each.
    let status = move || match (exporting.get(), savable.get()) {
        (true, _) => tr!("use-save-busy"),
        (false, Ok(())) => tr!("use-save-ready"),
        (false, Err(reason)) => words::unsavable(reason),
    };
    view! {
        <section class="card" aria-labelledby="save-title">
            <h2 id="save-title">{move || tr!("use-save-title")}</h2>
            <p class="muted small" role="status" data-testid="save-status">{status}</p>
            <div class="buttons">
                <button
                    type="button"
                    class="primary"
                    data-testid="save-tabtune"
                    disabled=move || exporting.get() || savable.get().is_err()
                    on:click=move |_| engine.export(ExportForm::Tabtune)
                >
                    {move || tr!("use-save-tabtune")}
                </button>
            </div>
            <details>
                <summary>{move || tr!("use-save-programs")}</summary>
                <ul class="choices">
                    <Choice engine form=ExportForm::Adapter testid="adapter" exporting />
                    <Choice engine form=ExportForm::Merged testid="merged" exporting />
                </ul>
                <Snippets engine />
            </details>
        </section>
    }
}

/// A form for programs.
#[component]
fn Choice(
    engine: Engine,
    form: ExportForm,
    testid: &'static str,
    exporting: Memo<bool>,
) -> impl IntoView {
    let check = Memo::new(move |_| engine.state.with(|state| state.check_export(form)));
    let title = format!("save-{testid}-title");
    let reason = move || {
        let reason = check.get().err().and_then(words::unsavable_form);
        reason.map(|reason| view! { <p class="small">{reason}</p> })
    };
    view! {
        <li>
            <div>
                <h3 id=title.clone()>{move || words::export_title(form)}</h3>
                <p class="muted small">{move || words::export_about(form)}</p>
                {reason}
            </div>
            <button
                type="button"
                id=format!("save-{testid}-button")
                aria-labelledby=format!("save-{testid}-button {title}")
                data-testid=format!("save-{testid}")
                disabled=move || exporting.get() || check.get().is_err()
                on:click=move |_| engine.export(form)
            >
                {move || tr!("use-save")}
            </button>
        </li>
    }
}
