//! The rows of one or several tables on their way to a data set.

use std::collections::HashSet;

use super::columns::ColumnChoice;
use super::dataset::{Dataset, Example, MAX_LABELS};
use super::dataset_error::DatasetError;
use super::labels::{LabelNumbers, split_labels};
use super::number::read_number;
use super::place::Place;
use super::problem::Problem;
use super::split::{
    Part, Split, SplitConfig, SplitError, iterative_split, quantile_split, stratified_split,
};
use super::table::Table;
use super::target::Target;
use crate::reason::Phrase;

/// A row with a text and what its label cell says, and where it stands.
struct Row<'t> {
    text: &'t str,
    cell: Cell<'t>,
    part: Option<Part>,
    table: &'t str,
    place: Place,
}

/// What a label cell says.
enum Cell<'t> {
    Label(&'t str),
    Labels(Vec<&'t str>),
    Number(f64),
}

impl<'t> Cell<'t> {
    fn labels(&self) -> &[&'t str] {
        match self {
            Self::Label(label) => std::slice::from_ref(label),
            Self::Labels(labels) => labels,
            Self::Number(_) => &[],
        }
    }

    fn target(&self, numbers: &LabelNumbers<'_>) -> Target {
        match self {
            Self::Label(label) => Target::Class(numbers.number(label).unwrap_or_default()),
            Self::Labels(labels) => {
                let mut labels: Vec<u32> = labels
                    .iter()
                    .filter_map(|label| numbers.number(label))
                    .collect();
                labels.sort_unstable();
                labels.dedup();
                Target::Classes(labels)
            }
            Self::Number(number) => Target::Value(*number),
        }
    }
}

/// The rows read so far; those without a text are counted only.
pub(super) struct Rows<'t> {
    problem: Problem,
    rows: Vec<Row<'t>>,
    empty_texts: u32,
    text_column: &'t str,
    label_column: &'t str,
}

impl<'t> Rows<'t> {
    /// No rows yet.
    pub(super) fn new(problem: Problem) -> Self {
        Self {
            problem,
            rows: Vec::new(),
            empty_texts: 0,
            text_column: "",
            label_column: "",
        }
    }

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
            let place = table.place(row).unwrap_or_default();
            let text = cell(columns.text);
            if text.trim().is_empty() {
                self.empty_texts += 1;
                continue;
            }
            let label = self.read_cell(cell(columns.label), table.name(), place)?;
            let part = match (columns.split, split_column) {
                (Some(index), Some(column)) => {
                    let value = cell(index);
                    let part =
                        Part::from_name(value).ok_or_else(|| DatasetError::UnknownSplit {
                            table: table.name().to_owned(),
                            place,
                            column: column.to_owned(),
                            value: value.to_owned(),
                        })?;
                    Some(part)
                }
                _ => part,
            };
            self.rows.push(Row {
                text,
                cell: label,
                part,
                table: table.name(),
                place,
            });
        }
        Ok(())
    }

    fn read_cell(
        &self,
        cell: &'t str,
        table: &str,
        place: Place,
    ) -> Result<Cell<'t>, DatasetError> {
        let cell = cell.trim();
        let (table, column) = (|| table.to_owned(), || self.label_column.to_owned());
        match self.problem {
            Problem::MultiLabel { separator } => {
                Ok(Cell::Labels(split_labels(cell, separator).collect()))
            }
            Problem::SingleLabel if cell.is_empty() => Err(DatasetError::EmptyLabel {
                table: table(),
                place,
                column: column(),
            }),
            Problem::SingleLabel => Ok(Cell::Label(cell)),
            Problem::Regression if cell.is_empty() => Err(DatasetError::EmptyNumber {
                table: table(),
                place,
                column: column(),
            }),
            Problem::Regression => match read_number(cell) {
                Ok(number) => Ok(Cell::Number(number)),
                Err(problem) => Err(DatasetError::Number {
                    table: table(),
                    place,
                    column: column(),
                    value: cell.to_owned(),
                    problem,
                }),
            },
        }
    }

    /// Numbers the labels and divides the examples: by `config`, or as the rows say where there is none.
    pub(super) fn into_dataset(
        self,
        name: &str,
        config: Option<SplitConfig>,
    ) -> Result<Dataset, DatasetError> {
        if self.rows.is_empty() {
            return Err(DatasetError::NoTexts {
                table: name.to_owned(),
                column: self.text_column.to_owned(),
            });
        }
        let numbers =
            LabelNumbers::new(self.rows.iter().flat_map(|row| row.cell.labels()).copied());
        self.check_labels(&numbers, name)?;
        let examples: Vec<Example> = self
            .rows
            .iter()
            .map(|row| Example {
                text: row.text.to_owned(),
                target: row.cell.target(&numbers),
            })
            .collect();
        let split = match config {
            Some(config) => self.divide(&examples, numbers.len(), config)?,
            None => self.given_split(),
        };
        if split.train.is_empty() {
            return Err(DatasetError::NoTraining {
                table: name.to_owned(),
            });
        }
        let labels = numbers.names();
        self.check_learnable(&examples, &split, &labels, name)?;
        Ok(Dataset {
            name: name.to_owned(),
            examples,
            problem: self.problem,
            labels,
            split,
            split_from_table: config.is_none(),
            empty_texts: self.empty_texts,
        })
    }

    /// Whether there are as many labels as the problem needs, and no more than can be learnt.
    fn check_labels(&self, numbers: &LabelNumbers<'_>, name: &str) -> Result<(), DatasetError> {
        let (table, column) = (name.to_owned(), self.label_column.to_owned());
        match (self.problem, numbers.len()) {
            (Problem::Regression, _) => Ok(()),
            (Problem::MultiLabel { separator }, 0) => Err(DatasetError::NoLabels {
                table,
                column,
                separator,
            }),
            (Problem::SingleLabel, 1) => Err(DatasetError::OneLabel {
                table,
                column,
                label: numbers.names().concat(),
            }),
            (_, found) if found > MAX_LABELS => Err(DatasetError::TooManyLabels {
                table,
                column,
                found: found as u32,
            }),
            _ => Ok(()),
        }
    }

    fn divide(
        &self,
        examples: &[Example],
        labels: usize,
        config: SplitConfig,
    ) -> Result<Split, SplitError> {
        let targets = examples.iter().map(|example| &example.target);
        match self.problem {
            Problem::SingleLabel => {
                let classes: Vec<u32> = targets.filter_map(Target::class).collect();
                stratified_split(&classes, labels, config)
            }
            Problem::MultiLabel { .. } => {
                let classes: Vec<&[u32]> = targets.map(Target::labels).collect();
                iterative_split(&classes, labels, config)
            }
            Problem::Regression => {
                let values: Vec<f64> = targets.filter_map(Target::value).collect();
                quantile_split(&values, config)
            }
        }
    }

    fn given_split(&self) -> Split {
        let mut split = Split::default();
        for (example, row) in (0..).zip(&self.rows) {
            split
                .part_mut(row.part.unwrap_or(Part::Train))
                .push(example);
        }
        split
    }

    /// Whether each label has a training example, and the numbers to learn differ.
    fn check_learnable(
        &self,
        examples: &[Example],
        split: &Split,
        labels: &[String],
        name: &str,
    ) -> Result<(), DatasetError> {
        let training = || {
            let examples = split.train.iter().map(|&index| &examples[index as usize]);
            examples.map(|example| &example.target)
        };
        if self.problem == Problem::Regression {
            let mut values = training().filter_map(Target::value);
            let first = values.next().unwrap_or_default();
            return match values.any(|value| value != first) {
                true => Ok(()),
                false => Err(DatasetError::OneNumber {
                    table: name.to_owned(),
                    column: self.label_column.to_owned(),
                    number: first,
                }),
            };
        }
        let learnable: HashSet<u32> = training().flat_map(Target::labels).copied().collect();
        for (row, example) in self.rows.iter().zip(examples) {
            let missing = example.target.labels().iter();
            if let Some(label) = missing.copied().find(|label| !learnable.contains(label)) {
                return Err(DatasetError::LabelNotInTraining {
                    table: row.table.to_owned(),
                    place: row.place,
                    label: labels[label as usize].clone(),
                });
            }
        }
        Ok(())
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
        (columns.text, Phrase("text"), Phrase("label"))
    } else if columns.split == Some(columns.text) {
        (columns.text, Phrase("text"), Phrase("split"))
    } else if columns.split == Some(columns.label) {
        (columns.label, Phrase("label"), Phrase("split"))
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

#[cfg(test)]
mod tests;
