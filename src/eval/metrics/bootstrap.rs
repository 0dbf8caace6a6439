//! How far a statistic would vary with other examples of the same kind.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::MetricsError;
use crate::reason::Phrase;

/// An interval that holds a statistic with some confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The confidence, above 0 and below 1.
    pub level: f64,
    /// Its lower end.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
}

/// Percentile bootstrap interval of a statistic over `count` examples.
///
/// `statistic` is computed `resamples` times, each of `count` indices drawn with replacement; the interval reaches from
/// the (1 - `level`) / 2 quantile of what it says to the (1 + `level`) / 2 quantile. Where it says `None`, or no finite
/// number, that resample does not count. The same seed gives the same interval on every machine. `None` without
/// examples, or if the statistic was undefined in more than half of the resamples: the rest would tell little.
///
/// Source: Efron 1979, <https://doi.org/10.1214/aos/1176344552>; `scipy.stats.bootstrap` with `method="percentile"`.
///
/// # Errors
/// If the level is not above 0 and below 1.
pub fn bootstrap_interval(
    count: u32,
    resamples: u32,
    level: f64,
    seed: u64,
    statistic: impl Fn(&[usize]) -> Option<f64>,
) -> Result<Option<Interval>, MetricsError> {
    check(level)?;
    if count == 0 {
        return Ok(None);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut indices = vec![0; count as usize];
    let mut found = Vec::with_capacity(resamples as usize);
    for _ in 0..resamples {
        for index in &mut indices {
            // A draw of u32, never usize: 32- and 64-bit machines agree.
            *index = rng.random_range(0..count) as usize;
        }
        found.extend(statistic(&indices).filter(|value| value.is_finite()));
    }
    if found.len() * 2 < resamples as usize {
        return Ok(None);
    }
    percentile_interval(&found, level)
}

/// The middle `level` of some values, between two values linearly, as `numpy.percentile` has it. `None` of nothing.
///
/// # Errors
/// If the level is not above 0 and below 1.
pub fn percentile_interval(values: &[f64], level: f64) -> Result<Option<Interval>, MetricsError> {
    check(level)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        let position = share * (sorted.len().checked_sub(1)? as f64);
        let below = *sorted.get(position.floor() as usize)?;
        let above = *sorted.get(position.ceil() as usize)?;
        Some(below + (above - below) * position.fract())
    };
    Ok(quantile((1.0 - level) / 2.0)
        .zip(quantile((1.0 + level) / 2.0))
        .map(|(lower, upper)| Interval {
            level,
            lower,
            upper,
        }))
}

fn check(level: f64) -> Result<(), MetricsError> {
    if level > 0.0 && level < 1.0 {
        Ok(())
    } else {
        Err(MetricsError::Setting {
            setting: Phrase("confidence level"),
            found: level,
            range: Phrase("above 0 and below 1"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(indices: &[usize]) -> Option<f64> {
        Some(indices.iter().sum::<usize>() as f64 / indices.len() as f64)
    }

    #[test]
    fn the_seed_decides() {
        let interval = |seed| bootstrap_interval(50, 100, 0.9, seed, mean).unwrap();
        assert_eq!(interval(1), interval(1));
        assert_ne!(interval(1), interval(2));
    }

    #[test]
    fn every_example_is_drawn_and_no_other() {
        let seen = std::cell::RefCell::new(vec![0; 5]);
        bootstrap_interval(5, 40, 0.5, 0, |indices| {
            assert_eq!(indices.len(), 5);
            indices
                .iter()
                .for_each(|&index| seen.borrow_mut()[index] += 1);
            Some(0.0)
        })
        .unwrap();
        assert!(seen.into_inner().iter().all(|&times| times > 20));
    }

    #[test]
    fn one_example_has_no_width() {
        let found = bootstrap_interval(1, 10, 0.95, 0, |_| Some(0.5)).unwrap();
        assert_eq!(
            found,
            Some(Interval {
                level: 0.95,
                lower: 0.5,
                upper: 0.5
            })
        );
    }

    #[test]
    fn what_is_mostly_undefined_has_no_interval() {
        let sometimes = |limit: usize| {
            bootstrap_interval(10, 1_000, 0.95, 0, |indices| {
                (indices[0] < limit).then_some(if indices[1] < 5 { 1.0 } else { f64::NAN })
            })
        };
        assert_eq!(sometimes(5), Ok(None), "a quarter is left");
        assert!(
            bootstrap_interval(10, 1_000, 0.95, 0, |indices| (indices[0] < 8)
                .then_some(1.0))
            .unwrap()
            .is_some()
        );
        assert_eq!(bootstrap_interval(0, 10, 0.95, 0, mean), Ok(None));
        assert_eq!(bootstrap_interval(10, 0, 0.95, 0, mean), Ok(None));
    }

    #[test]
    fn levels_lie_between_none_and_all() {
        for level in [0.0, 1.0, f64::NAN] {
            assert!(matches!(
                bootstrap_interval(10, 10, level, 0, mean),
                Err(MetricsError::Setting {
                    setting: Phrase("confidence level"),
                    ..
                })
            ));
        }
    }
}
