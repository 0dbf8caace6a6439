//! Labels as cells name them, and as numbers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

/// The labels that a cell lists, in JSON or between separators: trimmed, empty pieces left out.
pub(super) fn split_labels(cell: &str, separator: char) -> Vec<Cow<'_, str>> {
    let labels =
        json_list(cell).unwrap_or_else(|| cell.split(separator).map(Cow::Borrowed).collect());
    let trimmed = labels.into_iter().map(|label| match label {
        Cow::Borrowed(label) => Cow::Borrowed(label.trim()),
        Cow::Owned(label) => Cow::Owned(label.trim().to_owned()),
    });
    trimmed.filter(|label| !label.is_empty()).collect()
}

/// Whether a cell is an array of labels in JSON, which has no separator.
pub(super) fn is_json_list(cell: &str) -> bool {
    json_list(cell).is_some()
}

/// The items of a JSON array of strings, numbers and such.
fn json_list(cell: &str) -> Option<Vec<Cow<'_, str>>> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Item<'a> {
        #[serde(borrow)]
        Text(Cow<'a, str>),
        Number(serde_json::Number),
        Truth(bool),
        Nothing(()),
    }
    let cell = cell.trim();
    if !cell.starts_with('[') {
        return None;
    }
    let items: Vec<Item> = serde_json::from_str(cell).ok()?;
    let label = |item| match item {
        Item::Text(text) => text,
        Item::Number(number) => number.to_string().into(),
        Item::Truth(truth) => truth.to_string().into(),
        Item::Nothing(()) => "".into(),
    };
    Some(items.into_iter().map(label).collect())
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
        let labels = split_labels;
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
    fn a_json_array_is_a_list_whatever_the_separator() {
        assert_eq!(
            split_labels(
                r#" ["joy", "mixed, feelings", " \u559c\n", "", null] "#,
                ','
            ),
            ["joy", "mixed, feelings", "喜"]
        );
        assert_eq!(
            split_labels("[3,7,1.5,true]", '|'),
            ["3", "7", "1.5", "true"]
        );
        assert!(split_labels("[]", ',').is_empty() && is_json_list("[]"));
        // What is something else stays as it is.
        assert_eq!(split_labels("[sic], [a", ','), ["[sic]", "[a"]);
        assert_eq!(split_labels("[[1]]", ','), ["[[1]]"]);
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
