//! Predicted against true values.

use serde::Deserialize;
use tabtune::eval::metrics::{RegressionMetrics, regression_metrics, regression_report};

use super::{assert_close, assert_same, golden};

#[derive(Deserialize)]
struct Case {
    name: String,
    truth: Vec<f64>,
    predicted: Vec<f64>,
    #[serde(flatten)]
    metrics: RegressionMetrics,
    residuals: Histogram,
}

#[derive(Deserialize)]
struct Histogram {
    counts: Vec<u32>,
    edges: Vec<f64>,
}

#[test]
fn residuals_are_counted_as_numpy_does() {
    let cases: Vec<Case> = golden("regression");
    assert!(!cases.is_empty());
    for Case {
        name,
        truth,
        predicted,
        residuals,
        ..
    } in cases
    {
        let found = regression_report(&truth, &predicted, 0).unwrap().residuals;
        let counts: Vec<u32> = found.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, residuals.counts, "{name}");
        for (bin, edges) in found.iter().zip(residuals.edges.windows(2)) {
            assert_close(&name, "lower edge", bin.from, edges[0]);
            assert_close(&name, "upper edge", bin.up_to, edges[1]);
        }
    }
}

#[test]
fn metrics_are_those_of_scikit_learn_and_scipy() {
    let cases: Vec<Case> = golden("regression");
    assert!(!cases.is_empty());
    for case in cases {
        let found = regression_metrics(&case.truth, &case.predicted).unwrap();
        for (what, metric) in METRICS {
            assert_same(&case.name, what, metric(&found), metric(&case.metrics));
        }
    }
}

#[test]
fn without_examples_nothing_is_known() {
    let none: [f32; 0] = [];
    let found = regression_metrics(&none, &none).unwrap();
    assert!(METRICS.iter().all(|(_, metric)| metric(&found).is_none()));
}

type Metric = fn(&RegressionMetrics) -> Option<f64>;

const METRICS: [(&str, Metric); 6] = [
    ("mean squared error", |found| found.mean_squared_error),
    ("root mean squared error", |found| {
        found.root_mean_squared_error
    }),
    ("mean absolute error", |found| found.mean_absolute_error),
    ("R²", |found| found.r_squared),
    ("Pearson", |found| found.pearson),
    ("Spearman", |found| found.spearman),
];
