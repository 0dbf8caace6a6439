//! Classification metrics: pure arithmetic on label indices, as scikit-learn defines them.

use serde::{Deserialize, Serialize};

/// What `sklearn.metrics.classification_report` and `confusion_matrix` tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassificationReport {
    /// Share of examples whose label was predicted, 0 to 1.
    pub accuracy: f64,
    /// A row for each label, in label order.
    pub per_class: Vec<ClassMetrics>,
    /// Unweighted mean over the labels.
    pub macro_average: Averages,
    /// Mean over the labels, weighted by support.
    pub weighted_average: Averages,
    /// `confusion[truth][predicted]` counts examples.
    pub confusion: Vec<Vec<u32>>,
}

/// Metrics of one label against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassMetrics {
    /// The label's name.
    pub label: String,
    /// Right predictions of the label, of all its predictions; 0 if it was never predicted.
    pub precision: f64,
    /// Right predictions of the label, of all its examples; 0 if it has none.
    pub recall: f64,
    /// Harmonic mean of precision and recall; 0 if both are.
    pub f1: f64,
    /// Examples with the label.
    pub support: u32,
}

/// Averages over the labels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Averages {
    /// Averaged precision.
    pub precision: f64,
    /// Averaged recall.
    pub recall: f64,
    /// Averaged F1.
    pub f1: f64,
}

/// Labels that cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetricsError {
    /// Not every example has both a true and a predicted label.
    #[error("there are {truth} true labels, but {predicted} predicted ones")]
    LengthMismatch {
        /// True labels.
        truth: u32,
        /// Predicted labels.
        predicted: u32,
    },
    /// A label that is no index into the labels' names.
    #[error(
        "example {example} has label number {label}, but there are {labels} labels, counted from 0"
    )]
    LabelOutOfRange {
        /// The example's index.
        example: u32,
        /// Its true or predicted label.
        label: u32,
        /// How many labels there are.
        labels: u32,
    },
}

/// Compares predicted with true labels, as scikit-learn does with `zero_division=0` and every label of `labels`.
///
/// `truth` and `predicted` hold an index into `labels` for each example. Without examples every number is 0, the
/// accuracy too: there is nothing that was predicted right.
///
/// # Errors
/// If the two differ in length, or an index is out of range.
pub fn classification_report(
    labels: &[String],
    truth: &[u32],
    predicted: &[u32],
) -> Result<ClassificationReport, MetricsError> {
    let confusion = confusion_matrix(labels.len(), truth, predicted)?;
    let per_class: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(class, label)| class_metrics(&confusion, class, label))
        .collect();
    let right = truth
        .iter()
        .zip(predicted)
        .filter(|(truth, predicted)| truth == predicted)
        .count();
    let supports: Vec<f64> = per_class
        .iter()
        .map(|class| f64::from(class.support))
        .collect();
    Ok(ClassificationReport {
        accuracy: ratio(right as f64, truth.len() as f64),
        macro_average: average(&per_class, &vec![1.0; per_class.len()]),
        weighted_average: average(&per_class, &supports),
        per_class,
        confusion,
    })
}

fn confusion_matrix(
    classes: usize,
    truth: &[u32],
    predicted: &[u32],
) -> Result<Vec<Vec<u32>>, MetricsError> {
    if truth.len() != predicted.len() {
        return Err(MetricsError::LengthMismatch {
            truth: truth.len() as u32,
            predicted: predicted.len() as u32,
        });
    }
    let mut confusion = vec![vec![0; classes]; classes];
    for (example, (&truth, &predicted)) in (0..).zip(truth.iter().zip(predicted)) {
        let out_of_range = |label| MetricsError::LabelOutOfRange {
            example,
            label,
            labels: classes as u32,
        };
        let row = confusion
            .get_mut(truth as usize)
            .ok_or(out_of_range(truth))?;
        *row.get_mut(predicted as usize)
            .ok_or(out_of_range(predicted))? += 1;
    }
    Ok(confusion)
}

/// Metrics of one class, from a square confusion matrix that has it.
fn class_metrics(confusion: &[Vec<u32>], class: usize, label: &str) -> ClassMetrics {
    let right = f64::from(confusion[class][class]);
    let support: u32 = confusion[class].iter().sum();
    let predicted: u32 = confusion.iter().map(|row| row[class]).sum();
    let (support_f, predicted_f) = (f64::from(support), f64::from(predicted));
    ClassMetrics {
        label: label.to_owned(),
        precision: ratio(right, predicted_f),
        recall: ratio(right, support_f),
        // The harmonic mean of the two, 2pr / (p + r), without its division by zero.
        f1: ratio(2.0 * right, support_f + predicted_f),
        support,
    }
}

fn average(classes: &[ClassMetrics], weights: &[f64]) -> Averages {
    let total: f64 = weights.iter().sum();
    let mean = |metric: fn(&ClassMetrics) -> f64| {
        let sum: f64 = classes
            .iter()
            .zip(weights)
            .map(|(class, weight)| metric(class) * weight)
            .sum();
        ratio(sum, total)
    };
    Averages {
        precision: mean(|class| class.precision),
        recall: mean(|class| class.recall),
        f1: mean(|class| class.f1),
    }
}

/// The quotient, and 0 where the divisor is.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}
