//! The language of the page and its storage worker, which keeps projects in the browser's own file system (OPFS).
//!
//! As between page and [`Command`](super::Command)'s worker: each command ends in exactly one event with its id, the one
//! that its documentation names or [`StorageEvent::Failed`]. Contents never stand in a message: they travel beside it
//! as [`File`](https://developer.mozilla.org/docs/Web/API/File) handles, which cost nothing to post.

use serde::{Deserialize, Serialize};

use super::{RequestCount, RequestId, WireError};

/// Version of this language. Another one means a stale file in the browser's cache.
pub const STORAGE_VERSION: u32 = 2;

/// Name of a project's folder; drawn when it is made, and never another's.
pub type ProjectId = String;

/// What the page asks of the storage worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StorageCommand {
    /// First message. Ends in [`StorageEvent::Started`], or fails where the browser keeps no files.
    Start { id: RequestId, version: u32 },
    /// Lists what there is. Ends in [`StorageEvent::Listed`].
    List { id: RequestId },
    /// Makes an empty project, lets go of the one that is held and holds it. Ends in [`StorageEvent::Opened`].
    Create { id: RequestId, name: String },
    /// Reads a project, lets go of the one that is held and holds it, so that no other tab can write to it. Ends in
    /// [`StorageEvent::Opened`]; if another tab holds it, in [`StorageEvent::HeldElsewhere`], or, where the page
    /// waits, that is sent as news and the command ends when the other tab has let go.
    Open {
        id: RequestId,
        project: ProjectId,
        wait: bool,
    },
    /// Lets go of the project that is held, and of waiting for one. Ends in [`StorageEvent::Closed`].
    Close { id: RequestId },
    /// Changes the project that is held, all of it or nothing. The message's files are the new contents of `put`, in
    /// this order; the files at `keep` stay as they are, and the project has no others. Ends in [`StorageEvent::Saved`].
    Save {
        id: RequestId,
        /// The project that is meant: nothing is done if another one is held.
        project: ProjectId,
        /// What the page says of the project, as JSON. Storage does not look into it.
        record: String,
        /// Names of files: letters, digits, `-`, `_`, `.` and `/`.
        put: Vec<String>,
        keep: Vec<String>,
    },
    /// Calls a project by another name. Ends in [`StorageEvent::Listed`].
    Rename {
        id: RequestId,
        project: ProjectId,
        name: String,
    },
    /// Deletes a project that no other tab holds. Ends in [`StorageEvent::Listed`].
    Delete { id: RequestId, project: ProjectId },
    /// Makes one file of a project. Ends in [`StorageEvent::Exported`].
    Export { id: RequestId, project: ProjectId },
    /// Makes a new project of such a file, the message's one file. Ends in [`StorageEvent::Imported`].
    Import { id: RequestId },
}

impl StorageCommand {
    /// The request that it makes.
    pub fn id(&self) -> RequestId {
        match self {
            Self::Start { id, .. }
            | Self::List { id }
            | Self::Create { id, .. }
            | Self::Open { id, .. }
            | Self::Close { id }
            | Self::Save { id, .. }
            | Self::Rename { id, .. }
            | Self::Delete { id, .. }
            | Self::Export { id, .. }
            | Self::Import { id } => *id,
        }
    }
}

/// What the storage worker tells the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum StorageEvent {
    /// First of all: the worker hears.
    Listening,
    /// Terminal for [`StorageCommand::Start`].
    Started {
        id: RequestId,
        version: u32,
        projects: Vec<ProjectEntry>,
        space: Space,
    },
    /// Terminal for the commands that change what there is. The projects changed last come first.
    Listed {
        id: RequestId,
        projects: Vec<ProjectEntry>,
        space: Space,
    },
    /// Terminal for [`StorageCommand::Create`] and [`StorageCommand::Open`]. The message's files are those at `files`.
    /// Each can be read until a change has replaced or removed it and another change came after that.
    Opened {
        id: RequestId,
        project: ProjectEntry,
        /// What the page said of it last; `None` of a new project.
        record: Option<String>,
        files: Vec<String>,
        /// Files that the project had and that are not what was written: they are not among `files`. It is told each time
        /// until they are put anew or not kept any more.
        damaged: Vec<String>,
        /// Whether the last change was damaged, or broke off, and the one before it is what was opened.
        earlier: bool,
    },
    /// Another tab holds the project. Terminal unless the page waits.
    HeldElsewhere {
        id: RequestId,
        project: ProjectEntry,
    },
    /// Terminal for [`StorageCommand::Close`], and for a [`StorageCommand::Open`] that waited until something else was
    /// opened, or closed.
    Closed { id: RequestId },
    /// Terminal for [`StorageCommand::Save`]: all is on the disk.
    Saved {
        id: RequestId,
        project: ProjectEntry,
        space: Space,
    },
    /// Terminal for [`StorageCommand::Export`]. The message's file may be called `name`.
    Exported { id: RequestId, name: String },
    /// Terminal for [`StorageCommand::Import`].
    Imported {
        id: RequestId,
        project: ProjectEntry,
    },
    /// Terminal for any command that could not be carried out. What was stored stays.
    Failed { id: RequestId, error: WireError },
    /// The worker cannot go on. The page replaces it.
    Lost { error: WireError },
    /// How many requests the worker has made, whenever there are more: those for its own program.
    Requested { count: RequestCount },
}

/// A stored project, in the list of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProjectEntry {
    pub id: ProjectId,
    /// Empty if nothing of it can be read any more.
    pub name: String,
    /// Milliseconds since 1970 by this machine's clock.
    pub changed_at: f64,
    /// Bytes of all its files.
    pub bytes: f64,
    /// Whether nothing of it can be read any more.
    pub damaged: bool,
}

/// Room in the browser for this page, as it says itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Space {
    /// Bytes in use, by projects and all else.
    pub used: f64,
    /// Bytes that it may come to.
    pub quota: f64,
}
