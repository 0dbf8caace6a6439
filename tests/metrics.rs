//! The classification report against scikit-learn's, as `tests/fixtures` holds it.

use serde::Deserialize;
use tabtune::eval::metrics::{Averages, ClassificationReport, classification_report};

const GOLDEN: &str = include_str!("fixtures/golden/metrics.json");
/// Sums in another order differ in their last bits.
const TOLERANCE: f64 = 1e-12;

#[derive(Deserialize)]
struct Case {
    name: String,
    labels: Vec<String>,
    truth: Vec<u32>,
    predicted: Vec<u32>,
    #[serde(flatten)]
    report: ClassificationReport,
}

#[test]
fn reports_are_those_of_scikit_learn() {
    let cases: Vec<Case> = serde_json::from_str(GOLDEN).unwrap();
    assert!(!cases.is_empty());
    for Case {
        name,
        labels,
        truth,
        predicted,
        report: expected,
    } in cases
    {
        let report = classification_report(&labels, &truth, &predicted).unwrap();
        assert_eq!(report.confusion, expected.confusion, "{name}");
        assert_close(&name, "accuracy", report.accuracy, expected.accuracy);
        assert_averages(
            &name,
            "macro average",
            report.macro_average,
            expected.macro_average,
        );
        assert_averages(
            &name,
            "weighted average",
            report.weighted_average,
            expected.weighted_average,
        );
        assert_eq!(report.per_class.len(), expected.per_class.len(), "{name}");
        for (class, expected) in report.per_class.iter().zip(&expected.per_class) {
            assert_eq!(
                (&class.label, class.support),
                (&expected.label, expected.support),
                "{name}"
            );
            assert_close(&name, &class.label, class.precision, expected.precision);
            assert_close(&name, &class.label, class.recall, expected.recall);
            assert_close(&name, &class.label, class.f1, expected.f1);
        }
    }
}

fn assert_averages(name: &str, what: &str, found: Averages, expected: Averages) {
    assert_close(name, what, found.precision, expected.precision);
    assert_close(name, what, found.recall, expected.recall);
    assert_close(name, what, found.f1, expected.f1);
}

fn assert_close(name: &str, what: &str, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= TOLERANCE,
        "{name}, {what}: {found} is not {expected}"
    );
}
