//! Dividing examples with any number of labels each.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::quotas::{Quotas, neediest};
use super::{Part, Split, SplitConfig, SplitError};

/// Divides examples with several labels so that every part has about the same mix of them.
///
/// This is iterative stratification: Sechidis, Tsoumakas and Vlahavas, *On the Stratification of Multi-Label Data*,
/// ECML PKDD 2011, algorithm 1. The label with the fewest examples left is handed out first, since it is the
/// hardest to divide well: each of its examples, in shuffled order, goes to the part that lacks most of that label,
/// of equals to the one that lacks most examples. Those without labels come last and fill up. Ties are broken by
/// the order of labels and parts, where the paper draws. In addition, every label keeps an example in training: its
/// last one goes there if no other did.
///
/// Of a label whose examples carry no other, each part gets less than one more than its share and less than two
/// fewer. Where labels come together an example counts for all of them, and a label may be off by more. The same labels, shares and seed
/// give the same split on every machine.
///
/// `labels` holds the labels of each example, each once and below `classes`.
///
/// # Errors
/// If the shares or a label are out of range.
pub fn iterative_split(
    labels: &[&[u32]],
    classes: usize,
    config: SplitConfig,
) -> Result<Split, SplitError> {
    config.validate()?;
    let mut order: Vec<u32> = (0..labels.len() as u32).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(config.seed.into()));
    let mut division = Division::new(labels, classes, config, &order)?;

    while let Some(rarest) = division.rarest() {
        for example in std::mem::take(&mut division.classes[rarest].examples) {
            if division.assigned[example as usize] {
                continue;
            }
            let class = &division.classes[rarest];
            let part = if division.must_be_learnt(example) {
                Part::Train
            } else {
                neediest(|part| (class.quotas.of(part), division.quotas.of(part)))
            };
            division.assign(example, part);
        }
    }
    for example in order {
        if !division.assigned[example as usize] {
            let part = neediest(|part| division.quotas.of(part));
            division.assign(example, part);
        }
    }
    division.split.sort();
    Ok(division.split)
}

/// Examples handed out so far, and what is left.
struct Division<'a> {
    labels: &'a [&'a [u32]],
    classes: Vec<Class>,
    quotas: Quotas,
    assigned: Vec<bool>,
    split: Split,
}

/// A label's examples.
#[derive(Default)]
struct Class {
    /// All of them, in shuffled order.
    examples: Vec<u32>,
    /// How many are left.
    left: usize,
    quotas: Quotas,
    /// Whether training has one.
    is_learnt: bool,
}

impl<'a> Division<'a> {
    fn new(
        labels: &'a [&'a [u32]],
        classes: usize,
        config: SplitConfig,
        order: &[u32],
    ) -> Result<Self, SplitError> {
        let mut division = Self {
            labels,
            classes: (0..classes).map(|_| Class::default()).collect(),
            quotas: Quotas::new(config, labels.len()),
            assigned: vec![false; labels.len()],
            split: Split::default(),
        };
        for &example in order {
            for &label in labels[example as usize] {
                let class = division.classes.get_mut(label as usize);
                class
                    .ok_or(SplitError::LabelOutOfRange {
                        example,
                        label,
                        classes: classes as u32,
                    })?
                    .examples
                    .push(example);
            }
        }
        for class in &mut division.classes {
            class.left = class.examples.len();
            class.quotas = Quotas::new(config, class.left);
        }
        Ok(division)
    }

    /// The label with the fewest examples left, the first of equals; `None` once all are handed out.
    fn rarest(&self) -> Option<usize> {
        let left = self.classes.iter().map(|class| class.left).enumerate();
        left.filter(|(_, left)| *left > 0)
            .min_by_key(|(_, left)| *left)
            .map(|(class, _)| class)
    }

    /// Whether it is the last chance of one of its labels to be learnt.
    fn must_be_learnt(&self, example: u32) -> bool {
        self.labels[example as usize].iter().any(|&label| {
            let class = &self.classes[label as usize];
            !class.is_learnt && class.left == 1
        })
    }

    fn assign(&mut self, example: u32, part: Part) {
        for &label in self.labels[example as usize] {
            let class = &mut self.classes[label as usize];
            class.left -= 1;
            class.quotas.take(part);
            class.is_learnt |= part == Part::Train;
        }
        self.quotas.take(part);
        self.assigned[example as usize] = true;
        self.split.part_mut(part).push(example);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::split::tests::config;

    fn split(labels: &[&[u32]], classes: usize, config: SplitConfig) -> Split {
        iterative_split(labels, classes, config).unwrap()
    }

    /// Examples of a label in each part.
    fn counts(split: &Split, labels: &[&[u32]], label: u32) -> [usize; 3] {
        Part::ALL.map(|part| {
            let examples = split.part(part).iter();
            examples
                .filter(|&&at| labels[at as usize].contains(&label))
                .count()
        })
    }

    #[test]
    fn labels_that_come_together_are_divided_well() {
        let sets: [&[u32]; 6] = [&[0], &[0, 1], &[1, 2], &[0, 1, 2], &[], &[2]];
        let labels = sets.repeat(20);
        for seed in 0..20 {
            let split = split(&labels, 3, config(0.2, 0.1, seed));
            for label in 0..3 {
                let counts = counts(&split, &labels, label);
                for (count, share) in counts.into_iter().zip([0.7, 0.2, 0.1]) {
                    let total: f64 = counts.iter().sum::<usize>() as f64;
                    assert!((count as f64 - share * total).abs() <= 1.5, "{counts:?}");
                }
            }
            let sizes = Part::ALL.map(|part| split.part(part).len());
            assert_eq!(sizes, [84, 24, 12], "those without labels fill up");
        }
    }

    #[test]
    fn rare_labels_are_divided_before_common_ones() {
        let mut labels: Vec<&[u32]> = vec![&[0]; 90];
        labels.extend([&[0, 1][..]; 10]);
        let split = split(&labels, 2, config(0.2, 0.2, 5));
        assert_eq!(counts(&split, &labels, 1), [6, 2, 2]);
        assert_eq!(counts(&split, &labels, 0), [60, 20, 20]);
    }

    #[test]
    fn each_label_is_learnt_even_where_training_is_small() {
        let labels: [&[u32]; 4] = [&[0, 1], &[2], &[0, 2, 3], &[]];
        let split = split(&labels, 4, config(0.49, 0.5, 0));
        for label in 0..4 {
            assert!(counts(&split, &labels, label)[0] > 0, "{label}: {split:?}");
        }
    }

    #[test]
    fn the_split_is_the_same_everywhere() {
        let sets: [&[u32]; 4] = [&[0], &[0, 1], &[1], &[]];
        let labels = sets.repeat(3);
        let found = split(&labels, 2, config(0.25, 0.25, 7));
        assert_eq!(found, split(&labels, 2, config(0.25, 0.25, 7)));
        assert_ne!(found, split(&labels, 2, config(0.25, 0.25, 8)));
        let expected = Split {
            train: vec![0, 2, 4, 5, 6, 11],
            validation: vec![3, 8, 9],
            test: vec![1, 7, 10],
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn no_examples_make_an_empty_split() {
        assert_eq!(split(&[], 2, SplitConfig::default()), Split::default());
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let error = iterative_split(&[&[0], &[0, 2]], 2, SplitConfig::default());
        assert_eq!(
            error,
            Err(SplitError::LabelOutOfRange {
                example: 1,
                label: 2,
                classes: 2
            })
        );
        assert!(iterative_split(&[], 0, config(0.5, 0.5, 0)).is_err());
    }
}
