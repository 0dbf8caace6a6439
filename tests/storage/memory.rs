//! A disk in memory, which fails or loses power at the operation that it is told.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read};
use std::rc::Rc;

use tabtune::protocol::Space;
use tabtune::storage::{Disk, DiskError, Folder, ReadFile, WriteFile};

/// Files by folder and name.
pub type Folders = BTreeMap<String, BTreeMap<String, Vec<u8>>>;

/// What happens at an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It alone is refused; what it writes is written by half.
    Refused,
    /// It is refused, for there is no room.
    Full,
    /// The power goes, and what was not flushed is gone, but for so many tenths of each file.
    Power { kept: usize },
    /// The power goes, and with it the files that are new since the failure was ordered: they were flushed, but the folder
    /// that names them was not.
    PowerAndNames,
}

#[derive(Debug, Default)]
struct State {
    folders: Folders,
    unflushed: BTreeSet<(String, String)>,
    /// Files that were made since the last failure was ordered.
    new: BTreeSet<(String, String)>,
    /// Operations since the last failure was ordered.
    done: u32,
    failure: Option<(u32, Failure)>,
    is_down: bool,
    /// A folder whose files can be read no more.
    broken: Option<String>,
    quota: f64,
}

impl State {
    fn append(&mut self, (folder, name): &(String, String), bytes: &[u8]) {
        let files = self.folders.get_mut(folder);
        if let Some(file) = files.and_then(|files| files.get_mut(name)) {
            file.extend_from_slice(bytes);
        }
    }

    /// Counts an operation. An error is what it ends in.
    fn operate(&mut self) -> Result<(), DiskError> {
        let place = self.done;
        self.done += 1;
        match self.failure {
            _ if self.is_down => Err(refused()),
            Some((at, Failure::Refused)) if at == place => Err(refused()),
            Some((at, Failure::Full)) if at == place => Err(DiskError::Full),
            Some((at, Failure::Power { kept })) if at == place => {
                self.is_down = true;
                for (folder, name) in std::mem::take(&mut self.unflushed) {
                    let folder = self.folders.get_mut(&folder);
                    if let Some(bytes) = folder.and_then(|files| files.get_mut(&name)) {
                        bytes.truncate(bytes.len() * kept / 10);
                    }
                }
                Err(refused())
            }
            Some((at, Failure::PowerAndNames)) if at == place => {
                self.is_down = true;
                let gone = std::mem::take(&mut self.unflushed);
                for (folder, name) in gone.into_iter().chain(std::mem::take(&mut self.new)) {
                    if let Some(files) = self.folders.get_mut(&folder) {
                        files.remove(&name);
                    }
                }
                Err(refused())
            }
            _ => Ok(()),
        }
    }
}

fn refused() -> DiskError {
    DiskError::Failed {
        detail: "as it was told".into(),
    }
}

/// The disk. Clones are the same one.
#[derive(Clone)]
pub struct Memory(Rc<RefCell<State>>);

impl Memory {
    /// A disk with these files.
    pub fn new(folders: Folders) -> Self {
        let state = State {
            folders,
            quota: 1e12,
            ..State::default()
        };
        Self(Rc::new(RefCell::new(state)))
    }

    /// All that is on it.
    pub fn folders(&self) -> Folders {
        self.0.borrow().folders.clone()
    }

    /// Lets it fail after so many operations from now on.
    pub fn fail(&self, after: u32, failure: Failure) {
        let mut state = self.0.borrow_mut();
        (state.done, state.failure) = (0, Some((after, failure)));
        state.new.clear();
    }

    /// Whether the failure that it was told has come.
    pub fn has_failed(&self) -> bool {
        let state = self.0.borrow();
        state.failure.is_some_and(|(at, _)| state.done > at)
    }

    /// The power is back, and nothing fails any more.
    pub fn restart(&self) {
        let mut state = self.0.borrow_mut();
        state.failure = None;
        state.is_down = false;
        state.unflushed.clear();
    }

    /// Lets no file of a folder be read any more.
    pub fn break_folder(&self, name: &str) {
        self.0.borrow_mut().broken = Some(name.to_owned());
    }

    pub fn set_quota(&self, bytes: f64) {
        self.0.borrow_mut().quota = bytes;
    }

    pub fn now(&self) -> Space {
        let state = self.0.borrow();
        let files = state.folders.values().flat_map(BTreeMap::values);
        Space {
            used: files.map(|bytes| bytes.len() as f64).sum(),
            quota: state.quota,
        }
    }
}

impl Disk for Memory {
    type Folder = MemoryFolder;

    async fn folders(&self) -> Result<Vec<String>, DiskError> {
        let mut state = self.0.borrow_mut();
        state.operate()?;
        Ok(state.folders.keys().cloned().collect())
    }

    async fn folder(&self, name: &str) -> Result<Option<MemoryFolder>, DiskError> {
        let mut state = self.0.borrow_mut();
        state.operate()?;
        let folder = || MemoryFolder {
            disk: self.clone(),
            name: name.to_owned(),
        };
        Ok(state.folders.contains_key(name).then(folder))
    }

    async fn make_folder(&self, name: &str) -> Result<MemoryFolder, DiskError> {
        let mut state = self.0.borrow_mut();
        state.operate()?;
        state.folders.entry(name.to_owned()).or_default();
        Ok(MemoryFolder {
            disk: self.clone(),
            name: name.to_owned(),
        })
    }

    /// File by file, each an operation, in no helpful order.
    async fn remove_folder(&self, name: &str) -> Result<(), DiskError> {
        let mut state = self.0.borrow_mut();
        while let Some(files) = state.folders.get(name) {
            let last = files.keys().next_back().cloned();
            state.operate()?;
            let files = state.folders.get_mut(name);
            match (last, files) {
                (Some(last), Some(files)) => drop(files.remove(&last)),
                _ => drop(state.folders.remove(name)),
            }
        }
        Ok(())
    }

    async fn space(&self) -> Result<Space, DiskError> {
        self.0.borrow_mut().operate()?;
        Ok(self.now())
    }
}

/// A folder of it.
#[derive(Clone)]
pub struct MemoryFolder {
    disk: Memory,
    name: String,
}

impl Folder for MemoryFolder {
    type Reader = MemoryReader;
    type Writer = MemoryWriter;

    async fn files(&self) -> Result<Vec<String>, DiskError> {
        let mut state = self.disk.0.borrow_mut();
        state.operate()?;
        let files = state.folders.get(&self.name);
        Ok(files
            .into_iter()
            .flat_map(BTreeMap::keys)
            .cloned()
            .collect())
    }

    async fn read(&self, name: &str) -> Result<Option<MemoryReader>, DiskError> {
        let mut state = self.disk.0.borrow_mut();
        state.operate()?;
        if state.broken.as_ref() == Some(&self.name) {
            return Err(refused());
        }
        let file = state
            .folders
            .get(&self.name)
            .and_then(|files| files.get(name));
        Ok(file.map(|bytes| MemoryReader {
            disk: self.disk.clone(),
            length: bytes.len() as u64,
            bytes: Cursor::new(bytes.clone()),
        }))
    }

    async fn write(&self, name: &str) -> Result<MemoryWriter, DiskError> {
        let mut state = self.disk.0.borrow_mut();
        let file = (self.name.clone(), name.to_owned());
        state.operate()?;
        let files = state.folders.get_mut(&self.name).ok_or_else(refused)?;
        if files.insert(file.1.clone(), Vec::new()).is_none() {
            state.new.insert(file.clone());
        }
        state.unflushed.insert(file.clone());
        Ok(MemoryWriter {
            disk: self.disk.clone(),
            file,
        })
    }

    async fn remove(&self, name: &str) -> Result<(), DiskError> {
        let mut state = self.disk.0.borrow_mut();
        state.operate()?;
        if let Some(files) = state.folders.get_mut(&self.name) {
            files.remove(name);
        }
        Ok(())
    }
}

pub struct MemoryReader {
    disk: Memory,
    length: u64,
    bytes: Cursor<Vec<u8>>,
}

impl Read for MemoryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.disk.0.borrow_mut();
        state.operate().map_err(io::Error::other)?;
        self.bytes.read(buffer)
    }
}

impl ReadFile for MemoryReader {
    fn length(&self) -> u64 {
        self.length
    }
}

pub struct MemoryWriter {
    disk: Memory,
    file: (String, String),
}

impl WriteFile for MemoryWriter {
    fn write(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        let mut state = self.disk.0.borrow_mut();
        if !state.is_down {
            state.append(&self.file, first);
        }
        state.operate()?;
        state.append(&self.file, second);
        Ok(())
    }

    fn finish(self) -> Result<(), DiskError> {
        let mut state = self.disk.0.borrow_mut();
        state.operate()?;
        state.unflushed.remove(&self.file);
        Ok(())
    }
}
