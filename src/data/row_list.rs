//! Rows of a table as the page lists them: a window of those that are asked for.

use serde::{Deserialize, Serialize};

use super::split::Part;
use crate::reason::excerpt;

/// Columns of a row that are listed: those that are chosen, then the first of the others.
pub(super) const LISTED_COLUMNS: usize = 8;
/// Characters of a listed cell. A longer text is cut, and can be deleted but not changed in the list.
pub(super) const LISTED_CHARS: usize = 5_000;
/// Characters of a listed cell in a column that nothing is learnt of.
pub(super) const OTHER_CHARS: usize = 200;
/// Most rows that are listed at once.
pub(super) const MOST_LISTED: u32 = 500;

/// Which rows are listed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum RowFilter {
    /// All.
    #[default]
    All,
    /// Those without a text.
    EmptyText,
    /// Those without a label, where each needs one.
    EmptyLabel,
    /// Those whose text and label stand in an earlier row.
    Duplicates,
    /// Those whose text stands with another label elsewhere.
    Conflicts,
    /// Those of validation or test whose text stands in an earlier part.
    Leaks,
    /// Those with a label, as it stands in the cells.
    Label(String),
    /// Those whose text or label contains something, in any case.
    Search(String),
}

/// Some of the rows that a filter leaves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowPage {
    /// What was asked for.
    pub filter: RowFilter,
    /// Rows that it leaves.
    pub total: u32,
    /// How many of them come before the first one here.
    pub offset: u32,
    /// The columns that the cells are of: the text's, the label's, then others.
    pub columns: Vec<u32>,
    /// The rows.
    pub rows: Vec<ListedRow>,
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedRow {
    /// Its number, which never changes.
    pub row: u32,
    /// What it is for; `None` without a data set or without text.
    pub part: Option<Part>,
    /// Its cells.
    pub cells: Vec<ListedCell>,
}

/// A cell of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCell {
    /// Its text.
    pub text: String,
    /// Whether there is more of it.
    pub cut: bool,
}

impl ListedCell {
    pub(super) fn new(text: &str, chars: usize) -> Self {
        let shown = excerpt(text, chars);
        Self {
            cut: shown != text,
            text: shown.into_owned(),
        }
    }
}
