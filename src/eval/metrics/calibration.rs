//! Whether a model is right as often as it says.

use serde::{Deserialize, Serialize};

use super::MetricsError;
use super::arithmetic::argmax;
use super::inputs::{labels_in_range, probabilities, same_length};
use crate::reason::Phrase;

/// Bins of confidence, unless told otherwise.
pub const DEFAULT_BINS: u32 = 10;

/// Expected calibration error and the table it comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Mean over the examples of |accuracy - confidence| of their bin, 0 to 1; `None` without examples.
    pub expected_calibration_error: Option<f64>,
    /// The reliability table, from no confidence to all.
    pub bins: Vec<ReliabilityBin>,
}

/// The examples of like confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Confidence above which the bin begins; the first one includes it.
    pub above: f64,
    /// Highest confidence in the bin.
    pub up_to: f64,
    /// Examples in it.
    pub count: u32,
    /// Their mean confidence; `None` if there are none.
    pub confidence: Option<f64>,
    /// Share of them whose most probable label is the true one; `None` if there are none.
    pub accuracy: Option<f64>,
}

/// Expected calibration error over `bins` bins of equal width, as Guo et al. 2017 define it: the confidence of an
/// example is the probability of its most probable label, bin m of M holds confidences in ((m - 1) / M, m / M], and
/// the error is the sum over bins of count / examples · |accuracy - mean confidence|.
///
/// `truth` holds a label's number, below `labels`, for each example; `given` a probability for each example and label.
/// Of equally probable labels the first is the predicted one.
///
/// Source: <https://arxiv.org/abs/1706.04599>, section 2.
///
/// # Errors
/// If the arguments do not fit each other, hold what is no probability, or there are no bins or above 1000.
pub fn calibration(
    labels: usize,
    truth: &[u32],
    given: &[Vec<impl Copy + Into<f64>>],
    bins: u32,
) -> Result<Calibration, MetricsError> {
    if !(1..=1_000).contains(&bins) {
        return Err(MetricsError::Setting {
            setting: Phrase("number of bins"),
            found: bins.into(),
            range: Phrase("from 1 to 1000"),
        });
    }
    same_length(truth.len(), given.len())?;
    labels_in_range(labels, truth)?;
    let mut sums = vec![Sums::default(); bins as usize];
    for (&label, row) in truth.iter().zip(&probabilities(labels, given)?) {
        let predicted = argmax(row);
        // The bins whose upper edge lies below; the division is that of the edges, so that edges are exact.
        let bin = (1..bins)
            .take_while(|&edge| row[predicted] > f64::from(edge) / f64::from(bins))
            .count();
        let sums = &mut sums[bin];
        sums.count += 1;
        sums.right += f64::from(predicted == label as usize);
        sums.confidence += row[predicted];
    }
    let gaps: f64 = sums
        .iter()
        .map(|sums| (sums.right - sums.confidence).abs())
        .sum();
    Ok(Calibration {
        expected_calibration_error: (!truth.is_empty()).then(|| gaps / truth.len() as f64),
        bins: (0..bins)
            .zip(&sums)
            .map(|(bin, sums)| ReliabilityBin {
                above: f64::from(bin) / f64::from(bins),
                up_to: f64::from(bin + 1) / f64::from(bins),
                count: sums.count,
                confidence: sums.mean(sums.confidence),
                accuracy: sums.mean(sums.right),
            })
            .collect(),
    })
}

/// Sums over the examples of a bin.
#[derive(Clone, Default)]
struct Sums {
    count: u32,
    right: f64,
    confidence: f64,
}

impl Sums {
    fn mean(&self, sum: f64) -> Option<f64> {
        (self.count > 0).then(|| sum / f64::from(self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_belongs_to_the_bin_below() {
        for (confidence, bin) in [(0.5, 4), (0.6, 5), (0.7, 6), (0.700_000_1, 7), (1.0, 9)] {
            let rows = [vec![confidence, 1.0 - confidence]];
            let found = calibration(2, &[0], &rows, DEFAULT_BINS).unwrap();
            assert_eq!(found.bins[bin].count, 1, "{confidence}");
            assert_eq!(found.bins[bin].accuracy, Some(1.0));
        }
        let unsure = calibration(2, &[0], &[vec![0.0, 0.0]], DEFAULT_BINS).unwrap();
        assert_eq!(unsure.bins[0].count, 1);
    }

    #[test]
    fn bins_must_be_few_and_some() {
        for bins in [0, 1_001] {
            let error = calibration(2, &[0], &[vec![0.5, 0.5]], bins).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the number of bins is {bins}, but must be from 1 to 1000")
            );
        }
    }

    #[test]
    fn without_examples_there_is_no_error() {
        let none: [Vec<f64>; 0] = [];
        let found = calibration(2, &[], &none, 3).unwrap();
        assert_eq!(found.expected_calibration_error, None);
        assert_eq!(found.bins.len(), 3);
        assert_eq!(
            (found.bins[1].confidence, found.bins[1].accuracy),
            (None, None)
        );
    }
}
