//! A file whose text takes tables of encodings, between two steps: who has them decodes it.

use super::Table;
use crate::data::encoding::LegacyText;
use crate::data::grid::Least;
use crate::data::table_error::{TableError, TableProblem};

/// What has become of a file.
pub enum Opened {
    /// It is read.
    Table(Table),
    /// It is a text in an encoding that is none of Unicode's.
    Legacy(LegacyFile),
}

/// A file that is a text in an encoding other than Unicode's.
pub struct LegacyFile {
    name: String,
    chosen: Option<String>,
    least: Least,
}

impl LegacyFile {
    pub(super) fn new(name: &str, chosen: Option<&str>, least: Least) -> Self {
        Self {
            name: name.to_owned(),
            chosen: chosen.map(str::to_owned),
            least,
        }
    }

    /// The name of the encoding that the user chose; `None` where the letters must tell.
    pub fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// Reads the table from the decoded text; `None` if there is no encoding of the chosen name.
    ///
    /// # Errors
    /// The first thing that makes the file no table.
    pub fn read(self, text: Option<LegacyText>) -> Result<Table, TableError> {
        match text {
            Some(text) => {
                let decoded = text.decoded(self.chosen());
                Table::of_text(&self.name, decoded, self.least)
            }
            None => Err(TableError {
                file: self.name,
                problem: TableProblem::UnknownEncoding {
                    name: self.chosen.unwrap_or_default(),
                },
                encoding_in_doubt: true,
            }),
        }
    }
}
