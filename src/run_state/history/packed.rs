//! A loss history as it is stored: numbers to the bit, and nothing that a history cannot be.

use serde::{Deserialize, Serialize};

use super::{LossHistory, LossPoint, MOST_POINTS};
use crate::protocol::StepRecord;

/// Most steps of a full point: with the most points, more steps than can be counted.
const MOST_STRIDE: u32 = 1 << 23;

/// The parts of a [`LossHistory`]. JSON's decimals may be read back with an error in the last place, so that numbers are
/// written as the bits that they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PackedHistory {
    stride: u32,
    filled: u32,
    last: Option<PackedStep>,
    average: u64,
    weight: u64,
    /// The step, then loss, smoothed loss, learning rate and norm of the gradients.
    points: Vec<(u32, [u64; 4])>,
}

/// The parts of a [`StepRecord`].
#[derive(Debug, Clone, Serialize, Deserialize)]
struct PackedStep {
    step: u32,
    tokens: u32,
    examples: u32,
    /// Loss, learning rate and norm of the gradients.
    values: [u64; 3],
}

/// A loss history that no run can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the loss history contradicts itself")]
pub(super) struct ImpossibleHistory;

impl From<LossHistory> for PackedHistory {
    fn from(history: LossHistory) -> Self {
        let point = |point: &LossPoint| {
            let values = [
                point.loss,
                point.smoothed,
                point.learning_rate,
                point.grad_norm,
            ];
            (point.step, values.map(f64::to_bits))
        };
        Self {
            stride: history.stride,
            filled: history.filled,
            last: history.last.map(|last| PackedStep {
                step: last.step,
                tokens: last.tokens,
                examples: last.examples,
                values: [last.loss, last.learning_rate, last.grad_norm].map(f64::to_bits),
            }),
            average: history.average.to_bits(),
            weight: history.weight.to_bits(),
            points: history.points.iter().map(point).collect(),
        }
    }
}

impl TryFrom<PackedHistory> for LossHistory {
    type Error = ImpossibleHistory;

    fn try_from(packed: PackedHistory) -> Result<Self, ImpossibleHistory> {
        let steps = packed.points.last().map_or(0, |(step, _)| *step);
        let is_last = |last: &PackedStep| last.step == steps && steps > 0;
        let possible = packed.points.len() <= MOST_POINTS
            && packed.points.windows(2).all(|pair| pair[0].0 < pair[1].0)
            && packed.points.first().is_none_or(|(step, _)| *step > 0)
            && packed.last.as_ref().map_or(steps == 0, is_last)
            && (1..=MOST_STRIDE).contains(&packed.stride)
            && packed.filled <= packed.stride;
        if !possible {
            return Err(ImpossibleHistory);
        }
        let point = |(step, values): (u32, [u64; 4])| {
            let [loss, smoothed, learning_rate, grad_norm] = values.map(f64::from_bits);
            LossPoint {
                step,
                loss,
                smoothed,
                learning_rate,
                grad_norm,
            }
        };
        Ok(Self {
            points: packed.points.into_iter().map(point).collect(),
            stride: packed.stride,
            filled: packed.filled,
            steps,
            last: packed.last.map(|last| {
                let [loss, learning_rate, grad_norm] = last.values.map(f64::from_bits);
                StepRecord {
                    step: last.step,
                    loss,
                    learning_rate,
                    grad_norm,
                    tokens: last.tokens,
                    examples: last.examples,
                }
            }),
            average: f64::from_bits(packed.average),
            weight: f64::from_bits(packed.weight),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(steps: u32) -> LossHistory {
        let mut history = LossHistory::default();
        for step in 1..=steps {
            history.push(StepRecord {
                step,
                loss: 1.0 / 3.0 + f64::from(step).sqrt(),
                learning_rate: 0.1 / f64::from(step),
                grad_norm: f64::from(step).ln(),
                tokens: step,
                examples: 16,
            });
        }
        history
    }

    #[test]
    fn a_history_is_read_back_to_the_bit_and_goes_on() {
        for steps in [0, 1, 7, 512, 513, 3_000] {
            let whole = history(steps);
            let json = serde_json::to_string(&whole).unwrap();
            let mut read: LossHistory = serde_json::from_str(&json).unwrap();
            assert_eq!(read, whole, "{steps} steps");
            let (mut expected, next) = (whole.clone(), history(steps + 1).last().unwrap());
            expected.push(next);
            read.push(next);
            assert_eq!(read, expected, "{steps} steps and one more");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let json = serde_json::to_string(&history(3)).unwrap();
        let of = |from: &str, to: &str| {
            assert!(json.contains(from), "{json}");
            serde_json::from_str::<LossHistory>(&json.replacen(from, to, 1)).is_ok()
        };
        assert!(of("\"stride\":1", "\"stride\":2"));
        assert!(!of("\"stride\":1", "\"stride\":0"));
        assert!(!of("\"stride\":1", "\"stride\":4294967295"));
        assert!(!of("\"filled\":1", "\"filled\":2"));
        assert!(!of("[[1,", "[[0,"));
        assert!(!of("[[1,", "[[9,"));
        assert!(!of("{\"step\":3", "{\"step\":4"));
    }
}
