//! A project in the list.

use leptos::html::{H2, Li};
use leptos::prelude::*;

use super::super::focus::focus;
use super::super::language::tr;
use super::super::words;
use super::keeper::Keeper;
use super::question::Question;
use super::rename_field::RenameField;
use crate::protocol::ProjectEntry;

/// What is done with the row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Shown,
    Renaming,
    Deleting,
}

/// Its name, its age and size, and what can be done with it. `first` is `entry` as it is now. Buttons that go away or cannot be
/// used meanwhile leave the focus to the row, or to the list's `title` where the row moves or goes.
#[component]
pub(super) fn ProjectRow(
    keeper: Keeper,
    entry: Memo<Option<ProjectEntry>>,
    first: ProjectEntry,
    locked: Memo<bool>,
    title: NodeRef<H2>,
) -> impl IntoView {
    let mode = RwSignal::new(Mode::Shown);
    let row = NodeRef::<Li>::new();
    let show = move || {
        mode.set(Mode::Shown);
        focus(row);
    };
    let id = StoredValue::new(first.id);
    let of_entry =
        move |read: fn(ProjectEntry) -> String| move || entry.get().map(read).unwrap_or_default();
    let name = Memo::new(move |_| of_entry(|entry| entry.name)());
    let about = move || {
        entry.get().map(|entry| match entry.damaged {
            true => tr!("project-damaged"),
            false => tr!(
                "project-about",
                when = words::day_and_time(entry.changed_at),
                size = words::bytes(entry.bytes)
            ),
        })
    };
    let is_damaged = move || entry.get().is_some_and(|entry| entry.damaged);
    let is_current = Memo::new(move |_| {
        let current = keeper.current.get();
        current.is_some_and(|current| id.with_value(|id| *id == current.id))
    });
    let button = move |testid: &'static str, words: fn() -> String, act: fn(Keeper, String)| {
        view! {
            <button
                type="button"
                data-testid=testid
                aria-label=move || tr!("project-of", action = words(), name = name.get())
                disabled=move || locked.get() || (testid != "project-delete" && is_damaged())
                on:click=move |_| match testid {
                    "project-rename" => mode.set(Mode::Renaming),
                    "project-delete" => mode.set(Mode::Deleting),
                    _ => {
                        act(keeper, id.get_value());
                        match testid {
                            "project-open" => focus(title),
                            _ => focus(row),
                        }
                    }
                }
            >
                {words}
            </button>
        }
    };
    let none = |_: Keeper, _: String| {};
    let buttons = move || {
        view! {
            <div class="buttons">
                {(!is_current.get())
                    .then(|| button("project-open", || tr!("project-open"), |keeper, id| keeper.switch(id)))}
                {button("project-rename", || tr!("project-rename"), none)}
                {button("project-export", || tr!("project-export"), |keeper, id| keeper.export(id))}
                {button("project-delete", || tr!("project-delete"), none)}
            </div>
        }
    };
    let rename = move |new: String| {
        show();
        keeper.rename(id.get_value(), new);
    };
    let sure = move || {
        view! {
            <Question words=move || tr!("project-delete-sure", name = name.get()) />
            <div class="buttons">
                <button
                    type="button"
                    data-testid="project-delete-sure"
                    disabled=move || locked.get()
                    on:click=move |_| {
                        keeper.delete(id.get_value());
                        focus(title);
                    }
                >
                    {move || tr!("project-delete-yes")}
                </button>
                <button type="button" data-testid="project-keep" on:click=move |_| show()>
                    {move || tr!("project-keep")}
                </button>
            </div>
        }
    };
    view! {
        <li
            node_ref=row
            tabindex="-1"
            data-testid="project"
            data-name=move || name.get()
            data-current=move || is_current.get().to_string()
        >
            <div>
                <strong>{move || name.get()}</strong>
                {move || is_current.get().then(|| view! { " " <span class="badge">{move || tr!("project-is-open")}</span> })}
                <p class="muted small">{about}</p>
            </div>
            {move || match mode.get() {
                Mode::Shown => buttons().into_any(),
                Mode::Renaming => {
                    view! { <RenameField name=name.get_untracked() rename leave=show /> }
                        .into_any()
                }
                Mode::Deleting => sure().into_any(),
            }}
        </li>
    }
}
