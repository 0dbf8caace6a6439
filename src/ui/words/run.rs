//! A run.

use crate::eval::score::Metric;
use crate::protocol::RunEnd;

/// A metric's name within a sentence.
pub(crate) fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::Loss => "loss",
        Metric::Accuracy => "accuracy",
        Metric::MacroF1 => "macro F1",
        Metric::MicroF1 => "micro F1",
        Metric::MatthewsCorrelation => "Matthews correlation",
        Metric::R2 => "R²",
        Metric::Pearson => "Pearson correlation",
        Metric::Spearman => "Spearman correlation",
    }
}

/// How a run ended, before the time that it took.
pub(crate) fn run_end(end: RunEnd) -> &'static str {
    match end {
        RunEnd::Completed => "Finished in",
        RunEnd::Stopped => "Stopped after",
        RunEnd::EarlyStopped => "No longer got better, and ended after",
        RunEnd::NotFinite { .. } => "Ended by a loss that is no number, after",
    }
}

/// What to do about the way a run ended.
pub(crate) fn run_end_advice(end: RunEnd) -> Option<String> {
    match end {
        RunEnd::NotFinite { step, .. } => Some(format!(
            "At step {step} the loss was no number any more. The model is the one from before that step. The learning \
             rate is probably too high: try a third of it, or switch gradient clipping on."
        )),
        RunEnd::Completed | RunEnd::Stopped | RunEnd::EarlyStopped => None,
    }
}
