//! The browser's own file system (OPFS), as the browser has it.
//!
//! Its bindings stand here, as web-sys is under wgpu, too: a feature more there compiles the whole GPU engine anew.

use js_sys::{AsyncIterator, IteratorNext, Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// How often and how long, in milliseconds, to wait for a file that [is open](is_open) in a worker which was just ended.
pub const ATTEMPTS: u32 = 20;
/// See [`ATTEMPTS`].
pub const PAUSE: u32 = 50;

#[wasm_bindgen]
extern "C" {
    type Navigator;

    #[wasm_bindgen(method, getter)]
    fn storage(this: &Navigator) -> Option<StorageManager>;

    /// `StorageManager`
    pub type StorageManager;

    #[wasm_bindgen(method, catch, js_name = getDirectory)]
    fn directory(this: &StorageManager) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn estimate(this: &StorageManager) -> Result<Promise, JsValue>;

    /// `FileSystemDirectoryHandle`
    #[derive(Clone)]
    pub type DirectoryHandle;

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

    /// `FileSystemFileHandle`
    pub type FileHandle;

    #[wasm_bindgen(method, catch, js_name = getFile)]
    fn file(this: &FileHandle) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = createSyncAccessHandle)]
    fn access(this: &FileHandle) -> Result<Promise, JsValue>;

    /// `FileSystemSyncAccessHandle`, which only workers have.
    pub type SyncAccessHandle;

    #[wasm_bindgen(method, catch)]
    fn read(this: &SyncAccessHandle, bytes: &mut [u8], options: &Object) -> Result<f64, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn write(this: &SyncAccessHandle, bytes: &[u8], options: &Object) -> Result<f64, JsValue>;

    /// Cuts the file, or makes it longer.
    #[wasm_bindgen(method, catch)]
    pub fn truncate(this: &SyncAccessHandle, length: f64) -> Result<(), JsValue>;

    /// Puts what was written onto the disk.
    #[wasm_bindgen(method, catch)]
    pub fn flush(this: &SyncAccessHandle) -> Result<(), JsValue>;

    /// Lets others open the file.
    #[wasm_bindgen(method, catch)]
    pub fn close(this: &SyncAccessHandle) -> Result<(), JsValue>;
}

impl StorageManager {
    /// The browser's, if it has one for this page or worker.
    pub fn of_browser() -> Option<Self> {
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).ok()?;
        navigator.unchecked_into::<Navigator>().storage()
    }

    /// The folder above all others.
    ///
    /// # Errors
    /// What the browser says if it has none for this page.
    pub async fn root(&self) -> Result<DirectoryHandle, JsValue> {
        settled(self.directory()).await
    }

    /// Bytes that the page has in use, and the most that it may have.
    ///
    /// # Errors
    /// What the browser says if it does not tell.
    pub async fn usage_and_quota(&self) -> Result<(f64, f64), JsValue> {
        let estimate: JsValue = settled(self.estimate()).await?;
        let number = |name: &str| {
            let number = Reflect::get(&estimate, &name.into()).unwrap_or_default();
            number.as_f64().unwrap_or_default()
        };
        Ok((number("usage"), number("quota")))
    }
}

impl DirectoryHandle {
    /// A folder in it.
    ///
    /// # Errors
    /// What the browser says if it is not there.
    pub async fn folder(&self, name: &str) -> Result<Self, JsValue> {
        settled(self.directory(name, &Object::new())).await
    }

    /// A folder in it, which is made if it is not there.
    ///
    /// # Errors
    /// What the browser says if it cannot be made.
    pub async fn make_folder(&self, name: &str) -> Result<Self, JsValue> {
        settled(self.directory(name, &option("create"))).await
    }

    /// A file in it.
    ///
    /// # Errors
    /// What the browser says if it is not there.
    pub async fn find_file(&self, name: &str) -> Result<FileHandle, JsValue> {
        settled(self.file(name, &Object::new())).await
    }

    /// A file in it, which is made if it is not there.
    ///
    /// # Errors
    /// What the browser says if it cannot be made.
    pub async fn make_file(&self, name: &str) -> Result<FileHandle, JsValue> {
        settled(self.file(name, &option("create"))).await
    }

    /// Removes a file in it, or a folder with all that it holds.
    ///
    /// # Errors
    /// What the browser says if it is not there, or somebody has it open.
    pub async fn remove_entry(&self, name: &str) -> Result<(), JsValue> {
        let _: JsValue = settled(self.remove(name, &option("recursive"))).await?;
        Ok(())
    }

    /// Names of its entries of a kind, `file` or `directory`.
    ///
    /// # Errors
    /// What the browser says if it does not list them.
    pub async fn names(&self, kind: &str) -> Result<Vec<String>, JsValue> {
        let entries = self.values()?;
        let mut names = Vec::new();
        loop {
            let next: IteratorNext = settled(entries.next()).await?;
            if next.done() {
                return Ok(names);
            }
            let entry: Self = next.value().unchecked_into();
            if entry.kind() == kind {
                names.push(entry.name());
            }
        }
    }
}

impl FileHandle {
    /// The file as the browser hands it around.
    ///
    /// # Errors
    /// What the browser says if it is gone.
    pub async fn to_file(&self) -> Result<web_sys::File, JsValue> {
        settled(self.file()).await
    }

    /// Opens the file, which nobody else can do meanwhile.
    ///
    /// # Errors
    /// What the browser says if somebody has it open.
    pub async fn open(&self) -> Result<SyncAccessHandle, JsValue> {
        settled(self.access()).await
    }
}

impl SyncAccessHandle {
    /// Whether the browser has such handles: they are younger than the rest.
    pub fn is_offered() -> bool {
        let class = Reflect::get(&js_sys::global(), &"FileSystemSyncAccessHandle".into());
        class.is_ok_and(|class| class.is_function())
    }

    /// Writes at a place. Bytes that were written: browsers write nothing rather than fail where there is no room.
    ///
    /// # Errors
    /// What the browser says.
    pub fn write_at(&self, place: f64, bytes: &[u8]) -> Result<usize, JsValue> {
        Ok(self.write(bytes, &at(place)?)? as usize)
    }

    /// Reads from a place on. Bytes that were read: fewer at the end.
    ///
    /// # Errors
    /// What the browser says.
    pub fn read_at(&self, place: f64, bytes: &mut [u8]) -> Result<usize, JsValue> {
        Ok(self.read(bytes, &at(place)?)? as usize)
    }
}

/// The name of an exception.
pub fn exception(error: &JsValue) -> String {
    let name = Reflect::get(error, &"name".into()).unwrap_or_default();
    name.as_string().unwrap_or_default()
}

/// Whether a file was refused because somebody has it open.
pub fn is_open(error: &JsValue) -> bool {
    exception(error) == "NoModificationAllowedError"
}

/// What a promise comes to.
async fn settled<T: JsCast>(promise: Result<Promise, JsValue>) -> Result<T, JsValue> {
    Ok(JsFuture::from(promise?).await?.unchecked_into())
}

fn at(place: f64) -> Result<Object, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"at".into(), &place.into())?;
    Ok(options)
}

/// Options with one that is switched on.
fn option(name: &str) -> Object {
    let options = Object::new();
    // Cannot fail on an object of our own.
    let _ = Reflect::set(&options, &name.into(), &JsValue::TRUE);
    options
}
