//! Probabilities of one label an example: log loss, rankings, calibration.

use serde::Deserialize;
use tabtune::eval::metrics::{
    DEFAULT_BINS, ReliabilityBin, calibration, log_loss, one_vs_rest, precision_recall_curve,
    roc_curve, single_label_report,
};

use super::{GoldenRanking, assert_close, assert_same, golden};

#[derive(Deserialize)]
struct Case {
    name: String,
    truth: Vec<u32>,
    probabilities: Vec<Vec<f64>>,
    log_loss: f64,
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
    per_label: Vec<GoldenRanking>,
    calibration: GoldenCalibration,
}

/// `accuracies` and `confidences` are those of bins that are not empty.
#[derive(Deserialize)]
struct GoldenCalibration {
    expected_calibration_error: f64,
    counts: Vec<u32>,
    accuracies: Vec<f64>,
    confidences: Vec<f64>,
}

fn cases() -> Vec<Case> {
    let cases: Vec<Case> = golden("probabilistic");
    assert!(!cases.is_empty());
    cases
}

#[test]
fn log_losses_are_those_of_scikit_learn() {
    for case in cases() {
        let found = log_loss(case.per_label.len(), &case.truth, &case.probabilities).unwrap();
        assert_same(&case.name, "log loss", found, Some(case.log_loss));
    }
}

#[test]
fn rankings_are_those_of_scikit_learn() {
    for case in cases() {
        let labels = case.per_label.len();
        let found = one_vs_rest(labels, &case.truth, &case.probabilities).unwrap();
        let name = &case.name;
        assert_same(name, "ROC-AUC", found.roc_auc, case.roc_auc);
        assert_same(
            name,
            "average precision",
            found.average_precision,
            case.average_precision,
        );
        assert_eq!(found.per_label.len(), labels, "{name}");
        for (found, expected) in found.per_label.iter().zip(&case.per_label) {
            expected.assert_numbers(name, *found);
        }
    }
}

#[test]
fn curves_are_those_of_scikit_learn() {
    for case in cases() {
        for (label, expected) in (0..).zip(&case.per_label) {
            let has: Vec<bool> = case.truth.iter().map(|&truth| truth == label).collect();
            let rows = case.probabilities.iter();
            let scores: Vec<f64> = rows.map(|row| row[label as usize]).collect();
            expected.assert_curves(
                &case.name,
                roc_curve(&has, &scores).unwrap(),
                precision_recall_curve(&has, &scores).unwrap(),
            );
        }
    }
}

/// Precision and recall at a threshold are those of scikit-learn's first point at or above it.
#[test]
fn thresholds_are_those_of_scikit_learn() {
    let mut checked = 0;
    for case in cases().iter().filter(|case| case.per_label.len() == 2) {
        let names = ["no", "yes"].map(String::from);
        let report =
            single_label_report(&names, &case.truth, &case.probabilities, None, 0).unwrap();
        for (table, expected) in report.thresholds.iter().zip(&case.per_label) {
            let Some((thresholds, precision, recall)) = &expected.precision_recall else {
                continue;
            };
            for found in table.thresholds() {
                let above = |threshold: &Option<f64>| {
                    threshold.is_none_or(|threshold| threshold >= found.threshold)
                };
                let point = thresholds.iter().position(above).unwrap();
                assert_close(&case.name, "recall", found.recall, recall[point]);
                // Where nothing is selected scikit-learn's last point is 1 by definition, as the precision of nothing is 0.
                if thresholds[point].is_some() {
                    assert_close(&case.name, "precision", found.precision, precision[point]);
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 500, "{checked}");
}

#[test]
fn calibration_is_that_of_scikit_learn() {
    for case in cases() {
        let (name, expected) = (&case.name, &case.calibration);
        let labels = case.per_label.len();
        let found = calibration(labels, &case.truth, &case.probabilities, DEFAULT_BINS).unwrap();
        assert_same(
            name,
            "calibration error",
            found.expected_calibration_error,
            Some(expected.expected_calibration_error),
        );
        let counts: Vec<u32> = found.bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, expected.counts, "{name}");
        let (empty, filled): (Vec<&ReliabilityBin>, Vec<_>) =
            found.bins.iter().partition(|bin| bin.count == 0);
        assert!(
            empty
                .iter()
                .all(|bin| bin.accuracy.is_none() && bin.confidence.is_none())
        );
        assert_eq!(filled.len(), expected.accuracies.len(), "{name}");
        let expected = expected.accuracies.iter().zip(&expected.confidences);
        for (bin, (accuracy, confidence)) in filled.iter().zip(expected) {
            assert_close(name, "accuracy", bin.accuracy.unwrap(), *accuracy);
            assert_close(name, "confidence", bin.confidence.unwrap(), *confidence);
        }
    }
}

#[test]
fn probabilities_of_f32_are_widened() {
    let rows = [vec![0.25_f32, 0.75], vec![0.5, 0.5]];
    let found = log_loss(2, &[1, 0], &rows).unwrap().unwrap();
    assert_close(
        "f32",
        "log loss",
        found,
        (-(0.75_f64.ln()) - 0.5_f64.ln()) / 2.0,
    );
}
