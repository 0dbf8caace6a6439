//! Errors of the worker itself: commands that do not fit its state, and faults that end it.

use burn::tensor::ExecutionError;
use serde::Serialize;

use crate::reason::as_text;

/// A command that does not fit what is loaded or under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum StateError {
    /// Not even a device is open.
    #[error("the worker has not been started")]
    NotStarted,
    /// Nothing to embed texts with.
    #[error("no encoder is loaded")]
    NoEncoder,
    /// None of the page's own has this name.
    #[error("there is no such encoder")]
    NoSuchEncoder,
    /// Nothing to choose columns of.
    #[error("no table is open")]
    NoTable,
    /// Nothing to train on.
    #[error("there is no data to learn from")]
    NoData,
    /// Data and encoder are in use.
    #[error("a run is under way")]
    Running,
    /// Nothing to pause or stop.
    #[error("nothing is being trained")]
    NotRunning,
    /// A single step is taken while nothing moves.
    #[error("the run is not paused")]
    NotPaused,
    /// No tested examples to list.
    #[error("no run has been tested")]
    NotTested,
    /// Nothing to ask or save.
    #[error("there is no trained model yet")]
    NoModel,
    /// An adapter's files do not say how it was trained, and a saved model must.
    #[error("an adapter that was opened cannot be saved again: how it was trained is not known")]
    UnknownTraining,
    /// One file at a time.
    #[error("a file is being classified")]
    Classifying,
    /// No file to classify.
    #[error("no file to classify is open")]
    NoTexts,
    /// The column of the texts is not there.
    #[error("the file has no such column")]
    NoSuchColumn,
    /// The browser's WebAssembly has no instructions for it, or the device is a GPU.
    #[error("8-bit integers are not to be had on this device")]
    NoInt8,
}

impl StateError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotStarted => "Reload the page.",
            Self::NoEncoder => "Choose an encoder first.",
            Self::NoSuchEncoder => "Choose one of the list.",
            Self::NoTable | Self::NoData => "Open a file or a sample first.",
            Self::Running => "Stop it first.",
            Self::NotRunning => "Start a run first.",
            Self::NotPaused => "Pause it to take single steps.",
            Self::NotTested => "Train, and let the test end.",
            Self::NoModel => "Train or open one first.",
            Self::UnknownTraining => "Keep the file that it came from.",
            Self::Classifying => "Wait for it, or stop it first.",
            Self::NoTexts => "Open one first.",
            Self::NoSuchColumn => "Choose the column of the texts.",
            Self::NoInt8 => "Classify without them: it takes longer, and is more exact.",
        }
    }
}

/// What the worker cannot go on after.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum Fault {
    /// A failure of JavaScript that no user or file can cause.
    #[error("the browser refused an operation: {detail}")]
    Refused {
        /// The browser's words.
        detail: String,
    },
    /// A stale file in the browser's cache.
    #[error("the page speaks version {page} of the protocol, its worker version {worker}")]
    Version {
        /// The page's version.
        page: u32,
        /// The worker's.
        worker: u32,
    },
    /// The same, found earlier.
    #[error("a message of the page cannot be read: {detail}")]
    Unreadable {
        /// What the reader said.
        detail: String,
    },
    /// A bug.
    #[error("the part of Tabtune that computes broke: {detail}")]
    Panic {
        /// The panic's message and place.
        detail: String,
    },
    /// More memory was asked for than the browser gives a page.
    #[error("the part of Tabtune that computes ran out of memory")]
    OutOfMemory,
    /// A GPU that was lost, for example.
    #[error("the device failed: {0}")]
    Device(#[serde(serialize_with = "as_text")] ExecutionError),
}

impl Fault {
    /// What happens next, or what the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "Reload the page.",
            Self::Version { .. } | Self::Unreadable { .. } => {
                "Reload the page; if that does not help, clear the browser's cache for it."
            }
            Self::Panic { .. } => {
                "This is a bug in Tabtune. Training goes on from the last saved step."
            }
            Self::OutOfMemory => {
                "Choose a smaller batch size, a smaller maximum length or a smaller encoder. Closing other tabs helps, too."
            }
            Self::Device(_) => "Nothing is lost up to the last saved step.",
        }
    }
}
