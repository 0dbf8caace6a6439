//! The browser's own file system (OPFS) as a disk.

use wasm_bindgen::JsValue;
use web_sys::File;

use super::errors::KeeperError;
use crate::port::opfs::{
    ATTEMPTS, DirectoryHandle, FileHandle, PAUSE, StorageManager, SyncAccessHandle, exception,
    is_open,
};
use crate::port::{FileReader, describe, sleep};
use crate::protocol::Space;
use crate::storage::{Disk, DiskError, Folder, ReadFile, WriteFile};

/// The folder that holds the projects' folders.
const FOLDER: &str = "projects";

/// The folder of projects.
pub struct Opfs {
    manager: StorageManager,
    folder: DirectoryHandle,
}

impl Opfs {
    /// Opens the folder, which is made if it is not there.
    ///
    /// # Errors
    /// If the browser has none for this page.
    pub async fn open() -> Result<Self, KeeperError> {
        let unsupported = |error: &JsValue| KeeperError::Unsupported {
            detail: describe(error),
        };
        let lacks = |what: &str| KeeperError::Unsupported {
            detail: format!("it has no {what}"),
        };
        let manager = StorageManager::of_browser().ok_or_else(|| lacks("navigator.storage"))?;
        // It is older than the files that can be written in a worker.
        if !SyncAccessHandle::is_offered() {
            return Err(lacks("FileSystemSyncAccessHandle"));
        }
        let open = async { manager.root().await?.make_folder(FOLDER).await };
        let folder = open.await.map_err(|error| unsupported(&error))?;
        Ok(Self { manager, folder })
    }
}

impl Disk for Opfs {
    type Folder = OpfsFolder;

    async fn folders(&self) -> Result<Vec<String>, DiskError> {
        let names = self.folder.names("directory").await;
        names.map_err(|error| refusal(&error))
    }

    async fn folder(&self, name: &str) -> Result<Option<OpfsFolder>, DiskError> {
        let found = self.folder.folder(name).await;
        Ok(if_found(found)?.map(|handle| OpfsFolder { handle }))
    }

    async fn make_folder(&self, name: &str) -> Result<OpfsFolder, DiskError> {
        let made = self.folder.make_folder(name).await;
        let handle = made.map_err(|error| refusal(&error))?;
        Ok(OpfsFolder { handle })
    }

    async fn remove_folder(&self, name: &str) -> Result<(), DiskError> {
        remove(&self.folder, name).await
    }

    async fn space(&self) -> Result<Space, DiskError> {
        let told = self.manager.usage_and_quota().await;
        let (used, quota) = told.map_err(|error| refusal(&error))?;
        Ok(Space { used, quota })
    }
}

/// A project's folder.
pub struct OpfsFolder {
    handle: DirectoryHandle,
}

impl OpfsFolder {
    /// A file as the browser hands it around, if it is there. It can be read until it is removed.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn file(&self, name: &str) -> Result<Option<File>, DiskError> {
        let found = async { self.handle.find_file(name).await?.to_file().await };
        if_found(found.await)
    }
}

impl Folder for OpfsFolder {
    type Reader = FileReader;
    type Writer = OpfsWriter;

    async fn files(&self) -> Result<Vec<String>, DiskError> {
        let names = self.handle.names("file").await;
        names.map_err(|error| refusal(&error))
    }

    async fn read(&self, name: &str) -> Result<Option<FileReader>, DiskError> {
        let Some(file) = self.file(name).await? else {
            return Ok(None);
        };
        let reader = FileReader::new(&file).map_err(|error| DiskError::Failed {
            detail: error.to_string(),
        })?;
        Ok(Some(reader))
    }

    async fn write(&self, name: &str) -> Result<OpfsWriter, DiskError> {
        let opened = async {
            let handle = self.handle.make_file(name).await?;
            let writer = OpfsWriter {
                handle: access(&handle).await?,
                position: 0.0,
            };
            writer.handle.truncate(0.0)?;
            Ok(writer)
        };
        opened.await.map_err(|error: JsValue| refusal(&error))
    }

    async fn remove(&self, name: &str) -> Result<(), DiskError> {
        remove(&self.handle, name).await
    }
}

impl ReadFile for FileReader {
    fn length(&self) -> u64 {
        Self::length(self)
    }
}

/// A file that is written. The browser lets nobody else write to it meanwhile.
pub struct OpfsWriter {
    handle: SyncAccessHandle,
    position: f64,
}

impl WriteFile for OpfsWriter {
    fn write(&mut self, mut bytes: &[u8]) -> Result<(), DiskError> {
        while !bytes.is_empty() {
            let written = self.handle.write_at(self.position, bytes);
            let written = written.map_err(|error| refusal(&error))?;
            self.position += written as f64;
            match bytes.get(written..) {
                Some(rest) if written > 0 => bytes = rest,
                _ => return Err(DiskError::Full),
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(), DiskError> {
        self.handle.flush().map_err(|error| refusal(&error))
    }
}

impl Drop for OpfsWriter {
    fn drop(&mut self) {
        // Fails only if it is closed already.
        let _ = self.handle.close();
    }
}

/// A file to write to.
async fn access(handle: &FileHandle) -> Result<SyncAccessHandle, JsValue> {
    once_closed(async || handle.open().await).await
}

async fn remove(folder: &DirectoryHandle, name: &str) -> Result<(), DiskError> {
    if_found(once_closed(async || folder.remove_entry(name).await).await)?;
    Ok(())
}

/// Does something with a file, again where it is open: the locks of a worker that was just ended may end a moment later
/// than itself.
async fn once_closed<T>(attempt: impl AsyncFn() -> Result<T, JsValue>) -> Result<T, JsValue> {
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if is_open(&error) => sleep(PAUSE).await,
            done => return done,
        }
    }
    attempt().await
}

/// What was looked for, `None` if it is not there.
fn if_found<T>(found: Result<T, JsValue>) -> Result<Option<T>, DiskError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if exception(&error) == "NotFoundError" => Ok(None),
        Err(error) => Err(refusal(&error)),
    }
}

fn refusal(error: &JsValue) -> DiskError {
    match exception(error).as_str() {
        "QuotaExceededError" => DiskError::Full,
        _ => DiskError::Failed {
            detail: describe(error),
        },
    }
}
