//! Files of the browser's own file system that are wanted for as long as a run goes on, and by nobody else.

use super::opfs::{ATTEMPTS, DirectoryHandle, PAUSE, StorageManager, is_open};
use super::sleep;

/// The folder that holds them. Projects are in another.
const FOLDER: &str = "scratch";

/// The folder, which is made if it is not there; `None` if the browser has none for this page.
pub async fn scratch_folder(manager: &StorageManager) -> Option<DirectoryHandle> {
    let root = manager.root().await.ok()?;
    root.make_folder(FOLDER).await.ok()
}

/// Removes every scratch file that nobody has open. A worker that was ended in the middle of a run leaves one.
pub async fn sweep_scratch() {
    let Some(manager) = StorageManager::of_browser() else {
        return;
    };
    let Ok(root) = manager.root().await else {
        return;
    };
    // Where there never was one, there is nothing to do.
    let Ok(folder) = root.folder(FOLDER).await else {
        return;
    };
    let mut left = folder.names("file").await.unwrap_or_default();
    for _ in 0..ATTEMPTS {
        let mut open = Vec::new();
        for name in left {
            let removed = folder.remove_entry(&name).await;
            if removed.is_err_and(|error| is_open(&error)) {
                open.push(name);
            }
        }
        // One that stays open is another tab's, or of the run under way, which removes it.
        if open.is_empty() {
            return;
        }
        left = open;
        sleep(PAUSE).await;
    }
}
