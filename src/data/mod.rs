//! Files to examples: reading a table, choosing its columns, naming its labels, splitting it.
//!
//! In the order of the data: [`Table::parse`] reads a file, [`guess_columns`] says which of its columns look like
//! text, label and split, [`Dataset::from_table`] makes examples of it, and [`stratified_split`] divides them.

mod columns;
mod dataset;
mod dataset_error;
mod decode;
mod excerpt;
mod problem;
mod records;
mod rows;
mod split;
mod standardisation;
mod table;
mod table_error;
mod target;

pub use columns::{ColumnChoice, guess_columns};
pub use dataset::{Dataset, DatasetSummary, Example, LabelCounts, MAX_LABELS, SplitTables};
pub use dataset_error::DatasetError;
pub use problem::Problem;
pub use split::{Part, Split, SplitConfig, SplitError, shuffled, stratified_split};
pub use standardisation::Standardisation;
pub use table::{MAX_COLUMNS, MAX_TABLE_BYTES, Table, TableSummary};
pub use table_error::{TableError, TableProblem};
pub use target::Target;
