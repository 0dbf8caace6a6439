//! Why a table makes no data set.

use serde::Serialize;

use super::dataset::MAX_LABELS;
use super::excerpt::{quoted, quoted_list};
use super::number::NumberProblem;
use super::place::Place;
use super::split::SplitError;
use crate::reason::{Phrase, counted_from_1};

/// Columns, labels or splits that make no data set. A [`Place`] is where a row begins.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
pub enum DatasetError {
    /// A column index that the table does not have.
    #[error("{table}: there is no column number {}; there are {columns}", .column.saturating_add(1))]
    NoSuchColumn {
        /// The table's name.
        table: String,
        /// The index, counted from 0.
        #[serde(serialize_with = "counted_from_1")]
        column: u32,
        /// How many columns the table has.
        columns: u32,
    },
    /// A column name that the table does not have.
    #[error("{table}: there is no column {}; the columns are {}", quoted(.column), quoted_list(.columns))]
    MissingColumn {
        /// The table's name.
        table: String,
        /// The name that was looked for.
        column: String,
        /// The names that the table has.
        columns: Vec<String>,
    },
    /// One column for two purposes.
    #[error("{table}: the column {} is chosen twice, as {first} and as {second}", quoted(.column))]
    SameColumn {
        /// The table's name.
        table: String,
        /// The column's name.
        column: String,
        /// What it is chosen as.
        first: Phrase,
        /// What else it is chosen as.
        second: Phrase,
    },
    /// A row with a text and no label.
    #[error("{table}: {place}: the label is empty (column {})", quoted(.column))]
    EmptyLabel {
        /// The table's name.
        table: String,
        /// Where the row is.
        place: Place,
        /// The label column's name.
        column: String,
    },
    /// A row with a text and no number to learn.
    #[error("{table}: {place}: the number is empty (column {})", quoted(.column))]
    EmptyNumber {
        /// The table's name.
        table: String,
        /// Where the row is.
        place: Place,
        /// The label column's name.
        column: String,
    },
    /// A row with something else where a number is to be learnt.
    #[error("{table}: {place}: {} {problem} (column {})", quoted(.value), quoted(.column))]
    Number {
        /// The table's name.
        table: String,
        /// Where the row is.
        place: Place,
        /// The label column's name.
        column: String,
        /// What the row holds there.
        value: String,
        /// What is wrong with it.
        problem: NumberProblem,
    },
    /// A row whose split is none of the known names.
    #[error(
        "{table}: {place}: the column {} says {}, but must say train, validation or test",
        quoted(.column),
        quoted(.value)
    )]
    UnknownSplit {
        /// The table's name.
        table: String,
        /// Where the row is.
        place: Place,
        /// The split column's name.
        column: String,
        /// What the row holds there.
        value: String,
    },
    /// No row at all: they are typed, and none is yet, or all were deleted.
    #[error("{table}: there are no rows")]
    NoRows {
        /// The table's name.
        table: String,
    },
    /// Every text is empty.
    #[error("{table}: every row is empty in the text column {}", quoted(.column))]
    NoTexts {
        /// The table's name.
        table: String,
        /// The text column's name.
        column: String,
    },
    /// No row to learn from.
    #[error("{table}: no row with a text is for training")]
    NoTraining {
        /// The table's name.
        table: String,
    },
    /// Nothing to tell apart.
    #[error("{table}: every row has the same label, {} (column {})", quoted(.label), quoted(.column))]
    OneLabel {
        /// The table's name.
        table: String,
        /// The label column's name.
        column: String,
        /// The label.
        label: String,
    },
    /// No cell of the label column lists a label.
    #[error("{table}: no row has a label (column {}, labels separated by “{separator}”)", quoted(.column))]
    NoLabels {
        /// The table's name.
        table: String,
        /// The label column's name.
        column: String,
        /// What stands between labels.
        separator: char,
    },
    /// Nothing that could be learnt of the numbers.
    #[error("{table}: every training example has the same number, {number} (column {})", quoted(.column))]
    OneNumber {
        /// The table's name.
        table: String,
        /// The label column's name.
        column: String,
        /// The number.
        number: f64,
    },
    /// More labels than [`MAX_LABELS`].
    #[error("{table}: the column {} holds {found} different labels, but at most {MAX_LABELS} can be learnt", quoted(.column))]
    TooManyLabels {
        /// The table's name.
        table: String,
        /// The label column's name.
        column: String,
        /// How many there are.
        found: u32,
    },
    /// A label that can never be learnt.
    #[error("{table}: {place}: the label {} is in no training example", quoted(.label))]
    LabelNotInTraining {
        /// The table's name.
        table: String,
        /// The line of the first row that has it.
        place: Place,
        /// The label.
        label: String,
    },
    /// The examples cannot be divided as asked.
    #[error(transparent)]
    Split(#[from] SplitError),
}

impl DatasetError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSuchColumn { .. } | Self::MissingColumn { .. } => {
                "Choose one of the table's columns."
            }
            Self::SameColumn { .. } => "Choose a different column for each.",
            Self::EmptyLabel { .. } => "Give the row a label, or remove it.",
            Self::EmptyNumber { .. } => "Give the row a number, or remove it.",
            Self::Number { problem, .. } => problem.hint(),
            Self::UnknownSplit { .. } => {
                "Correct the row, or use the table without its split column."
            }
            Self::NoRows { .. } => "Add some examples of each label.",
            Self::NoTexts { .. } => "Choose the column that holds the texts.",
            Self::NoTraining { .. } => "Mark some rows as train, or let Tabtune divide them.",
            Self::OneLabel { .. } => {
                "Choose a column with at least two different labels, or add examples of another."
            }
            Self::NoLabels { .. } => {
                "Choose the column that holds the labels, and the character that stands between them."
            }
            Self::OneNumber { .. } => {
                "Choose a column with different numbers, or add training examples with others."
            }
            Self::TooManyLabels { .. } => {
                "Choose another label column: this one seems to hold texts or numbers."
            }
            Self::LabelNotInTraining { .. } => {
                "Add training examples with this label, or correct it."
            }
            Self::Split(error) => error.hint(),
        }
    }
}
