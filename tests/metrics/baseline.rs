//! What is reached without training.

use serde::Deserialize;
use tabtune::eval::baseline::{Baseline, BaselineMethod, Centroids};

use super::{assert_close, assert_rows};

#[derive(Deserialize)]
struct Case {
    name: String,
    labels: usize,
    train: Examples,
    test: Examples,
    centroids: Vec<Vec<f64>>,
    predicted: Vec<u32>,
    nearest_centroid: Scores,
    majority_class: Scores,
}

#[derive(Deserialize)]
struct Examples {
    vectors: Vec<Vec<f32>>,
    classes: Vec<u32>,
}

#[derive(Deserialize)]
struct Scores {
    accuracy: f64,
    macro_f1: f64,
}

impl Examples {
    fn pairs(&self) -> Vec<(&[f32], u32)> {
        let vectors = self.vectors.iter().map(Vec::as_slice);
        vectors.zip(self.classes.iter().copied()).collect()
    }
}

#[test]
fn baselines_are_those_of_scikit_learn() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../fixtures/golden/baseline.json")).unwrap();
    assert!(!cases.is_empty());
    for case in cases {
        let Case { name, labels, .. } = &case;
        let names: Vec<String> = (0..*labels).map(|label| label.to_string()).collect();
        let (train, test) = (case.train.pairs(), case.test.pairs());
        let centroids = Centroids::of(*labels, &train);
        let predicted: Vec<u32> = test.iter().map(|(it, _)| centroids.nearest(it)).collect();
        assert_eq!(predicted, case.predicted, "{name}");
        let found: Vec<Vec<f64>> = (0..*labels as u32)
            .filter_map(|class| Some(centroids.mean(class)?.to_vec()))
            .collect();
        assert_rows(name, &found, &case.centroids);

        let found = Baseline::nearest_centroid(&names, &train, &test).unwrap();
        assert_eq!(found.method, BaselineMethod::NearestCentroid);
        let expected = &case.nearest_centroid;
        assert_close(name, "accuracy", found.accuracy, expected.accuracy);
        assert_close(name, "macro F1", found.macro_f1, expected.macro_f1);
        let expected = &case.majority_class;
        assert_close(name, "share", found.majority_share, expected.accuracy);

        let found = Baseline::majority(&names, &case.train.classes, &case.test.classes).unwrap();
        assert_eq!(found.method, BaselineMethod::MajorityClass);
        assert_close(name, "accuracy", found.accuracy, expected.accuracy);
        assert_close(name, "macro F1", found.macro_f1, expected.macro_f1);
    }
}

#[test]
fn a_class_that_does_not_exist_is_refused() {
    let labels = ["a".to_owned()];
    assert!(Baseline::majority(&labels, &[0], &[1]).is_err());
    assert!(Baseline::nearest_centroid(&labels, &[(&[1.0], 0)], &[(&[1.0], 1)]).is_err());
}
