//! Predicted against true labels.

use serde::Deserialize;
use tabtune::eval::metrics::{ClassificationReport, classification_report};

use super::{assert_averages, assert_classes, assert_close, golden};

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
    let cases: Vec<Case> = golden("classification");
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
        assert_close(
            &name,
            "Matthews correlation",
            report.matthews_correlation,
            expected.matthews_correlation,
        );
        for (what, found, expected) in [
            ("micro", report.micro_average, expected.micro_average),
            ("macro", report.macro_average, expected.macro_average),
            (
                "weighted",
                report.weighted_average,
                expected.weighted_average,
            ),
        ] {
            assert_averages(&name, what, found, expected);
        }
        assert_classes(&name, &report.per_class, &expected.per_class);
    }
}
