//! Whether the work is saved, in the page's head, and the way to the projects.

use leptos::prelude::*;

use super::super::language::tr;
use super::super::words::{self, error_message};
use super::keeper::{Keeper, Saved, Storage};

/// The project's name, whether it is saved, and the button that shows the list of projects.
#[component]
pub(crate) fn SaveStatus(keeper: Keeper) -> impl IntoView {
    let name = Memo::new(move |_| {
        let current = keeper.current.get();
        current.map(|project| project.name)
    });
    let is_opening = move || keeper.is_moving.get();
    let shown = move || match (keeper.storage.get(), keeper.saved.get()) {
        _ if is_opening() => tr!("project-opening"),
        (Storage::Missing(_), _) => tr!("project-not-kept"),
        (Storage::Slow, _) => tr!("project-slow"),
        (Storage::Starting, _) | (Storage::Ready, Saved::Never) => String::new(),
        (Storage::Ready, Saved::Saving) => tr!("project-saving"),
        (Storage::Ready, Saved::At(time) | Saved::Behind(time)) => {
            tr!("project-saved-at", time = words::time_of_day(time))
        }
        (Storage::Ready, Saved::Failed(_)) => tr!("project-not-saved"),
    };
    // What is read out changes seldom.
    let said = Memo::new(move |before: Option<&String>| {
        match (keeper.storage.get(), keeper.saved.get()) {
            _ if is_opening() => tr!("project-opening"),
            (Storage::Missing(_), _) => tr!("project-not-kept"),
            (_, Saved::At(_) | Saved::Behind(_)) => tr!("project-saved"),
            (_, Saved::Failed(_)) => tr!("project-not-saved"),
            (_, Saved::Never) => String::new(),
            (_, Saved::Saving) => before.cloned().unwrap_or_default(),
        }
    });
    let state = move || match (keeper.storage.get(), keeper.saved.get()) {
        _ if is_opening() => "opening",
        (Storage::Starting, _) => "starting",
        (Storage::Slow, _) => "slow",
        (Storage::Missing(_), _) => "missing",
        (Storage::Ready, Saved::Never) => "never",
        (Storage::Ready, Saved::Saving) => "saving",
        (Storage::Ready, Saved::At(_)) => "saved",
        (Storage::Ready, Saved::Behind(_)) => "behind",
        (Storage::Ready, Saved::Failed(_)) => "failed",
    };
    let open = move || keeper.is_open.get();
    view! {
        <div class="kept">
            <p class="small" data-testid="save-state" data-state=state>
                <strong data-testid="project-name">{move || name.get()}</strong>
                " "
                <span class="muted" aria-hidden="true">{shown}</span>
                <span class="visually-hidden" role="status">{move || said.get()}</span>
            </p>
            <button
                type="button"
                data-testid="projects-button"
                aria-expanded=move || open().to_string()
                aria-controls="projects"
                on:click=move |_| keeper.is_open.update(|open| *open = !*open)
            >
                {move || tr!("project-list")}
            </button>
        </div>
    }
}

/// Why the last save failed, and what to do.
#[component]
pub(super) fn SaveProblem(keeper: Keeper) -> impl IntoView {
    let problem = Memo::new(move |_| match keeper.saved.get() {
        Saved::Failed(error) => Some(error),
        Saved::Never | Saved::Saving | Saved::At(_) | Saved::Behind(_) => None,
    });
    move || {
        problem.get().map(|error| {
            view! {
                <div class="message message-error" data-testid="save-problem" role="status">
                    <p>
                        <strong>{move || tr!("project-not-saved-why", why = without_stop(error_message(&error)))}</strong>
                        " "
                        {move || tr!("project-not-saved-hint")}
                    </p>
                </div>
            }
        })
    }
}

/// A message as part of a sentence, which ends it.
fn without_stop(message: String) -> String {
    message.trim_end_matches(['.', '。']).to_owned()
}
