//! What holds of all examples.

use proptest::collection::vec;
use proptest::prelude::*;
use tabtune::eval::metrics::{
    average_precision, calibration, fit_temperature, regression_metrics, roc_auc, scale_logits,
    scale_probabilities,
};

/// Examples with a label or without, and few distinct scores, so that some are tied.
fn scored() -> impl Strategy<Value = (Vec<bool>, Vec<f64>)> {
    vec((any::<bool>(), (-8_i32..8).prop_map(f64::from)), 0..40)
        .prop_map(|examples| examples.into_iter().unzip())
}

/// Three probabilities that sum to 1.
fn distribution() -> impl Strategy<Value = Vec<f64>> {
    vec(0.01_f64..1.0, 3).prop_map(|row| {
        let sum: f64 = row.iter().sum();
        row.iter().map(|value| value / sum).collect()
    })
}

/// True labels, and three logits an example.
fn logits() -> impl Strategy<Value = (Vec<u32>, Vec<Vec<f64>>)> {
    vec((0_u32..3, vec(-5.0_f64..5.0, 3)), 1..30).prop_map(|examples| examples.into_iter().unzip())
}

fn loss(truth: &[u32], logits: &[Vec<f64>], temperature: f64) -> f64 {
    let rows = scale_logits(3, logits, temperature).unwrap();
    let rows = truth.iter().zip(rows);
    rows.map(|(&label, row)| -row[label as usize].ln()).sum()
}

proptest! {
    #[test]
    fn rankings_depend_on_the_order_alone((truth, scores) in scored()) {
        let mapped: Vec<f64> = scores.iter().map(|score| score.exp() * 3.0 - 7.0).collect();
        prop_assert_eq!(roc_auc(&truth, &scores), roc_auc(&truth, &mapped));
        prop_assert_eq!(average_precision(&truth, &scores), average_precision(&truth, &mapped));
    }

    #[test]
    fn roc_auc_is_the_share_of_pairs_in_order((truth, scores) in scored()) {
        let (mut pairs, mut ordered) = (0.0, 0.0);
        for (with, a) in truth.iter().zip(&scores).filter(|(has, _)| **has) {
            for (without, b) in truth.iter().zip(&scores).filter(|(has, _)| !**has) {
                prop_assert!(*with && !*without);
                pairs += 1.0;
                ordered += if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
            }
        }
        let expected = (pairs > 0.0).then(|| ordered / pairs);
        prop_assert_eq!(roc_auc(&truth, &scores).unwrap(), expected);
    }

    #[test]
    fn temperature_one_changes_nothing(rows in vec(distribution(), 0..20)) {
        for (row, scaled) in rows.iter().zip(scale_probabilities(3, &rows, 1.0).unwrap()) {
            for (before, after) in row.iter().zip(scaled) {
                prop_assert!((before - after).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn no_temperature_is_better_than_the_fitted_one(
        (truth, logits) in logits(),
        other in 0.01_f64..100.0,
    ) {
        if let Some(best) = fit_temperature(3, &truth, &logits).unwrap() {
            let least = loss(&truth, &logits, best);
            prop_assert!(least <= loss(&truth, &logits, other) * (1.0 + 1e-12));
        }
    }

    #[test]
    fn every_example_is_in_one_bin(rows in vec(distribution(), 0..30), bins in 1_u32..20) {
        let truth = vec![0; rows.len()];
        let found = calibration(3, &truth, &rows, bins).unwrap();
        prop_assert_eq!(found.bins.iter().map(|bin| bin.count).sum::<u32>(), rows.len() as u32);
        for bin in &found.bins {
            let mean = bin.confidence.unwrap_or(bin.up_to);
            prop_assert!(bin.above - 1e-12 <= mean && mean <= bin.up_to + 1e-12);
        }
    }

    #[test]
    fn spearman_depends_on_the_order_alone(
        pairs in vec((-20_i32..20, -20_i32..20), 0..30),
    ) {
        let (truth, predicted): (Vec<_>, Vec<_>) =
            pairs.into_iter().map(|(a, b)| (f64::from(a), f64::from(b))).unzip();
        let mapped: Vec<f64> = predicted.iter().map(|value: &f64| value.powi(3)).collect();
        let spearman = |predicted: &[f64]| regression_metrics(&truth, predicted).unwrap().spearman;
        prop_assert_eq!(spearman(&predicted), spearman(&mapped));
    }
}
