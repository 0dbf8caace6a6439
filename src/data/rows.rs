//! The rows of one or several tables on their way to a data set.

use std::borrow::Cow;
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

/// The cells of a row that matter.
pub(super) struct Cells<'t> {
    pub(super) text: &'t str,
    pub(super) label: &'t str,
    /// What the split column says, where there is one.
    pub(super) split: Option<&'t str>,
}

/// What a label cell says.
enum Cell<'t> {
    Label(&'t str),
    Labels(Vec<Cow<'t, str>>),
    Number(f64),
}

impl Cell<'_> {
    fn labels(&self) -> impl Iterator<Item = &str> {
        let (one, several): (_, &[_]) = match self {
            Self::Label(label) => (Some(*label), &[]),
            Self::Labels(labels) => (None, labels),
            Self::Number(_) => (None, &[]),
        };
        one.into_iter().chain(several.iter().map(AsRef::as_ref))
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
    split_column: &'t str,
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
            split_column: "",
        }
    }

    /// Adds the rows of a table. Their part is the given one, or else what the split column says.
    pub(super) fn read(
        &mut self,
        table: &'t Table,
        columns: ColumnChoice,
        part: Option<Part>,
    ) -> Result<(), DatasetError> {
        self.begin(table, columns)?;
        for row in 0..table.rows() {
            let cell = |column| table.cell(row, column).unwrap_or_default();
            let cells = Cells {
                text: cell(columns.text),
                label: cell(columns.label),
                split: columns.split.map(cell),
            };
            let place = table.place(row).unwrap_or_default();
            self.push(table.name(), place, cells, part)?;
        }
        Ok(())
    }

    /// Checks the columns of a table whose rows are to be added.
    pub(super) fn begin(
        &mut self,
        table: &'t Table,
        columns: ColumnChoice,
    ) -> Result<(), DatasetError> {
        self.text_column = column_name(table, columns.text)?;
        self.label_column = column_name(table, columns.label)?;
        if let Some(column) = columns.split {
            self.split_column = column_name(table, column)?;
        }
        check_distinct(table, columns)
    }

    /// Adds a row. Its part is the given one, or else what its split cell says.
    pub(super) fn push(
        &mut self,
        table: &'t str,
        place: Place,
        cells: Cells<'t>,
        part: Option<Part>,
    ) -> Result<(), DatasetError> {
        if cells.text.trim().is_empty() {
            self.empty_texts += 1;
            return Ok(());
        }
        let cell = self.read_cell(cells.label, table, place)?;
        let said = cells.split.filter(|_| part.is_none());
        let said = said.map(|value| {
            Part::from_name(value).ok_or_else(|| DatasetError::UnknownSplit {
                table: table.to_owned(),
                place,
                column: self.split_column.to_owned(),
                value: value.to_owned(),
            })
        });
        self.rows.push(Row {
            text: cells.text,
            cell,
            part: part.or(said.transpose()?),
            table,
            place,
        });
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
            Problem::MultiLabel { separator } => Ok(Cell::Labels(split_labels(cell, separator))),
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

    /// Numbers the labels and divides the examples: as the rows say, and the others by `config` if there is one.
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
        let numbers = LabelNumbers::new(self.rows.iter().flat_map(|row| row.cell.labels()));
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
            Some(config) => self.complete_split(&examples, numbers.len(), config)?,
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

    /// Divides the examples whose part is not given.
    fn complete_split(
        &self,
        examples: &[Example],
        labels: usize,
        config: SplitConfig,
    ) -> Result<Split, SplitError> {
        let (mut split, mut free) = (Split::default(), Vec::new());
        for (example, row) in (0..).zip(&self.rows) {
            match row.part {
                Some(part) => split.part_mut(part).push(example),
                None => free.push(example),
            }
        }
        let targets = free
            .iter()
            .filter_map(|&index| examples.get(index as usize))
            .map(|example| &example.target);
        split.extend(&self.divide(targets, labels, config)?, &free);
        Ok(split)
    }

    fn divide<'e>(
        &self,
        targets: impl Iterator<Item = &'e Target>,
        labels: usize,
        config: SplitConfig,
    ) -> Result<Split, SplitError> {
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
