//! What can be wrong with a file that should hold a table.

use super::excerpt::quoted;
use super::table::{MAX_COLUMNS, MAX_TABLE_BYTES};

/// A file that cannot be read as a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct TableError {
    /// The file's name.
    pub file: String,
    /// What is wrong with it.
    pub problem: TableProblem,
}

/// What is wrong with a table. Lines and columns count from 1, byte offsets from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableProblem {
    /// The file is larger than [`MAX_TABLE_BYTES`].
    #[error("the file has {}, but at most {} can be read", mebibytes(*.bytes), mebibytes(MAX_TABLE_BYTES))]
    TooLarge {
        /// The file's size.
        bytes: u64,
    },
    /// The file holds nothing, or only white space.
    #[error("the file is empty")]
    Empty,
    /// The file starts with the byte order mark of UTF-16.
    #[error("the file is text in UTF-16, not in UTF-8")]
    Utf16,
    /// Text holds no NUL bytes.
    #[error("this is not a text file: byte {offset} (line {line}) is NUL")]
    NulByte {
        /// Where the byte is.
        offset: u32,
        /// The line it is in.
        line: u32,
    },
    /// Bytes that UTF-8 does not allow.
    #[error("the file is not text in UTF-8: byte {offset} (line {line}) is 0x{byte:02X}")]
    NotUtf8 {
        /// Where the first such byte is.
        offset: u32,
        /// The line it is in.
        line: u32,
        /// Its value.
        byte: u8,
    },
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
    #[error("line {line}: the row has {found} fields, but the header has {expected}")]
    Ragged {
        /// The line where the row begins.
        line: u32,
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
    #[error("line {line}: the row cannot be read")]
    Unreadable {
        /// The line where the row begins.
        line: u32,
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
            Self::TooLarge { .. } => {
                "Use a part of the file: some thousand rows are enough to fine-tune on."
            }
            Self::Empty | Self::NoRows => {
                "Use a CSV file whose first line names the columns and whose other lines each hold an example."
            }
            Self::Utf16 => "Save the file again as “CSV UTF-8”.",
            Self::NulByte { .. } => {
                "Use a CSV or TSV file. Save a spreadsheet as “CSV UTF-8” first."
            }
            Self::NotUtf8 { .. } => {
                "Save the file again as “CSV UTF-8”. If it is a spreadsheet or an archive, export it as CSV first."
            }
            Self::UnclosedQuote { .. } | Self::TextAfterQuote { .. } => {
                "Close the quoted field, and write a quote inside of it twice: \"\"."
            }
            Self::Ragged { .. } => {
                "Give every row as many fields as the header. A text that holds the delimiter must stand in quotes."
            }
            Self::DuplicateColumn { .. } => "Rename one of the two columns.",
            Self::OneColumn { .. } => {
                "Use a file with a column of texts and a column of labels, separated by commas, semicolons or tabs."
            }
            Self::TooManyColumns { .. } => "Keep only the columns with the texts and the labels.",
            Self::Unreadable { .. } => "Check the row, or leave it out.",
        }
    }
}

/// A size in MiB, rounded up to a tenth, so that what is over a limit also reads so.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    match tenths % 10 {
        0 => format!("{} MiB", tenths / 10),
        rest => format!("{}.{rest} MiB", tenths / 10),
    }
}
