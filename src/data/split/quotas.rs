//! Handing out examples one by one, so that each part has its share at any time.

use super::{Part, SplitConfig};

/// How many examples each part should still get; below 0 where it has more than its share.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Quotas([f64; 3]);

impl Quotas {
    /// What each part should get of `count` examples.
    pub(super) fn new(config: SplitConfig, count: usize) -> Self {
        let mut quotas = Self::default();
        quotas.add(config, count);
        quotas
    }

    /// Adds what each part should get of `count` more examples.
    pub(super) fn add(&mut self, config: SplitConfig, count: usize) {
        for (quota, share) in self.0.iter_mut().zip(config.shares()) {
            *quota += share * count as f64;
        }
    }

    /// An example went to a part.
    pub(super) fn take(&mut self, part: Part) {
        self.0[part as usize] -= 1.0;
    }

    /// So many examples went to each part.
    pub(super) fn take_all(&mut self, counts: [usize; 3]) {
        for (quota, count) in self.0.iter_mut().zip(counts) {
            *quota -= count as f64;
        }
    }

    pub(super) fn of(&self, part: Part) -> f64 {
        self.0[part as usize]
    }
}

/// The part with the largest of some numbers, the first of equals.
pub(super) fn neediest<T: PartialOrd>(need: impl Fn(Part) -> T) -> Part {
    let [mut best, rest @ ..] = Part::ALL;
    for part in rest {
        if need(part) > need(best) {
            best = part;
        }
    }
    best
}
