//! How many texts have which length: bars, with a table behind them.

use leptos::prelude::*;

use super::language::tr;
use crate::data::{LengthUnit, TextLengths};

/// Bars that are drawn.
const BARS: u32 = 32;
/// Size of the drawing in its own units; it is stretched to the page.
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 100.0;

/// The bars. Each says its length and count when the pointer is on it, or the arrow keys go there. `most` is the length at
/// which texts are cut.
#[component]
pub(crate) fn LengthChart(lengths: TextLengths, most: Memo<Option<u32>>) -> impl IntoView {
    let (step, counts) = lengths.groups(BARS);
    let bars = counts.len() as u32;
    let tallest = counts.iter().copied().max().unwrap_or(0).max(1);
    let width = WIDTH / f64::from(bars.max(1));
    let pointed = RwSignal::new(None::<u32>);
    let unit = lengths.unit;
    let longest = lengths.longest;
    let counts = StoredValue::new(counts);
    // The last bar holds all that is longer.
    let range = move |bar: u32| {
        let from = bar * step;
        let to = if bar + 1 == bars {
            longest
        } else {
            from + step - 1
        };
        (from, to.max(from))
    };
    let drawn = counts.with_value(|counts| {
        let bars = (0_u32..).zip(counts.iter());
        let drawn = bars.map(|(bar, &count)| {
            let height = match count {
                0 => 0.0,
                // One text among many is still seen.
                _ => (f64::from(count) / f64::from(tallest) * HEIGHT).max(1.0),
            };
            view! {
                <rect
                    class="length-bar"
                    class:pointed=move || pointed.get() == Some(bar)
                    class:cut=move || most.get().is_some_and(|most| range(bar).0 > most)
                    x=f64::from(bar) * width
                    y=HEIGHT - height
                    width=(width - 1.0).max(0.5)
                    height=height
                />
                // What points at a low bar should find it, too.
                <rect
                    class="length-target"
                    x=f64::from(bar) * width
                    y="0"
                    width=width
                    height=HEIGHT
                    on:pointerenter=move |_| pointed.set(Some(bar))
                />
            }
        });
        drawn.collect_view()
    });
    let limit = move || {
        let most = most.get()?;
        let at = f64::from(most + 1) / f64::from(step) * width;
        (at < WIDTH).then(|| view! { <path class="length-limit" d=format!("M{at} 0V{HEIGHT}") /> })
    };
    let readout = move || {
        let Some(bar) = pointed.get() else {
            return tr!("data-chart-hint");
        };
        let (from, to) = range(bar);
        let count = counts.with_value(|counts| counts.get(bar as usize).copied());
        range_text(unit, from, to, count.unwrap_or_default())
    };
    let press = move |event: leptos::ev::KeyboardEvent| {
        let last = bars.saturating_sub(1);
        let next = match (event.key().as_str(), pointed.get_untracked()) {
            ("ArrowRight", bar) => Some(bar.map_or(0, |bar| (bar + 1).min(last))),
            ("ArrowLeft", bar) => Some(bar.map_or(last, |bar| bar.saturating_sub(1))),
            ("Home", _) => Some(0),
            ("End", _) => Some(last),
            ("Escape", _) => None,
            _ => return,
        };
        event.prevent_default();
        pointed.set(next);
    };
    let rows = move || {
        let rows = counts.with_value(|counts| {
            let rows = (0_u32..).zip(counts.iter().copied());
            rows.filter(|(_, count)| *count > 0).collect::<Vec<_>>()
        });
        let rows = rows.into_iter().map(|(bar, count)| {
            let (from, to) = range(bar);
            view! {
                <tr>
                    <th scope="row">{tr!("data-range", from = from, to = to)}</th>
                    <td>{tr!("data-number", number = count)}</td>
                </tr>
            }
        });
        rows.collect_view()
    };
    view! {
        <figure class="lengths">
            <figcaption class="small" aria-live="polite">{readout}</figcaption>
            <svg
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                preserveAspectRatio="none"
                role="img"
                tabindex="0"
                data-testid="length-chart"
                aria-label=move || tr!("data-chart")
                on:keydown=press
                on:pointerleave=move |_| pointed.set(None)
            >
                {drawn}
                {limit}
            </svg>
            <div class="length-axis muted small" aria-hidden="true">
                <span>{"0"}</span>
                <span>{move || tr!("data-number", number = longest)}</span>
            </div>
        </figure>
        <details>
            <summary>{move || tr!("data-chart-table")}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("data-chart-table")>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{move || unit_title(unit)}</th>
                            <th scope="col">{move || tr!("data-texts")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
}

fn unit_title(unit: LengthUnit) -> String {
    match unit {
        LengthUnit::Tokens => tr!("data-tokens"),
        LengthUnit::Characters => tr!("data-characters"),
    }
}

fn range_text(unit: LengthUnit, from: u32, to: u32, count: u32) -> String {
    match unit {
        LengthUnit::Tokens => tr!("data-bar-tokens", from = from, to = to, count = count),
        LengthUnit::Characters => tr!("data-bar-characters", from = from, to = to, count = count),
    }
}
