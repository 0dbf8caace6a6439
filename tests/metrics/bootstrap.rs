//! Bootstrap intervals against numpy's percentiles and scipy's bootstrap.

use serde::Deserialize;
use tabtune::eval::metrics::{Interval, bootstrap_interval, percentile_interval};

use super::{assert_close, golden};

#[derive(Deserialize)]
struct Golden {
    values: Vec<f64>,
    percentiles: Vec<Interval>,
    mean: Interval,
}

#[test]
fn percentiles_are_those_of_numpy() {
    let golden: Golden = golden("bootstrap");
    assert!(!golden.percentiles.is_empty());
    for expected in golden.percentiles {
        let found = percentile_interval(&golden.values, expected.level)
            .unwrap()
            .unwrap();
        assert_close("percentile", "lower", found.lower, expected.lower);
        assert_close("percentile", "upper", found.upper, expected.upper);
    }
    assert_eq!(percentile_interval(&[], 0.95), Ok(None));
}

#[test]
fn the_interval_of_a_mean_is_that_of_scipy() {
    let Golden {
        values,
        mean: expected,
        ..
    } = golden("bootstrap");
    let mean = |indices: &[usize]| {
        let sum: f64 = indices.iter().map(|&index| values[index]).sum();
        Some(sum / indices.len() as f64)
    };
    let count = values.len() as u32;
    let found = bootstrap_interval(count, 50_000, expected.level, 0, mean)
        .unwrap()
        .unwrap();
    // The draws are others: an end's standard error is some 0.5 % of the width.
    let room = 0.02 * (expected.upper - expected.lower);
    assert!((found.lower - expected.lower).abs() < room, "{found:?}");
    assert!((found.upper - expected.upper).abs() < room, "{found:?}");
}
