//! The tested examples behind a number: those of a cell of the confusion matrix, or the mistakes.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{count, percent};
use crate::eval::tested::{ExampleFilter, ExamplePage, TestedExample};
use crate::run_state::RunState;

/// The examples that were asked for, with a button for the mistakes. `labels` are named in the order of the matrix.
#[component]
pub(crate) fn TestedList(engine: Engine, labels: Vec<String>) -> impl IntoView {
    let available = Memo::new(move |_| engine.state.with(RunState::can_list_examples));
    let tested = Memo::new(move |_| engine.state.with(|state| state.tested.clone()));
    let labels = StoredValue::new(labels);
    move || {
        available.get().then(|| {
            let shown = tested.get().and_then(|tested| {
                let page = tested.page?;
                let title = labels.with_value(|labels| title(tested.filter, page.total, labels));
                Some(view! { <Page engine filter=tested.filter title page /> })
            });
            view! {
                <div class="buttons">
                    <button
                        type="button"
                        data-testid="show-mistakes"
                        on:click=move |_| engine.list_examples(ExampleFilter::Mistakes, 0)
                    >
                        "Show the mistakes"
                    </button>
                </div>
                <div aria-live="polite">{shown}</div>
            }
        })
    }
}

#[component]
fn Page(engine: Engine, filter: ExampleFilter, title: String, page: ExamplePage) -> impl IntoView {
    let shown = page.examples.len() as u32;
    let more = (shown < page.total).then(|| {
        view! {
            <div class="buttons">
                <button
                    type="button"
                    data-testid="more-examples"
                    on:click=move |_| engine.list_examples(filter, shown)
                >
                    "Show more"
                </button>
            </div>
        }
    });
    let items = page.examples.into_iter().map(item);
    view! {
        <section class="stack" data-testid="tested-examples" data-total=page.total aria-label=title>
            <h3>{title.clone()}</h3>
            <ul class="tested">{items.collect_view()}</ul>
            {more}
        </section>
    }
}

fn item(example: TestedExample) -> impl IntoView {
    let TestedExample {
        text,
        truth,
        predicted,
        probability,
    } = example;
    let names = |names: &[String]| match names {
        [] => "no label".to_owned(),
        names => names.join(", "),
    };
    let (truth, predicted) = (names(&truth), names(&predicted));
    let sure = probability.map(|probability| format!(" ({})", percent(probability)));
    let right = truth == predicted;
    view! {
        <li data-truth=truth data-predicted=predicted>
            <span>{text}</span>
            <span class="muted small">
                "The model says " <strong>{predicted.clone()}</strong> {sure}
                {(!right).then(|| view! { ", the table " <strong>{truth.clone()}</strong> })}
            </span>
        </li>
    }
}

fn title(filter: ExampleFilter, total: u32, labels: &[String]) -> String {
    let name = |label: u32| labels.get(label as usize).map_or("", String::as_str);
    match filter {
        ExampleFilter::Mistakes => format!("{}, the surest first", count(total, "mistake")),
        ExampleFilter::Cell { label, predicted } if label == predicted => {
            format!("{} rightly called {}", count(total, "text"), name(label))
        }
        ExampleFilter::Cell { label, predicted } => format!(
            "{} of {} called {}",
            count(total, "text"),
            name(label),
            name(predicted)
        ),
    }
}
