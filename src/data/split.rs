//! Which examples are for training, for following it, and for the final report.

use crate::reason::Phrase;
mod iterative;
mod quantiles;
mod quotas;

pub use iterative::iterative_split;
pub use quantiles::quantile_split;
use quotas::Quotas;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// How examples are divided where the table does not say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SplitConfig {
    /// Share of examples held out to follow training, 0 to below 1.
    pub validation: f64,
    /// Share of examples held out for the final report, 0 to below 1.
    pub test: f64,
    /// Seed of the shuffle.
    pub seed: u32,
}

impl Default for SplitConfig {
    fn default() -> Self {
        Self {
            validation: 0.15,
            test: 0.15,
            seed: 0,
        }
    }
}

/// One of the three parts of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Part {
    /// Examples to learn from.
    Train,
    /// Examples to follow training with.
    Validation,
    /// Examples for the final report.
    Test,
}

impl Part {
    /// The three, in the order in which they are used.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Reads the name of a part as tables write it, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "train" | "training" => Some(Self::Train),
            "validation" | "val" | "valid" | "dev" => Some(Self::Validation),
            "test" => Some(Self::Test),
            _ => None,
        }
    }
}

/// Indices into the examples of a data set, in ascending order. Each example is in one part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Split {
    /// Examples to learn from.
    pub train: Vec<u32>,
    /// Examples to follow training with; may be empty.
    pub validation: Vec<u32>,
    /// Examples for the final report; may be empty.
    pub test: Vec<u32>,
}

impl Split {
    /// The examples of a part.
    pub fn part(&self, part: Part) -> &[u32] {
        match part {
            Part::Train => &self.train,
            Part::Validation => &self.validation,
            Part::Test => &self.test,
        }
    }

    pub(super) fn part_mut(&mut self, part: Part) -> &mut Vec<u32> {
        match part {
            Part::Train => &mut self.train,
            Part::Validation => &mut self.validation,
            Part::Test => &mut self.test,
        }
    }

    /// Adds the examples of a split of some examples only, `own` of which are the ones that it counts from 0.
    pub(super) fn extend(&mut self, other: &Self, own: &[u32]) {
        for part in Part::ALL {
            let examples = other.part(part).iter();
            let examples = examples.filter_map(|&index| own.get(index as usize).copied());
            self.part_mut(part).extend(examples);
        }
        self.sort();
    }

    /// Examples in all parts together.
    fn len(&self) -> usize {
        self.train.len() + self.validation.len() + self.test.len()
    }

    /// Examples are handed out in any order, and kept in theirs.
    fn sort(&mut self) {
        for part in Part::ALL {
            self.part_mut(part).sort_unstable();
        }
    }
}

/// Shares or labels that examples cannot be divided by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, thiserror::Error)]
pub enum SplitError {
    /// A share is no number from 0 to below 1.
    #[error("the {share} share is {found}, but must be from 0 to below 1")]
    Share {
        /// Which of them.
        share: Phrase,
        /// Its value.
        found: f64,
    },
    /// The shares leave nothing to learn from.
    #[error("the validation and test shares, {validation} and {test}, leave nothing to train on")]
    NothingLeft {
        /// The validation share.
        validation: f64,
        /// The test share.
        test: f64,
    },
    /// A label that is no index of a class.
    #[error(
        "example {example} has label number {label}, but there are {classes} labels, counted from 0"
    )]
    LabelOutOfRange {
        /// The example's index.
        example: u32,
        /// Its label.
        label: u32,
        /// How many labels there are.
        classes: u32,
    },
}

impl SplitError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Share { .. } | Self::NothingLeft { .. } => {
                "Choose a validation and a test share that add up to less than 1, for example 0.15 each."
            }
            Self::LabelOutOfRange { .. } => "This is an error in Tabtune. Please report it.",
        }
    }
}

/// Divides examples so that every part has about the same mix of labels.
///
/// Each label's examples are shuffled. A part gets its share of them, rounded down; those that are left go one each to the
/// parts that lack most of all labels so far, so that the parts have their shares of the whole, too. A label with any examples
/// keeps at least one in training. The same labels, shares and seed give the same split on every machine.
///
/// `labels` holds the label of each example, below `classes`.
///
/// # Errors
/// If the shares or a label are out of range.
pub fn stratified_split(
    labels: &[u32],
    classes: usize,
    config: SplitConfig,
) -> Result<Split, SplitError> {
    config.validate()?;
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); classes];
    for (example, &label) in (0..).zip(labels) {
        members
            .get_mut(label as usize)
            .ok_or(SplitError::LabelOutOfRange {
                example,
                label,
                classes: classes as u32,
            })?
            .push(example);
    }

    let mut rng = ChaCha8Rng::seed_from_u64(config.seed.into());
    let mut split = Split::default();
    let mut quotas = Quotas::default();
    for mut examples in members {
        // rand draws u32 here, never usize: 32- and 64-bit machines agree.
        examples.shuffle(&mut rng);
        let [_, validation, test] = config.allocate(examples.len(), &mut quotas);
        let (held_out, train) = examples.split_at(validation + test);
        let (validation, test) = held_out.split_at(validation);
        split.train.extend_from_slice(train);
        split.validation.extend_from_slice(validation);
        split.test.extend_from_slice(test);
    }
    split.sort();
    Ok(split)
}

/// The indices in an order that depends on the seed alone, the same on every machine.
pub fn shuffled(indices: &[u32], seed: u64) -> Vec<u32> {
    let mut indices = indices.to_vec();
    indices.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    indices
}

impl SplitConfig {
    /// The same, holding out no examples for a part: it has others.
    pub(super) fn without(self, part: Part) -> Self {
        match part {
            Part::Train => self,
            Part::Validation => Self {
                validation: 0.0,
                ..self
            },
            Part::Test => Self { test: 0.0, ..self },
        }
    }

    fn validate(&self) -> Result<(), SplitError> {
        for (share, found) in [
            (Phrase("validation"), self.validation),
            (Phrase("test"), self.test),
        ] {
            if !(0.0..1.0).contains(&found) {
                return Err(SplitError::Share { share, found });
            }
        }
        if self.validation + self.test >= 1.0 {
            return Err(SplitError::NothingLeft {
                validation: self.validation,
                test: self.test,
            });
        }
        Ok(())
    }

    /// The shares of training, validation and test.
    fn shares(&self) -> [f64; 3] {
        [
            1.0 - self.validation - self.test,
            self.validation,
            self.test,
        ]
    }

    /// How many of `count` examples go to training, validation and test: each part gets its share, rounded down or up, as it
    /// lacks more or less by `quotas`, what it was to get of the examples before. These are then counted, too.
    fn allocate(self, count: usize, quotas: &mut Quotas) -> [usize; 3] {
        // A share of 3 may be computed as a little less.
        const ROUNDING: f64 = 1e-9;
        let shares = self.shares().map(|share| share * count as f64);
        let mut counts = shares.map(|share| (share + ROUNDING).floor() as usize);
        quotas.add(self, count);
        let lack = |part: Part| quotas.of(part) - counts[part as usize] as f64;
        let mut parts = Part::ALL;
        parts.sort_by(|&a, &b| lack(b).total_cmp(&lack(a)));
        let left = count.saturating_sub(counts.iter().sum());
        // Whole shares are not rounded up.
        let is_whole =
            |part: &Part| shares[*part as usize] - counts[*part as usize] as f64 <= ROUNDING;
        let rounded_up: Vec<Part> = parts
            .into_iter()
            .filter(|part| !is_whole(part))
            .take(left)
            .collect();
        for part in rounded_up {
            counts[part as usize] += 1;
        }
        if counts[0] == 0 && count > 0 {
            let larger = if counts[1] >= counts[2] { 1 } else { 2 };
            counts[larger] -= 1;
            counts[0] += 1;
        }
        quotas.take_all(counts);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn config(validation: f64, test: f64, seed: u32) -> SplitConfig {
        SplitConfig {
            validation,
            test,
            seed,
        }
    }

    #[test]
    fn remainders_go_to_the_largest() {
        for (validation, test, count, expected) in [
            (0.15, 0.15, 0, [0, 0, 0]),
            (0.15, 0.15, 1, [1, 0, 0]),
            (0.15, 0.15, 2, [2, 0, 0]),
            (0.15, 0.15, 3, [2, 1, 0]),
            (0.15, 0.15, 4, [3, 1, 0]),
            (0.15, 0.15, 10, [7, 2, 1]),
            (0.15, 0.15, 20, [14, 3, 3]),
            (0.1, 0.2, 10, [7, 1, 2]),
            (0.0, 0.0, 7, [7, 0, 0]),
            (0.0, 0.5, 4, [2, 0, 2]),
        ] {
            assert_eq!(
                config(validation, test, 0).allocate(count, &mut Quotas::default()),
                expected,
                "{validation} {test} {count}"
            );
        }
    }

    #[test]
    fn parts_have_their_shares_of_many_small_labels() {
        for (validation, test, of_each) in [
            (0.15, 0.15, 4),
            (0.15, 0.15, 3),
            (0.1, 0.2, 3),
            (0.15, 0.15, 10),
        ] {
            let labels: Vec<u32> = (0..100).flat_map(|label| vec![label; of_each]).collect();
            let split = stratified_split(&labels, 100, config(validation, test, 0)).unwrap();
            for (part, share) in [(&split.validation, validation), (&split.test, test)] {
                let exact = share * labels.len() as f64;
                assert!(
                    (part.len() as f64 - exact).abs() < 1.0 + 1e-9,
                    "{of_each} {}",
                    part.len()
                );
            }
        }
    }

    #[test]
    fn training_keeps_one_of_each_label() {
        for count in 1..8 {
            let [train, validation, test] =
                config(0.49, 0.5, 0).allocate(count, &mut Quotas::default());
            assert!(train >= 1, "{count}");
            assert_eq!(train + validation + test, count);
        }
    }

    #[test]
    fn the_split_is_the_same_everywhere() {
        let labels = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0];
        let split = stratified_split(&labels, 2, config(0.25, 0.25, 7)).unwrap();
        let expected = Split {
            train: vec![1, 2, 7, 8, 9, 11],
            validation: vec![0, 3, 6],
            test: vec![4, 5, 10],
        };
        assert_eq!(split, expected);
    }

    #[test]
    fn another_seed_gives_another_split() {
        let labels = vec![0; 100];
        let split = |seed| stratified_split(&labels, 1, config(0.2, 0.2, seed)).unwrap();
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
    }

    #[test]
    fn no_examples_make_an_empty_split() {
        assert_eq!(
            stratified_split(&[], 2, SplitConfig::default()),
            Ok(Split::default())
        );
    }

    #[test]
    fn shares_out_of_range_are_named() {
        for found in [-0.1, 1.0, f64::INFINITY] {
            let error = stratified_split(&[0], 1, config(found, 0.1, 0));
            assert_eq!(
                error,
                Err(SplitError::Share {
                    share: Phrase("validation"),
                    found
                })
            );
            let error = stratified_split(&[0], 1, config(0.1, found, 0));
            assert_eq!(
                error,
                Err(SplitError::Share {
                    share: Phrase("test"),
                    found
                })
            );
        }
        assert!(stratified_split(&[0], 1, config(f64::NAN, 0.1, 0)).is_err());
        let error = stratified_split(&[0], 1, config(0.6, 0.4, 0));
        assert_eq!(
            error,
            Err(SplitError::NothingLeft {
                validation: 0.6,
                test: 0.4
            })
        );
    }

    #[test]
    fn labels_out_of_range_are_named() {
        let error = stratified_split(&[0, 2], 2, SplitConfig::default());
        assert_eq!(
            error,
            Err(SplitError::LabelOutOfRange {
                example: 1,
                label: 2,
                classes: 2
            })
        );
    }

    #[test]
    fn shuffling_is_the_same_everywhere() {
        let indices: Vec<u32> = (10..20).collect();
        assert_eq!(
            shuffled(&indices, 3),
            [18, 17, 10, 19, 16, 15, 13, 11, 12, 14]
        );
        assert_ne!(shuffled(&indices, 3), shuffled(&indices, 4));
        assert!(shuffled(&[], 3).is_empty());
    }

    #[test]
    fn names_of_parts_are_read_in_any_case() {
        for (name, part) in [
            ("train", Some(Part::Train)),
            (" TRAIN ", Some(Part::Train)),
            ("Validation", Some(Part::Validation)),
            ("val", Some(Part::Validation)),
            ("valid", Some(Part::Validation)),
            ("dev", Some(Part::Validation)),
            ("Test", Some(Part::Test)),
            ("tests", None),
            ("", None),
        ] {
            assert_eq!(Part::from_name(name), part, "{name:?}");
        }
    }
}
