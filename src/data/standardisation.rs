//! The scale that numbers are learnt on.

use serde::{Deserialize, Serialize};

/// A number is learnt as (value − mean) / deviation: its unit then does not matter to the learning rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Standardisation {
    /// Mean over the training examples.
    pub mean: f64,
    /// Standard deviation over the training examples; never 0.
    pub deviation: f64,
}

impl Standardisation {
    /// The scale of some numbers. Those that are all the same keep their unit.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        let deviation = (squares.sum::<f64>() / count).sqrt();
        Self {
            mean,
            deviation: if deviation > 0.0 { deviation } else { 1.0 },
        }
    }

    /// From a number to what is learnt.
    pub fn standardise(&self, value: f64) -> f64 {
        (value - self.mean) / self.deviation
    }

    /// From what is learnt to a number.
    pub fn restore(&self, standardised: f64) -> f64 {
        standardised * self.deviation + self.mean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let scale = Standardisation::of(&[1.0, 2.0, 6.0]);
        assert_eq!(scale.mean, 3.0);
        assert!((scale.deviation - (14.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((scale.restore(scale.standardise(5.0)) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn a_constant_keeps_its_unit() {
        let scale = Standardisation::of(&[4.0, 4.0]);
        assert_eq!((scale.mean, scale.deviation), (4.0, 1.0));
        assert_eq!(Standardisation::of(&[]).deviation, 1.0);
    }
}
