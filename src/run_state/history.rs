//! The loss of every step and what goes with it, in a bounded number of points.

mod packed;

use serde::{Deserialize, Serialize};

use crate::protocol::StepRecord;
use crate::train::record::number_or_nan;
use packed::PackedHistory;

/// Most points kept; even, so that the one too many has no neighbour to be merged with. A chart is a few hundred pixels wide.
const MOST_POINTS: usize = 512;

/// Weight of the past in the smoothed loss; its memory is about 1 / (1 - 0.95) = 20 steps.
const DECAY: f64 = 0.95;

/// One or more neighbouring steps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LossPoint {
    /// The last of these steps.
    pub step: u32,
    /// Mean loss over these steps, in nats.
    #[serde(deserialize_with = "number_or_nan")]
    pub loss: f64,
    /// Exponential moving average of the loss after the last of these steps, without the bias of its start: as
    /// TensorBoard smooths.
    #[serde(deserialize_with = "number_or_nan")]
    pub smoothed: f64,
    /// Learning rate of the last of these steps.
    pub learning_rate: f64,
    /// Mean norm of the gradients over these steps, before clipping.
    #[serde(deserialize_with = "number_or_nan")]
    pub grad_norm: f64,
}

/// Loss over steps. Neighbouring steps are merged as a run grows, so that drawing it costs the same at any length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "PackedHistory", try_from = "PackedHistory")]
pub struct LossHistory {
    points: Vec<LossPoint>,
    /// Steps a full point holds.
    stride: u32,
    /// Steps that the last point holds so far.
    filled: u32,
    steps: u32,
    last: Option<StepRecord>,
    /// Moving average that starts from 0, and the weight it has gathered: their quotient is unbiased.
    average: f64,
    weight: f64,
}

impl Default for LossHistory {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            stride: 1,
            filled: 0,
            steps: 0,
            last: None,
            average: 0.0,
            weight: 0.0,
        }
    }
}

impl LossHistory {
    /// Points in the order of their steps.
    pub fn points(&self) -> &[LossPoint] {
        &self.points
    }

    /// Loss of the newest step.
    pub fn last_loss(&self) -> Option<f64> {
        Some(self.last?.loss)
    }

    /// The newest step.
    pub fn last(&self) -> Option<StepRecord> {
        self.last
    }

    /// The smoothed loss after the newest step.
    pub fn smoothed_loss(&self) -> Option<f64> {
        Some(self.points.last()?.smoothed)
    }

    /// Steps so far.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// The point nearest to a step.
    pub fn nearest(&self, step: f64) -> Option<&LossPoint> {
        let distance = |point: &LossPoint| (f64::from(point.step) - step).abs();
        let after = self
            .points
            .partition_point(|point| f64::from(point.step) < step);
        let candidates = &self.points[after.saturating_sub(1)..(after + 1).min(self.points.len())];
        candidates
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    }

    /// Adds a step. Steps that are not newer than the last one are ignored.
    pub fn push(&mut self, record: StepRecord) {
        if record.step <= self.steps() {
            return;
        }
        self.average = DECAY * self.average + (1.0 - DECAY) * record.loss;
        self.weight = DECAY * self.weight + (1.0 - DECAY);
        let smoothed = self.average / self.weight;
        match self.points.last_mut() {
            Some(point) if self.filled < self.stride => {
                self.filled += 1;
                let mean =
                    |before: f64, newest: f64| before + (newest - before) / f64::from(self.filled);
                *point = LossPoint {
                    step: record.step,
                    loss: mean(point.loss, record.loss),
                    smoothed,
                    learning_rate: record.learning_rate,
                    grad_norm: mean(point.grad_norm, record.grad_norm),
                };
            }
            _ => {
                self.points.push(LossPoint {
                    step: record.step,
                    loss: record.loss,
                    smoothed,
                    learning_rate: record.learning_rate,
                    grad_norm: record.grad_norm,
                });
                self.filled = 1;
            }
        }
        self.steps = record.step;
        self.last = Some(record);
        if self.points.len() > MOST_POINTS {
            self.halve();
        }
    }

    /// Forgets the steps after `step`: a run goes on from a checkpoint.
    pub fn truncate(&mut self, step: u32) {
        if self.steps() <= step {
            return;
        }
        self.points.retain(|point| point.step <= step);
        // The next step begins a point of its own.
        self.filled = self.stride;
        let Some(point) = self.points.last() else {
            *self = Self::default();
            return;
        };
        self.weight = 1.0 - DECAY.powf(f64::from(point.step));
        self.average = point.smoothed * self.weight;
        self.steps = point.step;
        self.last = self.last.map(|last| StepRecord {
            step: point.step,
            loss: point.loss,
            learning_rate: point.learning_rate,
            grad_norm: point.grad_norm,
            ..last
        });
    }

    /// Merges neighbours. All but the last point are full; the last one stays alone, as their number is odd.
    fn halve(&mut self) {
        let mean = |points: &[LossPoint], value: fn(&LossPoint) -> f64| {
            points.iter().map(value).sum::<f64>() / points.len() as f64
        };
        self.points = self
            .points
            .chunks(2)
            .map(|pair| LossPoint {
                loss: mean(pair, |point| point.loss),
                grad_norm: mean(pair, |point| point.grad_norm),
                ..pair[pair.len() - 1]
            })
            .collect();
        self.stride *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(step: u32, loss: f64) -> StepRecord {
        StepRecord {
            step,
            loss,
            learning_rate: 1e-3,
            grad_norm: 2.0 * loss,
            tokens: 100,
            examples: 16,
        }
    }

    fn history(steps: u32, loss: impl Fn(u32) -> f64) -> LossHistory {
        let mut history = LossHistory::default();
        (1..=steps).for_each(|step| history.push(record(step, loss(step))));
        history
    }

    #[test]
    fn a_constant_loss_is_its_own_average_from_the_first_step() {
        for point in history(3_000, |_| 0.7).points() {
            assert!(
                (point.smoothed - 0.7).abs() < 1e-12 && (point.loss - 0.7).abs() < 1e-12,
                "{point:?}"
            );
        }
    }

    #[test]
    fn points_stay_few_ordered_and_reach_the_last_step() {
        for steps in [1, 511, 512, 513, 1_024, 1_025, 1_026, 100_000] {
            let history = history(steps, f64::from);
            let points = history.points();
            assert!(
                points.len() <= MOST_POINTS,
                "{} points after {steps} steps",
                points.len()
            );
            assert!(
                steps < 512 || points.len() > MOST_POINTS / 4,
                "{} points after {steps} steps",
                points.len()
            );
            assert!(points.windows(2).all(|pair| pair[0].step < pair[1].step));
            assert_eq!(points[points.len() - 1].step, steps);
        }
    }

    #[test]
    fn merged_points_hold_the_mean_of_their_steps() {
        let history = history(2_000, f64::from);
        let mut first = 1;
        for point in history.points() {
            let mean = f64::from(first + point.step) / 2.0;
            assert!(
                (point.loss - mean).abs() < 1e-9 && (point.grad_norm - 2.0 * mean).abs() < 1e-9,
                "{point:?} should be {mean}"
            );
            first = point.step + 1;
        }
    }

    #[test]
    fn a_run_that_goes_on_from_a_checkpoint_repeats_its_curve() {
        let loss = |step: u32| 1.0 / f64::from(step);
        let whole = history(300, loss);
        let mut resumed = whole.clone();
        resumed.truncate(120);
        assert_eq!(resumed.steps(), 120);
        (121..=300).for_each(|step| resumed.push(record(step, loss(step))));
        for (a, b) in whole.points().iter().zip(resumed.points()) {
            assert!(
                (a.smoothed - b.smoothed).abs() < 1e-9 && a.step == b.step && a.loss == b.loss,
                "{a:?} {b:?}"
            );
        }
    }

    #[test]
    fn repeated_steps_are_ignored() {
        let mut history = history(5, |_| 1.0);
        history.push(record(5, 9.0));
        history.push(record(2, 9.0));
        assert_eq!(history, self::history(5, |_| 1.0));
    }

    #[test]
    fn the_nearest_point_is_found() {
        let history = history(10, f64::from);
        for (step, nearest) in [
            (-5.0, 1),
            (0.9, 1),
            (3.4, 3),
            (3.6, 4),
            (10.0, 10),
            (99.0, 10),
        ] {
            assert_eq!(
                history.nearest(step).map(|point| point.step),
                Some(nearest),
                "{step}"
            );
        }
        assert_eq!(LossHistory::default().nearest(1.0), None);
    }
}
