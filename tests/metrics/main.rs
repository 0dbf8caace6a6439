//! Metrics against those of scikit-learn, scipy and numpy, as `tests/fixtures` holds them.

#![cfg(not(target_arch = "wasm32"))]

mod baseline;
mod bootstrap;
mod classification;
mod multi_label;
mod probabilistic;
mod properties;
mod regression;
mod report;
mod temperature;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tabtune::eval::metrics::{
    Averages, ClassMetrics, LabelRanking, PrecisionRecallPoint, RocPoint,
};

/// Sums in another order differ in their last bits.
const RELATIVE: f64 = 1e-12;
/// What is left of the last bits where a sum should be 0.
const ABSOLUTE: f64 = 1e-14;

/// The cases of one section of the fixture.
fn golden<T: DeserializeOwned>(section: &str) -> T {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/golden/metrics.json")).unwrap();
    serde_json::from_value(all[section].clone()).unwrap()
}

#[track_caller]
fn assert_close(name: &str, what: &str, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= RELATIVE * expected.abs() + ABSOLUTE,
        "{name}, {what}: {found} is not {expected}"
    );
}

/// Both are defined and close, or neither is defined.
#[track_caller]
fn assert_same(name: &str, what: &str, found: Option<f64>, expected: Option<f64>) {
    match (found, expected) {
        (Some(found), Some(expected)) => assert_close(name, what, found, expected),
        _ => assert_eq!(found, expected, "{name}, {what}"),
    }
}

#[track_caller]
fn assert_averages(name: &str, what: &str, found: Averages, expected: Averages) {
    assert_close(name, what, found.precision, expected.precision);
    assert_close(name, what, found.recall, expected.recall);
    assert_close(name, what, found.f1, expected.f1);
}

#[track_caller]
fn assert_classes(name: &str, found: &[ClassMetrics], expected: &[ClassMetrics]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (class, expected) in found.iter().zip(expected) {
        assert_eq!(
            (&class.label, class.support),
            (&expected.label, expected.support),
            "{name}"
        );
        assert_close(name, &class.label, class.precision, expected.precision);
        assert_close(name, &class.label, class.recall, expected.recall);
        assert_close(name, &class.label, class.f1, expected.f1);
    }
}

#[track_caller]
fn assert_rows(name: &str, found: &[Vec<f64>], expected: &[Vec<f64>]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.len(), expected.len(), "{name}");
        for (found, expected) in found.iter().zip(expected) {
            assert_close(name, "row", *found, *expected);
        }
    }
}

/// A curve as arrays: thresholds, and two rates.
type Arrays = (Vec<Option<f64>>, Vec<f64>, Vec<f64>);

/// How a label's scores rank the examples.
#[derive(Deserialize)]
struct GoldenRanking {
    #[serde(flatten)]
    numbers: LabelRanking,
    roc: Option<Arrays>,
    precision_recall: Option<Arrays>,
}

impl GoldenRanking {
    #[track_caller]
    fn assert_numbers(&self, name: &str, found: LabelRanking) {
        assert_same(name, "ROC-AUC", found.roc_auc, self.numbers.roc_auc);
        assert_same(
            name,
            "average precision",
            found.average_precision,
            self.numbers.average_precision,
        );
    }

    #[track_caller]
    fn assert_curves(
        &self,
        name: &str,
        roc: Option<Vec<RocPoint>>,
        precision_recall: Option<Vec<PrecisionRecallPoint>>,
    ) {
        let roc = roc.map(|points| {
            let rate = |rate: fn(&RocPoint) -> f64| points.iter().map(rate).collect();
            (
                points.iter().map(|point| point.threshold).collect(),
                rate(|point| point.false_positive_rate),
                rate(|point| point.true_positive_rate),
            )
        });
        assert_arrays(name, "ROC", roc, self.roc.as_ref());
        let precision_recall = precision_recall.map(|points| {
            let rate = |rate: fn(&PrecisionRecallPoint) -> f64| points.iter().map(rate).collect();
            (
                points.iter().map(|point| point.threshold).collect(),
                rate(|point| point.precision),
                rate(|point| point.recall),
            )
        });
        assert_arrays(
            name,
            "precision and recall",
            precision_recall,
            self.precision_recall.as_ref(),
        );
    }
}

#[track_caller]
fn assert_arrays(name: &str, what: &str, found: Option<Arrays>, expected: Option<&Arrays>) {
    let (Some(found), Some(expected)) = (&found, expected) else {
        assert_eq!(found.as_ref(), expected, "{name}, {what}");
        return;
    };
    assert_eq!(found.0, expected.0, "{name}, {what}: thresholds");
    for (found, expected) in [(&found.1, &expected.1), (&found.2, &expected.2)] {
        assert_eq!(found.len(), expected.len(), "{name}, {what}");
        for (found, expected) in found.iter().zip(expected) {
            assert_close(name, what, *found, *expected);
        }
    }
}
