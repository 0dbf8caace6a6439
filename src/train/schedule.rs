//! Learning-rate schedule.

/// Linear warm-up from 0 to the peak, then linear decay to 0 at the last step.
///
/// Source: `get_linear_schedule_with_warmup` of transformers, `optimization.py`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearSchedule {
    peak: f64,
    warmup_steps: u32,
    steps: u32,
}

impl LinearSchedule {
    /// A schedule over `steps` steps, of which the first `warmup_ratio` warm up, rounded up as transformers does.
    pub fn new(peak: f64, warmup_ratio: f64, steps: u32) -> Self {
        Self {
            peak,
            warmup_steps: (f64::from(steps) * warmup_ratio).ceil() as u32,
            steps,
        }
    }

    /// The learning rate of a step, counted from 0.
    pub fn learning_rate(&self, step: u32) -> f64 {
        let factor = if step < self.warmup_steps {
            f64::from(step) / f64::from(self.warmup_steps)
        } else {
            let left = f64::from(self.steps.saturating_sub(step));
            left / f64::from((self.steps - self.warmup_steps).max(1))
        };
        self.peak * factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_and_falls_as_in_transformers() {
        let schedule = LinearSchedule::new(1.0, 0.2, 10);
        let rates: Vec<f64> = (0..10).map(|step| schedule.learning_rate(step)).collect();
        assert_eq!(
            rates,
            [0.0, 0.5, 1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]
        );
        assert_eq!(schedule.learning_rate(10), 0.0);
    }

    #[test]
    fn no_warmup_and_all_warmup() {
        assert_eq!(LinearSchedule::new(2.0, 0.0, 4).learning_rate(0), 2.0);
        let all = LinearSchedule::new(2.0, 1.0, 4);
        assert_eq!([all.learning_rate(2), all.learning_rate(4)], [1.0, 0.0]);
    }
}
