//! How long the texts of a data set are.

use serde::{Deserialize, Serialize};

/// Lengths that are counted one by one; longer texts are counted together.
const COUNTED: u32 = 1_024;

/// What a length is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LengthUnit {
    /// Tokens of an encoder, special ones included.
    Tokens,
    /// Characters, where no encoder says what its tokens are. They are counted by tens.
    Characters,
}

impl LengthUnit {
    /// Lengths that are counted together.
    pub fn step(self) -> u32 {
        match self {
            Self::Tokens => 1,
            Self::Characters => 10,
        }
    }
}

/// How long texts are, whole as they stand in the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TextLengths {
    /// What is counted.
    pub unit: LengthUnit,
    /// Texts that were measured, drawn evenly where there are too many.
    pub measured: u32,
    /// Texts of the data set.
    pub texts: u32,
    /// How many of the measured texts have each length, [`LengthUnit::step`] lengths together; the last number is for all
    /// that are longer than those before.
    pub counts: Vec<u32>,
    /// The mean length.
    pub mean: f64,
    /// The longest.
    pub longest: u32,
    /// The length that 95 of 100 texts do not exceed.
    pub percentile_95: u32,
}

impl TextLengths {
    /// Sums up the lengths of some of `texts` texts; `None` without any.
    pub fn new(unit: LengthUnit, texts: u32, mut lengths: Vec<u32>) -> Option<Self> {
        lengths.sort_unstable();
        let longest = *lengths.last()?;
        // The smallest length with at least this share of the texts: the nearest-rank method.
        let rank = (lengths.len() * 95).div_ceil(100).saturating_sub(1);
        let total: f64 = lengths.iter().map(|&length| f64::from(length)).sum();
        let bins = longest.min(COUNTED * unit.step()) / unit.step() + 1;
        let mut counts = vec![0; bins as usize];
        for length in &lengths {
            let bin = (length / unit.step()).min(bins - 1);
            counts[bin as usize] += 1;
        }
        Some(Self {
            unit,
            measured: lengths.len() as u32,
            texts,
            counts,
            mean: total / lengths.len() as f64,
            longest,
            percentile_95: lengths.get(rank).copied().unwrap_or(longest),
        })
    }

    /// Measured texts that are longer than `most`, as far as they were counted one by one.
    pub fn longer_than(&self, most: u32) -> u32 {
        let longer = self
            .counts
            .iter()
            .skip((most / self.unit.step()) as usize + 1);
        longer.sum()
    }

    /// The counts in at most `most` groups of neighbours: how many lengths are in each, and the count of each group. Beyond
    /// the length that is counted last, one group holds all.
    pub fn groups(&self, most: u32) -> (u32, Vec<u32>) {
        let size = (self.counts.len() as u32).div_ceil(most.max(1)).max(1);
        let groups = self.counts.chunks(size as usize);
        let counts = groups.map(|group| group.iter().sum()).collect();
        (size * self.unit.step(), counts)
    }
}

/// Which of `texts` texts are measured, so that no more than `most` are: evenly drawn from the first to the last.
pub fn evenly_drawn(texts: u32, most: u32) -> impl Iterator<Item = u32> {
    let drawn = texts.min(most);
    (0..drawn).map(move |number| {
        let place = u64::from(number) * u64::from(texts) / u64::from(drawn.max(1));
        place as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_summed_up() {
        let lengths = TextLengths::new(LengthUnit::Tokens, 40, (1..=20).rev().collect()).unwrap();
        assert_eq!((lengths.measured, lengths.texts), (20, 40));
        assert_eq!((lengths.longest, lengths.percentile_95), (20, 19));
        assert_eq!(lengths.mean, 10.5);
        assert_eq!(lengths.counts[0], 0);
        assert!(lengths.counts[1..].iter().all(|&count| count == 1));
        assert_eq!(TextLengths::new(LengthUnit::Tokens, 0, Vec::new()), None);
    }

    #[test]
    fn what_is_cut_off_is_counted() {
        let lengths = TextLengths::new(LengthUnit::Tokens, 4, vec![3, 64, 65, 5_000]).unwrap();
        assert_eq!(lengths.longer_than(64), 2);
        assert_eq!(lengths.longer_than(2), 4);
        assert_eq!(lengths.longer_than(512), 1);
        assert_eq!(lengths.counts.len() as u32, COUNTED + 1);
    }

    #[test]
    fn groups_hold_all() {
        let lengths = TextLengths::new(LengthUnit::Tokens, 100, (0..100).collect()).unwrap();
        assert_eq!(lengths.groups(20), (5, vec![5; 20]));
        assert_eq!(lengths.groups(1), (100, vec![100]));
        assert_eq!(lengths.groups(1_000), (1, vec![1; 100]));
        let characters = TextLengths::new(LengthUnit::Characters, 2, vec![5, 95]).unwrap();
        assert_eq!(characters.groups(5), (20, vec![1, 0, 0, 0, 1]));
    }

    #[test]
    fn texts_are_drawn_evenly() {
        assert_eq!(evenly_drawn(3, 10).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(evenly_drawn(10, 4).collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(evenly_drawn(0, 4).count(), 0);
    }
}
