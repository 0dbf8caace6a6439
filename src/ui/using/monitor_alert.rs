//! Telling the user that a share has risen: when to, and that it has.

use leptos::prelude::*;

use super::shares::class_name;
use crate::run_state::monitor::{AlertRule, Class, Monitor};
use crate::ui::engine::Engine;
use crate::ui::format::percent;
use crate::ui::language::tr;

/// The share that an alert begins with, in percent.
const FIRST_SHARE: f64 = 50.0;

/// Of which lines, and above which share.
#[component]
pub(super) fn AlertFields(engine: Engine) -> impl IntoView {
    let monitor = engine.monitor;
    let classes = Memo::new(move |_| {
        engine.state.with(|state| {
            let labels = state.labels().iter().cloned().map(Class::Label);
            let others = [
                state.gives_several_labels().then_some(Class::NoLabel),
                state.using.unsure_below.map(|_| Class::Unsure),
            ];
            let any = !state.labels().is_empty();
            let others = others.into_iter().flatten().filter(|_| any);
            labels.chain(others).collect::<Vec<_>>()
        })
    });
    let rule = Memo::new(move |_| monitor.with(|monitor| monitor.rule().cloned()));
    let share = RwSignal::new(FIRST_SHARE);
    let set = move |class: Option<Class>| {
        let above = share.get_untracked() / 100.0;
        let rule = class.map(|class| AlertRule { class, above });
        monitor.update(|monitor| monitor.set_rule(rule));
    };
    let options = move || {
        let classes = classes.get().into_iter().enumerate();
        let options = classes.map(|(place, class)| {
            let name = class.clone();
            let chosen = move || rule.get().is_some_and(|rule| rule.class == class);
            view! {
                <option value=place prop:selected=chosen>
                    {move || class_name(&name)}
                </option>
            }
        });
        options.collect_view()
    };
    let choose = move |value: String| {
        let place = value.parse::<usize>().ok();
        set(place.and_then(|place| classes.with_untracked(|classes| classes.get(place).cloned())));
    };
    let choose_share = move |value: String| {
        if let Ok(percent) = value.parse::<f64>()
            && (1.0..=99.0).contains(&percent)
        {
            share.set(percent);
            set(rule.get_untracked().map(|rule| rule.class));
        }
    };
    view! {
        <label class="field" prop:hidden=move || classes.with(Vec::is_empty)>
            <span>{move || tr!("use-alert-class")}</span>
            <select data-testid="alert-class" on:change:target=move |event| choose(event.target().value())>
                <option value="" prop:selected=move || rule.get().is_none()>
                    {move || tr!("use-alert-none")}
                </option>
                {options}
            </select>
        </label>
        <label class="field" prop:hidden=move || rule.get().is_none()>
            <span>{move || tr!("use-alert-share")}</span>
            <input
                type="number"
                min="1"
                max="99"
                step="1"
                data-testid="alert-share"
                prop:value=move || share.get().to_string()
                on:change:target=move |event| choose_share(event.target().value())
            />
        </label>
    }
}

/// The alert that is raised, and how many there were.
#[component]
pub(super) fn AlertBanner(monitor: RwSignal<Monitor>) -> impl IntoView {
    let raised = Memo::new(move |_| monitor.with(|monitor| monitor.raised().cloned()));
    let count = Memo::new(move |_| monitor.with(|monitor| monitor.alerts().len() as u32));
    // What was dismissed is not shown again; the next one is.
    let dismissed = RwSignal::new(None);
    let shown = move || {
        raised
            .get()
            .filter(|alert| dismissed.get() != Some(alert.number))
    };
    let so_far = move || match count.get() {
        0 => String::new(),
        count => tr!("use-alert-count", count = count),
    };
    view! {
        <div role="alert">
            {move || {
                shown()
                    .map(|alert| {
                        let number = alert.number;
                        let words = move || {
                            tr!(
                                "use-alert",
                                label = class_name(&alert.class),
                                share = percent(alert.share),
                                line = alert.number
                            )
                        };
                        view! {
                            <div class="message message-notice" data-testid="alert" data-line=number>
                                <p>
                                    <strong aria-hidden="true">{"⚠ "}</strong>
                                    {words}
                                </p>
                                <button
                                    type="button"
                                    class="close"
                                    aria-label=move || tr!("use-alert-dismiss")
                                    on:click=move |_| dismissed.set(Some(number))
                                >
                                    "×"
                                </button>
                            </div>
                        }
                    })
            }}
        </div>
        <p class="muted small" data-testid="alert-count">{so_far}</p>
    }
}
