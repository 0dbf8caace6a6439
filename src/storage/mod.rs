//! Projects on the disk: what is written where, in which order, and what is believed when it is read again.
//!
//! A project is a folder. Its contents are files that are never written twice; what they are called and which of them are
//! the project's now stands in a `Manifest`, which has two slots. A change writes new contents, then
//! a manifest into the slot of the older one, and then removes what neither slot names. So whatever breaks off, at least
//! one slot is whole, and all that it names is there.
//!
//! The layer knows no browser: it works on any [`Disk`], and takes time and names from its caller. It knows no locks
//! either; its caller sees to it that nobody else writes to a project.

mod bundle;
mod contents;
mod disk;
mod error;
mod manifest;
mod name;
mod project;
mod shelf;
mod slots;

pub use bundle::{BundleError, EXTENSION, export};
pub use contents::Put;
pub use disk::{Disk, DiskError, Folder, ReadFile, WriteFile};
pub use error::StorageError;
pub use manifest::{FORMAT, MOST_MANIFEST};
pub use name::{MOST_FILES, MOST_LETTERS, MOST_NAME, NameError, is_project_id};
pub use project::Project;
pub use shelf::{Listed, Shelf};
