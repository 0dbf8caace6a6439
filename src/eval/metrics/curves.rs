//! Curves to be drawn: few points of long ones, and what each threshold of two labels would do.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use super::arithmetic::ratio;
use super::classification::Counts;
use super::ranking::Ranked;
use super::{PrecisionRecallPoint, RocPoint};

/// Points of all the curves of one kind in a report, so that it stays small with many labels.
const MOST_POINTS: usize = 5_000;
/// Points of each curve: no screen shows more, and with fewer than the least it has no shape.
const POINTS_EACH: std::ops::RangeInclusive<usize> = 20..=200;

/// Steps of a [`ThresholdTable`]: hundredths, as people say them.
const STEPS: u32 = 100;

/// A label's curves, to be drawn: of longer ones the points that matter most to the area below, the first and the last
/// included. Of 200 points the area is off by less than 0.01.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// As [`roc_curve`](super::roc_curve).
    pub roc: Option<Vec<RocPoint>>,
    /// As [`precision_recall_curve`](super::precision_recall_curve).
    pub precision_recall: Option<Vec<PrecisionRecallPoint>>,
}

/// The curves of each label.
pub(super) fn curves(ranked: &[Ranked]) -> Vec<Curves> {
    let most = MOST_POINTS / ranked.len().max(1);
    let most = most.clamp(*POINTS_EACH.start(), *POINTS_EACH.end());
    let roc = |point: &RocPoint| (point.false_positive_rate, point.true_positive_rate);
    let precision_recall = |point: &PrecisionRecallPoint| (point.recall, point.precision);
    ranked
        .iter()
        .map(|label| Curves {
            roc: label.roc_curve().map(|points| thinned(points, most, roc)),
            precision_recall: label
                .precision_recall_curve()
                .map(|points| thinned(points, most, precision_recall)),
        })
        .collect()
}

/// At most `most` of the points, the first and the last included: the one whose triangle with its neighbours is smallest
/// goes first, so that the line moves by as little area as can be.
///
/// Source: Visvalingam and Whyatt 1993, <https://doi.org/10.1179/000870493786962263>.
fn thinned<T>(points: Vec<T>, most: usize, place: impl Fn(&T) -> (f64, f64)) -> Vec<T> {
    if points.len() <= most {
        return points;
    }
    let places: Vec<(f64, f64)> = points.iter().map(place).collect();
    let last = places.len() - 1;
    let mut before: Vec<usize> = (0..=last).map(|index| index.saturating_sub(1)).collect();
    let mut after: Vec<usize> = (1..=last + 1).collect();
    let area = |a: usize, b: usize, c: usize| {
        let [(ax, ay), (bx, by), (cx, cy)] = [places[a], places[b], places[c]];
        ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)).abs() / 2.0
    };
    // Areas are finite and at least 0, so that their bits are in their order.
    let entry = |index: usize, area: f64| Reverse((area.to_bits(), index));
    let mut areas: Vec<f64> = (0..=last)
        .map(|index| match index {
            0 => f64::INFINITY,
            index if index == last => f64::INFINITY,
            index => area(index - 1, index, index + 1),
        })
        .collect();
    let mut smallest: BinaryHeap<_> = (1..last).map(|index| entry(index, areas[index])).collect();
    let mut kept = vec![true; places.len()];
    let mut left = places.len();
    while left > most {
        let Some(Reverse((bits, index))) = smallest.pop() else {
            break;
        };
        // An entry from before a neighbour went is stale; a newer one stands for the point.
        if !kept[index] || bits != areas[index].to_bits() {
            continue;
        }
        kept[index] = false;
        left -= 1;
        let (previous, next) = (before[index], after[index]);
        (after[previous], before[next]) = (next, previous);
        for neighbour in [previous, next] {
            if neighbour != 0 && neighbour != last {
                // Never below the point that went: what was smoothed away stays so.
                areas[neighbour] =
                    area(before[neighbour], neighbour, after[neighbour]).max(areas[index]);
                smallest.push(entry(neighbour, areas[neighbour]));
            }
        }
    }
    points
        .into_iter()
        .zip(kept)
        .filter_map(|(point, kept)| kept.then_some(point))
        .collect()
}

/// What a label's threshold would do, at each hundredth from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThresholdTable {
    /// Examples that have the label.
    pub positives: u32,
    /// Examples that do not.
    pub negatives: u32,
    /// Examples at or above each threshold, from that of 0 on.
    pub at: Vec<Selected>,
}

/// Examples whose probability of a label is at or above a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selected {
    /// Those that have the label.
    pub true_positives: u32,
    /// Those that do not.
    pub false_positives: u32,
}

/// What a threshold would do with the examples: a label against the rest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AtThreshold {
    /// Examples at or above it are given the label, 0 to 1.
    pub threshold: f64,
    /// Examples with the label that are given it.
    pub true_positives: u32,
    /// Examples without the label that are given it.
    pub false_positives: u32,
    /// Examples with the label that are not given it.
    pub false_negatives: u32,
    /// Examples without the label that are not given it.
    pub true_negatives: u32,
    /// Right of those given the label; 0 if there are none.
    pub precision: f64,
    /// Share of those with the label that are given it; 0 if there are none.
    pub recall: f64,
    /// Harmonic mean of precision and recall; 0 if both are.
    pub f1: f64,
    /// Share of those without the label that are given it; 0 if there are none.
    pub false_positive_rate: f64,
    /// Share of all examples that are treated rightly; 0 if there are none.
    pub accuracy: f64,
}

impl ThresholdTable {
    pub(super) fn new(ranked: &Ranked) -> Self {
        let at = (0..=STEPS).map(|step| {
            let (true_positives, false_positives) =
                ranked.at_or_above(f64::from(step) / f64::from(STEPS));
            Selected {
                true_positives: true_positives as u32,
                false_positives: false_positives as u32,
            }
        });
        let (positives, negatives) = ranked.totals();
        Self {
            positives: positives as u32,
            negatives: negatives as u32,
            at: at.collect(),
        }
    }

    /// What the threshold of the table that is nearest to a probability would do; `None` of an empty table.
    pub fn at(&self, threshold: f64) -> Option<AtThreshold> {
        let steps = self.at.len().checked_sub(1)?;
        // A cast of what is no number, or out of range, ends within the table.
        let step = ((threshold * steps as f64).round().max(0.0) as usize).min(steps);
        let Selected {
            true_positives,
            false_positives,
        } = self.at[step];
        let false_negatives = self.positives.saturating_sub(true_positives);
        let true_negatives = self.negatives.saturating_sub(false_positives);
        let averages = Counts {
            right: true_positives,
            support: self.positives,
            predicted: true_positives.saturating_add(false_positives),
        }
        .averages();
        let right = f64::from(true_positives) + f64::from(true_negatives);
        Some(AtThreshold {
            threshold: step as f64 / steps.max(1) as f64,
            true_positives,
            false_positives,
            false_negatives,
            true_negatives,
            precision: averages.precision,
            recall: averages.recall,
            f1: averages.f1,
            false_positive_rate: ratio(f64::from(false_positives), self.negatives.into()),
            accuracy: ratio(right, f64::from(self.positives) + f64::from(self.negatives)),
        })
    }

    /// Every threshold of the table, the lowest first.
    pub fn thresholds(&self) -> impl Iterator<Item = AtThreshold> + '_ {
        let steps = self.at.len().saturating_sub(1).max(1) as f64;
        (0..self.at.len()).filter_map(move |step| self.at(step as f64 / steps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn area(points: &[(f64, f64)]) -> f64 {
        points
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0) * (pair[1].1 + pair[0].1) / 2.0)
            .sum::<f64>()
            .abs()
    }

    #[test]
    fn thinned_curves_keep_their_ends_and_corners() {
        let corner = |index: u32| match index {
            0..=500 => (0.0, f64::from(index) / 500.0),
            index => (f64::from(index - 500) / 500.0, 1.0),
        };
        let kept = thinned((0..=1_000).collect(), 3, |index| corner(*index));
        assert_eq!(kept, [0, 500, 1_000]);
        let all: Vec<u32> = (0..=1_000).collect();
        assert_eq!(thinned(all.clone(), 1_001, |index| corner(*index)), all);
    }

    #[test]
    fn curves_stay_small_with_many_labels() {
        let truth: Vec<bool> = (0..1_000).map(|example| example % 3 == 0).collect();
        let scores: Vec<f64> = (0..1_000)
            .map(|example| f64::from(example * 7 % 1_000))
            .collect();
        let sizes = [(1, 200), (100, 50), (1_000, 20)];
        for (labels, size) in sizes {
            let ranked: Vec<Ranked> = (0..labels).map(|_| Ranked::new(&truth, &scores)).collect();
            let found = curves(&ranked);
            assert_eq!(found.len(), labels);
            assert_eq!(found[0].roc.as_ref().map(Vec::len), Some(size));
            assert_eq!(found[0].precision_recall.as_ref().map(Vec::len), Some(size));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_area_below_moves_little(
            examples in proptest::collection::vec((any::<bool>(), 0.0..1.0_f64), 2..3_000),
            skill in 0.0..0.9_f64,
        ) {
            let truth: Vec<bool> = examples.iter().map(|(has, _)| *has).collect();
            let scores: Vec<f64> = examples
                .iter()
                .map(|(has, noise)| f64::from(*has) * skill + noise * (1.0 - skill))
                .collect();
            let ranked = Ranked::new(&truth, &scores);
            let kept = &curves(std::slice::from_ref(&ranked))[0];
            let roc = |points: Vec<RocPoint>| -> Vec<(f64, f64)> {
                points.iter().map(|p| (p.false_positive_rate, p.true_positive_rate)).collect()
            };
            let recall = |points: Vec<PrecisionRecallPoint>| -> Vec<(f64, f64)> {
                points.iter().map(|p| (p.recall, p.precision)).collect()
            };
            if let (Some(whole), Some(few)) = (ranked.roc_curve(), kept.roc.clone()) {
                prop_assert!(few.len() <= 200);
                prop_assert!((area(&roc(whole)) - area(&roc(few))).abs() < 0.01);
            }
            if let (Some(whole), Some(few)) = (ranked.precision_recall_curve(), kept.precision_recall.clone()) {
                prop_assert!(few.len() <= 200);
                prop_assert!((area(&recall(whole)) - area(&recall(few))).abs() < 0.01);
            }
        }

        #[test]
        fn a_threshold_divides_all_examples(
            examples in proptest::collection::vec((any::<bool>(), 0.0..=1.0_f64), 0..200),
            step in 0..=100_u32,
        ) {
            let truth: Vec<bool> = examples.iter().map(|(has, _)| *has).collect();
            let scores: Vec<f64> = examples.iter().map(|(_, score)| *score).collect();
            let table = ThresholdTable::new(&Ranked::new(&truth, &scores));
            let threshold = f64::from(step) / 100.0;
            let found = table.at(threshold).unwrap();
            let count = |has: bool, given: bool| {
                examples.iter().filter(|(h, s)| *h == has && (*s >= threshold) == given).count() as u32
            };
            prop_assert_eq!(found.threshold, threshold);
            prop_assert_eq!(
                [found.true_positives, found.false_positives, found.false_negatives, found.true_negatives],
                [count(true, true), count(false, true), count(true, false), count(false, false)]
            );
        }
    }

    #[test]
    fn thresholds_out_of_range_are_the_nearest() {
        let table = ThresholdTable::new(&Ranked::new(&[true, false], &[0.9, 0.2]));
        let threshold = |value| table.at(value).unwrap().threshold;
        assert_eq!(
            [-1.0, f64::NAN, 0.734, 7.0].map(threshold),
            [0.0, 0.0, 0.73, 1.0]
        );
        assert_eq!(table.thresholds().count(), 101);
        let empty = ThresholdTable {
            positives: 0,
            negatives: 0,
            at: vec![],
        };
        assert_eq!((empty.at(0.5), empty.thresholds().count()), (None, 0));
    }
}
