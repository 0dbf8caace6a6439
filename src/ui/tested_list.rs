//! The tested examples behind a number: those of a cell of the confusion matrix, or the mistakes.

use leptos::prelude::*;

use super::engine::Engine;
use super::format::{list, percent};
use super::language::tr;
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
                let (filter, total) = (tested.filter, page.total);
                let title = Signal::derive(move || {
                    labels.with_value(|labels| title(filter, total, labels))
                });
                Some(view! { <Page engine filter title page /> })
            });
            view! {
                <div class="buttons">
                    <button
                        type="button"
                        data-testid="show-mistakes"
                        on:click=move |_| engine.list_examples(ExampleFilter::Mistakes, 0)
                    >
                        {move || tr!("results-show-mistakes")}
                    </button>
                </div>
                <div aria-live="polite">{shown}</div>
            }
        })
    }
}

#[component]
fn Page(
    engine: Engine,
    filter: ExampleFilter,
    title: Signal<String>,
    page: ExamplePage,
) -> impl IntoView {
    let shown = page.examples.len() as u32;
    let more = (shown < page.total).then(|| {
        view! {
            <div class="buttons">
                <button
                    type="button"
                    data-testid="more-examples"
                    on:click=move |_| engine.list_examples(filter, shown)
                >
                    {move || tr!("results-show-more")}
                </button>
            </div>
        }
    });
    let items = page.examples.into_iter().map(item);
    view! {
        <section class="stack" data-testid="tested-examples" data-total=page.total aria-label=move || title.get()>
            <h3>{move || title.get()}</h3>
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
    let right = truth == predicted;
    let attributes = (truth.join(", "), predicted.join(", "));
    let names = |names: &[String]| match names {
        [] => tr!("results-no-label"),
        names => list(names),
    };
    let said = move || match probability {
        Some(probability) => tr!(
            "results-model-says-surely",
            predicted = names(&predicted),
            share = percent(probability)
        ),
        None => tr!("results-model-says", predicted = names(&predicted)),
    };
    let table = move || tr!("results-table-says", truth = names(&truth));
    view! {
        <li data-truth=attributes.0 data-predicted=attributes.1>
            <span>{text}</span>
            <span class="muted small">
                {said}
                {(!right).then(|| view! { " · " <strong>{table}</strong> })}
            </span>
        </li>
    }
}

fn title(filter: ExampleFilter, total: u32, labels: &[String]) -> String {
    let name = |label: u32| labels.get(label as usize).map_or("", String::as_str);
    match filter {
        ExampleFilter::Mistakes => tr!("results-mistakes-title", count = total),
        ExampleFilter::Cell { label, predicted } if label == predicted => {
            tr!("results-cell-right", count = total, label = name(label))
        }
        ExampleFilter::Cell { label, predicted } => tr!(
            "results-cell-wrong",
            count = total,
            label = name(label),
            predicted = name(predicted)
        ),
    }
}
