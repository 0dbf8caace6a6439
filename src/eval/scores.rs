//! How well a model does on its problem: in a few numbers while it learns, and in a report at the end.

use super::metrics::{
    EvaluationReport, MetricsError, classification_report, fit_temperature, log_probabilities,
    multi_label_metrics, multi_label_report, regression_metrics, regression_report,
    single_label_report,
};
use super::outcome::Outcome;
use super::score::{Metric, Score};
use crate::data::{Problem, Target};

/// Probability from which on a label is given, where a text may have several.
pub const THRESHOLD: f64 = 0.5;

/// The scores of an outcome, the most telling first; what is undefined is left out.
///
/// # Errors
/// If a target does not fit the problem, or an output is not finite.
pub fn scores(
    problem: Problem,
    labels: &[String],
    targets: &[&Target],
    outcome: &Outcome,
) -> Result<Vec<Score>, MetricsError> {
    let scores = match problem {
        Problem::SingleLabel => {
            let report = classification_report(labels, &classes(targets), &outcome.predicted())?;
            vec![
                (Metric::Accuracy, Some(report.accuracy)),
                (Metric::MacroF1, Some(report.macro_average.f1)),
                (
                    Metric::MatthewsCorrelation,
                    Some(report.matthews_correlation),
                ),
            ]
        }
        Problem::MultiLabel { .. } => {
            let truth = class_lists(targets);
            let metrics = multi_label_metrics(labels, &truth, &outcome.outputs, THRESHOLD)?;
            vec![
                (Metric::MicroF1, Some(metrics.micro_average.f1)),
                (Metric::MacroF1, Some(metrics.macro_average.f1)),
                (Metric::Accuracy, Some(metrics.subset_accuracy)),
            ]
        }
        Problem::Regression => {
            let metrics = regression_metrics(&values(targets), &outcome.values())?;
            vec![
                (Metric::R2, metrics.r_squared),
                (Metric::Pearson, metrics.pearson),
                (Metric::Spearman, metrics.spearman),
            ]
        }
    };
    let defined = scores.into_iter().filter_map(|(metric, value)| {
        Some(Score {
            metric,
            value: value?,
        })
    });
    Ok(defined.collect())
}

/// All that can be told of an outcome.
///
/// `temperature` is one that [`temperature`] found on other examples, `seed` that of the intervals.
///
/// # Errors
/// If a target does not fit the problem, or an output is not finite.
pub fn report(
    problem: Problem,
    labels: &[String],
    targets: &[&Target],
    outcome: &Outcome,
    temperature: Option<f64>,
    seed: u64,
) -> Result<EvaluationReport, MetricsError> {
    Ok(match problem {
        Problem::SingleLabel => EvaluationReport::SingleLabel(single_label_report(
            labels,
            &classes(targets),
            &outcome.outputs,
            temperature,
            seed,
        )?),
        Problem::MultiLabel { .. } => EvaluationReport::MultiLabel(multi_label_report(
            labels,
            &class_lists(targets),
            &outcome.outputs,
            THRESHOLD,
            seed,
        )?),
        Problem::Regression => EvaluationReport::Regression(regression_report(
            &values(targets),
            &outcome.values(),
            seed,
        )?),
    })
}

/// The temperature that makes an outcome's probabilities of one label each the most honest; `None` where it has none.
///
/// # Errors
/// If a target does not fit the problem, or an output is not finite.
pub fn temperature(
    problem: Problem,
    labels: usize,
    targets: &[&Target],
    outcome: &Outcome,
) -> Result<Option<f64>, MetricsError> {
    if problem != Problem::SingleLabel {
        return Ok(None);
    }
    let logits = log_probabilities(labels, &outcome.outputs)?;
    fit_temperature(labels, &classes(targets), &logits)
}

fn classes(targets: &[&Target]) -> Vec<u32> {
    targets.iter().filter_map(|target| target.class()).collect()
}

fn class_lists(targets: &[&Target]) -> Vec<Vec<u32>> {
    targets
        .iter()
        .map(|target| target.labels().to_vec())
        .collect()
}

fn values(targets: &[&Target]) -> Vec<f64> {
    targets.iter().filter_map(|target| target.value()).collect()
}
