//! How many steps lie between two read-backs of what they brought.

/// Seconds of steps that are read together. It is also how long a command may have to wait for them.
const SECONDS: f64 = 0.25;
/// Most steps that are read together.
const MOST_STEPS: u32 = 64;

/// Follows how long steps take, so that those that are read together take about a quarter of a second. Steps that take
/// longer are read one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogInterval {
    steps: u32,
}

impl Default for LogInterval {
    /// Of steps of which nothing is known yet: one.
    fn default() -> Self {
        Self { steps: 1 }
    }
}

impl LogInterval {
    /// Steps that are to be read together.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Takes note of how many steps were read together, one at least, and of the seconds from asking for the first of them
    /// until they were read. The number grows twofold at most: one short text must not let many long ones queue up.
    pub fn note(&mut self, steps: u32, seconds: f64) {
        let fitting = SECONDS * f64::from(steps) / seconds;
        let most = MOST_STEPS.min(2 * self.steps);
        self.steps = (fitting as u32).clamp(1, most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of steps that are read together while each takes so long.
    fn intervals(interval: &mut LogInterval, step: f64, reads: usize) -> Vec<u32> {
        let read = |_| {
            let steps = interval.steps();
            interval.note(steps, f64::from(steps) * step);
            steps
        };
        (0..reads).map(read).collect()
    }

    #[test]
    fn as_many_steps_are_read_together_as_fit() {
        let mut interval = LogInterval::default();
        // The first one compiles.
        interval.note(1, 13.0);
        assert_eq!(intervals(&mut interval, 0.02, 6), [1, 2, 4, 8, 12, 12]);
        assert_eq!(intervals(&mut interval, 0.1, 3), [12, 2, 2]);
        assert_eq!(intervals(&mut interval, 0.3, 3), [2, 1, 1]);
        assert_eq!(
            intervals(&mut interval, 1e-6, 8),
            [1, 2, 4, 8, 16, 32, 64, 64]
        );
    }

    #[test]
    fn an_interval_that_an_epoch_cut_short_counts_by_its_steps() {
        let mut interval = LogInterval { steps: 16 };
        interval.note(3, 0.045);
        assert_eq!(interval.steps(), 16);
        interval.note(1, 0.0);
        assert_eq!(interval.steps(), 32);
    }
}
