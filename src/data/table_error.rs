//! What can be wrong with a file that should hold a table.

use serde::{Serialize, Serializer};

use super::excerpt::quoted;
use super::foreign::ForeignFile;
use super::json::JsonProblem;
use super::limits::{MAX_CELLS, MAX_COLUMNS, MAX_TABLE_BYTES, MAX_TEXT_BYTES};
use super::place::Place;
use super::xlsx::XlsxProblem;

/// A file that cannot be read as a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct TableError {
    /// The file's name.
    pub file: String,
    /// What is wrong with it.
    pub problem: TableProblem,
    /// Whether it may be a text in another encoding than the one that it was read in.
    pub encoding_in_doubt: bool,
}

/// What is wrong with a table. Lines and columns count from 1, byte offsets from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum TableProblem {
    /// The file is larger than [`MAX_TABLE_BYTES`].
    #[error("the file has {}, but at most {} can be read", mebibytes(*.bytes), mebibytes(MAX_TABLE_BYTES))]
    TooLarge {
        /// The file's size.
        #[serde(serialize_with = "as_mebibytes")]
        bytes: u64,
    },
    /// The file holds nothing, or only white space.
    #[error("the file is empty")]
    Empty,
    /// The file is of another kind.
    #[error("this is {}, not a table that can be read here", .file.name())]
    Foreign {
        /// What it is.
        file: ForeignFile,
    },
    /// Text has no NUL characters.
    #[error("this is not a text file: line {line} has a NUL character")]
    NulCharacter {
        /// The line it is in.
        line: u32,
    },
    /// An encoding that is not known by this name.
    #[error("there is no text encoding {}", quoted(.name))]
    UnknownEncoding {
        /// The name.
        name: String,
    },
    /// JSON that holds no table.
    #[error(transparent)]
    Json(#[from] JsonProblem),
    /// A workbook that holds no table.
    #[error(transparent)]
    Xlsx(#[from] XlsxProblem),
    /// More cells than are read, empty ones included.
    #[error("the table has more than {MAX_CELLS} cells")]
    TooManyCells,
    /// More text than is read, once it is unpacked and decoded.
    #[error("the table has more than {} of text", mebibytes(MAX_TEXT_BYTES as u64))]
    TooMuchText,
    /// A quoted field runs to the end of the file.
    #[error("line {line}: a quote is opened here and never closed")]
    UnclosedQuote {
        /// The line where the field begins.
        line: u32,
    },
    /// A quoted field is followed by something other than a delimiter or the end of the line.
    #[error(
        "line {line}: there is text after the closing quote of a field (the field begins in line {opened})"
    )]
    TextAfterQuote {
        /// The line of the closing quote.
        line: u32,
        /// The line where the field begins.
        opened: u32,
    },
    /// A row whose number of fields is not the header's.
    #[error("{place}: the row has {found} fields, but the header has {expected}")]
    Ragged {
        /// Where the row begins.
        place: Place,
        /// Fields of the header.
        expected: u32,
        /// Fields of the row.
        found: u32,
    },
    /// Two columns of one name.
    #[error("the header has two columns named {} (columns {first} and {second})", quoted(.name))]
    DuplicateColumn {
        /// Their name.
        name: String,
        /// The first of them.
        first: u32,
        /// The second of them.
        second: u32,
    },
    /// A single column cannot hold texts and labels.
    #[error("there is only one column, {}", quoted(.name))]
    OneColumn {
        /// Its name.
        name: String,
    },
    /// More than [`MAX_COLUMNS`] columns.
    #[error("the header has {found} columns, but at most {MAX_COLUMNS} can be read")]
    TooManyColumns {
        /// Columns of the header.
        found: u32,
    },
    /// A header with nothing below it.
    #[error("there are no rows below the header")]
    NoRows,
    /// A row that the CSV reader refuses for another reason.
    #[error("{place}: the row cannot be read")]
    Unreadable {
        /// Where the row begins.
        place: Place,
    },
}

impl TableError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        self.problem.hint()
    }
}

impl TableProblem {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::TooManyCells | Self::TooMuchText => {
                "Use a part of the file: some thousand rows are enough to fine-tune on."
            }
            Self::Empty | Self::NoRows => {
                "Use a table whose first row names the columns and whose other rows each hold an example."
            }
            Self::Foreign { file } => file.hint(),
            Self::NulCharacter { .. } => {
                "Use a CSV, JSON or XLSX file. If it is a text, choose its encoding."
            }
            Self::UnknownEncoding { .. } => "Choose one of the list.",
            Self::Json(problem) => problem.hint(),
            Self::Xlsx(problem) => problem.hint(),
            Self::UnclosedQuote { .. } | Self::TextAfterQuote { .. } => {
                "Close the quoted field, and write a quote inside of it twice: \"\"."
            }
            Self::Ragged { .. } => {
                "Give every row as many fields as the header. A text that holds the delimiter must stand in quotes."
            }
            Self::DuplicateColumn { .. } => "Rename one of the two columns.",
            Self::OneColumn { .. } => {
                "Use a table with a column of texts and a column of labels. In a text file, separate them by commas, semicolons or tabs."
            }
            Self::TooManyColumns { .. } => "Keep only the columns with the texts and the labels.",
            Self::Unreadable { .. } => "Check the row, or leave it out.",
        }
    }
}

fn as_mebibytes<S: Serializer>(bytes: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&mebibytes(*bytes))
}

/// A size in MiB, rounded up to a tenth, so that what is over a limit also reads so.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    match tenths % 10 {
        0 => format!("{} MiB", tenths / 10),
        rest => format!("{}.{rest} MiB", tenths / 10),
    }
}
