//! A run.

use crate::eval::score::Metric;
use crate::protocol::RunEnd;
use crate::ui::format::duration;
use crate::ui::language::tr;

/// A metric's name within a sentence.
pub(crate) fn metric(metric: Metric) -> String {
    match metric {
        Metric::Loss => tr!("run-metric-loss"),
        Metric::Accuracy => tr!("run-metric-accuracy"),
        Metric::MacroF1 => tr!("run-metric-macro-f1"),
        Metric::MicroF1 => tr!("run-metric-micro-f1"),
        Metric::MatthewsCorrelation => tr!("run-metric-matthews"),
        Metric::R2 => tr!("run-metric-r2"),
        Metric::Pearson => tr!("run-metric-pearson"),
        Metric::Spearman => tr!("run-metric-spearman"),
    }
}

/// How a run ended, and after how many seconds.
pub(crate) fn run_end(end: RunEnd, seconds: f64) -> String {
    let time = duration(seconds);
    match end {
        RunEnd::Completed => tr!("run-ended-completed", time = time),
        RunEnd::Stopped => tr!("run-ended-stopped", time = time),
        RunEnd::EarlyStopped => tr!("run-ended-early", time = time),
        RunEnd::NotFinite { .. } => tr!("run-ended-not-finite", time = time),
    }
}

/// What to do about the way a run ended.
pub(crate) fn run_end_advice(end: RunEnd) -> Option<String> {
    match end {
        RunEnd::NotFinite { step, .. } => Some(tr!("run-not-finite-advice", step = step)),
        RunEnd::Completed | RunEnd::Stopped | RunEnd::EarlyStopped => None,
    }
}

/// Bytes of memory, as exact as an estimate deserves.
pub(crate) fn memory(bytes: f64) -> String {
    let megabytes = bytes / 1e6;
    if megabytes < 999.5 {
        tr!("run-memory-mb", megabytes = megabytes.round())
    } else {
        tr!(
            "run-memory-gb",
            gigabytes = format!("{:.1}", megabytes / 1e3)
        )
    }
}
