//! Why a table cannot be changed as asked.

use serde::Serialize;

use super::excerpt::{quoted, quoted_list};
use super::limits::{MAX_CELL_BYTES, MAX_TEXT_BYTES};
use crate::reason::counted_from_1;

/// An edit that does not fit the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum EditError {
    /// A row that is not there, or not any more.
    #[error("the row is no longer in the table")]
    NoSuchRow {
        /// Its number.
        row: u32,
    },
    /// A column that the table does not have.
    #[error("the table has no column number {}", .column.saturating_add(1))]
    NoSuchColumn {
        /// Its index, counted from 0.
        #[serde(serialize_with = "counted_from_1")]
        column: u32,
    },
    /// More text than a cell may be given by hand.
    #[error("the text has {bytes} bytes, but a cell can be given at most {MAX_CELL_BYTES}")]
    TooLong {
        /// Its length in UTF-8.
        bytes: u64,
    },
    /// The table and what was changed of it hold more than is kept.
    #[error("with this change the table would hold more than {} MiB of text", MAX_TEXT_BYTES >> 20)]
    TooMuchText,
    /// What was changed before cannot be laid over this table.
    #[error("the changes do not fit the table {}", quoted(.table))]
    OtherTable {
        /// The table's name.
        table: String,
    },
    /// A second table without the columns in use.
    #[error("{table} has no column {}; its columns are {}", quoted_list(.missing), quoted_list(.columns))]
    MissingColumns {
        /// The second table's name.
        table: String,
        /// The columns that it lacks.
        missing: Vec<String>,
        /// Those that it has.
        columns: Vec<String>,
    },
}

impl EditError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSuchRow { .. } | Self::NoSuchColumn { .. } => {
                "Look at the table again: it may have changed meanwhile."
            }
            Self::TooLong { .. } => "Shorten it: an encoder reads a few hundred words at most.",
            Self::TooMuchText => "Delete rows first, or open a smaller table.",
            Self::OtherTable { .. } => {
                "The file was changed since it was opened. Make the changes again."
            }
            Self::MissingColumns { .. } => {
                "Name its columns as in the table that is open, and open it again."
            }
        }
    }
}
