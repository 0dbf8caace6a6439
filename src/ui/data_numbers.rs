//! How long the texts are, and how many are cut at the length that is set.

use leptos::prelude::*;

use super::engine::Engine;
use super::language::tr;
use super::length_chart::LengthChart;
use super::settings::{Limits, Settings};
use crate::data::{LengthUnit, TextLengths};

/// The lengths of the data set's texts, measured when they are looked at.
#[component]
pub(crate) fn DataNumbers(engine: Engine, settings: Settings) -> impl IntoView {
    let open = RwSignal::new(false);
    let lengths = Memo::new(move |_| engine.state.with(|state| state.work.lengths.clone()));
    let encoder = Memo::new(move |_| {
        engine
            .state
            .with(|state| state.encoder.as_ref().map(|encoder| encoder.id.clone()))
    });
    // Another encoder has other tokens.
    let measured_with = StoredValue::new(None::<String>);
    let ready = Memo::new(move |_| {
        engine.state.with(|state| {
            state.dataset.is_some()
                && state.can_change_data()
                && state.loading.is_none()
                && !state.work.is_measuring()
                && !state.work.unmeasurable
                && !state.work.is_editing()
                && !state.is_opening()
        })
    });
    Effect::new(move |_| {
        let encoder = encoder.get();
        let current = lengths.with(Option::is_some)
            && measured_with.with_value(|measured| *measured == encoder);
        if open.get() && ready.get() && !current {
            measured_with.set_value(encoder);
            engine.measure_lengths();
        }
    });
    let most = Memo::new(move |_| {
        let values = settings.values(Limits::NONE);
        values.map(|values| values.train.max_length)
    });
    view! {
        <details
            data-testid="lengths"
            prop:open=move || open.get()
            on:toggle:target=move |event| open.set(event.target().open())
        >
            <summary>{move || tr!("data-lengths")}</summary>
            <div class="stack" aria-live="polite">
                {move || match lengths.get() {
                    Some(lengths) => view! { <Numbers lengths most /> }.into_any(),
                    None => view! { <p class="busy">{move || tr!("data-measuring")}</p> }.into_any(),
                }}
            </div>
        </details>
    }
}

#[component]
fn Numbers(lengths: TextLengths, most: Memo<Option<u32>>) -> impl IntoView {
    let TextLengths {
        unit,
        measured,
        texts,
        mean,
        longest,
        percentile_95,
        ..
    } = lengths;
    let mean = (mean * 10.0).round() / 10.0;
    let in_tokens = unit == LengthUnit::Tokens;
    let most = Memo::new(move |_| most.get().filter(|_| in_tokens));
    let counts = StoredValue::new(lengths.clone());
    let cut = move || {
        let most = most.get()?;
        let cut = counts.with_value(|lengths| lengths.longer_than(most));
        let share = f64::from(cut) / f64::from(measured.max(1));
        // Of a sample only the share is known.
        let count = (share * f64::from(texts)).round() as u32;
        let percent = (share * 1e3).round() / 10.0;
        Some(view! {
            <p data-testid="cut-texts" data-count=count>
                {move || match count {
                    0 => tr!("data-cut-none", most = most),
                    _ => tr!("data-cut", count = count, percent = percent, most = most),
                }}
            </p>
        })
    };
    view! {
        <p class="muted small">
            {move || match in_tokens {
                true => tr!("data-in-tokens"),
                false => tr!("data-in-characters"),
            }}
            {(measured < texts)
                .then_some(move || format!(" {}", tr!("data-drawn", measured = measured, texts = texts)))}
        </p>
        <dl class="facts" data-testid="length-facts" data-unit=if in_tokens { "tokens" } else { "characters" }>
            <dt>{move || tr!("data-length-mean")}</dt>
            <dd>{move || tr!("data-number", number = mean)}</dd>
            <dt>{move || tr!("data-length-95")}</dt>
            <dd>{move || tr!("data-number", number = percentile_95)}</dd>
            <dt>{move || tr!("data-length-longest")}</dt>
            <dd>{move || tr!("data-number", number = longest)}</dd>
        </dl>
        {cut}
        <LengthChart lengths most />
    }
}
