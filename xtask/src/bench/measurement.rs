//! What was measured, and what it comes to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The contender that others are compared with.
pub const TABTUNE: &str = "Tabtune";

/// The same in 8-bit integers.
pub const TABTUNE_INT8: &str = "Tabtune int8";

/// The same in 16-bit numbers.
pub const TABTUNE_FP16: &str = "Tabtune fp16";

/// What a contender took or needed for a case, in each counted round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    pub group: String,
    pub case: String,
    pub contender: String,
    pub threads: u32,
    pub unit: String,
    pub values: Vec<f64>,
}

/// The middle of some values, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub median: f64,
    pub least: f64,
    pub most: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = match sorted.len() % 2 {
            0 => (sorted[middle - 1] + sorted[middle]) / 2.0,
            _ => sorted[middle],
        };
        Some(Self {
            median,
            least,
            most,
        })
    }
}

impl fmt::Display for Measurement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.contender)?;
        match self.spread() {
            Some(spread) => write!(formatter, ": {:.2} {}", spread.median, self.unit),
            None => Ok(()),
        }
    }
}

impl Measurement {
    /// Of all rounds.
    pub fn spread(&self) -> Option<Spread> {
        Spread::of(self.values.iter().copied())
    }

    /// Tabtune's values in terms of these, round by round: below 1 Tabtune took less.
    pub fn ratio(&self, tabtune: &Self) -> Option<Spread> {
        let pairs = tabtune.values.iter().zip(&self.values);
        // The more of it, the less time it took.
        let is_rate = self.unit.ends_with("a minute");
        Spread::of(pairs.map(|(ours, theirs)| match is_rate {
            true => theirs / ours,
            false => ours / theirs,
        }))
    }

    /// Tabtune's measurement of the same case with as many threads: of a peer in 8-bit integers or 16-bit numbers, that of
    /// Tabtune in them, if there is one.
    pub fn beside<'a>(&self, all: &'a [Self]) -> Option<&'a Self> {
        let about = |of: &'_ Self| (of.group.clone(), of.case.clone(), of.threads);
        let find = |name: &str| {
            let mut same = all.iter().filter(|other| about(other) == about(self));
            same.find(|other| other.contender == name)
        };
        let reduced = [("int8", TABTUNE_INT8), ("fp16", TABTUNE_FP16)];
        let mut reduced = reduced.into_iter().filter(|(precision, tabtune)| {
            self.contender != *tabtune && self.contender.ends_with(precision)
        });
        let alike = reduced.next().and_then(|(_, tabtune)| find(tabtune));
        alike.or_else(|| find(TABTUNE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_one_of_time() {
        let of = |unit: &str| {
            let [ours, theirs] = [[10.0], [20.0]].map(|values| Measurement {
                unit: unit.to_owned(),
                ..measured(TABTUNE, 1, &values)
            });
            theirs.ratio(&ours).map(|ratio| ratio.median)
        };
        assert_eq!(of("ms"), Some(0.5));
        assert_eq!(of("epochs a minute"), Some(2.0));
    }

    fn measured(contender: &str, threads: u32, values: &[f64]) -> Measurement {
        Measurement {
            group: "forward".into(),
            case: "16x64".into(),
            contender: contender.into(),
            threads,
            unit: "ms".into(),
            values: values.into(),
        }
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        assert_eq!(spread(&[]), None);
        assert_eq!(
            spread(&[3.0, 1.0, 9.0]).map(|found| found.median),
            Some(3.0)
        );
        assert_eq!(spread(&[4.0, 1.0]).map(|found| found.median), Some(2.5));
    }

    #[test]
    fn rounds_are_compared_with_each_other() {
        let all = [
            measured(TABTUNE, 2, &[1.0]),
            measured(TABTUNE, 1, &[10.0, 30.0]),
            measured("peer", 1, &[20.0, 20.0]),
        ];
        let beside = all[2].beside(&all);
        let ratio = beside.and_then(|tabtune| all[2].ratio(tabtune));
        let expected = Spread {
            median: 1.0,
            least: 0.5,
            most: 1.5,
        };
        assert_eq!(ratio, Some(expected));
    }

    #[test]
    fn eight_bits_are_compared_with_eight_bits() {
        let beside = |contender: &str, all: &[Measurement]| {
            let found = measured(contender, 1, &[1.0]).beside(all).cloned();
            found.map(|found| found.contender)
        };
        let all = [
            measured(TABTUNE, 1, &[1.0]),
            measured(TABTUNE_INT8, 1, &[1.0]),
        ];
        assert_eq!(beside("peer int8", &all).as_deref(), Some(TABTUNE_INT8));
        assert_eq!(beside("peer fp32", &all).as_deref(), Some(TABTUNE));
        assert_eq!(beside(TABTUNE_INT8, &all).as_deref(), Some(TABTUNE));
        assert_eq!(beside("peer fp16", &all).as_deref(), Some(TABTUNE));
        assert_eq!(beside("peer int8", &all[..1]).as_deref(), Some(TABTUNE));
    }
}
