//! XLSX workbooks as tables.
//!
//! A reader of its own on zip and quick-xml: of a workbook only the values are needed, and it may come from anywhere.
//! Libraries for spreadsheets reserve memory for as many strings and cells as a file claims to have.

mod date;
mod package;
mod sheet;
mod strings;
mod styles;
mod workbook;
mod xml;

use package::{MAX_UNPACKED, Package};
use serde::{Deserialize, Serialize};
use sheet::Sheet;
use strings::Strings;
use styles::Styles;
use workbook::Workbook;

use super::foreign::ForeignFile;
use super::grid::Grid;
use super::table_error::TableProblem;
use crate::reason::counted_from_1;

/// Which sheet of a workbook was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetReading {
    /// The names of its sheets.
    pub sheets: Vec<String>,
    /// The one that was read, counted from 0.
    pub sheet: u32,
    /// Cells that hold an error such as `#DIV/0!`. They are empty in the table.
    pub errors: u32,
}

/// Why a workbook holds no table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum XlsxProblem {
    /// The archive, or a part of it, cannot be unpacked.
    #[error("the workbook is damaged: {detail}")]
    Unpack {
        /// What the reader of archives said.
        detail: String,
    },
    /// A part is no XML, or is cut off.
    #[error("the workbook is damaged: {part} cannot be read: {detail}")]
    Xml {
        /// The part's name in the archive.
        part: String,
        /// What the reader of XML said.
        detail: String,
    },
    /// A part that every workbook has is missing, or another one is wrong about it.
    #[error("the workbook is damaged: {part} is missing or makes no sense")]
    Part {
        /// The part's name in the archive, or what it should hold.
        part: String,
    },
    /// More than a table of the largest size has, unpacked.
    #[error("the workbook would unpack to more than {} MiB", MAX_UNPACKED >> 20)]
    TooLarge,
    /// There is no sheet of this number.
    #[error("there is no sheet number {}; there are {sheets}", .sheet.saturating_add(1))]
    NoSuchSheet {
        /// Counted from 0.
        #[serde(serialize_with = "counted_from_1")]
        sheet: u32,
        /// How many there are.
        sheets: u32,
    },
    /// No sheet has a cell with something in it.
    #[error("the workbook is empty")]
    Empty,
    /// The chosen sheet has no cell with something in it.
    #[error("the sheet {} is empty", super::excerpt::quoted(.name))]
    EmptySheet {
        /// Its name.
        name: String,
    },
}

impl XlsxProblem {
    /// What the user can do about it.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Unpack { .. } | Self::Xml { .. } | Self::Part { .. } => {
                "Open it in a spreadsheet program and save it again, as .xlsx or .csv."
            }
            Self::TooLarge => {
                "Use a part of the table: some thousand rows are enough to fine-tune on."
            }
            Self::NoSuchSheet { .. } | Self::EmptySheet { .. } => "Choose another sheet.",
            Self::Empty => {
                "Use a sheet whose first row names the columns and whose other rows each hold an example."
            }
        }
    }
}

/// Whether the bytes are a zip archive, as workbooks are.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Reads the chosen sheet, or the first one with rows below its first row that is not empty, which names the columns.
///
/// # Errors
/// If the archive is no workbook, or one that cannot be read.
pub(super) fn read(
    bytes: &[u8],
    chosen: Option<u32>,
) -> Result<(Grid, SheetReading), TableProblem> {
    let mut package = Package::open(bytes)?;
    if let Some(foreign) = ForeignFile::of_zip(package.names()) {
        return Err(TableProblem::Foreign { file: foreign });
    }
    let workbook = Workbook::read(&mut package)?;
    let strings = Strings::read(&mut package, workbook.strings.as_deref())?;
    let styles = Styles::read(&mut package, workbook.styles.as_deref(), workbook.from_1904)?;

    let candidates = match chosen {
        Some(sheet) if (sheet as usize) < workbook.sheets.len() => sheet..sheet + 1,
        Some(sheet) => {
            let sheets = workbook.sheets.len() as u32;
            return Err(XlsxProblem::NoSuchSheet { sheet, sheets }.into());
        }
        None => 0..workbook.sheets.len() as u32,
    };
    let mut problem = XlsxProblem::Empty.into();
    for (number, source) in (0..).zip(&workbook.sheets) {
        if !candidates.contains(&number) {
            continue;
        }
        let sheet = Sheet::read(&mut package, &source.part, &strings, &styles)?;
        if sheet.has_rows() {
            let names = workbook.sheets.iter().map(|sheet| sheet.name.clone());
            let reading = SheetReading {
                sheets: names.collect(),
                sheet: number,
                errors: sheet.errors,
            };
            return Ok((sheet.into_grid()?, reading));
        }
        if sheet.has_header() {
            // A title page, perhaps. Another sheet may have the rows.
            problem = TableProblem::NoRows;
        } else if chosen.is_some() {
            let name = source.name.clone();
            problem = XlsxProblem::EmptySheet { name }.into();
        }
    }
    Err(problem)
}
