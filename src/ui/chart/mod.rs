//! A chart on the page: SVG that is stretched over the plot, labelled in HTML so that its words keep their size. Pointer
//! and arrow keys read its values out; a table behind it holds them all.

mod key;
mod table;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::language::tr;
use crate::chart::{Chart, SIDE, Stop, Tick};
pub(crate) use key::Key;
use table::Values;

/// Stops that a page key goes over.
const PAGE: usize = 10;

/// A chart of two axes. `square` gives it two axes of the same length.
#[component]
pub(crate) fn XyChart(
    #[prop(into)] chart: Signal<Chart>,
    testid: &'static str,
    #[prop(optional)] square: bool,
) -> impl IntoView {
    let drawing = Memo::new(move |_| chart.with(Chart::drawing));
    let stops = Memo::new(move |_| chart.with(Chart::stops));
    let last = Memo::new(move |_| stops.with(|stops| stops.len().saturating_sub(1)));
    // The stop that is pointed at. A chart that changes may have fewer.
    let at = RwSignal::new(None::<usize>);
    let found = Memo::new(move |_| {
        let at = at.get()?;
        stops.with(|stops| stops.get(at.min(last.get())).cloned())
    });
    let readout = Memo::new(move |_| {
        chart.with(|chart| match found.get() {
            Some(stop) => chart.words(&stop),
            None => chart.summary.clone(),
        })
    });
    let point_at = move |event: PointerEvent| {
        let place = place_of(&event);
        at.set(place.and_then(|place| {
            chart.with_untracked(|chart| stops.with_untracked(|stops| chart.nearest(stops, place)))
        }));
    };
    let press = move |event: KeyboardEvent| {
        let (last, now) = (last.get_untracked(), at.get_untracked());
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => Some(now.map_or(0, |now| now + 1)),
            "ArrowLeft" | "ArrowDown" => Some(now.map_or(last, |now| now.saturating_sub(1))),
            "PageUp" => Some(now.unwrap_or(0) + PAGE),
            "PageDown" => Some(now.unwrap_or(last).saturating_sub(PAGE)),
            "Home" => Some(0),
            "End" => Some(last),
            "Escape" => None,
            _ => return,
        };
        event.prevent_default();
        at.set(next.map(|next| next.min(last)));
    };
    let title = move || chart.with(|chart| chart.title.clone());
    // Where the title says it already, it need not be said again.
    let measured =
        move || chart.with(|chart| (chart.y.name != chart.title).then(|| chart.y.name.clone()));
    view! {
        <figure class="chart-box" class:square=square data-testid=testid>
            <figcaption>
                <span class="chart-title">{title}</span>
                <span class="readout" data-testid="readout">{move || readout.get()}</span>
            </figcaption>
            <div class="chart">
                <div class="axis-name axis-name-y">{measured}</div>
                <div class="axis axis-y" aria-hidden="true">
                    {move || drawing.with(|drawing| labels(&drawing.y_ticks, "bottom"))}
                </div>
                <div
                    class="plot"
                    data-testid="plot"
                    tabindex="0"
                    role="slider"
                    aria-label=move || tr!("results-chart-keys", title = title())
                    aria-valuemin="0"
                    aria-valuemax=move || last.get()
                    aria-valuenow=move || at.get().unwrap_or(0).min(last.get())
                    aria-valuetext=move || readout.get()
                    on:pointermove=point_at
                    on:pointerdown=point_at
                    on:pointerleave=move |_| at.set(None)
                    on:keydown=press
                    on:blur=move |_| at.set(None)
                >
                    <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
                        <path class="grid" d=move || drawing.with(|drawing| drawing.grid.clone())></path>
                        {move || drawing.with(|drawing| {
                            let paths = drawing.paths.iter();
                            paths.map(|path| view! { <path class=path.class.clone() d=path.d.clone()></path> }).collect_view()
                        })}
                        {move || found.get().map(|stop| chart.with(|chart| pointer(chart, &stop)))}
                    </svg>
                </div>
                <div class="axis axis-x" aria-hidden="true">
                    {move || drawing.with(|drawing| labels(&drawing.x_ticks, "left"))}
                </div>
                <div class="axis-name axis-name-x">{move || chart.with(|chart| chart.x.name.clone())}</div>
            </div>
            {move || chart.with(legend)}
            <Values chart />
        </figure>
    }
}

/// Where a pointer is, 0 to 1 from left to right and from the bottom up.
fn place_of(event: &PointerEvent) -> Option<(f64, f64)> {
    let plot = event
        .current_target()?
        .dyn_into::<web_sys::Element>()
        .ok()?;
    let area = plot.get_bounding_client_rect();
    let across = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
    let down = (f64::from(event.client_y()) - area.top()) / area.height().max(1.0);
    Some((across.clamp(0.0, 1.0), (1.0 - down).clamp(0.0, 1.0)))
}

fn pointer(chart: &Chart, stop: &Stop) -> impl IntoView + use<> {
    let x = chart.x.scale.place(stop.x) * SIDE;
    let points = stop.points.iter().map(|(_, point)| {
        let (x, y) = chart.place(*point);
        format!("M{:.1} {:.1}h0", x * SIDE, (1.0 - y) * SIDE)
    });
    let points: String = points.collect();
    view! {
        <path class="pointer" d=format!("M{x:.1} 0V{SIDE}")></path>
        <path class="pointer-dot" d=points></path>
    }
}

fn labels(ticks: &[Tick], side: &'static str) -> impl IntoView + use<> {
    let label = |tick: &Tick| {
        let place = format!("{:.2}%", tick.place * 100.0);
        view! { <span style=(side, place)>{tick.words.clone()}</span> }
    };
    ticks.iter().map(label).collect_view()
}

/// What is what, where there is more than one series.
fn legend(chart: &Chart) -> Option<impl IntoView + use<>> {
    let entry = |series: &crate::chart::Series| {
        view! {
            <li>
                <Key mark=series.mark ink=series.ink />
                {series.name.clone()}
            </li>
        }
    };
    let entries = chart.series.iter().map(entry).collect_view();
    (chart.series.len() > 1).then(|| view! { <ul class="legend">{entries}</ul> })
}
