//! Small sums that several metrics share.

/// The quotient, and 0 where the divisor is.
pub(super) fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// The mean; `None` of nothing, or if it is too large for a number.
pub(super) fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len() as f64;
    Some(values.sum::<f64>() / count).filter(|mean| mean.is_finite())
}

/// The mean of values that all exist.
pub(super) fn mean_if_all(values: impl ExactSizeIterator<Item = Option<f64>>) -> Option<f64> {
    let count = values.len() as f64;
    let sum: f64 = values.sum::<Option<f64>>()?;
    Some(sum / count).filter(|mean| mean.is_finite())
}

/// -ln p, with p kept off 0 and 1 by the machine epsilon, as scikit-learn's `log_loss` does.
pub(super) fn surprise(probability: f64) -> f64 {
    -probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// Index of the largest value, the first of equals; 0 of nothing.
pub(super) fn argmax(row: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_no_mean() {
        assert_eq!(mean([].into_iter()), None);
        assert_eq!(mean_if_all([].into_iter()), None);
        assert_eq!(mean([f64::MAX; 2].into_iter()), None);
        assert_eq!(mean_if_all([Some(1.0), None].into_iter()), None);
        assert_eq!(mean_if_all([Some(1.0), Some(2.0)].into_iter()), Some(1.5));
    }

    #[test]
    fn the_first_of_equals_is_the_largest() {
        assert_eq!(argmax(&[0.2, 0.4, 0.4]), 1);
        assert_eq!(argmax(&[]), 0);
    }
}
