//! Any number of labels an example.

use serde::Deserialize;
use tabtune::eval::metrics::{Averages, ClassMetrics, multi_label_metrics};

use super::{GoldenRanking, assert_averages, assert_classes, assert_close, assert_same, golden};

#[derive(Deserialize)]
struct Case {
    name: String,
    labels: Vec<String>,
    truth: Vec<Vec<u32>>,
    probabilities: Vec<Vec<f64>>,
    threshold: f64,
    subset_accuracy: f64,
    hamming_loss: f64,
    log_loss: f64,
    per_class: Vec<ClassMetrics>,
    micro_average: Averages,
    macro_average: Averages,
    weighted_average: Averages,
    samples_average: Averages,
    roc_auc: Option<f64>,
    average_precision: Option<f64>,
    per_label: Vec<GoldenRanking>,
}

#[test]
fn metrics_are_those_of_scikit_learn() {
    let cases: Vec<Case> = golden("multi_label");
    assert!(!cases.is_empty());
    for case in cases {
        let name = &case.name;
        let found = multi_label_metrics(
            &case.labels,
            &case.truth,
            &case.probabilities,
            case.threshold,
        )
        .unwrap();
        assert_eq!(found.threshold, case.threshold, "{name}");
        assert_close(
            name,
            "subset accuracy",
            found.subset_accuracy,
            case.subset_accuracy,
        );
        assert_same(
            name,
            "Hamming loss",
            found.hamming_loss,
            Some(case.hamming_loss),
        );
        assert_same(name, "log loss", found.log_loss, Some(case.log_loss));
        assert_classes(name, &found.per_label, &case.per_class);
        for (what, found, expected) in [
            ("micro", found.micro_average, case.micro_average),
            ("macro", found.macro_average, case.macro_average),
            ("weighted", found.weighted_average, case.weighted_average),
            ("samples", found.samples_average, case.samples_average),
        ] {
            assert_averages(name, what, found, expected);
        }
        let ranking = found.ranking;
        assert_same(name, "ROC-AUC", ranking.roc_auc, case.roc_auc);
        assert_same(
            name,
            "mean average precision",
            ranking.average_precision,
            case.average_precision,
        );
        assert_eq!(ranking.per_label.len(), case.per_label.len(), "{name}");
        for (found, expected) in ranking.per_label.iter().zip(&case.per_label) {
            expected.assert_numbers(name, *found);
        }
    }
}
