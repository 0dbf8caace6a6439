//! Names of metrics, methods and runs.

use crate::chart::NumberFormat;
use crate::eval::score::{Metric, Score};
use crate::language::Catalog;
use crate::protocol::RunEnd;
use crate::run_state::runs::KeptRun;
use crate::train::config::Method;

/// A metric, as the head of a column or an axis.
pub fn metric(words: &Catalog, metric: Metric) -> String {
    match metric {
        Metric::Loss => tr!("results-metric-loss" in words),
        Metric::Accuracy => tr!("results-metric-accuracy" in words),
        Metric::MacroF1 => tr!("results-metric-macro-f1" in words),
        Metric::MicroF1 => tr!("results-metric-micro-f1" in words),
        Metric::MatthewsCorrelation => tr!("results-metric-matthews" in words),
        Metric::R2 => tr!("results-metric-r2" in words),
        Metric::Pearson => tr!("results-metric-pearson" in words),
        Metric::Spearman => tr!("results-metric-spearman" in words),
    }
}

/// What is trained.
pub fn method(words: &Catalog, method: Method) -> String {
    match method {
        Method::HeadOnly => tr!("results-method-head" in words),
        Method::LastLayers { layers, .. } => {
            tr!("results-method-layers" in words, count = layers)
        }
        Method::Lora => tr!("results-method-lora" in words),
        Method::Full { .. } => tr!("results-method-full" in words),
    }
}

/// How a run ended.
pub fn run_end(words: &Catalog, end: RunEnd) -> String {
    match end {
        RunEnd::Completed => tr!("results-end-completed" in words),
        RunEnd::Stopped => tr!("results-end-stopped" in words),
        RunEnd::EarlyStopped => tr!("results-end-early" in words),
        RunEnd::NotFinite { step, .. } => tr!("results-end-not-finite" in words, step = step),
    }
}

/// What a run is called: by its user, or else by its number.
pub fn run_name(words: &Catalog, run: &KeptRun) -> String {
    match &*run.name {
        "" => tr!("results-run-number" in words, number = run.number),
        name => name.to_owned(),
    }
}

/// A share as a percentage.
pub fn percent(words: &Catalog, share: f64) -> String {
    tr!("shell-percent" in words, percent = format!("{:.1}", share * 100.0))
}

/// A number with three digits that matter, or the word for what is not defined.
pub fn number(words: &Catalog, value: Option<f64>) -> String {
    match value {
        Some(value) => NumberFormat::Decimal.write(value),
        None => tr!("results-undefined" in words),
    }
}

/// A score as its metric is usually given: shares as percentages.
pub(super) fn score(words: &Catalog, score: Score) -> String {
    match score.metric {
        Metric::Accuracy | Metric::MacroF1 | Metric::MicroF1 => percent(words, score.value),
        _ => NumberFormat::Decimal.write(score.value),
    }
}
