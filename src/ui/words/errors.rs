//! Errors that the page itself meets.

use crate::data::TableError;
use crate::protocol::{ErrorKind, WireError};

/// The browser did not take a file.
pub(crate) fn not_saved(name: &str, detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Model,
        message: format!("“{name}” could not be saved: {detail}."),
        hint: "Let this page save files in the browser's settings, and try again.".into(),
        recoverable: true,
    }
}

/// A folder with more in it than an encoder's.
pub(crate) fn too_many_files(most: usize) -> WireError {
    WireError {
        kind: ErrorKind::Encoder,
        message: format!("The folder holds more than {most} files."),
        hint: "Open the encoder's or the adapter's own folder alone.".into(),
        recoverable: true,
    }
}

/// What was dropped or chosen cannot be looked into.
pub(crate) fn unreadable_folder(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Encoder,
        message: format!("The folder could not be read: {detail}."),
        hint: "It may have been moved or closed to this browser. Open it again, or a zip of it."
            .into(),
        recoverable: true,
    }
}

/// The file cannot be read from the disk.
pub(crate) fn unreadable_file(name: &str) -> WireError {
    WireError {
        kind: ErrorKind::Data,
        message: format!("“{name}” could not be read."),
        hint: "It may have been moved, changed or closed to this browser. Open it again.".into(),
        recoverable: true,
    }
}

/// A file that is too large to be read at all.
pub(crate) fn too_large_file(error: &TableError) -> WireError {
    WireError {
        kind: ErrorKind::Data,
        message: error.to_string(),
        hint: error.hint().into(),
        recoverable: true,
    }
}

/// Page and worker do not speak the same protocol.
pub(crate) fn version_mismatch(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Bug,
        message: format!("Two parts of Tabtune are of different versions ({detail})."),
        hint: "An old file is still in your browser's cache. Reload the page, holding Shift."
            .into(),
        recoverable: false,
    }
}

/// The worker died without a word of its own.
pub(crate) fn worker_died(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::Bug,
        message: format!("Tabtune's worker stopped: {detail}."),
        hint: "If starting it again does not help, check your connection.".into(),
        recoverable: false,
    }
}

/// A message could not be posted.
pub(crate) fn not_sent(detail: &str) -> WireError {
    WireError {
        kind: ErrorKind::State,
        message: format!("Tabtune's worker cannot be reached: {detail}."),
        hint: "Try again in a moment.".into(),
        recoverable: true,
    }
}
