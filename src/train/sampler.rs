//! Which examples make up an epoch, and in which order.

use super::config::Sampling;
use crate::data::shuffled;

/// Draws the examples of each epoch. The seed and the epoch alone decide: a run that is resumed draws the same.
#[derive(Debug, Clone)]
pub struct Sampler {
    seed: u32,
    draw: Draw,
}

#[derive(Debug, Clone)]
enum Draw {
    /// Each of so many examples once.
    All(u32),
    /// From each class so many, given the indices of its examples.
    Balanced {
        classes: Vec<Vec<u32>>,
        per_class: usize,
    },
}

impl Sampler {
    /// A sampler over `examples` examples in no classes.
    pub fn uniform(examples: usize, seed: u32) -> Self {
        Self {
            seed,
            draw: Draw::All(examples as u32),
        }
    }

    /// A sampler over examples of which the class is known.
    pub fn new(sampling: Sampling, classes: &[u32], seed: u32) -> Self {
        let mut by_class: Vec<Vec<u32>> = Vec::new();
        for (index, &class) in (0..).zip(classes) {
            let class = class as usize;
            if by_class.len() <= class {
                by_class.resize(class + 1, Vec::new());
            }
            by_class[class].push(index);
        }
        by_class.retain(|indices| !indices.is_empty());
        let sizes = by_class.iter().map(Vec::len);
        let per_class = match sampling {
            Sampling::Shuffle => None,
            Sampling::Oversample => sizes.max(),
            Sampling::Undersample => sizes.min(),
        };
        match per_class {
            Some(per_class) => Self {
                seed,
                draw: Draw::Balanced {
                    classes: by_class,
                    per_class,
                },
            },
            None => Self::uniform(classes.len(), seed),
        }
    }

    /// Examples of an epoch.
    pub fn examples_per_epoch(&self) -> usize {
        match &self.draw {
            Draw::All(examples) => *examples as usize,
            Draw::Balanced { classes, per_class } => classes.len() * per_class,
        }
    }

    /// Indices of an epoch's examples, in the order of training.
    pub fn epoch(&self, epoch: u32) -> Vec<u32> {
        let seed = u64::from(self.seed) << 32 | u64::from(epoch);
        match &self.draw {
            Draw::All(examples) => shuffled(&(0..*examples).collect::<Vec<_>>(), seed),
            Draw::Balanced { classes, per_class } => {
                let drawn: Vec<u32> = classes
                    .iter()
                    .flat_map(|indices| {
                        // Every example once before any comes twice.
                        shuffled(indices, seed).into_iter().cycle().take(*per_class)
                    })
                    .collect();
                shuffled(&drawn, seed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [u32; 7] = [0, 0, 0, 0, 1, 2, 2];

    fn counts(drawn: &[u32]) -> [usize; 3] {
        let count = |class| {
            drawn
                .iter()
                .filter(|&&index| CLASSES[index as usize] == class)
                .count()
        };
        [count(0), count(1), count(2)]
    }

    #[test]
    fn a_shuffle_has_each_example_once() {
        let sampler = Sampler::new(Sampling::Shuffle, &CLASSES, 3);
        let mut drawn = sampler.epoch(1);
        assert_ne!(drawn, sampler.epoch(2));
        assert_eq!(drawn, sampler.epoch(1));
        drawn.sort_unstable();
        assert_eq!(drawn, [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn oversampling_fills_up_to_the_largest_class() {
        let sampler = Sampler::new(Sampling::Oversample, &CLASSES, 3);
        assert_eq!(sampler.examples_per_epoch(), 12);
        let drawn = sampler.epoch(0);
        assert_eq!(counts(&drawn), [4, 4, 4]);
        assert!((0..7).all(|index| drawn.contains(&index)));
    }

    #[test]
    fn undersampling_cuts_down_to_the_smallest_class() {
        let sampler = Sampler::new(Sampling::Undersample, &CLASSES, 3);
        assert_eq!(sampler.examples_per_epoch(), 3);
        let epochs: Vec<Vec<u32>> = (0..20).map(|epoch| sampler.epoch(epoch)).collect();
        assert!(epochs.iter().all(|drawn| counts(drawn) == [1, 1, 1]));
        assert!((0..7).all(|index| epochs.iter().any(|drawn| drawn.contains(&index))));
    }

    #[test]
    fn classes_without_examples_do_not_count() {
        let sampler = Sampler::new(Sampling::Undersample, &[5, 5, 2], 0);
        assert_eq!(sampler.examples_per_epoch(), 2);
    }
}
