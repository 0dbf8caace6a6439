//! The rows of one or several tables on their way to a data set.

use std::collections::BTreeMap;

use super::columns::ColumnChoice;
use super::dataset::{Dataset, Example, MAX_LABELS};
use super::dataset_error::DatasetError;
use super::problem::Problem;
use super::split::{Part, Split, SplitConfig, stratified_split};
use super::table::Table;
use super::target::Target;

/// A row with a text and a label, and where it stands.
struct Row<'t> {
    text: &'t str,
    label: &'t str,
    part: Option<Part>,
    table: &'t str,
    line: u32,
}

/// The rows read so far; those without a text are counted only.
#[derive(Default)]
pub(super) struct Rows<'t> {
    rows: Vec<Row<'t>>,
    empty_texts: u32,
    text_column: &'t str,
    label_column: &'t str,
}

impl<'t> Rows<'t> {
    /// Adds the rows of a table. Their part is the given one, or else what the split column says.
    pub(super) fn read(
        &mut self,
        table: &'t Table,
        columns: ColumnChoice,
        part: Option<Part>,
    ) -> Result<(), DatasetError> {
        self.text_column = column_name(table, columns.text)?;
        self.label_column = column_name(table, columns.label)?;
        let split_column = columns
            .split
            .map(|column| column_name(table, column))
            .transpose()?;
        check_distinct(table, columns)?;

        for row in 0..table.rows() {
            let cell = |column| table.cell(row, column).unwrap_or_default();
            let line = table.line(row).unwrap_or_default();
            let text = cell(columns.text);
            if text.trim().is_empty() {
                self.empty_texts += 1;
                continue;
            }
            let label = cell(columns.label).trim();
            if label.is_empty() {
                return Err(DatasetError::EmptyLabel {
                    table: table.name().to_owned(),
                    line,
                    column: self.label_column.to_owned(),
                });
            }
            let part = match (columns.split, split_column) {
                (Some(index), Some(column)) => {
                    let value = cell(index);
                    let part =
                        Part::from_name(value).ok_or_else(|| DatasetError::UnknownSplit {
                            table: table.name().to_owned(),
                            line,
                            column: column.to_owned(),
                            value: value.to_owned(),
                        })?;
                    Some(part)
                }
                _ => part,
            };
            self.rows.push(Row {
                text,
                label,
                part,
                table: table.name(),
                line,
            });
        }
        Ok(())
    }

    /// Numbers the labels and divides the examples: by `config`, or as the rows say where there is none.
    pub(super) fn into_dataset(
        self,
        name: &str,
        config: Option<SplitConfig>,
    ) -> Result<Dataset, DatasetError> {
        let numbers = self.number_labels(name)?;
        let labels: Vec<u32> = self
            .rows
            .iter()
            .map(|row| numbers.get(row.label).copied().unwrap_or_default())
            .collect();
        let split = match config {
            Some(config) => stratified_split(&labels, numbers.len(), config)?,
            None => self.given_split(name)?,
        };
        self.check_learnable(&labels, numbers.len(), &split)?;
        let examples = self.rows.iter().zip(&labels);
        Ok(Dataset {
            name: name.to_owned(),
            examples: examples
                .map(|(row, &label)| Example {
                    text: row.text.to_owned(),
                    target: Target::Class(label),
                })
                .collect(),
            problem: Problem::SingleLabel,
            labels: numbers.into_keys().map(str::to_owned).collect(),
            split,
            split_from_table: config.is_none(),
            empty_texts: self.empty_texts,
        })
    }

    /// Every label with its place in the sorted order.
    fn number_labels(&self, name: &str) -> Result<BTreeMap<&'t str, u32>, DatasetError> {
        let table = name.to_owned();
        let column = self.label_column.to_owned();
        let mut numbers: BTreeMap<_, u32> = self.rows.iter().map(|row| (row.label, 0)).collect();
        match numbers.len() {
            0 => {
                return Err(DatasetError::NoTexts {
                    table,
                    column: self.text_column.to_owned(),
                });
            }
            1 => {
                let label = numbers.into_keys().map(str::to_owned).collect();
                return Err(DatasetError::OneLabel {
                    table,
                    column,
                    label,
                });
            }
            found if found > MAX_LABELS => {
                return Err(DatasetError::TooManyLabels {
                    table,
                    column,
                    found: found as u32,
                });
            }
            _ => {}
        }
        for (number, place) in (0..).zip(numbers.values_mut()) {
            *place = number;
        }
        Ok(numbers)
    }

    fn given_split(&self, name: &str) -> Result<Split, DatasetError> {
        let mut split = Split::default();
        for (example, row) in (0..).zip(&self.rows) {
            split
                .part_mut(row.part.unwrap_or(Part::Train))
                .push(example);
        }
        if split.train.is_empty() {
            Err(DatasetError::NoTraining {
                table: name.to_owned(),
            })
        } else {
            Ok(split)
        }
    }

    /// Whether each label has a training example.
    fn check_learnable(
        &self,
        labels: &[u32],
        classes: usize,
        split: &Split,
    ) -> Result<(), DatasetError> {
        let mut learnable = vec![false; classes];
        for &label in split
            .train
            .iter()
            .filter_map(|&example| labels.get(example as usize))
        {
            learnable[label as usize] = true;
        }
        match self
            .rows
            .iter()
            .zip(labels)
            .find(|&(_, &label)| !learnable[label as usize])
        {
            None => Ok(()),
            Some((row, _)) => Err(DatasetError::LabelNotInTraining {
                table: row.table.to_owned(),
                line: row.line,
                label: row.label.to_owned(),
            }),
        }
    }
}

fn column_name(table: &Table, column: u32) -> Result<&str, DatasetError> {
    table
        .columns()
        .get(column as usize)
        .map(String::as_str)
        .ok_or_else(|| DatasetError::NoSuchColumn {
            table: table.name().to_owned(),
            column,
            columns: table.columns().len() as u32,
        })
}

fn check_distinct(table: &Table, columns: ColumnChoice) -> Result<(), DatasetError> {
    let twice = if columns.text == columns.label {
        (columns.text, "text", "label")
    } else if columns.split == Some(columns.text) {
        (columns.text, "text", "split")
    } else if columns.split == Some(columns.label) {
        (columns.label, "label", "split")
    } else {
        return Ok(());
    };
    let (column, first, second) = twice;
    let column = column_name(table, column)?.to_owned();
    Err(DatasetError::SameColumn {
        table: table.name().to_owned(),
        column,
        first,
        second,
    })
}
