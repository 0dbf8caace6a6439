//! Arguments of metrics, checked and widened to f64.

use super::MetricsError;

/// How far a probability may lie outside 0 to 1: a GPU's division is not rounded correctly, so that a softmax of
/// f32 may exceed 1 by a few of its last digits.
const ROUNDING: f64 = 1e-5;

/// Checks that there are as many true as predicted values.
pub(super) fn same_length(truth: usize, predicted: usize) -> Result<(), MetricsError> {
    if truth == predicted {
        Ok(())
    } else {
        Err(MetricsError::LengthMismatch {
            truth: truth as u32,
            predicted: predicted as u32,
        })
    }
}

/// Checks a label for each example.
pub(super) fn labels_in_range(labels: usize, truth: &[u32]) -> Result<(), MetricsError> {
    match (0..)
        .zip(truth)
        .find(|(_, label)| **label as usize >= labels)
    {
        None => Ok(()),
        Some((example, &label)) => Err(MetricsError::LabelOutOfRange {
            example,
            label,
            labels: labels as u32,
        }),
    }
}

/// A number for each example.
pub(super) fn values<T: Copy + Into<f64>>(values: &[T]) -> Result<Vec<f64>, MetricsError> {
    (0..)
        .zip(values)
        .map(|(example, &value)| finite(example, value))
        .collect()
}

/// A finite number for each example and label.
pub(super) fn rows<T: Copy + Into<f64>>(
    labels: usize,
    rows: &[Vec<T>],
) -> Result<Vec<Vec<f64>>, MetricsError> {
    (0..)
        .zip(rows)
        .map(|(example, row)| {
            if row.len() != labels {
                return Err(MetricsError::RowLength {
                    example,
                    found: row.len() as u32,
                    labels: labels as u32,
                });
            }
            row.iter().map(|&value| finite(example, value)).collect()
        })
        .collect()
}

/// A probability for each example and label.
pub(super) fn probabilities<T: Copy + Into<f64>>(
    labels: usize,
    probabilities: &[Vec<T>],
) -> Result<Vec<Vec<f64>>, MetricsError> {
    let mut rows = rows(labels, probabilities)?;
    for (example, row) in (0..).zip(&mut rows) {
        for value in row {
            if !(-ROUNDING..=1.0 + ROUNDING).contains(value) {
                return Err(MetricsError::NotAProbability {
                    example,
                    found: *value,
                });
            }
            *value = value.clamp(0.0, 1.0);
        }
    }
    Ok(rows)
}

fn finite(example: u32, value: impl Into<f64>) -> Result<f64, MetricsError> {
    let found = value.into();
    if found.is_finite() {
        Ok(found)
    } else {
        Err(MetricsError::NotFinite { example, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_example_has_a_number_for_each_label() {
        assert_eq!(
            rows(2, &[vec![0.5, 0.5], vec![1.0]]),
            Err(MetricsError::RowLength {
                example: 1,
                found: 1,
                labels: 2
            })
        );
    }

    #[test]
    fn numbers_are_finite() {
        assert_eq!(
            values(&[0.0, f64::INFINITY]),
            Err(MetricsError::NotFinite {
                example: 1,
                found: f64::INFINITY
            })
        );
        let error = rows(2, &[vec![0.0, f32::NAN]]).unwrap_err();
        assert!(matches!(error, MetricsError::NotFinite { example: 0, found } if found.is_nan()));
        assert_eq!(
            error.to_string(),
            "example 0 has the value NaN, which is not finite"
        );
    }

    #[test]
    fn probabilities_may_be_rounded_but_not_wrong() {
        assert_eq!(
            probabilities(2, &[vec![1.000_001_f32, -0.000_001]]),
            Ok(vec![vec![1.0, 0.0]])
        );
        for found in [-0.5, 1.5] {
            assert_eq!(
                probabilities(1, &[vec![0.5], vec![found]]),
                Err(MetricsError::NotAProbability { example: 1, found })
            );
        }
    }

    #[test]
    fn lengths_and_labels_are_checked() {
        assert_eq!(same_length(2, 2), Ok(()));
        let error = same_length(2, 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there are 2 true values, but 1 predicted ones"
        );
        assert_eq!(
            labels_in_range(2, &[0, 1, 2]),
            Err(MetricsError::LabelOutOfRange {
                example: 2,
                label: 2,
                labels: 2
            })
        );
    }
}
