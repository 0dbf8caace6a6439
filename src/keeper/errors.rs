//! Errors of the storage worker itself.

use serde::Serialize;

use crate::protocol::{ErrorKind, WireError};

/// Why the worker does nothing that it is asked.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum KeeperError {
    /// A private window, storage that is switched off, or an old browser.
    #[error("this browser keeps no files for this page: {detail}")]
    Unsupported {
        /// The browser's words, or what it lacks.
        detail: String,
    },
    /// Nothing is open yet, or could not be.
    #[error("the list of projects has not been opened")]
    NotStarted,
    /// A failure of the browser's locks.
    #[error("the browser cannot tell which tab a project is open in: {detail}")]
    Locks {
        /// The browser's words.
        detail: String,
    },
}

impl From<KeeperError> for WireError {
    fn from(error: KeeperError) -> Self {
        let hint = match error {
            KeeperError::Unsupported { .. } => {
                "Use a window that is not private, and a browser of this year. Without it, save models and tables as files."
            }
            KeeperError::NotStarted | KeeperError::Locks { .. } => "Reload the page.",
        };
        WireError::of(ErrorKind::Storage, &error, hint)
    }
}

/// What the worker cannot go on after.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum KeeperFault {
    /// A stale file in the browser's cache.
    #[error("the page speaks version {page} of the storage protocol, its worker version {worker}")]
    Version {
        /// The page's version.
        page: u32,
        /// The worker's.
        worker: u32,
    },
    /// The same, found earlier.
    #[error("a message to the storage worker cannot be read: {detail}")]
    Unreadable {
        /// What the reader said.
        detail: String,
    },
    /// A bug.
    #[error("Tabtune's storage worker broke: {detail}")]
    Panic {
        /// The panic's message and place.
        detail: String,
    },
}

impl From<KeeperFault> for WireError {
    fn from(error: KeeperFault) -> Self {
        let hint = match error {
            KeeperFault::Version { .. } | KeeperFault::Unreadable { .. } => {
                "Reload the page; if that does not help, clear the browser's cache for it."
            }
            KeeperFault::Panic { .. } => {
                "This is a bug in Tabtune. What was saved before stays as it was."
            }
        };
        Self {
            recoverable: false,
            ..WireError::of(ErrorKind::Bug, &error, hint)
        }
    }
}
