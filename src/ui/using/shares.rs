//! The moving shares of a stream: as a bar, as curves, and as a table.

use std::fmt::Write;

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::run_state::monitor::{Class, Share};
use crate::ui::engine::Engine;
use crate::ui::format::{percent, thousands};
use crate::ui::language::tr;

/// Side of the square that is stretched over the plot.
const SIDE: f64 = 1000.0;
/// Classes that get a curve.
const CURVES: usize = 5;
/// Moments that the table of curves shows.
const MOMENTS: usize = 10;

/// A class's curve: numbers of lines and shares.
type Curve = (Class, Vec<(u32, f64)>);

/// What a class is called.
pub(super) fn class_name(class: &Class) -> String {
    match class {
        Class::Label(label) => label.clone(),
        Class::NoLabel => tr!("use-class-none"),
        Class::Unsure => tr!("use-class-unsure"),
    }
}

/// The shares of the newest lines.
#[component]
pub(super) fn Shares(engine: Engine) -> impl IntoView {
    let monitor = engine.monitor;
    let shares = Memo::new(move |_| monitor.with(|monitor| monitor.shares()));
    let curves = Memo::new(move |_| {
        let classes = shares.with(|shares| {
            let largest = shares.iter().take(CURVES);
            largest.map(|share| share.class.clone()).collect::<Vec<_>>()
        });
        monitor.with(|monitor| {
            let curve = |class: Class| (class.clone(), monitor.curve(&class));
            classes.into_iter().map(curve).collect::<Vec<Curve>>()
        })
    });
    // A class keeps its mark and colour whatever its share.
    let mark = move |class: &Class| match class {
        Class::Label(label) => engine.state.with(|state| {
            let place = state.labels().iter().position(|known| known == label);
            place.unwrap_or_default() + 1
        }),
        Class::NoLabel | Class::Unsure => 0,
    };
    let lines =
        Memo::new(move |_| monitor.with(|monitor| monitor.window().min(monitor.count() as usize)));
    move || {
        shares.with(|shares| !shares.is_empty()).then(|| {
            view! {
                <h3>{move || tr!("use-shares-title", count = lines.get() as u32)}</h3>
                <Bar shares mark />
                <Curves curves mark />
                <Tables shares curves />
            }
        })
    }
}

fn colour(mark: usize) -> String {
    match mark {
        0 => "class-other".to_owned(),
        mark => format!("class-{}", (mark - 1) % CURVES + 1),
    }
}

fn mark_words(mark: usize) -> String {
    match mark {
        0 => "?".to_owned(),
        mark => mark.to_string(),
    }
}

/// The shares beside each other, with a legend that says them.
#[component]
fn Bar(
    shares: Memo<Vec<Share>>,
    mark: impl Fn(&Class) -> usize + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let segments = move || {
        let total: u32 = shares.with(|shares| shares.iter().map(|share| share.lines).sum());
        let segment = |share: Share| {
            let part = 100.0 * f64::from(share.lines) / f64::from(total.max(1));
            let mark = mark(&share.class);
            view! {
                <span class=colour(mark) style=("width", format!("{part:.2}%"))>
                    {(part >= 5.0).then(|| mark_words(mark))}
                </span>
            }
        };
        shares.get().into_iter().map(segment).collect_view()
    };
    let legend = move || {
        let entry = |share: Share| {
            let mark = mark(&share.class);
            let class = share.class;
            let label = class_name(&class);
            view! {
                <li data-class=label data-share=share.share>
                    <span class=format!("mark {}", colour(mark)) aria-hidden="true">{mark_words(mark)}</span>
                    {move || class_name(&class)}
                    " "
                    <strong>{move || percent(share.share)}</strong>
                </li>
            }
        };
        shares.get().into_iter().map(entry).collect_view()
    };
    view! {
        <div class="share-bar" aria-hidden="true">{segments}</div>
        <ul class="share-legend" data-testid="monitor-shares">{legend}</ul>
    }
}

/// How the largest shares moved.
#[component]
fn Curves(
    curves: Memo<Vec<Curve>>,
    mark: impl Fn(&Class) -> usize + Copy + Send + Sync + 'static,
) -> impl IntoView {
    // The moment that is pointed at, by its place among those of a curve.
    let pointed = RwSignal::new(None::<usize>);
    let moments = Memo::new(move |_| {
        curves.with(|curves| curves.first().map_or(0, |(_, curve)| curve.len()))
    });
    let at = Memo::new(move |_| {
        let last = moments.get().checked_sub(1)?;
        Some(pointed.get().map_or(last, |place| place.min(last)))
    });
    let line_at = move |place: usize| {
        curves.with(|curves| curves.first()?.1.get(place).map(|(line, _)| *line))
    };
    let readout = move || {
        let Some(place) = at.get() else {
            return String::new();
        };
        let line = line_at(place).unwrap_or_default();
        let shares = curves.with(|curves| {
            let said = curves.iter().filter_map(|(class, curve)| {
                let (_, share) = curve.get(place)?;
                Some(format!("{} {}", class_name(class), percent(*share)))
            });
            said.collect::<Vec<_>>().join(", ")
        });
        tr!("use-shares-at", line = thousands(line), shares = shares)
    };
    let point_at = move |event: PointerEvent| {
        let target = event.current_target();
        let Some(plot) = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        else {
            return;
        };
        let area = plot.get_bounding_client_rect();
        let place = (f64::from(event.client_x()) - area.left()) / area.width().max(1.0);
        let last = moments.get_untracked().saturating_sub(1);
        pointed.set(Some((place.clamp(0.0, 1.0) * last as f64).round() as usize));
    };
    let on_key = move |event: KeyboardEvent| {
        let last = moments.get_untracked().saturating_sub(1);
        let place = at.get_untracked().unwrap_or_default();
        let next = match event.key().as_str() {
            "ArrowLeft" => place.saturating_sub(1),
            "ArrowRight" => (place + 1).min(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        pointed.set(Some(next));
    };
    let paths = move || {
        let path = |(class, curve): &Curve| {
            let class = format!("line-class {}", colour(mark(class)));
            view! { <path class=class d=path(curve)></path> }
        };
        curves.with(|curves| curves.iter().map(path).collect_view())
    };
    let pointer = move || {
        let (place, last) = (at.get()?, moments.get().saturating_sub(1));
        pointed.get()?;
        Some(format!(
            "M{:.1} 0V{SIDE}",
            SIDE * place as f64 / last.max(1) as f64
        ))
    };
    view! {
        <figure class="stream-chart">
            <figcaption class="small muted" data-testid="monitor-readout">{readout}</figcaption>
            <div
                class="plot"
                role="slider"
                tabindex="0"
                aria-label=move || tr!("use-shares-chart")
                aria-valuemin=move || line_at(0).unwrap_or_default()
                aria-valuemax=move || line_at(moments.get().saturating_sub(1)).unwrap_or_default()
                aria-valuenow=move || at.get().and_then(line_at).unwrap_or_default()
                aria-valuetext=readout
                on:pointermove=point_at
                on:pointerdown=point_at
                on:pointerleave=move |_| pointed.set(None)
                on:keydown=on_key
                on:blur=move |_| pointed.set(None)
            >
                <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
                    <path class="grid" d={"M0 0H1000M0 500H1000M0 1000H1000"}></path>
                    {paths}
                    <path class="pointer" d=move || pointer().unwrap_or_default()></path>
                </svg>
            </div>
            <div class="axis axis-y small muted" aria-hidden="true">
                <span>{move || percent(1.0)}</span>
                <span>{move || percent(0.5)}</span>
                <span>{move || percent(0.0)}</span>
            </div>
        </figure>
    }
}

fn path(curve: &[(u32, f64)]) -> String {
    let last = curve.len().saturating_sub(1).max(1) as f64;
    curve
        .iter()
        .enumerate()
        .fold(String::new(), |mut path, (place, (_, share))| {
            let command = if place == 0 { 'M' } else { 'L' };
            let x = SIDE * place as f64 / last;
            // Writing to a string does not fail.
            let _ = write!(path, "{command}{x:.1} {:.1}", SIDE * (1.0 - share));
            path
        })
}

/// The same in numbers.
#[component]
fn Tables(shares: Memo<Vec<Share>>, curves: Memo<Vec<Curve>>) -> impl IntoView {
    let rows = move || {
        let row = |share: Share| {
            let class = share.class;
            view! {
                <tr>
                    <th scope="row">{move || class_name(&class)}</th>
                    <td>{thousands(share.lines)}</td>
                    <td>{move || percent(share.share)}</td>
                </tr>
            }
        };
        shares.get().into_iter().map(row).collect_view()
    };
    let heads = move || {
        let head = |(class, _): &Curve| view! { <th scope="col">{class_name(class)}</th> };
        curves.with(|curves| curves.iter().map(head).collect_view())
    };
    let moments = move || {
        curves.with(|curves| {
            let lines: Vec<u32> = curves
                .first()
                .map(|(_, curve)| curve.iter().map(|(line, _)| *line).collect())
                .unwrap_or_default();
            let every = lines.len().div_ceil(MOMENTS).max(1);
            let places = (0..lines.len()).rev().step_by(every);
            let row = |place: usize| {
                let cells = curves.iter().map(|(_, curve)| {
                    let share = curve.get(place).map(|(_, share)| percent(*share));
                    view! { <td>{share}</td> }
                });
                view! {
                    <tr>
                        <th scope="row">{thousands(lines[place])}</th>
                        {cells.collect_view()}
                    </tr>
                }
            };
            places.map(row).collect_view()
        })
    };
    view! {
        <details>
            <summary>{move || tr!("use-shares-table")}</summary>
            <div class="scroll" tabindex="0" role="region" aria-label=move || tr!("use-shares-table")>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{move || tr!("use-shares-label")}</th>
                            <th scope="col">{move || tr!("use-shares-lines")}</th>
                            <th scope="col">{move || tr!("use-shares-share")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">{move || tr!("use-shares-line")}</th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{moments}</tbody>
                </table>
            </div>
        </details>
    }
}
