//! A labelled choice of one of a few things.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

/// One of the things to choose from.
#[derive(Clone)]
pub(crate) struct Choice {
    /// What it is called among the others.
    pub(crate) value: String,
    /// What it is called on the page.
    pub(crate) title: TextProp,
}

impl Choice {
    /// A choice with its title.
    pub(crate) fn new(value: impl Into<String>, title: impl Into<TextProp>) -> Self {
        Self {
            value: value.into(),
            title: title.into(),
        }
    }
}

/// A drop-down list with its label. It shows what is in use: another choice is handed over, and shows once it is in use.
#[component]
pub(crate) fn SelectField(
    testid: &'static str,
    #[prop(into)] label: TextProp,
    choices: Vec<Choice>,
    /// The value of the one in use.
    #[prop(into)]
    selected: Signal<String>,
    #[prop(optional, into)] hint: Option<TextProp>,
    locked: Memo<bool>,
    on_choose: impl Fn(String) + 'static,
) -> impl IntoView {
    let options = choices.into_iter().map(|Choice { value, title }| {
        let own = value.clone();
        // The attribute would not move a list that has been used.
        view! {
            <option value=value prop:selected=move || selected.with(|selected| *selected == own)>
                {move || title.get()}
            </option>
        }
    });
    let hint_id = format!("{testid}-hint");
    let described = hint.is_some().then(|| hint_id.clone());
    view! {
        <label class="field">
            <span>{move || label.get()}</span>
            <select
                data-testid=testid
                aria-describedby=described
                disabled=move || locked.get()
                on:change:target=move |event| {
                    let list = event.target();
                    let chosen = list.value();
                    let in_use = selected.get_untracked();
                    list.set_value(&in_use);
                    if chosen != in_use {
                        on_choose(chosen);
                    }
                }
            >
                {options.collect_view()}
            </select>
            {hint
                .map(|hint| {
                    view! {
                        <span id=hint_id class="small muted">
                            {move || hint.get()}
                        </span>
                    }
                })}
        </label>
    }
}
