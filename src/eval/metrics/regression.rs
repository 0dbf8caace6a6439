//! Predicted against true numbers.

use serde::{Deserialize, Serialize};

use super::MetricsError;
use super::arithmetic::mean;
use super::inputs::{same_length, values};

/// Errors and correlations. A number is `None` where it is not defined, or too large for an f64.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RegressionMetrics {
    /// Mean squared error; `None` without examples.
    pub mean_squared_error: Option<f64>,
    /// Its root, in the units of the values.
    pub root_mean_squared_error: Option<f64>,
    /// Mean absolute error, in the units of the values; `None` without examples.
    pub mean_absolute_error: Option<f64>,
    /// Coefficient of determination, at most 1. `None` if all true values are the same (scikit-learn says 1 or 0 there),
    /// one example included.
    pub r_squared: Option<f64>,
    /// Pearson's correlation, -1 to 1; `None` if the true values are all the same or the predicted ones are.
    pub pearson: Option<f64>,
    /// Spearman's correlation: Pearson's of the ranks, where equals share the mean of theirs. `None` as Pearson's.
    pub spearman: Option<f64>,
}

/// Compares predicted with true values, as `sklearn.metrics`, `scipy.stats.pearsonr` and `spearmanr` do.
///
/// # Errors
/// If the two differ in length, or a value is not finite.
pub fn regression_metrics(
    truth: &[impl Copy + Into<f64>],
    predicted: &[impl Copy + Into<f64>],
) -> Result<RegressionMetrics, MetricsError> {
    same_length(truth.len(), predicted.len())?;
    let (truth, predicted) = (values(truth)?, values(predicted)?);
    let errors = || truth.iter().zip(&predicted).map(|(t, p)| t - p);
    let mean_squared_error = mean(errors().map(|error| error * error));
    Ok(RegressionMetrics {
        mean_squared_error,
        root_mean_squared_error: mean_squared_error.map(f64::sqrt),
        mean_absolute_error: mean(errors().map(f64::abs)),
        r_squared: r_squared(&truth, mean_squared_error),
        pearson: pearson(&truth, &predicted),
        spearman: pearson(&ranks(&truth), &ranks(&predicted)),
    })
}

fn r_squared(truth: &[f64], mean_squared_error: Option<f64>) -> Option<f64> {
    let centred = centred(truth)?;
    let variance = mean(centred.iter().map(|value| value * value))?;
    Some(1.0 - mean_squared_error? / variance).filter(|found| found.is_finite())
}

fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    let (a, b) = (unit(a)?, unit(b)?);
    let cosine: f64 = a.iter().zip(&b).map(|(a, b)| a * b).sum();
    Some(cosine.clamp(-1.0, 1.0))
}

/// The differences from the mean, as a vector of length 1.
fn unit(values: &[f64]) -> Option<Vec<f64>> {
    let centred = centred(values)?;
    // Squares of very large or small differences would not be numbers.
    let largest = centred
        .iter()
        .fold(0.0_f64, |most, value| most.max(value.abs()));
    let scaled = || centred.iter().map(|value| value / largest);
    let norm = scaled().map(|value| value * value).sum::<f64>().sqrt();
    Some(scaled().map(|value| value / norm).collect())
}

/// The differences from the mean; `None` if all values are the same, where rounding could leave some.
fn centred(values: &[f64]) -> Option<Vec<f64>> {
    if values.windows(2).all(|pair| pair[0] == pair[1]) {
        return None;
    }
    let mean = mean(values.iter().copied())?;
    let centred: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let differ = centred.iter().any(|value| *value != 0.0);
    (differ && centred.iter().all(|value| value.is_finite())).then_some(centred)
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = below as f64 + (tied.len() as f64 + 1.0) / 2.0;
        for &index in tied {
            ranks[index] = rank;
        }
        below += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_share_their_rank() {
        assert_eq!(
            ranks(&[3.0, 1.0, 3.0, 0.0, -0.0]),
            [4.5, 3.0, 4.5, 1.5, 1.5]
        );
    }

    #[test]
    fn what_is_too_large_is_not_known() {
        let truth = [-1e200, 1e200];
        let found = regression_metrics(&truth, &[0.0, 1.0]).unwrap();
        assert_eq!(found.mean_squared_error, None);
        assert_eq!(found.r_squared, None);
        assert_eq!(found.mean_absolute_error, Some(1e200));
        assert!((found.pearson.unwrap() - 1.0).abs() < 1e-15);
        assert_eq!(found.spearman.map(|found| found > 0.999_999), Some(true));

        let found = regression_metrics(&[f64::MAX, -f64::MAX], &[f64::MAX, f64::MAX]).unwrap();
        assert_eq!((found.mean_squared_error, found.pearson), (None, None));
    }

    #[test]
    fn values_must_fit() {
        assert_eq!(
            regression_metrics(&[1.0], &[1.0, 2.0]),
            Err(MetricsError::LengthMismatch {
                truth: 1,
                predicted: 2
            })
        );
        let error = regression_metrics(&[f64::NAN], &[1.0]).unwrap_err();
        assert!(matches!(error, MetricsError::NotFinite { example: 0, .. }));
    }
}
