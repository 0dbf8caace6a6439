//! Files to examples: reading a table, choosing its columns and what to learn of them, splitting it.
//!
//! In the order of the data: [`Table::open`] reads a file, [`guess_columns`] says which of its columns look like
//! text, label and split, [`guess_problem()`] what its labels look like, [`Dataset::from_table`] makes examples of it,
//! and [`stratified_split`], [`iterative_split`] or [`quantile_split`] divides them. In between a [`Draft`] lets the user
//! change the rows.

mod columns;
mod dataset;
mod dataset_error;
mod delimited;
mod draft;
mod edit_error;
mod edited_table;
mod edits;
mod encoding;
mod excerpt;
mod foreign;
mod grid;
mod guess_problem;
mod health;
mod json;
mod labels;
mod lengths;
mod limits;
mod number;
mod place;
mod problem;
mod records;
mod row_list;
mod rows;
mod split;
mod standardisation;
mod summary;
mod table;
mod table_error;
mod table_writer;
mod target;
mod xlsx;

pub use columns::{ColumnChoice, guess_columns};
pub use dataset::{Dataset, Example, MAX_LABELS, SplitTables};
pub use dataset_error::DatasetError;
pub use draft::{Draft, HeldOutSummary, Mend, Selection, TableEdit, TableStatus};
pub use edit_error::EditError;
pub use edited_table::{EditedTable, HeldOut};
pub use edits::Edits;
pub use encoding::{EncodingFound, LegacyText, TextReading};
pub use foreign::ForeignFile;
pub use grid::Least;
pub use guess_problem::guess_problem;
pub use health::TableHealth;
pub use json::JsonProblem;
pub use lengths::{LengthUnit, TextLengths, evenly_drawn};
pub use limits::{MAX_COLUMNS, MAX_TABLE_BYTES};
pub use number::NumberProblem;
pub use place::{Place, PlaceKind};
pub use problem::Problem;
pub use row_list::{ListedCell, ListedRow, RowFilter, RowPage};
pub use split::{
    Part, Split, SplitConfig, SplitError, iterative_split, quantile_split, shuffled,
    stratified_split,
};
pub use standardisation::Standardisation;
pub use summary::{DatasetSummary, LabelCounts, NumberSummary, PartCounts, TargetSummary};
pub use table::{LegacyFile, Opened, ReadOptions, Table, TableFormat, TableSummary};
pub use table_error::{TableError, TableProblem};
pub use table_writer::{AddedCell, OutputForm, TableWriter, WriteError};
pub use target::Target;
pub use xlsx::{SheetReading, XlsxProblem};
