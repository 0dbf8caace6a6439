//! The numbers of an evaluation, in words.

use super::words::{number, percent};
use crate::chart::NumberFormat;
use crate::eval::metrics::{
    Averages, ClassMetrics, EvaluationReport, Interval, MultiLabelReport, RegressionReport,
    SingleLabelReport,
};
use crate::language::Catalog;

/// The number that says most of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    /// The number in words.
    pub figure: String,
    /// The number itself, where it is defined.
    pub value: Option<f64>,
    /// What it is, with its interval.
    pub caption: String,
}

/// Precision, recall and F1 of a label, or their average over labels.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelRow {
    /// The label, or which average.
    pub name: String,
    /// 0 to 1.
    pub precision: f64,
    /// 0 to 1.
    pub recall: f64,
    /// 0 to 1.
    pub f1: f64,
    /// Test examples with the label; with any, for an average.
    pub support: u32,
}

/// The number that says most.
pub fn headline(words: &Catalog, report: &EvaluationReport) -> Headline {
    let share = |value| percent(words, value);
    match report {
        EvaluationReport::SingleLabel(report) => {
            let accuracy = report.classification.accuracy;
            let caption = tr!(
                "results-accuracy-caption" in words,
                count = support(&report.classification.per_class)
            );
            Headline {
                figure: share(accuracy),
                value: Some(accuracy),
                caption: caption + &interval(words, report.accuracy_interval, share),
            }
        }
        EvaluationReport::MultiLabel(report) => {
            let f1 = report.metrics.micro_average.f1;
            let caption = tr!("results-micro-f1-caption" in words);
            Headline {
                figure: share(f1),
                value: Some(f1),
                caption: caption + &interval(words, report.micro_f1_interval, share),
            }
        }
        EvaluationReport::Regression(report) => {
            let error = report.metrics.root_mean_squared_error;
            let caption = tr!("results-rmse-caption" in words, count = report.examples);
            let decimal = |value| NumberFormat::Decimal.write(value);
            let interval = interval(words, report.root_mean_squared_error_interval, decimal);
            Headline {
                figure: number(words, error),
                value: error,
                caption: caption + &interval,
            }
        }
    }
}

/// The other numbers: what they are called, and they.
pub fn more_numbers(words: &Catalog, report: &EvaluationReport) -> Vec<(String, String)> {
    let number = |value| number(words, value);
    let share = |value: Option<f64>| match value {
        Some(value) => percent(words, value),
        None => number(None),
    };
    match report {
        EvaluationReport::SingleLabel(SingleLabelReport {
            classification,
            log_loss,
            ranking,
            calibration,
            scaled,
            ..
        }) => {
            let scaled = scaled.as_ref().map(|scaled| {
                (
                    tr!(
                        "results-calibration-scaled" in words,
                        temperature = format!("{:.2}", scaled.temperature)
                    ),
                    share(scaled.calibration.expected_calibration_error),
                )
            });
            // Of two labels they are the second one's, as in scikit-learn.
            let (roc_auc, average_precision) = match &classification.per_class[..] {
                [_, ClassMetrics { label, .. }] => (
                    tr!("results-roc-auc-of" in words, label = label.as_str()),
                    tr!("results-average-precision-of" in words, label = label.as_str()),
                ),
                _ => (
                    tr!("results-roc-auc" in words),
                    tr!("results-average-precision" in words),
                ),
            };
            [
                (
                    tr!("results-metric-matthews" in words),
                    number(Some(classification.matthews_correlation)),
                ),
                (tr!("results-log-loss" in words), number(*log_loss)),
                (roc_auc, number(ranking.roc_auc)),
                (average_precision, number(ranking.average_precision)),
                (
                    tr!("results-calibration-error" in words),
                    share(calibration.expected_calibration_error),
                ),
            ]
            .into_iter()
            .chain(scaled)
            .collect()
        }
        EvaluationReport::MultiLabel(MultiLabelReport { metrics, .. }) => vec![
            (
                tr!("results-subset-accuracy" in words),
                share(Some(metrics.subset_accuracy)),
            ),
            (
                tr!("results-hamming-loss" in words),
                share(metrics.hamming_loss),
            ),
            (tr!("results-log-loss" in words), number(metrics.log_loss)),
            (
                tr!("results-roc-auc" in words),
                number(metrics.ranking.roc_auc),
            ),
            (
                tr!("results-average-precision" in words),
                number(metrics.ranking.average_precision),
            ),
        ],
        EvaluationReport::Regression(RegressionReport { metrics, .. }) => vec![
            (
                tr!("results-mean-absolute-error" in words),
                number(metrics.mean_absolute_error),
            ),
            (tr!("results-metric-r2" in words), number(metrics.r_squared)),
            (
                tr!("results-metric-pearson" in words),
                number(metrics.pearson),
            ),
            (
                tr!("results-metric-spearman" in words),
                number(metrics.spearman),
            ),
        ],
    }
}

/// A row for each label; none where a number is predicted.
pub fn label_rows(report: &EvaluationReport) -> Vec<LabelRow> {
    per_label(report)
        .iter()
        .map(|label| LabelRow {
            name: label.label.clone(),
            precision: label.precision,
            recall: label.recall,
            f1: label.f1,
            support: label.support,
        })
        .collect()
}

/// The averages over the labels; none where a number is predicted.
pub fn averages(words: &Catalog, report: &EvaluationReport) -> Vec<LabelRow> {
    let support = support(per_label(report));
    let row = |name, average: &Averages| LabelRow {
        name,
        precision: average.precision,
        recall: average.recall,
        f1: average.f1,
        support,
    };
    let macro_average = || tr!("results-macro-average" in words);
    let weighted_average = || tr!("results-weighted-average" in words);
    match report {
        EvaluationReport::SingleLabel(report) => vec![
            row(macro_average(), &report.classification.macro_average),
            row(weighted_average(), &report.classification.weighted_average),
        ],
        EvaluationReport::MultiLabel(report) => vec![
            row(
                tr!("results-micro-average" in words),
                &report.metrics.micro_average,
            ),
            row(macro_average(), &report.metrics.macro_average),
            row(weighted_average(), &report.metrics.weighted_average),
        ],
        EvaluationReport::Regression(_) => Vec::new(),
    }
}

/// Metrics of each label; none where a number is predicted.
pub(super) fn per_label(report: &EvaluationReport) -> &[ClassMetrics] {
    match report {
        EvaluationReport::SingleLabel(report) => &report.classification.per_class,
        EvaluationReport::MultiLabel(report) => &report.metrics.per_label,
        EvaluationReport::Regression(_) => &[],
    }
}

fn support(labels: &[ClassMetrics]) -> u32 {
    labels.iter().map(|label| label.support).sum()
}

fn interval(words: &Catalog, interval: Option<Interval>, write: impl Fn(f64) -> String) -> String {
    interval.map_or_else(String::new, |interval| {
        tr!(
            "results-interval" in words,
            lower = write(interval.lower),
            upper = write(interval.upper)
        )
    })
}
