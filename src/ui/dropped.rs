//! What is dropped or chosen: a folder with all its files, or a file that holds all.

use std::collections::VecDeque;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList};

use super::words;
use crate::protocol::WireError;

/// The most files that are looked at. A folder of the hub has some dozens.
const MOST_FILES: usize = 10_000;
/// How deep a dropped folder is searched: a zip that was unpacked may have made folders around the encoder's.
const DEEPEST: usize = 4;

#[wasm_bindgen]
extern "C" {
    type Item;

    #[wasm_bindgen(method, js_name = webkitGetAsEntry)]
    fn entry(this: &Item) -> Option<Entry>;

    /// A file or folder that was dropped.
    type Entry;

    #[wasm_bindgen(method, getter, js_name = isDirectory)]
    fn is_directory(this: &Entry) -> bool;

    #[wasm_bindgen(method, getter)]
    fn name(this: &Entry) -> String;

    #[wasm_bindgen(method, getter, js_name = fullPath)]
    fn full_path(this: &Entry) -> String;

    #[wasm_bindgen(method)]
    fn file(this: &Entry, found: &Function, failed: &Function);

    #[wasm_bindgen(method, js_name = createReader)]
    fn reader(this: &Entry) -> Reader;

    /// Lists a folder, some entries at a time.
    type Reader;

    #[wasm_bindgen(method, js_name = readEntries)]
    fn read(this: &Reader, found: &Function, failed: &Function);
}

/// An encoder or a model that the user has brought along. The browser reads it from the disk each time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Brought {
    /// One file that holds all.
    File(File),
    /// A folder.
    Folder {
        /// Its name.
        name: String,
        /// Its files and those below it, with their paths from its parent on.
        files: Vec<(String, File)>,
    },
}

impl Brought {
    /// What goes beside a message.
    pub(crate) fn files(&self) -> Vec<File> {
        match self {
            Self::File(file) => vec![file.clone()],
            Self::Folder { files, .. } => files.iter().map(|(_, file)| file.clone()).collect(),
        }
    }
}

/// What was dropped, and not looked into yet.
pub(crate) struct Dropped(Vec<Entry>);

impl Dropped {
    /// Takes what a drop brought. The browser lets go of it when the event has been handled.
    pub(crate) fn take(transfer: &DataTransfer) -> Option<Self> {
        let items = Reflect::get(transfer, &"items".into()).ok()?;
        let entries: Vec<Entry> = Array::from(&items)
            .iter()
            .filter_map(|item| item.unchecked_into::<Item>().entry())
            .collect();
        // Dropped text, for example, is no entry.
        (!entries.is_empty()).then_some(Self(entries))
    }

    /// What it is: the file, if there is but one and by its name it holds all; else a folder, or loose files as if
    /// they were in one.
    ///
    /// # Errors
    /// If the browser cannot list or open something, or there is too much.
    pub(crate) async fn look(self, holds_all: fn(&str) -> bool) -> Result<Brought, WireError> {
        let Self(entries) = self;
        let name = match &entries[..] {
            [entry] if !entry.is_directory() && holds_all(&entry.name()) => {
                return Ok(Brought::File(open(entry).await?));
            }
            [entry] if entry.is_directory() => entry.name(),
            _ => "dropped files".to_owned(),
        };
        let mut files = Vec::new();
        let mut waiting: VecDeque<_> = entries.into_iter().map(|entry| (entry, 0)).collect();
        while let Some((entry, depth)) = waiting.pop_front() {
            if files.len() + waiting.len() > MOST_FILES {
                return Err(words::too_many_files(MOST_FILES));
            }
            if !entry.is_directory() {
                let path = entry.full_path().trim_start_matches('/').to_owned();
                files.push((path, open(&entry).await?));
            } else if depth < DEEPEST {
                waiting.extend(list(&entry).await?.map(|entry| (entry, depth + 1)));
            }
        }
        Ok(Brought::Folder { name, files })
    }
}

/// The folder that was chosen in the browser's dialogue, if any was.
///
/// # Errors
/// If it holds too much.
pub(crate) fn chosen_folder(list: &FileList) -> Result<Option<Brought>, WireError> {
    if list.length() as usize > MOST_FILES {
        return Err(words::too_many_files(MOST_FILES));
    }
    let files: Vec<(String, File)> = (0..list.length())
        .filter_map(|index| list.get(index))
        .map(|file| (relative_path(&file), file))
        .collect();
    Ok(files.first().map(|(path, _)| Brought::Folder {
        name: path.split('/').next().unwrap_or_default().to_owned(),
        files: files.clone(),
    }))
}

/// Path of a file from the parent of the folder on that was chosen.
fn relative_path(file: &File) -> String {
    Reflect::get(file, &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| file.name())
}

/// Whether a file is a zip, by its name.
pub(crate) fn is_zip(name: &str) -> bool {
    name.to_lowercase().ends_with(".zip")
}

async fn open(entry: &Entry) -> Result<File, WireError> {
    let file = ask(|found, failed| entry.file(found, failed)).await?;
    Ok(file.unchecked_into())
}

/// All entries of a folder. The browser gives some at a time, and none at the end.
async fn list(folder: &Entry) -> Result<impl Iterator<Item = Entry>, WireError> {
    let reader = folder.reader();
    let mut entries = Vec::new();
    loop {
        let some = ask(|found, failed| reader.read(found, failed)).await?;
        let some = Array::from(&some);
        entries.extend(some.iter().map(JsCast::unchecked_into::<Entry>));
        if some.length() == 0 || entries.len() > MOST_FILES {
            return Ok(entries.into_iter());
        }
    }
}

/// An answer that the browser gives by calling back.
async fn ask(call: impl Fn(&Function, &Function)) -> Result<JsValue, WireError> {
    let answer = Promise::new(&mut |found, failed| call(&found, &failed));
    JsFuture::from(answer).await.map_err(|error| {
        let detail = Reflect::get(&error, &"message".into()).ok();
        let detail = detail.and_then(|detail| detail.as_string());
        words::unreadable_folder(&detail.unwrap_or_default())
    })
}
