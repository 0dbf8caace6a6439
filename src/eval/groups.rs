//! Which examples go through the encoder together.

use crate::text::EncodedExample;

/// Examples of like length in batches. What is computed of a text may be rounded by the batch that it is in, so the same
/// texts always go together, whichever of them is asked for first: a run that is resumed must find the same.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    /// Indices of the examples, see [`by_length`].
    order: Vec<u32>,
    /// The place of each example in `order`.
    places: Vec<u32>,
    batch_size: usize,
}

impl Groups {
    pub(super) fn new(examples: &[EncodedExample], batch_size: usize) -> Self {
        let order = by_length(examples);
        let mut places = vec![0; examples.len()];
        for (place, &index) in (0..).zip(&order) {
            places[index as usize] = place;
        }
        Self {
            order,
            places,
            batch_size: batch_size.max(1),
        }
    }

    /// The group that an example belongs to.
    pub(super) fn of(&self, index: u32) -> usize {
        self.places[index as usize] as usize / self.batch_size
    }

    /// The examples of a group.
    pub(super) fn members(&self, group: usize) -> &[u32] {
        let members = self.order.chunks(self.batch_size).nth(group);
        members.unwrap_or_default()
    }

    /// All groups, that of the longest texts first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        self.order.chunks(self.batch_size)
    }
}

/// Indices of examples, the longest first: texts of like length share a batch, and little is padding.
pub(super) fn by_length(examples: &[EncodedExample]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..examples.len() as u32).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(examples[index as usize].ids.len()));
    order
}
