//! The opened table: its rows, what is wrong with them, and what is done to them.

use serde::{Deserialize, Serialize};

use super::WireError;
use crate::data::DatasetSummary;

/// What became of the data set when the table was changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EditOutcome {
    /// The data set in use was made anew.
    Usable(DatasetSummary),
    /// No data set can be made of the rows as they are now, and none is in use.
    Unusable(WireError),
}
