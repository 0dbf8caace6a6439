//! The list of projects.

use leptos::html::{H2, Summary};
use leptos::prelude::*;
use web_sys::FileList;

use super::super::chunks::Lazy;
use super::super::drop_card::DropCard;
use super::super::file_button::FileButton;
use super::super::focus::focus;
use super::super::language::tr;
use super::super::words;
use super::keeper::{Keeper, Storage};
use super::question::Question;
use super::row::ProjectRow;
use crate::project::{files, is_nearly_full};
use crate::protocol::{ProjectEntry, Space};

/// All projects and what is done with them, shown by the button in the page's head.
#[component]
pub(crate) fn ProjectsPanel(keeper: Keeper) -> impl IntoView {
    view! {
        <div id="projects">
            <Show when=move || keeper.is_open.get()>
                <Lazy chunk=keeper.engine.chunks.results view=move |results| (results.projects)(keeper) />
            </Show>
        </div>
    }
}

/// The list itself.
#[component]
pub(crate) fn ProjectList(keeper: Keeper) -> impl IntoView {
    let locked = Memo::new(move |_| !keeper.can_change());
    let title = NodeRef::<H2>::new();
    let ids = Memo::new(move |_| {
        let projects = keeper.projects.get();
        projects
            .into_iter()
            .map(|project| project.id)
            .collect::<Vec<_>>()
    });
    let row = move |id: String| {
        let entry = Memo::new(move |_| {
            let projects = keeper.projects.get();
            projects.into_iter().find(|project| project.id == id)
        });
        let first = entry.get_untracked();
        let entry = Memo::new(move |before: Option<&Option<ProjectEntry>>| {
            // A row that is about to vanish shows what it showed.
            entry.get().or(before.cloned().flatten())
        });
        first.map(|first| view! { <ProjectRow keeper entry first locked title /> })
    };
    let import = move |files: FileList| {
        if let Some(file) = files.get(0) {
            keeper.import(file);
            focus(title);
        }
    };
    let is_empty = move || ids.with(Vec::is_empty);
    let is_missing = move || matches!(keeper.storage.get(), Storage::Missing(_));
    view! {
        <DropCard
            title_id="projects-title"
            locked
            on_drop=move |transfer| {
                if let Some(files) = transfer.files() {
                    import(files);
                }
            }
        >
            <div class="projects-head">
                <h2 id="projects-title" node_ref=title tabindex="-1">{move || tr!("project-title")}</h2>
                <button type="button" data-testid="projects-close" on:click=move |_| keeper.is_open.set(false)>
                    {move || tr!("project-close")}
                </button>
            </div>
            <p class="muted small">{move || tr!("project-lead")}</p>
            <div class="buttons">
                <button
                    type="button"
                    data-testid="project-new"
                    disabled=move || locked.get()
                    on:click=move |_| {
                        keeper.start_new();
                        focus(title);
                    }
                >
                    {move || tr!("project-new")}
                </button>
                <FileButton
                    testid="project-import"
                    label=move || tr!("project-import")
                    accept=files::EXTENSION
                    locked
                    on_choose=import
                />
            </div>
            <Show when=move || keeper.is_busy.get()>
                <p class="busy" role="status">{move || tr!("project-busy")}</p>
            </Show>
            <Show when=move || is_empty() && !is_missing()>
                <p class="muted">{move || tr!("project-none")}</p>
            </Show>
            <ul class="projects" data-testid="projects">
                <For each=move || ids.get() key=Clone::clone children=row />
            </ul>
            <Room keeper />
            <RemoveAll keeper locked />
        </DropCard>
    }
}

/// What is used of the room that the browser has for this page, and how safe it is there.
#[component]
fn Room(keeper: Keeper) -> impl IntoView {
    let space = Memo::new(move |_| keeper.space.get());
    let room = move || {
        let Space { used, quota } = space.get();
        tr!(
            "project-room",
            used = words::bytes(used),
            quota = words::bytes(quota)
        )
    };
    let safety = move || match keeper.persisted.get() {
        Some(true) => tr!("project-safe"),
        Some(false) | None => tr!("project-may-be-cleared"),
    };
    let has_quota = move || space.get().quota > 0.0;
    let is_little = move || is_nearly_full(space.get());
    view! {
        <Show when=has_quota>
            <p class="muted small" data-testid="project-room" data-quota=move || space.get().quota>
                {room}
                " "
                {safety}
            </p>
        </Show>
        <Show when=is_little>
            <p class="problem small" data-testid="project-little-room">{move || tr!("project-little-room")}</p>
        </Show>
    }
}

/// Deleting everything, after a question.
#[component]
fn RemoveAll(keeper: Keeper, locked: Memo<bool>) -> impl IntoView {
    let asks = RwSignal::new(false);
    let summary = NodeRef::<Summary>::new();
    let answer = move || {
        asks.set(false);
        focus(summary);
    };
    let remove = move |_| {
        answer();
        keeper.delete_all();
    };
    view! {
        <details>
            <summary node_ref=summary>{move || tr!("project-more")}</summary>
            <div class="stack">
                <p class="muted small">{move || tr!("project-remove-all-about")}</p>
                <div class="buttons">
                    <Show
                        when=move || asks.get()
                        fallback=move || {
                            view! {
                                <button
                                    type="button"
                                    data-testid="remove-all"
                                    disabled=move || locked.get()
                                    on:click=move |_| asks.set(true)
                                >
                                    {move || tr!("project-remove-all")}
                                </button>
                            }
                        }
                    >
                        <Question words=move || tr!("project-remove-all-sure") />
                        <button type="button" data-testid="remove-all-sure" on:click=remove>
                            {move || tr!("project-remove-all-yes")}
                        </button>
                        <button type="button" data-testid="remove-all-cancel" on:click=move |_| answer()>
                            {move || tr!("project-cancel")}
                        </button>
                    </Show>
                </div>
            </div>
        </details>
    }
}
