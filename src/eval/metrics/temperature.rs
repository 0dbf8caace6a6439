//! Temperature scaling: one number, fitted on validation examples, that makes probabilities as sure as they should be.
//!
//! Source: Guo et al. 2017, <https://arxiv.org/abs/1706.04599>, section 4.2.

use super::MetricsError;
use super::arithmetic::argmax;
use super::inputs::{labels_in_range, probabilities, rows, same_length};
use crate::reason::Phrase;

/// Temperatures are sought between 1 / LIMIT and LIMIT.
const LIMIT: f64 = 1e3;
/// Steps after which the search ends at the latest; bisection alone would be exact by then.
const MOST_STEPS: u32 = 200;

/// The temperature T for which softmax(logits / T) has the least negative log-likelihood of the true labels.
///
/// `truth` holds a label's number, below `labels`, for each example. `logits` holds a number for each example and
/// label; log-probabilities, as of [`log_probabilities`], do as well, since a softmax ignores what is added to a row.
///
/// `None` if no temperature between 1/1000 and 1000 is best: without examples; if every true label has the highest
/// logit, for then lower is always better; or if the true labels' logits are no better than the others' on average,
/// for then higher is.
///
/// # Errors
/// If the arguments do not fit each other, or a logit is not finite.
pub fn fit_temperature(
    labels: usize,
    truth: &[u32],
    logits: &[Vec<impl Copy + Into<f64>>],
) -> Result<Option<f64>, MetricsError> {
    same_length(truth.len(), logits.len())?;
    labels_in_range(labels, truth)?;
    let logits = rows(labels, logits)?;
    // With b = 1 / T the loss is convex: its slope rises with b, and is 0 where the loss is least.
    let slope = |inverse: f64| {
        let sums = truth.iter().zip(&logits);
        sums.fold((0.0, 0.0), |(slope, curvature), (&label, row)| {
            let (mean, variance) = margin(row, label as usize, inverse);
            (slope + mean, curvature + variance)
        })
    };
    Ok(rising_root(slope, 1.0 / LIMIT, LIMIT).map(|inverse| 1.0 / inverse))
}

/// First and second derivative of one example's loss, `lse(b z) - b z[label]`, by b: mean and variance of
/// `z - z[label]` under `softmax(b z)`.
fn margin(logits: &[f64], label: usize, inverse: f64) -> (f64, f64) {
    let highest = logits[argmax(logits)];
    let (mut total, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for logit in logits {
        let weight = (inverse * (logit - highest)).exp();
        let difference = logit - logits[label];
        total += weight;
        sum += weight * difference;
        squares += weight * difference * difference;
    }
    let mean = sum / total;
    (mean, (squares / total - mean * mean).max(0.0))
}

/// Where a rising function of a positive number is 0, by Newton's method, and by bisection (in logarithms) where a
/// step of Newton's leaves the bracket or is not half as long as the one before.
///
/// `function` returns value and derivative. `None` if it does not change its sign between `low` and `high`.
fn rising_root(function: impl Fn(f64) -> (f64, f64), mut low: f64, mut high: f64) -> Option<f64> {
    if !(function(low).0 < 0.0 && function(high).0 > 0.0) {
        return None;
    }
    let mut at = (low * high).sqrt();
    let mut last_step = high - low;
    for _ in 0..MOST_STEPS {
        let (value, derivative) = function(at);
        if value < 0.0 {
            low = at;
        } else {
            high = at;
        }
        let newton = at - value / derivative;
        if (newton - at).abs() <= 4.0 * f64::EPSILON * at {
            return Some(newton);
        }
        let next = if low <= newton && newton <= high && (newton - at).abs() * 2.0 <= last_step {
            newton
        } else {
            (low * high).sqrt()
        };
        last_step = (next - at).abs();
        at = next;
    }
    Some(at)
}

/// Softmax of each row of logits at a temperature; 1 leaves the softmax as it is.
///
/// # Errors
/// If a logit is not finite or a row has not `labels` of them, or if the temperature is not above 0.
pub fn scale_logits(
    labels: usize,
    logits: &[Vec<impl Copy + Into<f64>>],
    temperature: f64,
) -> Result<Vec<Vec<f64>>, MetricsError> {
    check(temperature)?;
    let logits = rows(labels, logits)?;
    Ok(logits
        .iter()
        .map(|row| {
            let highest = row[argmax(row)];
            normalised(
                row.iter()
                    .map(|logit| ((logit - highest) / temperature).exp()),
            )
        })
        .collect())
}

/// What the softmax that gave these rows of probabilities gives at a temperature: p^(1 / T), summing to 1 again.
///
/// # Errors
/// If a row has not `labels` probabilities or holds none above 0, or if the temperature is not above 0.
pub fn scale_probabilities(
    labels: usize,
    given: &[Vec<impl Copy + Into<f64>>],
    temperature: f64,
) -> Result<Vec<Vec<f64>>, MetricsError> {
    check(temperature)?;
    let rows = probabilities(labels, given)?;
    (0..)
        .zip(&rows)
        .map(|(example, row)| {
            // Divided by the highest first, so that a low temperature does not turn all of them to 0.
            match row.get(argmax(row)) {
                Some(&0.0) => Err(MetricsError::NotAProbability {
                    example,
                    found: 0.0,
                }),
                Some(highest) => Ok(normalised(
                    row.iter().map(|p| (p / highest).powf(1.0 / temperature)),
                )),
                None => Ok(Vec::new()),
            }
        })
        .collect()
}

/// Natural logarithms of probabilities, for [`fit_temperature`]. Below the smallest normal f32 they are taken for that:
/// a device that computes in f32 may round any of them to 0.
///
/// # Errors
/// If a row has not `labels` numbers, or one is no probability.
pub fn log_probabilities(
    labels: usize,
    given: &[Vec<impl Copy + Into<f64>>],
) -> Result<Vec<Vec<f64>>, MetricsError> {
    let mut rows = probabilities(labels, given)?;
    for value in rows.iter_mut().flatten() {
        *value = value.max(f32::MIN_POSITIVE.into()).ln();
    }
    Ok(rows)
}

fn normalised(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let weights: Vec<f64> = weights.collect();
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / total).collect()
}

fn check(temperature: f64) -> Result<(), MetricsError> {
    if temperature > 0.0 && temperature.is_finite() {
        Ok(())
    } else {
        Err(MetricsError::Setting {
            setting: Phrase("temperature"),
            found: temperature,
            range: Phrase("above 0"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean loss at a temperature, to look for a better one nearby.
    fn loss(truth: &[u32], logits: &[Vec<f64>], temperature: f64) -> f64 {
        let rows = scale_logits(logits[0].len(), logits, temperature).unwrap();
        let losses = truth
            .iter()
            .zip(rows)
            .map(|(&label, row)| -row[label as usize].ln());
        losses.sum::<f64>() / truth.len() as f64
    }

    #[test]
    fn two_in_three_right_at_one_margin_is_known() {
        // The best probability of the higher label is 2/3: a margin of 4 / T = ln 2.
        let logits = [vec![4.0, 0.0], vec![4.0, 0.0], vec![4.0, 0.0]];
        let found = fit_temperature(2, &[0, 0, 1], &logits).unwrap().unwrap();
        assert!((found - 4.0 / 2_f64.ln()).abs() < 1e-13 * found, "{found}");
    }

    #[test]
    fn no_temperature_nearby_is_better_whatever_the_scale() {
        for scale in [1e-2, 1.0, 1e2] {
            let logits: Vec<Vec<f64>> = [
                [3.0, 1.0, 0.0],
                [0.0, 0.5, 0.2],
                [2.0, 1.9, -1.0],
                [0.0, 0.1, 5.0],
            ]
            .map(|row| row.map(|logit| logit * scale).to_vec())
            .to_vec();
            let truth = [0, 1, 1, 2];
            let best = fit_temperature(3, &truth, &logits).unwrap().unwrap();
            for factor in [0.5, 0.99, 1.01, 2.0] {
                assert!(loss(&truth, &logits, best) < loss(&truth, &logits, best * factor));
            }
        }
    }

    #[test]
    fn without_a_best_temperature_there_is_none() {
        let none: [Vec<f64>; 0] = [];
        assert_eq!(fit_temperature(2, &[], &none), Ok(None), "no example");
        let logits = [vec![2.0, 1.0], vec![0.0, 3.0]];
        assert_eq!(fit_temperature(2, &[0, 1], &logits), Ok(None), "all right");
        assert_eq!(fit_temperature(2, &[1, 0], &logits), Ok(None), "all wrong");
        assert_eq!(
            fit_temperature(2, &[0], &[vec![1.0, 1.0]]),
            Ok(None),
            "no difference"
        );
        let huge = [vec![f64::MAX, -f64::MAX], vec![f64::MAX, -f64::MAX]];
        assert_eq!(fit_temperature(2, &[0, 1], &huge), Ok(None), "no number");
    }

    #[test]
    fn newton_is_kept_from_leaving() {
        // Flat on both sides of a steep rise: Newton's steps from almost anywhere leave the bracket.
        let steep = |at: f64| {
            let tanh = (50.0 * (at - 3.0)).tanh();
            (tanh, 50.0 * (1.0 - tanh * tanh))
        };
        let root = rising_root(steep, 1e-3, 1e3).unwrap();
        assert!((root - 3.0).abs() < 1e-14, "{root}");
        // Newton's steps would grow without end: the derivative is a lie.
        let lie = |at: f64| (at - 3.0, 1e-3);
        let root = rising_root(lie, 1e-3, 1e3).unwrap();
        assert!((root - 3.0).abs() < 1e-14, "{root}");
    }

    #[test]
    fn a_label_that_was_ruled_out_stays_so() {
        let rows = scale_probabilities(3, &[vec![0.8, 0.2, 0.0]], 2.0).unwrap();
        // Roots of 4 : 1 are 2 : 1.
        for (found, expected) in rows[0].iter().zip([2.0 / 3.0, 1.0 / 3.0, 0.0]) {
            assert!((found - expected).abs() < 1e-15);
        }
        let cold = scale_probabilities(3, &[vec![0.01, 0.011, 0.009]], 1e-3).unwrap();
        assert!(cold[0][1] > 0.999_999);
    }

    #[test]
    fn a_probability_of_zero_has_a_logarithm() {
        let rows = log_probabilities(2, &[vec![1.0_f32, 0.0]]).unwrap();
        assert_eq!(rows, [[0.0, f64::from(f32::MIN_POSITIVE).ln()]]);
    }

    #[test]
    fn only_what_makes_sense_is_scaled() {
        for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                scale_logits(2, &[vec![0.0, 1.0]], temperature),
                Err(MetricsError::Setting {
                    setting: Phrase("temperature"),
                    ..
                })
            ));
        }
        assert_eq!(
            scale_probabilities(2, &[vec![0.0, 0.0]], 1.0),
            Err(MetricsError::NotAProbability {
                example: 0,
                found: 0.0
            })
        );
        assert_eq!(
            fit_temperature(2, &[0], &[vec![0.0]]),
            Err(MetricsError::RowLength {
                example: 0,
                found: 1,
                labels: 2
            })
        );
    }
}
