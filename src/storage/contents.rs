//! Contents: files that are written once, summed on the way, and compared when they are read.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::disk::{DiskError, Folder, ReadFile, WriteFile};
use super::error::StorageError;
use super::manifest::StoredFile;
use crate::archive::Entry;
use crate::checksum::hexadecimal;

/// How the name of a content begins; a number follows.
const PREFIX: &str = "content-";

/// Bytes that are read and written at once.
const CHUNK: usize = 1 << 20;

/// A file's new content.
pub struct Put<R> {
    /// Its name.
    pub name: String,
    /// Bytes that it should have.
    pub length: u64,
    /// Where they come from.
    pub reader: R,
}

/// The name of a content's file.
pub(super) fn file_name(content: u64) -> String {
    format!("{PREFIX}{content}")
}

/// The content that a file is, if it is one.
pub(super) fn number(file_name: &str) -> Option<u64> {
    file_name.strip_prefix(PREFIX)?.parse().ok()
}

/// What a content can be made of.
pub(super) trait Source {
    /// The next bytes; 0 at the end.
    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, StorageError>;
}

impl<R: Read> Source for Put<R> {
    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, StorageError> {
        self.reader
            .read(buffer)
            .map_err(|source| StorageError::Source {
                file: self.name.clone(),
                source,
            })
    }
}

impl<R: Read> Source for Entry<'_, R> {
    fn next(&mut self, buffer: &mut [u8]) -> Result<usize, StorageError> {
        Ok(self.read(buffer)?)
    }
}

/// Writes a content, and comes back when it is on the disk.
pub(super) async fn write(
    folder: &impl Folder,
    content: u64,
    source: &mut impl Source,
) -> Result<StoredFile, StorageError> {
    let mut writer = folder.write(&file_name(content)).await?;
    let mut sum = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = source.next(&mut buffer)?;
        if read == 0 {
            break;
        }
        sum.update(&buffer[..read]);
        writer.write(&buffer[..read])?;
        bytes += read as u64;
    }
    writer.finish()?;
    Ok(StoredFile {
        content,
        bytes,
        sha256: hexadecimal(&sum.finalize()),
    })
}

/// Whether a content is what was written. All of it is read: lengths alone would let wrong weights and wrong rows
/// through, and a project is opened seldom, away from the page's thread.
pub(super) async fn is_whole(folder: &impl Folder, file: &StoredFile) -> Result<bool, DiskError> {
    let Some(mut reader) = folder.read(&file_name(file.content)).await? else {
        return Ok(false);
    };
    if reader.length() != file.bytes {
        return Ok(false);
    }
    // A disk that cannot read a file any more has lost it.
    Ok(sum(&mut reader).is_ok_and(|sum| sum == file.sha256))
}

fn sum(reader: &mut impl Read) -> io::Result<String> {
    let mut sum = Sha256::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            return Ok(hexadecimal(&sum.finalize()));
        }
        sum.update(&buffer[..read]);
    }
}
