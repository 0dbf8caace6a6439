//! A stream of messages, line by line: what each is given, and what the newest of them come to.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::monitor_alert::{AlertBanner, AlertFields};
use super::shares::{Shares, class_name};
use crate::protocol::Verdict;
use crate::run_state::RunState;
use crate::run_state::monitor::{Class, Line, Monitor, WINDOWS};
use crate::ui::engine::Engine;
use crate::ui::format::{number, percent, thousands};
use crate::ui::language::tr;

/// Lines that are listed.
const LISTED: usize = 10;

/// The stream, folded away.
#[component]
pub(crate) fn MonitorPanel(engine: Engine) -> impl IntoView {
    let monitor = engine.monitor;
    let may_ask = Memo::new(move |_| engine.state.with(RunState::can_predict_texts));
    let waits = Memo::new(move |_| monitor.with(Monitor::has_waiting));
    Effect::new(move |_| {
        if may_ask.get() && waits.get() {
            engine.ask_next_lines();
        }
    });
    let started = Memo::new(move |_| monitor.with(|monitor| !monitor.is_empty()));
    view! {
        <details data-testid="monitor">
            <summary>{move || tr!("use-monitor-title")}</summary>
            <div class="stack">
                <p class="muted small">{move || tr!("use-monitor-about")}</p>
                <Entry engine />
                <Waiting engine />
                <div class="fields">
                    <Window monitor />
                    <AlertFields engine />
                </div>
                <AlertBanner monitor />
                {move || {
                    started
                        .get()
                        .then(|| {
                            view! {
                                <Shares engine />
                                <Mean monitor />
                                <Lines monitor />
                            }
                        })
                }}
            </div>
        </details>
    }
}

/// Where lines are typed or pasted.
#[component]
fn Entry(engine: Engine) -> impl IntoView {
    let monitor = engine.monitor;
    let text = RwSignal::new(String::new());
    let left_out = RwSignal::new(0_u32);
    let send = move || {
        let lines = text.get_untracked();
        text.set(String::new());
        let refused = monitor.try_update(|monitor| monitor.add(&lines));
        left_out.set(refused.unwrap_or_default());
    };
    // What is pasted may have many lines; each that is whole is sent at once.
    let type_in = move |typed: String| {
        let many = typed.contains('\n');
        text.set(typed);
        if many {
            send();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // Enter also ends the choice of a Chinese character.
        if event.key() == "Enter" && !event.is_composing() {
            event.prevent_default();
            send();
        }
    };
    let empty = Memo::new(move |_| monitor.with(Monitor::is_empty));
    let refused = move || match left_out.get() {
        0 => String::new(),
        count => tr!("use-monitor-left-out", count = count),
    };
    view! {
        <label class="field">
            <span>{move || tr!("use-monitor-lines")}</span>
            <textarea
                rows="2"
                data-testid="monitor-input"
                prop:value=move || text.get()
                on:input:target=move |event| type_in(event.target().value())
                on:keydown=on_key
            ></textarea>
        </label>
        <p class="problem small" role="status">{refused}</p>
        <div class="buttons">
            <button
                type="button"
                data-testid="monitor-send"
                disabled=move || text.with(|text| text.trim().is_empty())
                on:click=move |_| send()
            >
                {move || tr!("use-monitor-send")}
            </button>
            <button
                type="button"
                data-testid="monitor-clear"
                disabled=move || empty.get()
                on:click=move |_| {
                    left_out.set(0);
                    monitor.update(Monitor::clear);
                }
            >
                {move || tr!("use-monitor-clear")}
            </button>
        </div>
    }
}

/// Lines that the model has not answered yet, and why.
#[component]
fn Waiting(engine: Engine) -> impl IntoView {
    let monitor = engine.monitor;
    let unanswered = Memo::new(move |_| monitor.with(Monitor::unanswered));
    let halted = Memo::new(move |_| monitor.with(Monitor::is_halted));
    let has_answers = Memo::new(move |_| engine.state.with(RunState::has_answers));
    let words = move || match (unanswered.get(), has_answers.get()) {
        (0, _) => String::new(),
        (count, true) => tr!("use-monitor-waiting", count = count),
        (count, false) => tr!("use-monitor-no-model", count = count),
    };
    view! {
        <p class="busy small">{words}</p>
        {move || {
            halted
                .get()
                .then(|| {
                    view! {
                        <div class="buttons">
                            <button type="button" on:click=move |_| monitor.update(Monitor::go_on)>
                                {move || tr!("use-monitor-go-on")}
                            </button>
                        </div>
                    }
                })
        }}
    }
}

/// How many lines are looked at together.
#[component]
fn Window(monitor: RwSignal<Monitor>) -> impl IntoView {
    let window = Memo::new(move |_| monitor.with(Monitor::window));
    let options = WINDOWS.map(|lines| {
        view! {
            <option value=lines prop:selected=move || window.get() == lines>
                {move || tr!("use-monitor-last", count = lines as u32)}
            </option>
        }
    });
    let choose = move |value: String| {
        if let Ok(lines) = value.parse() {
            monitor.update(|monitor| monitor.set_window(lines));
        }
    };
    view! {
        <label class="field">
            <span>{move || tr!("use-monitor-window")}</span>
            <select data-testid="monitor-window" on:change:target=move |event| choose(event.target().value())>
                {options}
            </select>
        </label>
    }
}

/// The mean of the window, where numbers are predicted.
#[component]
fn Mean(monitor: RwSignal<Monitor>) -> impl IntoView {
    let mean = Memo::new(move |_| monitor.with(Monitor::mean));
    move || {
        mean.get().map(|mean| {
            view! { <p data-testid="monitor-mean">{move || tr!("use-monitor-mean", number = number(mean))}</p> }
        })
    }
}

/// The newest lines, the newest first.
#[component]
fn Lines(monitor: RwSignal<Monitor>) -> impl IntoView {
    let lines = Memo::new(move |_| {
        monitor.with(|monitor| monitor.newest(LISTED).cloned().collect::<Vec<_>>())
    });
    let count = Memo::new(move |_| monitor.with(Monitor::count));
    let title = move || tr!("use-monitor-newest", count = thousands(count.get()));
    view! {
        <h3 id="monitor-lines-title">{title}</h3>
        <ol
            class="tested"
            aria-labelledby="monitor-lines-title"
            data-testid="monitor-lines"
            data-count=move || count.get()
        >
            <For each=move || lines.get() key=|line| line.number children=line_item />
        </ol>
    }
}

fn line_item(line: Line) -> impl IntoView {
    let unsure = line.classes() == [Class::Unsure];
    let said = move |verdict: &Verdict| match verdict {
        Verdict::Number(value) => number(*value),
        Verdict::Labels {
            labels, confidence, ..
        } => {
            let named = match labels.is_empty() {
                true => class_name(&Class::NoLabel),
                false => labels.join(", "),
            };
            let confidence = percent(*confidence);
            match unsure {
                true => tr!(
                    "use-monitor-unsure",
                    labels = named,
                    confidence = confidence
                ),
                false => tr!("use-monitor-said", labels = named, confidence = confidence),
            }
        }
    };
    let verdict = line.verdict;
    view! {
        <li data-number=line.number data-unsure=unsure.to_string()>
            <span>{line.text}</span>
            <span class="small muted" class:verdict-unsure=unsure>{move || said(&verdict)}</span>
        </li>
    }
}
