//! Why a record cannot be read.

use serde::Serialize;

use super::record::MOST_BYTES;

/// What is wrong with what a project says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum RecordError {
    /// More than any page writes.
    #[error("the project's description has {bytes} bytes, but at most {MOST_BYTES} are kept")]
    TooLarge {
        /// How long it is.
        bytes: usize,
    },
    /// It is not what a page writes.
    #[error("the project's description cannot be read: {detail}")]
    Unreadable {
        /// What is wrong with it.
        detail: String,
    },
    /// A later version of Tabtune wrote it.
    #[error("the project is of version {found}, but this Tabtune knows versions up to {supported}")]
    Newer {
        /// Its version.
        found: u64,
        /// The newest that can be read.
        supported: u64,
    },
}

impl RecordError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } | Self::Unreadable { .. } => {
                "It is damaged. What is stored of it stays as it is; open another project, or take an exported copy."
            }
            Self::Newer { .. } => {
                "Reload the page to have the newest Tabtune. What is stored stays as it is."
            }
        }
    }
}
