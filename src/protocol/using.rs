//! Using a model on many texts, and in other programs.

use serde::{Deserialize, Serialize};

use super::{ExportForm, VerdictOptions};

/// The numbers that the encoder's layers compute with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precision {
    /// Floating point, as in training.
    Float32,
    /// 8-bit integers: faster, less exact, and for predictions alone. Only where
    /// [`DeviceReport::int8`](super::DeviceReport::int8) says so.
    Int8,
}

/// How a table is to be classified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRequest {
    /// The column of the texts.
    pub column: u32,
    /// What becomes of probabilities.
    pub verdict: VerdictOptions,
    /// Whether a delimited file begins with a byte order mark, for Excel.
    pub mark: bool,
    pub precision: Precision,
}

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TableOutcome {
    /// Every row was classified.
    Done(TablePredictions),
    /// The user ended it after so many rows.
    Stopped { done: u32 },
}

/// A table that was classified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TablePredictions {
    /// What the file may be called.
    pub name: String,
    pub rows: u32,
    /// Rows without a text, which have no prediction.
    pub empty: u32,
    /// Rows that the model is unsure of.
    pub unsure: u32,
    /// What they were classified with.
    pub precision: Precision,
    /// Rows that each label was given, in the order of the labels; none where a number is predicted.
    pub labels: Vec<LabelCount>,
}

/// Rows that a label was given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelCount {
    pub label: String,
    pub rows: u32,
}

/// A program that uses a file of the model's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snippet {
    /// The file that it uses.
    pub form: ExportForm,
    pub language: SnippetLanguage,
    pub code: String,
}

/// What a program is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SnippetLanguage {
    Python,
    Rust,
    /// A command for a terminal.
    Terminal,
}
