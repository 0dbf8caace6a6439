//! Labels as cells name them, and as numbers.

use std::collections::BTreeMap;

/// The labels that a cell lists: trimmed, empty pieces left out.
pub(super) fn split_labels(cell: &str, separator: char) -> impl Iterator<Item = &str> {
    cell.split(separator)
        .map(str::trim)
        .filter(|label| !label.is_empty())
}

/// Every label with its place in the order of code points.
pub(super) struct LabelNumbers<'t>(BTreeMap<&'t str, u32>);

impl<'t> LabelNumbers<'t> {
    /// Numbers the labels, each of which may come any number of times.
    pub(super) fn new(labels: impl IntoIterator<Item = &'t str>) -> Self {
        let mut numbers: BTreeMap<_, u32> = labels.into_iter().map(|label| (label, 0)).collect();
        for (number, place) in (0..).zip(numbers.values_mut()) {
            *place = number;
        }
        Self(numbers)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of a label that was given to [`new`](Self::new).
    pub(super) fn number(&self, label: &str) -> Option<u32> {
        self.0.get(label).copied()
    }

    /// The labels in order.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().map(|&label| label.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_trimmed_and_empty_ones_dropped() {
        let labels = |cell, separator| split_labels(cell, separator).collect::<Vec<_>>();
        assert_eq!(
            labels(" joy | mixed feelings||", '|'),
            ["joy", "mixed feelings"]
        );
        assert_eq!(labels("joy  fear", ' '), ["joy", "fear"]);
        assert_eq!(labels("喜悦、恐惧", '、'), ["喜悦", "恐惧"]);
        assert!(labels("", ',').is_empty());
        assert!(labels(" , ", ',').is_empty());
    }

    #[test]
    fn labels_are_numbered_by_code_point() {
        let numbers = LabelNumbers::new(["pos", "Neutral", "neg", "pos"]);
        assert_eq!(numbers.names(), ["Neutral", "neg", "pos"]);
        assert_eq!(numbers.len(), 3);
        assert_eq!(numbers.number("neg"), Some(1));
        assert_eq!(numbers.number("none"), None);
    }
}
