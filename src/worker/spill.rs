//! What a run has no room for in memory: a scratch file in the browser's own file system, which is gone with the run.

use std::io;

use js_sys::Math;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::eval::SpillStore;
use crate::port::opfs::{DirectoryHandle, StorageManager, SyncAccessHandle};
use crate::port::{describe, scratch_folder};

/// The share of the page's free space that a run may take: projects and encoders need some, too.
const SHARE_OF_FREE: f64 = 0.5;

/// A scratch file. Nobody but this worker can open it, and it is removed when it is dropped.
pub struct ScratchFile {
    folder: DirectoryHandle,
    name: String,
    handle: SyncAccessHandle,
    capacity: u64,
}

impl ScratchFile {
    /// Makes a file for up to so many bytes. `None` where the browser has no such files, or no room: then a run does
    /// without.
    pub async fn create(bytes: u64) -> Option<Self> {
        if !SyncAccessHandle::is_offered() {
            return None;
        }
        let manager = StorageManager::of_browser()?;
        let (usage, quota) = manager.usage_and_quota().await.ok()?;
        let free = (quota - usage).max(0.0) * SHARE_OF_FREE;
        let capacity = bytes.min(free as u64);
        if capacity == 0 {
            return None;
        }
        let folder = scratch_folder(&manager).await?;
        let name = format!("{:016x}", (Math::random() * 2_f64.powi(52)) as u64);
        let file = folder.make_file(&name).await.ok()?;
        let handle = file.open().await.ok()?;
        Some(Self {
            folder,
            name,
            handle,
            capacity,
        })
    }
}

impl SpillStore for ScratchFile {
    fn capacity(&self) -> u64 {
        self.capacity
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        match self.handle.write_at(at as f64, bytes).map_err(failed)? {
            written if written == bytes.len() => Ok(()),
            _ => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        match self.handle.read_at(at as f64, bytes).map_err(failed)? {
            read if read == bytes.len() => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

impl Drop for ScratchFile {
    fn drop(&mut self) {
        // Cut at once, while it is still this worker's: removing takes a turn of the browser. What fails here is made
        // good by the next worker's start.
        let _ = self.handle.truncate(0.0);
        let _ = self.handle.close();
        let (folder, name) = (self.folder.clone(), std::mem::take(&mut self.name));
        spawn_local(async move { drop(folder.remove_entry(&name).await) });
    }
}

fn failed(error: JsValue) -> io::Error {
    io::Error::other(describe(&error))
}
