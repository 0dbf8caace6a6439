//! Predicted against true values.

use serde::Deserialize;
use tabtune::eval::metrics::{RegressionMetrics, regression_metrics};

use super::{assert_same, golden};

#[derive(Deserialize)]
struct Case {
    name: String,
    truth: Vec<f64>,
    predicted: Vec<f64>,
    #[serde(flatten)]
    metrics: RegressionMetrics,
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
