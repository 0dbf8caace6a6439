//! Loss over steps, with the validations: drawn as SVG, labelled in HTML so that its words keep their size.

use std::fmt::Write;

use leptos::ev::PointerEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::engine::Engine;
use super::format::{self, loss, thousands};
use super::scale::Scale;
use super::words;
use crate::protocol::ValidationRecord;
use crate::run_state::history::{LossHistory, LossPoint};
use crate::run_state::run::Run;

/// Side of the square that is stretched over the plot.
const SIDE: f64 = 1000.0;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Default)]
struct Drawing {
    raw: String,
    smoothed: String,
    validation_loss: String,
    accuracy: String,
    accuracy_line: String,
    /// Places (0 to 1) and words of the ticks.
    steps: Vec<(f64, String)>,
    losses: Vec<(f64, String)>,
    summary: String,
    count: u32,
    last_loss: Option<f64>,
}

/// The newest run's curve.
#[component]
pub(crate) fn LossChart(engine: Engine) -> impl IntoView {
    let drawing = Memo::new(move |_| {
        engine
            .state
            .with(|state| state.run.as_ref().map(draw).unwrap_or_default())
    });
    // The place that is pointed at, 0 to 1 from left to right.
    let pointed = RwSignal::new(None::<f64>);
    let found = Memo::new(move |_| {
        let place = pointed.get()?;
        engine.state.with(|state| {
            let run = state.run.as_ref()?;
            let scale = step_scale(run);
            let point = *run.history.nearest(scale.value(place))?;
            Some((scale.place(point.step.into()), point))
        })
    });
    let scored = Memo::new(move |_| {
        engine.state.with(|state| {
            let score = state.run.as_ref()?.validation_score()?;
            Some(score.metric)
        })
    });
    let point_at = move |event: PointerEvent| {
        let plot = event
            .current_target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        pointed.set(plot.map(|plot| {
            let area = plot.get_bounding_client_rect();
            ((f64::from(event.client_x()) - area.left()) / area.width().max(1.0)).clamp(0.0, 1.0)
        }));
    };
    let path = move |class: &'static str, read: fn(&Drawing) -> &String| {
        view! { <path class=class d=move || drawing.with(|drawing| read(drawing).clone())></path> }
    };
    let readout = move || match found.get() {
        Some((
            _,
            LossPoint {
                step,
                loss: raw,
                smoothed,
                ..
            },
        )) => {
            format!(
                "Step {}: loss {}, smoothed {}",
                thousands(step),
                loss(raw),
                loss(smoothed)
            )
        }
        None => drawing.with(|drawing| match drawing.last_loss {
            Some(last) => format!("Loss {} at step {}", loss(last), thousands(drawing.count)),
            None => "No steps yet".into(),
        }),
    };
    view! {
        <figure
            class="chart"
            role="img"
            aria-label=move || drawing.with(|drawing| drawing.summary.clone())
            data-testid="loss-chart"
            data-points=move || drawing.with(|drawing| drawing.count)
            data-last-loss=move || drawing.with(|drawing| drawing.last_loss)
        >
            <figcaption>
                <span class="readout">{readout}</span>
                <span class="legend">
                    <span class="key key-smoothed">"loss"</span>
                    <span class="key key-raw">"each step"</span>
                    {move || {
                        scored
                            .get()
                            .map(|metric| {
                                view! {
                                    <span class="key key-validation">"validation loss"</span>
                                    <span class="key key-accuracy">"validation " {words::metric(metric)}</span>
                                }
                            })
                    }}
                </span>
            </figcaption>
            <div class="axis axis-y">{move || drawing.with(|drawing| labels(&drawing.losses, "bottom"))}</div>
            <div
                class="plot"
                on:pointermove=point_at
                on:pointerdown=point_at
                on:pointerleave=move |_| pointed.set(None)
            >
                <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
                    <path class="grid" d=move || drawing.with(|drawing| grid(&drawing.losses))></path>
                    {path("line-raw", |drawing| &drawing.raw)}
                    {path("line-accuracy", |drawing| &drawing.accuracy_line)}
                    {path("line-smoothed", |drawing| &drawing.smoothed)}
                    {path("dot-accuracy", |drawing| &drawing.accuracy)}
                    {path("dot-validation", |drawing| &drawing.validation_loss)}
                    <path
                        class="pointer"
                        d=move || found.get().map(|(place, _)| format!("M{:.1} 0V{SIDE}", place * SIDE)).unwrap_or_default()
                    ></path>
                </svg>
            </div>
            <div class="axis axis-accuracy">
                {move || {
                    let ticks = [0.0, 0.5, 1.0].map(|share| (share, format!("{:.0} %", share * 100.0)));
                    scored.get().map(|_| labels(&ticks, "bottom"))
                }}
            </div>
            <div class="axis axis-x">{move || drawing.with(|drawing| labels(&drawing.steps, "left"))}</div>
        </figure>
    }
}

fn labels(ticks: &[(f64, String)], side: &'static str) -> impl IntoView + use<> {
    let label = |(place, words): &(f64, String)| {
        view! { <span style=format!("{side}: {:.2}%", place * 100.0)>{words.clone()}</span> }
    };
    ticks.iter().map(label).collect_view()
}

fn grid(ticks: &[(f64, String)]) -> String {
    ticks
        .iter()
        .map(|(place, _)| format!("M0 {:.1}H{SIDE}", (1.0 - place) * SIDE))
        .collect()
}

fn step_scale(run: &Run) -> Scale {
    Scale::steps(run.total_steps().max(run.history.steps()), 5)
}

fn draw(run: &Run) -> Drawing {
    let points = run.history.points();
    let losses = points
        .iter()
        .map(|point| point.loss)
        .chain(run.validations.iter().map(|record| record.loss));
    let x = step_scale(run);
    let y = Scale::up_to(losses.fold(0.0, f64::max), 5);
    let curve = |value: fn(&LossPoint) -> f64| {
        line(
            points
                .iter()
                .map(|point| (x.place(point.step.into()), y.place(value(point)))),
        )
    };
    let records = |value: &dyn Fn(&ValidationRecord) -> f64| -> Vec<(f64, f64)> {
        run.validations
            .iter()
            .map(|record| (x.place(record.step.into()), value(record)))
            .collect()
    };
    // A score below 0, worse than guessing, lies on the axis.
    let accuracies = records(&|record| {
        record
            .main_score()
            .map_or(0.0, |score| score.value.clamp(0.0, 1.0))
    });
    Drawing {
        raw: curve(|point| point.loss),
        smoothed: curve(|point| point.smoothed),
        validation_loss: dots(records(&|record| y.place(record.loss))),
        accuracy_line: line(accuracies.iter().copied()),
        accuracy: dots(accuracies),
        steps: x
            .ticks()
            .into_iter()
            .map(|tick| (x.place(tick), thousands(tick as u32)))
            .collect(),
        losses: y
            .ticks()
            .into_iter()
            .map(|tick| (y.place(tick), tick_words(tick)))
            .collect(),
        summary: summary(&run.history, run.validations.last()),
        count: run.history.steps(),
        last_loss: run.history.last_loss(),
    }
}

fn tick_words(tick: f64) -> String {
    // Ticks are round numbers; multiplying them up leaves noise in the last digits.
    ((tick * 1e6).round() / 1e6).to_string()
}

fn summary(history: &LossHistory, validation: Option<&ValidationRecord>) -> String {
    let (Some(first), Some(last)) = (history.points().first(), history.points().last()) else {
        return "Loss over training steps: no steps yet.".into();
    };
    let mut text = format!(
        "Loss over training steps: from {} to {}, smoothed, after {} steps.",
        loss(first.smoothed),
        loss(last.smoothed),
        thousands(last.step)
    );
    if let Some(record) = validation {
        // Writing to a String cannot fail.
        let _ = write!(text, " Validation: loss {}", loss(record.loss));
        if let Some(score) = record.main_score() {
            let _ = write!(
                text,
                ", {} {}",
                words::metric(score.metric),
                format::score(score)
            );
        }
        text.push('.');
    }
    text
}

fn line(places: impl Iterator<Item = (f64, f64)>) -> String {
    places
        .enumerate()
        .fold(String::new(), |mut path, (index, (x, y))| {
            let command = if index == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", x * SIDE, (1.0 - y) * SIDE);
            path
        })
}

/// Lines of no length, whose round caps are dots: the plot is stretched, and circles would be too.
fn dots(places: Vec<(f64, f64)>) -> String {
    places
        .into_iter()
        .map(|(x, y)| format!("M{:.1} {:.1}h0", x * SIDE, (1.0 - y) * SIDE))
        .collect()
}
