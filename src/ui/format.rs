//! Numbers, spans of time and lists as the page writes them in the language in use. All of them track it where they
//! depend on it, so that they belong in the closures of a view, as `tr!` does.

use leptos::prelude::Get;

use super::language::{current, tr};
use crate::eval::score::{Metric, Score};
use crate::language::grouped;

/// A share as a percentage: 0.9123 is `91.2 %`.
pub(crate) fn percent(share: f64) -> String {
    tr!("shell-percent", percent = format!("{:.1}", share * 100.0))
}

/// A whole number with its thousands apart: 17389824 is `17,389,824`.
pub(crate) fn thousands(number: u32) -> String {
    grouped(&number.to_string())
}

/// A rounded count: 17389824 is `17.4 M`, in Chinese `1739 万`.
pub(crate) fn rounded(number: u32) -> String {
    current().get().rounded(number)
}

/// Bytes as megabytes.
pub(crate) fn megabytes(bytes: f64) -> String {
    format!("{:.1} MB", bytes / 1e6)
}

/// A span of time, as exact as an estimate deserves: `8 s`, `3 min`, `1 h 20 min`.
pub(crate) fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    let minutes = (seconds / 60.0).round();
    match seconds {
        seconds if seconds < 99.5 => tr!("shell-seconds", seconds = seconds.round()),
        seconds if seconds < 5_400.0 => tr!("shell-minutes", minutes = minutes),
        _ => tr!(
            "shell-hours",
            hours = (minutes / 60.0).floor(),
            minutes = minutes % 60.0
        ),
    }
}

/// Several things in a row: `a, b, c`, in Chinese `a、b、c`.
pub(crate) fn list<Item: AsRef<str>>(items: impl IntoIterator<Item = Item>) -> String {
    let mut text = String::new();
    for item in items {
        text = match text.is_empty() {
            true => item.as_ref().to_owned(),
            false => tr!("shell-list", before = text, next = item.as_ref().to_owned()),
        };
    }
    text
}

/// A number of the user's data, to three digits behind the point.
pub(crate) fn number(number: f64) -> String {
    match number.abs() {
        size if size >= 1e9 || (size < 1e-3 && size > 0.0) => format!("{number:.3e}"),
        _ => ((number * 1e3).round() / 1e3).to_string(),
    }
}

/// A loss with three digits that matter, and no exponent where a plain number will do.
pub(crate) fn loss(loss: f64) -> String {
    match loss.abs() {
        size if size >= 100.0 => format!("{loss:.0}"),
        size if size >= 0.001 || size == 0.0 => format!("{loss:.3}"),
        _ => format!("{loss:.1e}"),
    }
}

/// A score: shares as percentages, the others with three digits.
pub(crate) fn score(score: Score) -> String {
    if is_share(score.metric) {
        percent(score.value)
    } else {
        format!("{:.3}", score.value)
    }
}

/// A change of a score: shares in points.
pub(crate) fn score_change(metric: Metric, change: f64) -> String {
    if is_share(metric) {
        tr!("shell-points", points = format!("{:+.1}", change * 100.0))
    } else {
        format!("{change:+.3}")
    }
}

fn is_share(metric: Metric) -> bool {
    matches!(metric, Metric::Accuracy | Metric::MacroF1 | Metric::MicroF1)
}
