//! What is wrong with the rows of a table: texts that come twice, that contradict each other, that are empty, or that
//! a part of the split gives away to another.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::columns::ColumnChoice;
use super::dataset::{Dataset, MAX_LABELS};
use super::edited_table::EditedTable;
use super::labels::split_labels;
use super::number::read_number;
use super::problem::Problem;
use super::split::Part;

/// How many rows have which problem. A row may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableHealth {
    /// Rows whose text and label stand in an earlier row too.
    pub duplicates: u32,
    /// Rows whose text stands with another label elsewhere.
    pub conflicts: u32,
    /// Rows without a text.
    pub empty_texts: u32,
    /// Rows without a label, where each needs one.
    pub empty_labels: u32,
    /// Rows of validation or test whose text stands in training too, or in test and validation.
    pub leaks: u32,
}

impl TableHealth {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        *self == Self::default()
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowHealth {
    pub(super) duplicate: bool,
    pub(super) conflict: bool,
    pub(super) empty_text: bool,
    pub(super) empty_label: bool,
    pub(super) leak: bool,
}

/// A row that was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SurveyedRow {
    pub(super) row: u32,
    /// Rows with the same text, white space aside, have the same number; `None` without text.
    pub(super) text: Option<u32>,
    /// Rows with the same label have the same number; `None` without a label that is needed.
    pub(super) label: Option<u32>,
    /// What it is for; `None` without a data set or without text.
    pub(super) part: Option<Part>,
    pub(super) health: RowHealth,
}

/// Every row of a table, looked at with its columns chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Survey {
    pub(super) rows: Vec<SurveyedRow>,
    pub(super) health: TableHealth,
    /// The labels as they stand in the cells, sorted; none where numbers are learnt. Not more than a data set may have.
    pub(super) labels: Vec<String>,
}

impl Survey {
    /// Looks at every row. `dataset` is what was made of the table, if that succeeded: it says which row is for what.
    pub(super) fn new(
        table: &EditedTable,
        columns: ColumnChoice,
        problem: Problem,
        dataset: Option<&Dataset>,
    ) -> Self {
        let mut survey = Self {
            labels: label_names(table, columns, problem),
            ..Self::default()
        };
        let parts = dataset.map(parts_of_examples);
        // Examples are the rows that have a text, in order.
        let mut parts = parts.into_iter().flatten();
        let (mut texts, mut labels) = (Numbers::default(), Numbers::default());
        for row in table.rows() {
            let cell = |column| table.cell(row, column).unwrap_or_default();
            let text = normalised(cell(columns.text));
            let text = (!text.is_empty()).then(|| texts.number(text));
            let label = label_key(cell(columns.label), problem);
            let label = label.map(|label| labels.number(label));
            survey.rows.push(SurveyedRow {
                row,
                text,
                label,
                part: text.and_then(|_| parts.next()).flatten(),
                health: RowHealth {
                    empty_text: text.is_none(),
                    empty_label: text.is_some() && label.is_none(),
                    ..RowHealth::default()
                },
            });
        }
        survey.compare(texts.len());
        survey
    }

    /// Compares the rows of each of `texts` texts with each other.
    fn compare(&mut self, texts: usize) {
        let mut first_labels: Vec<Option<u32>> = vec![None; texts];
        let mut contradicted = vec![false; texts];
        let mut first_parts: Vec<Option<Part>> = vec![None; texts];
        for row in &self.rows {
            let Some(text) = row.text.map(|text| text as usize) else {
                continue;
            };
            if let Some(label) = row.label {
                let first = *first_labels[text].get_or_insert(label);
                contradicted[text] |= first != label;
            }
            // `None` comes before every part.
            let part = first_parts[text].into_iter().chain(row.part).min();
            first_parts[text] = part;
        }
        let mut seen = HashSet::new();
        for row in &mut self.rows {
            if let Some(text) = row.text {
                row.health.leak = row.part > first_parts[text as usize];
                if let Some(label) = row.label {
                    row.health.conflict = contradicted[text as usize];
                    row.health.duplicate = !seen.insert((text, label));
                }
            }
            let health = &mut self.health;
            for (count, has) in [
                (&mut health.duplicates, row.health.duplicate),
                (&mut health.conflicts, row.health.conflict),
                (&mut health.empty_texts, row.health.empty_text),
                (&mut health.empty_labels, row.health.empty_label),
                (&mut health.leaks, row.health.leak),
            ] {
                *count += u32::from(has);
            }
        }
    }

    /// The numbers of the rows with some problem.
    pub(super) fn rows_with(&self, has: impl Fn(&RowHealth) -> bool) -> Vec<u32> {
        let rows = self.rows.iter().filter(|row| has(&row.health));
        rows.map(|row| row.row).collect()
    }

    /// For each row that contradicts another, one that has the label which most rows of its text have; of equals, the
    /// label that comes first.
    pub(super) fn majorities(&self) -> Vec<(u32, u32)> {
        let mut votes: HashMap<(u32, u32), (u32, u32)> = HashMap::new();
        let conflicting = || {
            let rows = self.rows.iter().filter(|row| row.health.conflict);
            rows.filter_map(|row| Some((row.row, row.text?, row.label?)))
        };
        for (row, text, label) in conflicting() {
            votes.entry((text, label)).or_insert((0, row)).0 += 1;
        }
        let mut winners: HashMap<u32, (u32, u32)> = HashMap::new();
        for (_, text, label) in conflicting() {
            let Some(&candidate) = votes.get(&(text, label)) else {
                continue;
            };
            match winners.entry(text) {
                Entry::Vacant(entry) => {
                    entry.insert(candidate);
                }
                Entry::Occupied(mut entry) if entry.get().0 < candidate.0 => {
                    entry.insert(candidate);
                }
                Entry::Occupied(_) => {}
            }
        }
        conflicting()
            .filter_map(|(row, text, _)| Some((row, winners.get(&text)?.1)))
            .collect()
    }
}

/// Numbers things in the order in which they first come.
#[derive(Default)]
struct Numbers<'t>(HashMap<Cow<'t, str>, u32>);

impl<'t> Numbers<'t> {
    fn number(&mut self, thing: Cow<'t, str>) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(thing).or_insert(next)
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

/// A text without the white space that does not matter: none around it, one space between words.
pub(super) fn normalised(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let is_normal = !text.contains("  ")
        && text
            .chars()
            .all(|letter| letter == ' ' || !letter.is_whitespace());
    if is_normal {
        return Cow::Borrowed(text);
    }
    let mut words = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    Cow::Owned(words)
}

/// What a label cell means, however it is written; `None` where a label is needed and none is there.
fn label_key(cell: &str, problem: Problem) -> Option<Cow<'_, str>> {
    let cell = cell.trim();
    match problem {
        Problem::MultiLabel { separator } => {
            let mut labels = split_labels(cell, separator);
            labels.sort_unstable();
            labels.dedup();
            Some(Cow::Owned(labels.join("\n")))
        }
        _ if cell.is_empty() => None,
        Problem::SingleLabel => Some(Cow::Borrowed(cell)),
        // Adding 0 makes one of the two zeros.
        Problem::Regression => Some(match read_number(cell) {
            Ok(number) => Cow::Owned((number + 0.0).to_string()),
            Err(_) => Cow::Borrowed(cell),
        }),
    }
}

fn label_names(table: &EditedTable, columns: ColumnChoice, problem: Problem) -> Vec<String> {
    let cells = table
        .rows()
        .filter_map(|row| table.cell(row, columns.label));
    let mut names = HashSet::new();
    match problem {
        Problem::Regression => {}
        Problem::SingleLabel => {
            let filled = cells.map(str::trim).filter(|cell| !cell.is_empty());
            for name in filled {
                if names.len() >= MAX_LABELS {
                    break;
                }
                names.insert(Cow::Borrowed(name));
            }
        }
        Problem::MultiLabel { separator } => {
            for name in cells.flat_map(|cell| split_labels(cell, separator)) {
                if names.len() >= MAX_LABELS {
                    break;
                }
                names.insert(name);
            }
        }
    }
    let mut names: Vec<_> = names.into_iter().map(Cow::into_owned).collect();
    names.sort_unstable();
    names
}

/// The part of each example.
fn parts_of_examples(dataset: &Dataset) -> Vec<Option<Part>> {
    let mut parts = vec![None; dataset.examples.len()];
    for part in Part::ALL {
        for &example in dataset.split.part(part) {
            if let Some(place) = parts.get_mut(example as usize) {
                *place = Some(part);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_does_not_matter() {
        for (text, expected) in [
            ("a b", "a b"),
            ("  a b\n", "a b"),
            ("a  b", "a b"),
            ("a\t\r\nb", "a b"),
            ("a\u{3000}b", "a b"),
            (" \n ", ""),
            ("", ""),
        ] {
            assert_eq!(normalised(text), expected, "{text:?}");
        }
        assert!(matches!(normalised(" a b "), Cow::Borrowed("a b")));
    }

    #[test]
    fn labels_mean_the_same_however_they_are_written() {
        let key = |cell, problem| label_key(cell, problem).map(Cow::into_owned);
        let lists = Problem::MultiLabel { separator: '|' };
        assert_eq!(key("b | a|a", lists), key("a|b", lists));
        assert_ne!(key("a", lists), key("a|b", lists));
        assert_eq!(key("", lists), Some(String::new()));
        assert_eq!(key(" x ", Problem::SingleLabel), Some("x".into()));
        assert_eq!(key(" ", Problem::SingleLabel), None);
        assert_eq!(
            key("1.50", Problem::Regression),
            key("15e-1", Problem::Regression)
        );
        assert_eq!(
            key("-0", Problem::Regression),
            key("0", Problem::Regression)
        );
        assert_eq!(key("", Problem::Regression), None);
    }
}
