//! Zip archives, which may come from anywhere: nothing that one says of itself is believed.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Take};

use serde::Serialize;
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::reason::as_text;

/// Below this size a file may be packed as tightly as it likes.
const SMALL: u64 = 1_000_000;

/// The most that a larger file may be packed, times. Weights hardly shrink; a vocabulary does by about five.
const MOST_RATIO: u64 = 100;

/// The most that is taken from an archive.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Entries that it may have, read or not.
    pub entries: usize,
    /// Bytes of a file, given its path.
    pub file: fn(&str) -> u64,
    /// Bytes of all files that are read.
    pub total: u64,
}

/// An archive whose list of files has been checked. Nothing is unpacked before it is asked for.
pub struct ArchiveReader<R> {
    zip: ZipArchive<R>,
    limits: Limits,
    /// Bytes that may still be read.
    left: u64,
    /// Bytes of the archive itself: no entry is packed into more.
    length: u64,
    /// Paths of the files, with their places in the archive.
    files: BTreeMap<String, usize>,
}

/// Why an archive, or a file in it, cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum ArchiveError {
    /// No zip archive, or a broken one.
    #[error("this is no zip archive that can be read: {0}")]
    Unreadable(#[serde(serialize_with = "as_text")] ZipError),
    /// More entries than what is looked for would have.
    #[error("the archive has {found} entries; at most {most} are read")]
    TooMany {
        /// Entries of the archive.
        found: usize,
        /// The most that are read.
        most: usize,
    },
    /// Its path leads out of the archive, or could be written in another way.
    #[error("the archive has an entry called {entry:?}, which is no path within a folder")]
    Path {
        /// Its path as it stands there.
        entry: String,
    },
    /// Two files of one path.
    #[error("the archive has two files of one name")]
    Twice,
    /// A file that is only a reference to another.
    #[error("{entry} is a link in the archive, not the file itself")]
    Link {
        /// Its path.
        entry: String,
    },
    /// Packed in a way that is not read here, or encrypted.
    #[error("{entry} cannot be unpacked: {source}")]
    Packing {
        /// Its path.
        entry: String,
        /// What it would take.
        #[serde(serialize_with = "as_text")]
        source: ZipError,
    },
    /// More than such a file has.
    #[error("{entry} has {found} bytes; at most {most} are read")]
    TooLarge {
        /// Its path.
        entry: String,
        /// Its size, as the archive tells it.
        found: u64,
        /// The most that are read.
        most: u64,
    },
    /// More than all files together have.
    #[error("unpacked, the archive has more than {most} bytes, the most that are read")]
    TooLargeTogether {
        /// The most that are read.
        most: u64,
    },
    /// Far more than honest files shrink by.
    #[error("{entry} would unpack from {packed} bytes to {unpacked}, which no honest file does")]
    Bomb {
        /// Its path.
        entry: String,
        /// Its size in the archive.
        packed: u64,
        /// Its size as the archive tells it.
        unpacked: u64,
    },
    /// The archive is wrong about it.
    #[error("{entry} does not unpack to the {declared} bytes that the archive tells")]
    Length {
        /// Its path.
        entry: String,
        /// Its size as the archive tells it.
        declared: u64,
    },
    /// Its checksum is wrong, or the file broke off.
    #[error("{entry} is damaged: {source}")]
    Damaged {
        /// Its path.
        entry: String,
        /// What the reader said.
        #[serde(serialize_with = "as_text")]
        source: io::Error,
    },
    /// There is no memory for it.
    #[error("{entry} has {bytes} bytes, for which there is no memory")]
    Memory {
        /// Its path.
        entry: String,
        /// Its size.
        bytes: u64,
    },
}

impl ArchiveError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::Length { .. } | Self::Damaged { .. } => {
                "Copy or download it again. A folder can also be packed into a new zip, or be opened itself."
            }
            Self::Path { .. } | Self::Twice | Self::Bomb { .. } => {
                "Do not trust this archive. Take the files from where they were published."
            }
            Self::Link { .. } | Self::Packing { .. } => {
                "Pack the files themselves, with deflate and without a password."
            }
            Self::TooMany { .. } => "Pack the files of one model alone.",
            Self::TooLarge { .. } | Self::TooLargeTogether { .. } => "Choose a smaller model.",
            Self::Memory { .. } => "Close other tabs, or choose a smaller model.",
        }
    }
}

impl<R: Read + Seek> ArchiveReader<R> {
    /// Reads the list of an archive's entries.
    ///
    /// # Errors
    /// If the list cannot be read or trusted.
    pub fn open(mut reader: R, limits: Limits) -> Result<Self, ArchiveError> {
        let length = reader
            .seek(SeekFrom::End(0))
            .map_err(|error| ArchiveError::Unreadable(error.into()))?;
        let zip = ZipArchive::new(reader).map_err(ArchiveError::Unreadable)?;
        let (found, most) = (zip.len(), limits.entries);
        if found > most {
            return Err(ArchiveError::TooMany { found, most });
        }
        // The library keeps one of them only.
        if zip.has_duplicate_names() {
            return Err(ArchiveError::Twice);
        }
        let mut files = BTreeMap::new();
        for (index, path) in zip.file_names().enumerate() {
            // PowerShell 5 writes paths as Windows does (PowerShell/Microsoft.PowerShell.Archive#48).
            let path = path.map_err(ArchiveError::Unreadable)?.replace('\\', "/");
            if !is_safe(&path) {
                return Err(ArchiveError::Path { entry: path });
            }
            // Paths in two encodings may be the same.
            if !path.ends_with('/') && files.insert(path, index).is_some() {
                return Err(ArchiveError::Twice);
            }
        }
        Ok(Self {
            left: limits.total,
            length,
            zip,
            limits,
            files,
        })
    }

    /// The paths of the archive's files, in their order, without folders.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Unpacks a file.
    ///
    /// # Errors
    /// If it cannot be unpacked or trusted, or is more than may be read.
    pub fn read(&mut self, path: &str) -> Result<Vec<u8>, ArchiveError> {
        let mut entry = self.entry(path)?;
        let mut bytes = Vec::new();
        usize::try_from(entry.declared)
            .ok()
            .and_then(|length| bytes.try_reserve_exact(length).ok())
            .ok_or_else(|| ArchiveError::Memory {
                entry: path.to_owned(),
                bytes: entry.declared,
            })?;
        let read = entry.file.read_to_end(&mut bytes);
        entry.took(read)?;
        entry.finish()?;
        Ok(bytes)
    }

    /// Begins to unpack a file, which need not lie in memory whole.
    ///
    /// # Errors
    /// If it cannot be unpacked, or is more than may be read.
    pub fn entry(&mut self, path: &str) -> Result<Entry<'_, R>, ArchiveError> {
        let entry = || path.to_owned();
        let packing = |source| ArchiveError::Packing {
            entry: entry(),
            source,
        };
        let index = self.files.get(path).copied();
        let index = index.ok_or_else(|| packing(ZipError::FileNotFound))?;
        let file = self.zip.by_index(index).map_err(packing)?;
        if file.is_symlink() {
            return Err(ArchiveError::Link { entry: entry() });
        }
        let (packed, declared) = (file.compressed_size().min(self.length), file.size());
        let most = (self.limits.file)(path);
        if declared > most {
            return Err(ArchiveError::TooLarge {
                entry: entry(),
                found: declared,
                most,
            });
        }
        let left = self.left.checked_sub(declared);
        self.left = left.ok_or(ArchiveError::TooLargeTogether {
            most: self.limits.total,
        })?;
        if declared > SMALL && declared / MOST_RATIO > packed {
            return Err(ArchiveError::Bomb {
                entry: entry(),
                packed,
                unpacked: declared,
            });
        }
        Ok(Entry {
            // One byte more than declared is enough to know that the archive is wrong.
            file: file.take(declared.saturating_add(1)),
            path: entry(),
            declared,
            read: 0,
        })
    }
}

/// A file of an archive, while it is unpacked.
pub struct Entry<'a, R: Read> {
    file: Take<ZipFile<'a, R>>,
    path: String,
    declared: u64,
    read: u64,
}

impl<R: Read> Entry<'_, R> {
    /// Bytes that it has, as the archive tells it.
    pub fn length(&self) -> u64 {
        self.declared
    }

    /// Unpacks the next bytes; 0 at the end. What was read can be trusted only then, for it is the end where checksums
    /// are compared.
    ///
    /// # Errors
    /// If the file is damaged, or not what the archive tells.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ArchiveError> {
        let read = self.file.read(buffer);
        let read = self.took(read)?;
        if read == 0 && !buffer.is_empty() {
            self.finish()?;
        }
        Ok(read)
    }

    fn took(&mut self, read: io::Result<usize>) -> Result<usize, ArchiveError> {
        let entry = || self.path.clone();
        let read = read.map_err(|source| match source.kind() {
            // The reader notices some packings only now.
            io::ErrorKind::Unsupported => ArchiveError::Packing {
                entry: entry(),
                source: source.into(),
            },
            _ => ArchiveError::Damaged {
                entry: entry(),
                source,
            },
        })?;
        self.read += read as u64;
        Ok(read)
    }

    fn finish(&self) -> Result<(), ArchiveError> {
        if self.read == self.declared {
            return Ok(());
        }
        Err(ArchiveError::Length {
            entry: self.path.clone(),
            declared: self.declared,
        })
    }
}

/// Whether a path only goes down from the archive's top, on every system, and is written in the one way that it can
/// be. Nothing is written to a disk, but who packs another path means no good.
fn is_safe(path: &str) -> bool {
    let inner = path.strip_suffix('/').unwrap_or(path);
    !inner.contains([':', '\0'])
        && inner
            .split('/')
            .all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests;
