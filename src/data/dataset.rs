//! Labelled examples, divided into training, validation and test.

use super::columns::ColumnChoice;
use super::dataset_error::DatasetError;
use super::problem::Problem;
use super::rows::Rows;
use super::split::{Part, Split, SplitConfig};
use super::summary::DatasetSummary;
use super::table::Table;
use super::target::Target;

/// Most different labels that a data set may have.
pub const MAX_LABELS: usize = 1_000;

/// A text and what a model should say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The text as the table has it; never empty.
    pub text: String,
    /// What it is an example of; of the kind that [`Dataset::problem`] asks for.
    pub target: Target,
}

/// Labelled examples. What can be learnt of them is certain:
///
/// - [`Problem::SingleLabel`]: there are at least two labels, each with at least one training example.
/// - [`Problem::MultiLabel`]: there is at least one label, each with at least one training example.
/// - [`Problem::Regression`]: the training examples have at least two different numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// File name or sample name.
    pub name: String,
    /// What is learnt of each text.
    pub problem: Problem,
    /// The labels' names, trimmed and sorted by code point; empty for a regression.
    pub labels: Vec<String>,
    /// The examples in file order, rows with an empty text left out.
    pub examples: Vec<Example>,
    /// Which example is for what.
    pub split: Split,
    /// Whether the split was read from the table.
    pub split_from_table: bool,
    /// Rows left out because their text is empty or white space.
    pub empty_texts: u32,
}

/// A table for each part of a data set.
#[derive(Debug, Clone, Copy)]
pub struct SplitTables<'a> {
    /// Examples to learn from.
    pub train: &'a Table,
    /// Examples to follow training with.
    pub validation: &'a Table,
    /// Examples for the final report.
    pub test: &'a Table,
}

impl Dataset {
    /// Makes a data set of a table. It is divided by its split column if one is chosen, by `config` otherwise.
    ///
    /// A split column is followed as it stands, also where it leaves validation or test empty.
    ///
    /// # Errors
    /// If the columns do not fit, a label is missing, is no number where one is needed or cannot be learnt, or the
    /// examples cannot be divided.
    pub fn from_table(
        table: &Table,
        columns: ColumnChoice,
        problem: Problem,
        config: SplitConfig,
    ) -> Result<Self, DatasetError> {
        let mut rows = Rows::new(problem);
        rows.read(table, columns, None)?;
        let config = columns.split.is_none().then_some(config);
        rows.into_dataset(table.name(), config)
    }

    /// Makes a data set of a table for each part. The columns are looked up by name in each.
    ///
    /// # Errors
    /// If a table lacks a column, or a label is missing, is no number where one is needed or cannot be learnt.
    pub fn from_splits(
        name: &str,
        tables: SplitTables<'_>,
        text_column: &str,
        label_column: &str,
        problem: Problem,
    ) -> Result<Self, DatasetError> {
        let mut rows = Rows::new(problem);
        let parts = [
            (Part::Train, tables.train),
            (Part::Validation, tables.validation),
            (Part::Test, tables.test),
        ];
        for (part, table) in parts {
            let index = |column: &str| {
                table
                    .column_index(column)
                    .ok_or_else(|| DatasetError::MissingColumn {
                        table: table.name().to_owned(),
                        column: column.to_owned(),
                        columns: table.columns().to_vec(),
                    })
            };
            let columns = ColumnChoice {
                text: index(text_column)?,
                label: index(label_column)?,
                split: None,
            };
            rows.read(table, columns, Some(part))?;
        }
        rows.into_dataset(name, None)
    }

    /// How many examples there are in each part, and of what.
    pub fn summary(&self) -> DatasetSummary {
        DatasetSummary::new(self)
    }
}

#[cfg(test)]
mod tests;
