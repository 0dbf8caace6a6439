//! The browser's own file system (OPFS) as a disk.
//!
//! Its bindings stand here, as web-sys is under wgpu, too: a feature more there compiles the whole GPU engine anew.

use js_sys::{AsyncIterator, IteratorNext, Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::errors::KeeperError;
use crate::port::{FileReader, describe, scope, sleep};
use crate::protocol::Space;
use crate::storage::{Disk, DiskError, Folder, ReadFile, WriteFile};

/// The folder that holds the projects' folders.
const FOLDER: &str = "projects";

/// How often and how long, in milliseconds, to wait for a file that a worker which was just ended had open.
const ATTEMPTS: u32 = 20;
const PAUSE: u32 = 50;

#[wasm_bindgen]
extern "C" {
    type Navigator;

    #[wasm_bindgen(method, getter)]
    fn storage(this: &Navigator) -> Option<StorageManager>;

    type StorageManager;

    #[wasm_bindgen(method, catch, js_name = getDirectory)]
    fn directory(this: &StorageManager) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn estimate(this: &StorageManager) -> Result<Promise, JsValue>;

    type DirectoryHandle;

    #[wasm_bindgen(method, catch, js_name = getDirectoryHandle)]
    fn directory(this: &DirectoryHandle, name: &str, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getFileHandle)]
    fn file(this: &DirectoryHandle, name: &str, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeEntry)]
    fn remove(this: &DirectoryHandle, name: &str, options: &Object) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn values(this: &DirectoryHandle) -> Result<AsyncIterator, JsValue>;

    #[wasm_bindgen(method, getter)]
    fn kind(this: &DirectoryHandle) -> String;

    #[wasm_bindgen(method, getter)]
    fn name(this: &DirectoryHandle) -> String;

    type FileHandle;

    #[wasm_bindgen(method, catch, js_name = getFile)]
    fn file(this: &FileHandle) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createSyncAccessHandle)]
    fn access(this: &FileHandle) -> Result<Promise, JsValue>;

    type SyncAccessHandle;

    #[wasm_bindgen(method, catch)]
    fn write(this: &SyncAccessHandle, bytes: &[u8], options: &Object) -> Result<f64, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn truncate(this: &SyncAccessHandle, length: f64) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn flush(this: &SyncAccessHandle) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &SyncAccessHandle) -> Result<(), JsValue>;
}

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
        let navigator = Reflect::get(&scope(), &"navigator".into());
        let navigator: Navigator = navigator
            .map_err(|error| unsupported(&error))?
            .unchecked_into();
        let manager = navigator
            .storage()
            .ok_or_else(|| lacks("navigator.storage"))?;
        // It is older than the files that can be written in a worker.
        let class = Reflect::get(&scope(), &"FileSystemSyncAccessHandle".into());
        if !class.is_ok_and(|class| class.is_function()) {
            return Err(lacks("FileSystemSyncAccessHandle"));
        }
        let open = async {
            let root: DirectoryHandle = settled(manager.directory()).await?;
            settled(root.directory(FOLDER, &option("create"))).await
        };
        let folder = open.await.map_err(|error| unsupported(&error))?;
        Ok(Self { manager, folder })
    }
}

impl Disk for Opfs {
    type Folder = OpfsFolder;

    async fn folders(&self) -> Result<Vec<String>, DiskError> {
        names(&self.folder, "directory").await
    }

    async fn folder(&self, name: &str) -> Result<Option<OpfsFolder>, DiskError> {
        let found = settled(self.folder.directory(name, &Object::new())).await;
        Ok(if_found(found)?.map(|handle| OpfsFolder { handle }))
    }

    async fn make_folder(&self, name: &str) -> Result<OpfsFolder, DiskError> {
        let made = settled(self.folder.directory(name, &option("create"))).await;
        let handle = made.map_err(|error| refusal(&error))?;
        Ok(OpfsFolder { handle })
    }

    async fn remove_folder(&self, name: &str) -> Result<(), DiskError> {
        remove(&self.folder, name, &option("recursive")).await
    }

    async fn space(&self) -> Result<Space, DiskError> {
        let estimate: JsValue = settled(self.manager.estimate())
            .await
            .map_err(|error| refusal(&error))?;
        let number = |name: &str| {
            let number = Reflect::get(&estimate, &name.into()).unwrap_or_default();
            number.as_f64().unwrap_or_default()
        };
        Ok(Space {
            used: number("usage"),
            quota: number("quota"),
        })
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
        let found = async {
            let handle: FileHandle = settled(self.handle.file(name, &Object::new())).await?;
            settled(handle.file()).await
        };
        if_found(found.await)
    }
}

impl Folder for OpfsFolder {
    type Reader = FileReader;
    type Writer = OpfsWriter;

    async fn files(&self) -> Result<Vec<String>, DiskError> {
        names(&self.handle, "file").await
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
            let handle: FileHandle = settled(self.handle.file(name, &option("create"))).await?;
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
        remove(&self.handle, name, &Object::new()).await
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
            let at = Object::new();
            let write = Reflect::set(&at, &"at".into(), &self.position.into())
                .and_then(|_| self.handle.write(bytes, &at));
            let written = write.map_err(|error| refusal(&error))?;
            self.position += written;
            match bytes.get(written as usize..) {
                Some(rest) if written > 0.0 => bytes = rest,
                // Browsers write nothing rather than fail where there is no room.
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

/// A file to write to. The locks of a worker that was just ended may end a moment later than itself.
async fn access(handle: &FileHandle) -> Result<SyncAccessHandle, JsValue> {
    for _ in 1..ATTEMPTS {
        match settled(handle.access()).await {
            Err(error) if name(&error) == "NoModificationAllowedError" => sleep(PAUSE).await,
            opened => return opened,
        }
    }
    settled(handle.access()).await
}

/// Names of a folder's entries of one kind.
async fn names(folder: &DirectoryHandle, kind: &str) -> Result<Vec<String>, DiskError> {
    let list = async {
        let entries = folder.values()?;
        let mut names = Vec::new();
        loop {
            let next: IteratorNext = settled(entries.next()).await?;
            if next.done() {
                return Ok(names);
            }
            let entry: DirectoryHandle = next.value().unchecked_into();
            if entry.kind() == kind {
                names.push(entry.name());
            }
        }
    };
    list.await.map_err(|error: JsValue| refusal(&error))
}

async fn remove(folder: &DirectoryHandle, name: &str, options: &Object) -> Result<(), DiskError> {
    let removed: Result<JsValue, JsValue> = settled(folder.remove(name, options)).await;
    if_found(removed)?;
    Ok(())
}

/// What a promise comes to.
async fn settled<T: JsCast>(promise: Result<Promise, JsValue>) -> Result<T, JsValue> {
    Ok(JsFuture::from(promise?).await?.unchecked_into())
}

/// What was looked for, `None` if it is not there.
fn if_found<T>(found: Result<T, JsValue>) -> Result<Option<T>, DiskError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if name(&error) == "NotFoundError" => Ok(None),
        Err(error) => Err(refusal(&error)),
    }
}

fn refusal(error: &JsValue) -> DiskError {
    match name(error).as_str() {
        "QuotaExceededError" => DiskError::Full,
        _ => DiskError::Failed {
            detail: describe(error),
        },
    }
}

/// The name of an exception.
fn name(error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into()).unwrap_or_default();
    name.as_string().unwrap_or_default()
}

/// Options with one that is switched on.
fn option(name: &str) -> Object {
    let options = Object::new();
    // Cannot fail on an object of our own.
    let _ = Reflect::set(&options, &name.into(), &JsValue::TRUE);
    options
}
