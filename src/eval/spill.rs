//! Room outside of memory, for what is computed once and does not fit inside.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::rc::Rc;

/// A store of bytes for as long as a run goes on: a scratch file, for example. It is gone once it is dropped.
pub trait SpillStore {
    /// Most bytes that it takes.
    fn capacity(&self) -> u64;

    /// Puts bytes at a place, where nothing need be yet.
    ///
    /// # Errors
    /// If they are not there afterwards.
    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Reads back what was put at a place.
    ///
    /// # Errors
    /// If not all of it can be read.
    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()>;
}

/// A part of a store, for one use. A clone is the same part.
#[derive(Clone)]
pub struct SpillRegion {
    store: Rc<RefCell<dyn SpillStore>>,
    start: u64,
    length: u64,
}

impl SpillRegion {
    /// All of a store, in as many parts as there are shares, each as large as its share of their sum.
    pub fn split<const PARTS: usize>(
        store: impl SpillStore + 'static,
        shares: [u64; PARTS],
    ) -> [Self; PARTS] {
        let capacity = store.capacity();
        let store: Rc<RefCell<dyn SpillStore>> = Rc::new(RefCell::new(store));
        let sum = shares.iter().map(|&share| u128::from(share)).sum::<u128>();
        // As 128 bits, for the product; no part is larger than the whole.
        let part = |share| u128::from(capacity) * u128::from(share) / sum.max(1);
        let mut start = 0;
        shares.map(|share| {
            let region = Self {
                store: store.clone(),
                start,
                length: part(share) as u64,
            };
            start += region.length;
            region
        })
    }

    /// Its bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Puts bytes at a place of it, within its length.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.store.borrow_mut().write(self.start + at, bytes)
    }

    /// Reads back what was put at a place of it.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) fn read(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.store.borrow_mut().read(self.start + at, bytes)
    }
}

impl fmt::Debug for SpillRegion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SpillRegion")
            .field("start", &self.start)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// A temporary file of the system's, where there are files.
#[cfg(not(target_family = "wasm"))]
pub struct SpillFile {
    file: std::fs::File,
    path: std::path::PathBuf,
    capacity: u64,
}

#[cfg(not(target_family = "wasm"))]
impl SpillFile {
    /// Makes a file that nobody else has, for up to so many bytes.
    ///
    /// # Errors
    /// Those of the system.
    pub fn create(capacity: u64) -> io::Result<Self> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static MADE: AtomicU32 = AtomicU32::new(0);

        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("tabtune-{}-{made}.spill", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut options = std::fs::OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self {
            file: options.open(&path)?,
            path,
            capacity,
        })
    }
}

#[cfg(not(target_family = "wasm"))]
impl SpillStore for SpillFile {
    fn capacity(&self) -> u64 {
        self.capacity
    }

    fn write(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        use io::{Seek, Write};
        self.file.seek(io::SeekFrom::Start(at))?;
        self.file.write_all(bytes)
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        use io::{Read, Seek};
        self.file.seek(io::SeekFrom::Start(at))?;
        self.file.read_exact(bytes)
    }
}

#[cfg(not(target_family = "wasm"))]
impl Drop for SpillFile {
    fn drop(&mut self) {
        // What cannot be removed here, the system removes with its other temporary files.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_touch_each_other() {
        let store = SpillFile::create(1000).unwrap();
        let path = store.path.clone();
        assert!(path.exists());
        let [large, small] = SpillRegion::split(store, [4, 1]);
        assert_eq!((large.length(), small.length()), (800, 200));
        small.write(0, &[1; 200]).unwrap();
        large.write(0, &[2; 800]).unwrap();
        let mut bytes = [0; 200];
        small.read(0, &mut bytes).unwrap();
        assert_eq!(bytes, [1; 200]);
        large.read(600, &mut bytes).unwrap();
        assert_eq!(bytes, [2; 200]);
        drop(large);
        assert!(path.exists());
        drop(small);
        assert!(!path.exists(), "nothing is left of it");
    }

    #[test]
    fn what_was_not_written_cannot_be_read() {
        let mut store = SpillFile::create(1000).unwrap();
        store.write(0, &[1; 10]).unwrap();
        assert!(store.read(5, &mut [0; 10]).is_err());
    }
}
