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
