//! Dividing examples with a number each.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::quotas::{Quotas, neediest};
use super::{Part, Split, SplitConfig, SplitError};

/// Examples in a group of neighbouring numbers.
const GROUP: usize = 10;

/// Divides examples so that every part has about the same spread of numbers.
///
/// The examples are sorted by their numbers and cut into groups of ten neighbours. Each group is shuffled and handed
/// out one by one, each to the part that lacks most of its share so far. So of the examples up to the end of any
/// group, each part has less than one more than its share and less than two fewer. Training gets at least one
/// example. The same numbers, shares and seed give the same split on every machine.
///
/// # Errors
/// If the shares are out of range.
pub fn quantile_split(values: &[f64], config: SplitConfig) -> Result<Split, SplitError> {
    config.validate()?;
    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    // Equal numbers are in no order then.
    order.shuffle(&mut rng);
    order.sort_by(|&a, &b| values[a as usize].total_cmp(&values[b as usize]));

    let mut split = Split::default();
    let mut quotas = Quotas::default();
    for group in order.chunks_mut(GROUP) {
        group.shuffle(&mut rng);
        for &mut example in group {
            quotas.add(config, 1);
            let mut part = neediest(|part| quotas.of(part));
            let last = split.len() + 1 == values.len();
            if last && split.train.is_empty() {
                part = Part::Train;
            }
            quotas.take(part);
            split.part_mut(part).push(example);
        }
    }
    split.sort();
    Ok(split)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::split::tests::config;

    #[test]
    fn every_part_has_the_whole_range() {
        let values: Vec<f64> = (0..200).map(|index| f64::from(index * 37 % 200)).collect();
        let split = quantile_split(&values, config(0.2, 0.1, 3)).unwrap();
        let counts = Part::ALL.map(|part| split.part(part).len());
        assert_eq!(counts, [140, 40, 20]);
        for part in Part::ALL {
            let numbers = || split.part(part).iter().map(|&at| values[at as usize]);
            let mean = numbers().sum::<f64>() / numbers().count() as f64;
            assert!((mean - 99.5).abs() < 5.0, "{part:?}: {mean}");
            assert!(
                numbers().any(|number| number < 20.0) && numbers().any(|number| number > 179.0)
            );
        }
    }

    #[test]
    fn equal_numbers_go_to_every_part() {
        let split = quantile_split(&[1.0; 100], config(0.25, 0.25, 0)).unwrap();
        assert_eq!(Part::ALL.map(|part| split.part(part).len()), [50, 25, 25]);
        assert!(split.train.iter().any(|&at| at > 75) && split.test.iter().any(|&at| at < 50));
    }

    #[test]
    fn another_seed_gives_another_split() {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let split = |seed| quantile_split(&values, config(0.2, 0.2, seed)).unwrap();
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
    }

    #[test]
    fn training_gets_the_only_example() {
        let split = |values: &[f64]| quantile_split(values, config(0.5, 0.4, 0)).unwrap();
        assert_eq!(split(&[1.0]).train, [0]);
        assert_eq!(split(&[]), Split::default());
        assert!(quantile_split(&[1.0], config(1.0, 0.0, 0)).is_err());
    }
}
