//! Predicted numbers beside the true ones, to be drawn.

use serde::{Deserialize, Serialize};

/// Most examples that are drawn as points.
const MOST_POINTS: usize = 500;
/// Most bins of the histogram.
const MOST_BINS: usize = 20;

/// An example's number and what it was predicted to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PredictedValue {
    /// What it is.
    pub truth: f64,
    /// What was predicted.
    pub predicted: f64,
}

/// Examples whose error lies between two edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ResidualBin {
    /// Lower edge, which belongs to the bin.
    pub from: f64,
    /// Upper edge, which belongs to the next bin; to this one if it is the last.
    pub up_to: f64,
    /// Examples in it.
    pub count: u32,
}

/// At most 500 of the examples in the order of their numbers, evenly chosen, the smallest and the largest included.
pub(super) fn sampled(values: &[PredictedValue]) -> Vec<PredictedValue> {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.truth.total_cmp(&b.truth));
    if sorted.len() <= MOST_POINTS {
        return sorted;
    }
    let (last, steps) = (sorted.len() - 1, MOST_POINTS - 1);
    (0..=steps)
        .map(|step| sorted[step * last / steps])
        .collect()
}

/// `numpy.histogram` of predicted minus true numbers, with as many bins as the root of their count, at most 20.
///
/// Nothing without examples, or if the errors are too far apart for a number.
pub(super) fn histogram(values: &[PredictedValue]) -> Vec<ResidualBin> {
    let residuals: Vec<f64> = values
        .iter()
        .map(|value| value.predicted - value.truth)
        .collect();
    let (mut least, mut most) = residuals.iter().fold(
        (f64::INFINITY, f64::NEG_INFINITY),
        |(least, most), value| (least.min(*value), most.max(*value)),
    );
    if least == most {
        // As numpy does: a bin needs a width.
        (least, most) = (least - 0.5, most + 0.5);
    }
    let bins = ((residuals.len() as f64).sqrt().ceil() as usize).clamp(1, MOST_BINS);
    let width = (most - least) / bins as f64;
    if !width.is_finite() {
        return Vec::new();
    }
    let edge = |index: usize| match index {
        index if index == bins => most,
        index => least + index as f64 * width,
    };
    let mut counts = vec![0; bins];
    for value in residuals {
        let bin = (1..bins).take_while(|&index| edge(index) <= value).count();
        counts[bin] += 1;
    }
    counts
        .into_iter()
        .enumerate()
        .map(|(index, count)| ResidualBin {
            from: edge(index),
            up_to: edge(index + 1),
            count,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampled_values_keep_their_ends() {
        let values: Vec<_> = (0..2_000)
            .rev()
            .map(|value| PredictedValue {
                truth: value.into(),
                predicted: 0.0,
            })
            .collect();
        let kept = sampled(&values);
        assert_eq!(kept.len(), 500);
        assert_eq!((kept[0].truth, kept[499].truth), (0.0, 1_999.0));
        assert!(kept.windows(2).all(|pair| pair[0].truth < pair[1].truth));
    }

    #[test]
    fn errors_beyond_numbers_have_no_histogram() {
        let far = [(f64::MAX, f64::MIN), (f64::MIN, f64::MAX)];
        let values = far.map(|(truth, predicted)| PredictedValue { truth, predicted });
        assert_eq!(histogram(&values), []);
        assert_eq!(histogram(&[]), []);
    }
}
