//! What the probabilities of one label an example are worth.

use super::MetricsError;
use super::arithmetic::{mean, surprise};
use super::inputs::{labels_in_range, probabilities, same_length};
use super::ranking::{Ranked, RankingMetrics};

/// `sklearn.metrics.log_loss`: the mean of -ln p over the probabilities given to the true labels, in nats.
///
/// `truth` holds a label's number, below `labels`, for each example; `given` a probability for each example and
/// label. A row that does not sum to 1 is taken as it is. As in scikit-learn, probabilities are kept off 0 and 1 by
/// f64's machine epsilon, so that a label that was ruled out costs 36 nats and not infinitely many. `None` without
/// examples.
///
/// # Errors
/// If the arguments do not fit each other, or hold what is no probability.
pub fn log_loss(
    labels: usize,
    truth: &[u32],
    given: &[Vec<impl Copy + Into<f64>>],
) -> Result<Option<f64>, MetricsError> {
    same_length(truth.len(), given.len())?;
    labels_in_range(labels, truth)?;
    let rows = probabilities(labels, given)?;
    let losses = truth
        .iter()
        .zip(&rows)
        .map(|(&label, row)| surprise(row[label as usize]));
    Ok(mean(losses))
}

/// ROC-AUC and average precision of each label against the rest.
///
/// `truth` holds a label's number, below `labels`, for each example; `given` a probability for each example and label.
/// The numbers for all labels are, as in scikit-learn, those of the second of two labels, and else the mean over the
/// labels, each counting the same (`roc_auc_score` with `multi_class="ovr"`, `average_precision_score`).
///
/// # Errors
/// If the arguments do not fit each other, or hold what is no probability.
pub fn one_vs_rest(
    labels: usize,
    truth: &[u32],
    given: &[Vec<impl Copy + Into<f64>>],
) -> Result<RankingMetrics, MetricsError> {
    Ok(summarise(&ranked_labels(labels, truth, given)?))
}

pub(super) fn summarise(ranked: &[Ranked]) -> RankingMetrics {
    let mut metrics = RankingMetrics::macro_average(ranked);
    if let [_, positive] = metrics.per_label[..] {
        metrics.roc_auc = positive.roc_auc;
        metrics.average_precision = positive.average_precision;
    }
    metrics
}

/// The examples in the order of each label's probability.
pub(super) fn ranked_labels(
    labels: usize,
    truth: &[u32],
    given: &[Vec<impl Copy + Into<f64>>],
) -> Result<Vec<Ranked>, MetricsError> {
    same_length(truth.len(), given.len())?;
    labels_in_range(labels, truth)?;
    let rows = probabilities(labels, given)?;
    Ok((0..labels)
        .map(|label| {
            let has: Vec<bool> = truth.iter().map(|&found| found as usize == label).collect();
            let scores: Vec<f64> = rows.iter().map(|row| row[label]).collect();
            Ranked::new(&has, &scores)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_must_fit_the_labels() {
        let labels_out_of_range = MetricsError::LabelOutOfRange {
            example: 0,
            label: 2,
            labels: 2,
        };
        let row_length = MetricsError::RowLength {
            example: 0,
            found: 1,
            labels: 2,
        };
        assert_eq!(
            log_loss(2, &[2], &[vec![0.5, 0.5]]),
            Err(labels_out_of_range)
        );
        assert_eq!(log_loss(2, &[0], &[vec![0.5]]), Err(row_length));
        assert_eq!(
            one_vs_rest(2, &[2], &[vec![0.5, 0.5]]),
            Err(labels_out_of_range)
        );
        assert_eq!(one_vs_rest(2, &[0], &[vec![0.5]]), Err(row_length));
    }

    #[test]
    fn without_examples_nothing_is_known() {
        let none: [Vec<f32>; 0] = [];
        assert_eq!(log_loss(2, &[], &none), Ok(None));
        let ranking = one_vs_rest(2, &[], &none).unwrap();
        assert_eq!((ranking.roc_auc, ranking.average_precision), (None, None));
        assert_eq!(ranking.per_label.len(), 2);
    }
}
