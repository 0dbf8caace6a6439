//! Temperature scaling against a root finder on the derivative of the negative log-likelihood.

use serde::Deserialize;
use tabtune::eval::metrics::{
    fit_temperature, log_probabilities, scale_logits, scale_probabilities,
};

use super::{assert_close, assert_rows, golden};

#[derive(Deserialize)]
struct Case {
    name: String,
    truth: Vec<u32>,
    logits: Vec<Vec<f64>>,
    temperature: f64,
    /// At temperature 1.
    probabilities: Vec<Vec<f64>>,
    /// At the one that fits.
    scaled: Vec<Vec<f64>>,
}

fn cases() -> Vec<Case> {
    let cases: Vec<Case> = golden("temperature");
    assert!(!cases.is_empty());
    cases
}

#[test]
fn fitted_temperatures_are_those_of_scipy() {
    for case in cases() {
        let labels = case.logits[0].len();
        let found = fit_temperature(labels, &case.truth, &case.logits).unwrap();
        assert_close(&case.name, "temperature", found.unwrap(), case.temperature);
    }
}

#[test]
fn log_probabilities_fit_like_logits() {
    // Of the overconfident case some probabilities are too small to be told from 0.
    for case in cases().iter().filter(|case| case.name != "overconfident") {
        let labels = case.logits[0].len();
        let rows = log_probabilities(labels, &case.probabilities).unwrap();
        let found = fit_temperature(labels, &case.truth, &rows).unwrap();
        // Probabilities near 1 have lost some digits.
        let found = found.unwrap();
        assert!(
            (found - case.temperature).abs() < 1e-9 * case.temperature,
            "{}: {found}",
            case.name
        );
    }
}

#[test]
fn logits_are_scaled_as_by_scipy() {
    for case in cases() {
        let labels = case.logits[0].len();
        let found = scale_logits(labels, &case.logits, 1.0).unwrap();
        assert_rows(&case.name, &found, &case.probabilities);
        let found = scale_logits(labels, &case.logits, case.temperature).unwrap();
        assert_rows(&case.name, &found, &case.scaled);
    }
}

#[test]
fn probabilities_are_scaled_like_logits() {
    for case in cases() {
        let labels = case.logits[0].len();
        let found = scale_probabilities(labels, &case.probabilities, case.temperature).unwrap();
        assert_rows(&case.name, &found, &case.scaled);
    }
}
