//! Where the bytes of a folder's files go while they arrive.

use super::weights::WeightsError;
use crate::checksum::sha256;

/// Takes in files as their bytes arrive, one after another, each in order and cut anywhere.
pub trait FileSink {
    /// A file of so many bytes begins. What came before of it, or of one that did not end, is dropped.
    ///
    /// # Errors
    /// If there is no memory for it.
    fn begin(&mut self, file: &str, bytes: u64) -> Result<(), WeightsError>;

    /// Takes in its next bytes.
    ///
    /// # Errors
    /// If nothing can come of the file whatever follows. What cannot be read is told at the end: the checksum may tell
    /// before that bytes were altered on their way.
    fn push(&mut self, bytes: &[u8]) -> Result<(), WeightsError>;

    /// The SHA-256 of what has come of the file, in lower-case hexadecimal.
    fn checksum(&self) -> String;

    /// The file has come whole, and is the very one that was wanted. Only now is it used.
    ///
    /// # Errors
    /// If it cannot be read.
    fn end(&mut self) -> Result<(), WeightsError>;
}

/// A folder's files, wherever they lie.
pub trait Folder {
    /// Why a file of it cannot be read.
    type Error;

    /// The files' names.
    fn names(&self) -> Vec<String>;

    /// Begins a file in `sink` and gives it all its bytes, but does not end it.
    ///
    /// # Errors
    /// If the file cannot be read; what the sink fails with.
    fn read(&mut self, name: &str, sink: &mut dyn FileSink) -> Result<(), Self::Error>;
}

/// A file in memory.
#[derive(Debug, Default)]
pub struct FileBytes {
    /// What has come of it.
    pub bytes: Vec<u8>,
}

impl FileSink for FileBytes {
    fn begin(&mut self, file: &str, bytes: u64) -> Result<(), WeightsError> {
        self.bytes.clear();
        let reserved = usize::try_from(bytes)
            .ok()
            .and_then(|bytes| self.bytes.try_reserve_exact(bytes).ok());
        reserved.ok_or_else(|| WeightsError::Memory {
            name: file.to_owned(),
            bytes,
        })
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), WeightsError> {
        self.bytes.extend(bytes);
        Ok(())
    }

    fn checksum(&self) -> String {
        sha256(&self.bytes)
    }

    fn end(&mut self) -> Result<(), WeightsError> {
        Ok(())
    }
}
