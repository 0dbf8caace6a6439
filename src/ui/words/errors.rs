//! Errors that the page itself meets, and what it says of any error.

use serde::Serialize;

use super::super::language;
use crate::data::TableError;
use crate::project::RecordError;
use crate::protocol::{ErrorKind, WireError};

/// What the page itself can fail at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub(crate) enum PageError {
    /// The browser did not take a file.
    #[error("“{name}” could not be saved: {detail}")]
    NotSaved {
        /// The file's name.
        name: String,
        /// The browser's words.
        detail: String,
    },
    /// A folder with more in it than an encoder's.
    #[error("the folder holds more than {most} files")]
    TooManyFiles {
        /// The most that are looked at.
        most: usize,
    },
    /// What was dropped or chosen cannot be looked into.
    #[error("the folder could not be read: {detail}")]
    UnreadableFolder {
        /// The browser's words.
        detail: String,
    },
    /// The file cannot be read from the disk.
    #[error("“{name}” could not be read")]
    UnreadableFile {
        /// The file's name.
        name: String,
    },
    /// Page and worker do not speak the same protocol.
    #[error("two parts of Tabtune are of different versions ({detail})")]
    VersionMismatch {
        /// How that was found.
        detail: String,
    },
    /// The worker died without a word of its own.
    #[error("the part of Tabtune that computes stopped: {detail}")]
    WorkerDied {
        /// The browser's words.
        detail: String,
    },
    /// The worker that keeps projects has not spoken.
    #[error("the part of Tabtune that keeps projects does not answer")]
    StorageSilent,
    /// It died without a word of its own.
    #[error("the part of Tabtune that keeps projects stopped: {detail}")]
    StorageDied {
        /// The browser's words.
        detail: String,
    },
    /// Another tab has the project.
    #[error("“{name}” is open in another tab")]
    OpenElsewhere {
        /// The project's name.
        name: String,
    },
    /// The worker has not answered for long.
    #[error("the part of Tabtune that computes did not answer any more")]
    WorkerHung,
    /// A message could not be posted.
    #[error("the part of Tabtune that computes cannot be reached: {detail}")]
    NotSent {
        /// The browser's words.
        detail: String,
    },
}

impl PageError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotSaved { .. } => ErrorKind::Model,
            Self::TooManyFiles { .. } | Self::UnreadableFolder { .. } => ErrorKind::Encoder,
            Self::UnreadableFile { .. } => ErrorKind::Data,
            Self::VersionMismatch { .. } | Self::WorkerDied { .. } | Self::WorkerHung => {
                ErrorKind::Bug
            }
            Self::StorageSilent | Self::StorageDied { .. } | Self::OpenElsewhere { .. } => {
                ErrorKind::Storage
            }
            Self::NotSent { .. } => ErrorKind::State,
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::NotSaved { .. } => {
                "Let this page save files in the browser's settings, and try again."
            }
            Self::TooManyFiles { .. } => "Open the encoder's or the adapter's own folder alone.",
            Self::UnreadableFolder { .. } => {
                "It may have been moved or closed to this browser. Open it again, or a zip of it."
            }
            Self::UnreadableFile { .. } => {
                "It may have been moved, changed or closed to this browser. Open it again."
            }
            Self::VersionMismatch { .. } => {
                "An old file is still in your browser's cache. Reload the page, holding Shift."
            }
            Self::WorkerDied { .. } => "If starting it again does not help, check your connection.",
            Self::StorageSilent | Self::StorageDied { .. } => {
                "What was saved is safe. Save your model as a file before you close the page, and reload it then."
            }
            Self::OpenElsewhere { .. } => "Close it there, and open it here again.",
            Self::WorkerHung => "Training goes on from the last saved step.",
            Self::NotSent { .. } => "Try again in a moment.",
        }
    }
}

impl From<PageError> for WireError {
    fn from(error: PageError) -> Self {
        let ends_the_worker = matches!(
            error,
            PageError::VersionMismatch { .. }
                | PageError::WorkerDied { .. }
                | PageError::WorkerHung
        );
        Self {
            recoverable: !ends_the_worker,
            ..Self::of(error.kind(), &error, error.hint())
        }
    }
}

impl From<RecordError> for WireError {
    fn from(error: RecordError) -> Self {
        Self::of(ErrorKind::Storage, &error, error.hint())
    }
}

/// The browser did not take a file.
pub(crate) fn not_saved(name: &str, detail: &str) -> WireError {
    let (name, detail) = (name.to_owned(), detail.to_owned());
    PageError::NotSaved { name, detail }.into()
}

/// A folder with more in it than an encoder's.
pub(crate) fn too_many_files(most: usize) -> WireError {
    PageError::TooManyFiles { most }.into()
}

/// What was dropped or chosen cannot be looked into.
pub(crate) fn unreadable_folder(detail: &str) -> WireError {
    let detail = detail.to_owned();
    PageError::UnreadableFolder { detail }.into()
}

/// The file cannot be read from the disk.
pub(crate) fn unreadable_file(name: &str) -> WireError {
    let name = name.to_owned();
    PageError::UnreadableFile { name }.into()
}

/// A file that is too large to be read at all.
pub(crate) fn too_large_file(error: &TableError) -> WireError {
    WireError::of(ErrorKind::Data, error, error.hint())
}

/// Page and worker do not speak the same protocol.
pub(crate) fn version_mismatch(detail: &str) -> WireError {
    let detail = detail.to_owned();
    PageError::VersionMismatch { detail }.into()
}

/// The worker died without a word of its own.
pub(crate) fn worker_died(detail: &str) -> WireError {
    let detail = detail.to_owned();
    PageError::WorkerDied { detail }.into()
}

/// The worker has not answered for long.
pub(crate) fn worker_hung() -> WireError {
    PageError::WorkerHung.into()
}

/// The worker that keeps projects does not answer.
pub(crate) fn storage_silent() -> WireError {
    PageError::StorageSilent.into()
}

/// The worker that keeps projects died.
pub(crate) fn storage_died(detail: &str) -> WireError {
    let detail = detail.to_owned();
    PageError::StorageDied { detail }.into()
}

/// Another tab has the project.
pub(crate) fn open_elsewhere(name: &str) -> WireError {
    let name = name.to_owned();
    PageError::OpenElsewhere { name }.into()
}

/// What a project says of itself cannot be read.
pub(crate) fn record_error(error: &RecordError) -> WireError {
    error.clone().into()
}

/// A message could not be posted.
pub(crate) fn not_sent(detail: &str) -> WireError {
    let detail = detail.to_owned();
    PageError::NotSent { detail }.into()
}

/// What happened, in the language in use; in English where the language lacks the words. Tracks the language.
pub(crate) fn error_message(error: &WireError) -> String {
    let reason = error.reason.as_ref();
    reason
        .and_then(|reason| language::with_catalog(|catalog| catalog.error_message(reason)))
        .unwrap_or_else(|| error.message.clone())
}

/// What to do about it, as [`error_message`] has what happened.
pub(crate) fn error_hint(error: &WireError) -> String {
    let reason = error.reason.as_ref();
    reason
        .and_then(|reason| language::with_catalog(|catalog| catalog.error_hint(reason)))
        .unwrap_or_else(|| error.hint.clone())
}
