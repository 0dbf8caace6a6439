//! Giving a project another name.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::super::focus::focus_when_shown;
use super::super::language::tr;

/// Longest name, in characters.
const MOST_CHARACTERS: u32 = 80;

/// A field with the name, a button that takes it and one that leaves it.
#[component]
pub(super) fn RenameField(
    name: String,
    rename: impl Fn(String) + 'static,
    leave: impl Fn() + Copy + 'static,
) -> impl IntoView {
    let text = RwSignal::new(name);
    let field = NodeRef::<leptos::html::Input>::new();
    focus_when_shown(field);
    let is_empty = move || text.with(|text| text.trim().is_empty());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !is_empty() {
            rename(text.get_untracked().trim().to_owned());
        }
    };
    view! {
        <form class="inline" on:submit=submit>
            <label>
                <span class="visually-hidden">{move || tr!("project-name")}</span>
                <input
                    type="text"
                    node_ref=field
                    maxlength=MOST_CHARACTERS
                    data-testid="project-rename-input"
                    prop:value=move || text.get()
                    on:input:target=move |event| text.set(event.target().value())
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            leave();
                        }
                    }
                />
            </label>
            <button type="submit" data-testid="project-rename-done" disabled=is_empty>
                {move || tr!("project-rename-done")}
            </button>
            <button type="button" on:click=move |_| leave()>
                {move || tr!("project-cancel")}
            </button>
        </form>
    }
}
