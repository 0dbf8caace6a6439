//! What a project is kept on: folders of files, as the browser's own file system (OPFS) has them.

use std::io::Read;

use serde::Serialize;

use crate::protocol::Space;

/// Why the disk did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum DiskError {
    /// No room, whatever was said of it before.
    #[error("the browser has no more room for this page")]
    Full,
    /// Anything else.
    #[error("the browser's file system failed: {detail}")]
    Failed {
        /// The browser's words.
        detail: String,
    },
}

/// A folder of projects' folders.
#[expect(
    async_fn_in_trait,
    reason = "everything runs on one thread, in a worker or a test"
)]
pub trait Disk {
    /// A project's folder.
    type Folder: Folder;

    /// Names of the folders.
    ///
    /// # Errors
    /// What the disk says.
    async fn folders(&self) -> Result<Vec<String>, DiskError>;

    /// A folder, if it is there.
    ///
    /// # Errors
    /// What the disk says.
    async fn folder(&self, name: &str) -> Result<Option<Self::Folder>, DiskError>;

    /// A folder, which is made if it is not there.
    ///
    /// # Errors
    /// What the disk says.
    async fn make_folder(&self, name: &str) -> Result<Self::Folder, DiskError>;

    /// Removes a folder with all that is in it, if it is there.
    ///
    /// # Errors
    /// What the disk says.
    async fn remove_folder(&self, name: &str) -> Result<(), DiskError>;

    /// The room that there is.
    ///
    /// # Errors
    /// What the disk says.
    async fn space(&self) -> Result<Space, DiskError>;
}

/// A folder of files.
#[expect(
    async_fn_in_trait,
    reason = "everything runs on one thread, in a worker or a test"
)]
pub trait Folder {
    /// Reads a file.
    type Reader: ReadFile;
    /// Writes a file.
    type Writer: WriteFile;

    /// Names of the files.
    ///
    /// # Errors
    /// What the disk says.
    async fn files(&self) -> Result<Vec<String>, DiskError>;

    /// A file from its beginning, if it is there.
    ///
    /// # Errors
    /// What the disk says.
    async fn read(&self, name: &str) -> Result<Option<Self::Reader>, DiskError>;

    /// A file to write, empty. One of this name that is there is emptied.
    ///
    /// # Errors
    /// What the disk says.
    async fn write(&self, name: &str) -> Result<Self::Writer, DiskError>;

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// What the disk says.
    async fn remove(&self, name: &str) -> Result<(), DiskError>;
}

/// A file that is read.
pub trait ReadFile: Read {
    /// Its bytes.
    fn length(&self) -> u64;
}

/// A file that is written from its beginning.
pub trait WriteFile {
    /// Writes all of these bytes behind those before.
    ///
    /// # Errors
    /// What the disk says.
    fn write(&mut self, bytes: &[u8]) -> Result<(), DiskError>;

    /// Comes back when all that was written is on the disk, where no loss of power takes it away.
    ///
    /// # Errors
    /// What the disk says.
    fn finish(self) -> Result<(), DiskError>;
}
