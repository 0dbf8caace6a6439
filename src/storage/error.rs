//! What can go wrong with projects, in words and with what to do.

use std::io;

use serde::Serialize;

use super::bundle::BundleError;
use super::disk::DiskError;
use super::name::NameError;
use crate::protocol::{ErrorKind, WireError};
use crate::reason::as_text;

/// Why something could not be done with a project. What was stored before stays.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum StorageError {
    /// Deleted, here or in another tab.
    #[error("this project is no longer there")]
    NoSuchProject,
    /// Nothing to write to.
    #[error("no project is open to save into")]
    NotHeld,
    /// Another tab writes to it.
    #[error("this project is open in another tab")]
    HeldElsewhere,
    /// Both slots are unreadable.
    #[error("nothing of this project can be read any more")]
    Damaged,
    /// Written by a later version of this page.
    #[error(
        "this project was saved by a newer Tabtune, in format {found}; this one reads up to {known}"
    )]
    Newer {
        /// The project's format.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// Found before anything was written, or by the browser.
    #[error("there is not enough room in this browser: {needed} MB are needed, {free} MB are free")]
    Full {
        /// Megabytes that it takes.
        needed: u64,
        /// Megabytes that there are.
        free: u64,
    },
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// More than the page ever has to say.
    #[error("the description of the project has {found} bytes; at most {most} are kept")]
    RecordTooLarge {
        /// Its bytes.
        found: u64,
        /// The most that are kept.
        most: u64,
    },
    /// What no record can cause.
    #[error("the description of the project cannot be written: {source}")]
    Record {
        /// What the library says.
        #[serde(serialize_with = "as_text")]
        source: serde_json::Error,
    },
    /// The page named other files than it sent.
    #[error("{named} files are to be saved, and {given} came along")]
    Contents {
        /// Files that have a name.
        named: usize,
        /// Files that came.
        given: usize,
    },
    /// The page believes that the project has a file, which it has not.
    #[error("the project has no {file} that could stay")]
    NothingKept {
        /// The file's name in the project.
        file: String,
    },
    /// Moved or changed on the user's disk, or closed to the browser.
    #[error("{file} could not be read: {source}")]
    Source {
        /// The file's name in the project.
        file: String,
        /// What the browser says.
        #[serde(serialize_with = "as_text")]
        source: io::Error,
    },
    /// Changed while it was read.
    #[error("{file} has {found} bytes, not the {expected} that it had at first")]
    Changed {
        /// The file's name in the project.
        file: String,
        /// Bytes that it had.
        expected: u64,
        /// Bytes that it has.
        found: u64,
    },
    /// A file of an import.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The disk itself.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl StorageError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoSuchProject => {
                "Save the model as a file to keep it, then open another project."
            }
            Self::NotHeld => "Open the project again.",
            Self::HeldElsewhere => "Close it in the other tab first.",
            Self::Damaged => "Delete it, and import it from an exported file if there is one.",
            Self::Newer { .. } => "Reload the page to get the newest version.",
            Self::Full { .. } | Self::Disk(DiskError::Full) => {
                "Export and delete projects that are no longer needed, or free space on this machine."
            }
            Self::Name(NameError::Empty) => "Type a name.",
            Self::Name(_)
            | Self::RecordTooLarge { .. }
            | Self::Record { .. }
            | Self::Contents { .. }
            | Self::NothingKept { .. } => "This is a bug in Tabtune: please report it.",
            Self::Source { .. } | Self::Changed { .. } => {
                "It may have been moved, changed or closed to this browser. Open it again."
            }
            Self::Bundle(error) => error.hint(),
            Self::Disk(DiskError::Failed { .. }) => {
                "Try again. If it stays so, export what matters and reload the page."
            }
        }
    }
}

impl From<StorageError> for WireError {
    fn from(error: StorageError) -> Self {
        let kind = match error {
            StorageError::Record { .. }
            | StorageError::Contents { .. }
            | StorageError::NothingKept { .. } => ErrorKind::Bug,
            _ => ErrorKind::Storage,
        };
        WireError::of(kind, &error, error.hint())
    }
}
