//! Labelled examples, divided into training, validation and test.

use serde::{Deserialize, Serialize};

use super::columns::ColumnChoice;
use super::dataset_error::DatasetError;
use super::problem::Problem;
use super::rows::Rows;
use super::split::{Part, Split, SplitConfig};
use super::table::Table;
use super::target::Target;

/// Most different labels that a data set may have.
pub const MAX_LABELS: usize = 1_000;

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

/// A text and what a model should say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The text as the table has it; never empty.
    pub text: String,
    /// What it is an example of; of the kind that [`Dataset::problem`] asks for.
    pub target: Target,
}

/// Labelled examples: at least two labels, each with at least one training example.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// File name or sample name.
    pub name: String,
    /// What is learnt of each text.
    pub problem: Problem,
    /// The labels' names, trimmed and sorted by code point.
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
    /// If the columns do not fit, a label is missing or cannot be learnt, or the examples cannot be divided.
    pub fn from_table(
        table: &Table,
        columns: ColumnChoice,
        config: SplitConfig,
    ) -> Result<Self, DatasetError> {
        let mut rows = Rows::default();
        rows.read(table, columns, None)?;
        let config = columns.split.is_none().then_some(config);
        rows.into_dataset(table.name(), config)
    }

    /// Makes a data set of a table for each part. The columns are looked up by name in each.
    ///
    /// # Errors
    /// If a table lacks a column, or a label is missing or in no training example.
    pub fn from_splits(
        name: &str,
        tables: SplitTables<'_>,
        text_column: &str,
        label_column: &str,
    ) -> Result<Self, DatasetError> {
        let mut rows = Rows::default();
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

    /// How many examples each label has in each part.
    pub fn summary(&self) -> DatasetSummary {
        let mut labels: Vec<_> = self
            .labels
            .iter()
            .map(|label| LabelCounts {
                label: label.clone(),
                train: 0,
                validation: 0,
                test: 0,
            })
            .collect();
        for part in Part::ALL {
            for example in self
                .split
                .part(part)
                .iter()
                .filter_map(|&index| self.examples.get(index as usize))
            {
                let class = example.target.class();
                if let Some(counts) = class.and_then(|class| labels.get_mut(class as usize)) {
                    *counts.of_mut(part) += 1;
                }
            }
        }
        DatasetSummary {
            name: self.name.clone(),
            labels,
            split_from_table: self.split_from_table,
            empty_texts: self.empty_texts,
        }
    }
}

impl LabelCounts {
    fn of_mut(&mut self, part: Part) -> &mut u32 {
        match part {
            Part::Train => &mut self.train,
            Part::Validation => &mut self.validation,
            Part::Test => &mut self.test,
        }
    }
}

#[cfg(test)]
mod tests;
