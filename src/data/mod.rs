//! Files to examples: reading a table, choosing its columns, naming its labels, splitting it.

use serde::{Deserialize, Serialize};

/// What a table holds, before its columns are chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableSummary {
    /// File name or sample name.
    pub name: String,
    /// Column names from the header.
    pub columns: Vec<String>,
    /// Rows below the header.
    pub rows: u32,
    /// The first rows, each with a cell for every column.
    pub preview: Vec<Vec<String>>,
    /// The columns that look like text, label and split.
    pub guess: ColumnChoice,
}

/// Which column holds what, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnChoice {
    /// The text to classify.
    pub text: u32,
    /// Its label.
    pub label: u32,
    /// `train`, `validation` or `test` for each row, where the table says so itself.
    pub split: Option<u32>,
}

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
        Self { validation: 0.15, test: 0.15, seed: 0 }
    }
}

/// What a data set holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetSummary {
    /// File name or sample name.
    pub name: String,
    /// Every label with its examples a split, in label order.
    pub labels: Vec<LabelCounts>,
    /// Whether the split was read from the table.
    pub split_from_table: bool,
    /// Rows left out because their text is empty.
    pub empty_texts: u32,
}

/// Examples of a label in each split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelCounts {
    /// The label's name.
    pub label: String,
    /// Examples to learn from.
    pub train: u32,
    /// Examples to follow training with.
    pub validation: u32,
    /// Examples for the final report.
    pub test: u32,
}
