//! Numbers as the page writes them.

use crate::eval::score::{Metric, Score};

/// A share as a percentage: 0.9123 is `91.2 %`.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A whole number with its thousands apart: 17389824 is `17,389,824`.
pub(crate) fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place % 3 == first {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count and its noun: `1 row`, `2,100 rows`.
pub(crate) fn count(number: u32, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", thousands(number))
}

/// A rounded count: 17389824 is `17.4 M`.
pub(crate) fn rounded(number: u32) -> String {
    match f64::from(number) {
        number if number >= 1e6 => format!("{:.1} M", number / 1e6),
        number if number >= 1e4 => format!("{:.0} k", number / 1e3),
        _ => thousands(number),
    }
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
        seconds if seconds < 99.5 => format!("{seconds:.0} s"),
        seconds if seconds < 5_400.0 => format!("{minutes:.0} min"),
        _ => format!(
            "{:.0} h {:.0} min",
            (minutes / 60.0).floor(),
            minutes % 60.0
        ),
    }
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
        format!("{:+.1} points", change * 100.0)
    } else {
        format!("{change:+.3}")
    }
}

fn is_share(metric: Metric) -> bool {
    matches!(metric, Metric::Accuracy | Metric::MacroF1 | Metric::MicroF1)
}
