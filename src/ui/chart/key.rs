//! The sign of a series.

use leptos::prelude::*;

use crate::chart::{Ink, Mark};

/// How a series looks, for a legend.
#[component]
pub(crate) fn Key(mark: Mark, ink: Ink) -> impl IntoView {
    let path = |mark: Mark, d: &'static str| {
        view! { <path class=format!("{} {}", mark.class(), ink.class()) d=d></path> }
    };
    let paths = match mark {
        Mark::Line => path(mark, "M2 6H30").into_any(),
        Mark::MarkedLine => (path(Mark::Line, "M2 6H30"), path(Mark::Dots, "M16 6h0")).into_any(),
        Mark::Dots => path(mark, "M16 6h0").into_any(),
        Mark::Bars { .. } => path(mark, "M10 1H22V11H10Z").into_any(),
    };
    view! {
        <svg class="chart key" viewBox="0 0 32 12" width="32" height="12" aria-hidden="true">
            {paths}
        </svg>
    }
}
