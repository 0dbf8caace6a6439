//! Which examples make up an epoch, and in which order.

use std::cmp::Reverse;
use std::sync::Arc;

use super::config::Sampling;
use crate::data::shuffled;

/// Batches of which the texts are sorted by length together, as in transformers' `get_length_grouped_indices`. All of an
/// epoch at once would make the same batches in every epoch.
const GROUPED_BATCHES: usize = 50;
/// No fewer groups than these, where there are so many batches; from the same place.
const LEAST_GROUPS: usize = 4;

/// Draws the examples of each epoch. The seed and the epoch alone decide: a run that is resumed draws the same.
#[derive(Debug, Clone)]
pub struct Sampler {
    seed: u32,
    draw: Draw,
    grouping: Option<Grouping>,
}

/// How examples are put into batches by length.
#[derive(Debug, Clone)]
struct Grouping {
    /// Of each example, in tokens.
    lengths: Arc<[u32]>,
    batch_size: usize,
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
            grouping: None,
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
                grouping: None,
            },
            None => Self::uniform(classes.len(), seed),
        }
    }

    /// The same draw in batches of like length; `lengths` are those of all examples.
    #[must_use]
    pub fn grouped_by_length(self, lengths: Arc<[u32]>, batch_size: usize) -> Self {
        let grouping = Some(Grouping {
            lengths,
            batch_size: batch_size.max(1),
        });
        Self { grouping, ..self }
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
        let drawn = self.draw(seed);
        match &self.grouping {
            Some(grouping) => grouping.apply(drawn, seed),
            None => drawn,
        }
    }

    fn draw(&self, seed: u64) -> Vec<u32> {
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

impl Grouping {
    /// The same examples in batches of like length, which come in a random order. Only the last batch may be smaller.
    fn apply(&self, mut drawn: Vec<u32>, seed: u64) -> Vec<u32> {
        let batches = drawn.len() / self.batch_size;
        let grouped = (batches / LEAST_GROUPS).clamp(1, GROUPED_BATCHES);
        for group in drawn.chunks_mut(grouped * self.batch_size) {
            // The order of texts of one length stays random.
            group.sort_by_key(|&index| Reverse(self.lengths[index as usize]));
        }
        let whole: Vec<&[u32]> = drawn.chunks_exact(self.batch_size).collect();
        let rest = &drawn[whole.len() * self.batch_size..];
        let order = shuffled(&(0..whole.len() as u32).collect::<Vec<_>>(), seed);
        let in_order = order.iter().map(|&batch| whole[batch as usize]);
        in_order.chain([rest]).flatten().copied().collect()
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
    fn grouping_makes_batches_of_like_length_in_random_order() {
        const BATCH: usize = 4;
        let lengths: Arc<[u32]> = (0..90).map(|index| 3 + index * 37 % 60).collect();
        let length = |index: &u32| lengths[*index as usize];
        let padded = |drawn: &[u32]| -> u32 {
            let batches = drawn.chunks(BATCH);
            batches
                .map(|batch| {
                    batch.len() as u32 * batch.iter().map(length).max().unwrap_or_default()
                })
                .sum()
        };
        let plain = Sampler::uniform(lengths.len(), 3);
        let grouped = plain.clone().grouped_by_length(lengths.clone(), BATCH);
        let mut drawn = grouped.epoch(0);
        assert_eq!(drawn, grouped.epoch(0));
        assert_ne!(drawn, grouped.epoch(1));
        let real: u32 = lengths.iter().sum();
        let [spared, most] = [padded(&drawn), padded(&plain.epoch(0))].map(|padded| padded - real);
        assert!(3 * spared < most, "{spared} of {most}");
        let longest: Vec<u32> = drawn.chunks(BATCH).map(|batch| length(&batch[0])).collect();
        assert!(!longest.is_sorted_by(|a, b| a >= b), "{longest:?}");
        drawn.sort_unstable();
        assert!(drawn.into_iter().eq(0..90));
    }

    #[test]
    fn grouping_bears_few_examples() {
        let lengths: Arc<[u32]> = [5, 9, 7].into();
        let grouped = |batch| Sampler::uniform(3, 0).grouped_by_length(lengths.clone(), batch);
        assert_eq!(grouped(8).epoch(0), [1, 2, 0]);
        assert_eq!(grouped(0).epoch(0).len(), 3);
        let of_two = grouped(2).epoch(0);
        assert_eq!(of_two.len(), 3);
    }

    #[test]
    fn classes_without_examples_do_not_count() {
        let sampler = Sampler::new(Sampling::Undersample, &[5, 5, 2], 0);
        assert_eq!(sampler.examples_per_epoch(), 2);
    }
}
