//! Learning-rate schedule.

use std::f64::consts::PI;

use super::config::{SchedulerType, TrainConfig};

/// Linear warm-up from 0 to the peak, then what the scheduler's type says.
///
/// Source: `get_constant_schedule_with_warmup`, `get_linear_schedule_with_warmup` and `get_cosine_schedule_with_warmup`
/// of transformers, `optimization.py`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    kind: SchedulerType,
    peak: f64,
    warmup_steps: u32,
    steps: u32,
}

impl Schedule {
    /// A schedule over `steps` steps. The steps of the warm-up are rounded up, as in transformers.
    pub fn new(config: &TrainConfig, steps: u32) -> Self {
        Self {
            kind: config.lr_scheduler_type,
            peak: config.learning_rate,
            warmup_steps: (f64::from(steps) * config.warmup_ratio).ceil() as u32,
            steps,
        }
    }

    /// What the learning rate rises to.
    pub fn peak(&self) -> f64 {
        self.peak
    }

    /// Goes on with another peak: every later rate is the old one times the quotient of the two.
    pub fn set_peak(&mut self, peak: f64) {
        self.peak = peak;
    }

    /// The learning rate of a step, counted from 0.
    pub fn learning_rate(&self, step: u32) -> f64 {
        if step < self.warmup_steps {
            return self.peak * (f64::from(step) / f64::from(self.warmup_steps));
        }
        let left = f64::from(self.steps.saturating_sub(step));
        let share_left = left / f64::from((self.steps - self.warmup_steps).max(1));
        self.peak
            * match self.kind {
                SchedulerType::Constant => 1.0,
                SchedulerType::Linear => share_left,
                SchedulerType::Cosine => 0.5 * (1.0 + (PI * (1.0 - share_left)).cos()),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(kind: SchedulerType, peak: f64, warmup_ratio: f64, steps: u32) -> Schedule {
        let config = TrainConfig {
            lr_scheduler_type: kind,
            learning_rate: peak,
            warmup_ratio,
            ..TrainConfig::default()
        };
        Schedule::new(&config, steps)
    }

    #[test]
    fn rises_and_falls_as_in_transformers() {
        let schedule = schedule(SchedulerType::Linear, 1.0, 0.2, 10);
        let rates: Vec<f64> = (0..10).map(|step| schedule.learning_rate(step)).collect();
        assert_eq!(
            rates,
            [0.0, 0.5, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
        );
        assert_eq!(schedule.learning_rate(10), 0.0);
    }

    #[test]
    fn another_peak_scales_what_is_left() {
        let mut schedule = schedule(SchedulerType::Cosine, 1.0, 0.2, 10);
        let before: Vec<f64> = (0..10).map(|step| schedule.learning_rate(step)).collect();
        schedule.set_peak(0.25);
        assert_eq!(schedule.peak(), 0.25);
        for (step, before) in (0..).zip(before) {
            assert!((schedule.learning_rate(step) - before / 4.0).abs() < 1e-15);
        }
    }

    #[test]
    fn no_warmup_and_all_warmup() {
        let none = schedule(SchedulerType::Linear, 2.0, 0.0, 4);
        assert_eq!(none.learning_rate(0), 2.0);
        let all = schedule(SchedulerType::Linear, 2.0, 1.0, 4);
        assert_eq!([all.learning_rate(2), all.learning_rate(4)], [1.0, 0.0]);
    }

    #[test]
    fn a_constant_rate_stays() {
        let schedule = schedule(SchedulerType::Constant, 2.0, 0.5, 4);
        let rates: Vec<f64> = (0..5).map(|step| schedule.learning_rate(step)).collect();
        assert_eq!(rates, [0.0, 1.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn a_cosine_falls_slowly_at_both_ends() {
        let schedule = schedule(SchedulerType::Cosine, 1.0, 0.0, 4);
        let expected = [
            1.0,
            0.5 + 0.5_f64.sqrt() / 2.0,
            0.5,
            0.5 - 0.5_f64.sqrt() / 2.0,
            0.0,
        ];
        for (step, expected) in (0..).zip(expected) {
            assert!((schedule.learning_rate(step) - expected).abs() < 1e-12);
        }
    }
}
