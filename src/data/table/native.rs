//! Reading a table in one step, where the tables of encodings are linked.

use super::{Opened, ReadOptions, Table};
use crate::data::encoding::LegacyText;
use crate::data::grid::Least;
use crate::data::table_error::TableError;
use crate::encodings;

impl Table {
    /// Reads a file as [`Table::read`] does, guessing what can be guessed.
    ///
    /// # Errors
    /// The first thing that makes the file no table.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, TableError> {
        Self::read(name, bytes, &ReadOptions::default())
    }

    /// Reads a file as [`Table::open`] does, in whatever encoding.
    ///
    /// # Errors
    /// The first thing that makes the file no table.
    pub fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Self, TableError> {
        Self::read_columns(name, bytes, options, Least::TextAndLabel)
    }

    /// Reads a file of texts to classify as [`Table::read`] does. One column is enough.
    ///
    /// # Errors
    /// The first thing that makes the file no table.
    pub fn read_texts(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Self, TableError> {
        Self::read_columns(name, bytes, options, Least::Text)
    }

    fn read_columns(
        name: &str,
        bytes: &[u8],
        options: &ReadOptions,
        least: Least,
    ) -> Result<Self, TableError> {
        match Self::open(name, bytes, options, least)? {
            Opened::Table(table) => Ok(table),
            Opened::Legacy(file) => {
                let text = encodings::decode(bytes, file.chosen()).map(LegacyText::from);
                file.read(text)
            }
        }
    }
}

impl From<encodings::Text> for LegacyText {
    fn from(text: encodings::Text) -> Self {
        let encodings::Text {
            encoding,
            text,
            malformed,
        } = text;
        Self {
            encoding: encoding.to_owned(),
            text,
            malformed,
        }
    }
}
