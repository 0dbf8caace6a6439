//! Dynamic loss scaling: small gradients of 16-bit numbers would be zero, so the loss is multiplied with as much as they bear.

use serde::{Deserialize, Serialize};

use super::exact::ExactF64;

const FIRST: f64 = 65_536.0;
const GROWTH: f64 = 2.0;
const BACKOFF: f64 = 0.5;
/// Steps without an overflow after which the scale grows.
const GROWTH_INTERVAL: u32 = 2_000;
/// Gradients that are too large even so have diverged: `min_loss_scale` of fairseq.
const LEAST: f64 = 1e-4;

/// What the loss of the next step is multiplied with. A step whose gradients overflow changes nothing and is taken again with
/// half of it. `GradScaler` goes on to the next examples instead, which a run of a few hundred steps would miss.
///
/// Source: `torch.amp.GradScaler`, with its defaults.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LossScaler {
    scale: ExactF64,
    /// Steps since the scale has changed: `growth_tracker`.
    steps: u32,
}

impl LossScaler {
    /// That of a run that has not begun.
    pub(super) fn new() -> Self {
        Self {
            scale: ExactF64(FIRST),
            steps: 0,
        }
    }

    /// What the loss is multiplied with.
    pub(super) fn scale(self) -> f64 {
        self.scale.0
    }

    /// That of the step after one whose gradients were numbers.
    pub(super) fn after_step(self) -> Self {
        let steps = self.steps + 1;
        match steps < GROWTH_INTERVAL {
            true => Self { steps, ..self },
            false => Self {
                scale: ExactF64(self.scale() * GROWTH),
                steps: 0,
            },
        }
    }

    /// That with which a step whose gradients were none is taken again; `None` if there is nothing left to take off.
    pub(super) fn after_overflow(self) -> Option<Self> {
        let scale = self.scale() * BACKOFF;
        (scale >= LEAST).then_some(Self {
            scale: ExactF64(scale),
            steps: 0,
        })
    }

    /// Whether a run can have it.
    pub(super) fn is_valid(self) -> bool {
        self.scale() >= LEAST && self.scale().is_finite() && self.steps < GROWTH_INTERVAL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_after_long_and_shrinks_at_once() {
        let mut scaler = LossScaler::new();
        for _ in 0..GROWTH_INTERVAL - 1 {
            scaler = scaler.after_step();
            assert_eq!(scaler.scale(), FIRST);
        }
        scaler = scaler.after_step();
        assert_eq!(scaler.scale(), 2.0 * FIRST);
        let scaler = scaler.after_step().after_overflow();
        assert_eq!(scaler, Some(LossScaler::new()));
    }

    #[test]
    fn it_does_not_shrink_for_ever() {
        let scalers = std::iter::successors(Some(LossScaler::new()), |it| it.after_overflow());
        let scales: Vec<f64> = scalers.map(LossScaler::scale).collect();
        assert_eq!(scales.len(), 30);
        assert_eq!(scales[29], 2_f64.powi(-13));
    }

    #[test]
    fn a_damaged_one_is_seen() {
        let with = |scale, steps| LossScaler {
            scale: ExactF64(scale),
            steps,
        };
        assert!(LossScaler::new().is_valid());
        for damaged in [
            with(f64::NAN, 0),
            with(0.0, 0),
            with(f64::INFINITY, 0),
            with(1.0, GROWTH_INTERVAL),
        ] {
            assert!(!damaged.is_valid());
        }
    }
}
