//! A Hugging Face folder in a zip archive, which may come from anywhere: nothing it says of itself is believed.

use std::io::{self, Read, Seek};

use zip::ZipArchive;
use zip::result::ZipError;

use super::folder::{SeveralFolders, locate, most_bytes};

/// The most entries of an archive. A folder of the hub has some dozens.
const MOST_ENTRIES: usize = 10_000;

/// Below this size an entry may be packed as tightly as it likes.
const SMALL: u64 = 1_000_000;

/// The most that a larger entry may be packed, times. Weights hardly shrink; a vocabulary does by about five.
const MOST_RATIO: u64 = 100;

/// An encoder's folder in an archive. Nothing is unpacked before it is asked for.
pub struct Archive<R> {
    zip: ZipArchive<R>,
    /// Path of the encoder's folder, with its final slash.
    folder: String,
    /// Names of the files in it.
    names: Vec<String>,
}

/// Why an archive, or an entry of it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No zip archive, or a broken one.
    #[error("this is no zip archive that can be read: {0}")]
    Unreadable(ZipError),
    /// More than a folder has.
    #[error("the archive has {found} entries; at most {MOST_ENTRIES} are read")]
    TooMany {
        /// Entries of the archive.
        found: usize,
    },
    /// Its path leads out of the archive, or is no path at all.
    #[error("the archive's entry {entry:?} has a path that leads out of it")]
    Path {
        /// Its path as it stands there.
        entry: String,
    },
    /// Several encoders, perhaps.
    #[error(transparent)]
    Several(#[from] SeveralFolders),
    /// A file that is only a reference to another.
    #[error("{entry} is a link in the archive, not the file itself")]
    Link {
        /// Its name.
        entry: String,
    },
    /// Packed in a way that is not read here, or encrypted.
    #[error("{entry} cannot be unpacked: {source}")]
    Packing {
        /// Its name.
        entry: String,
        /// What it would take.
        source: ZipError,
    },
    /// More than any file of an encoder has.
    #[error("{entry} has {found} bytes; at most {most} are read")]
    TooLarge {
        /// Its name.
        entry: String,
        /// Its size, as the archive tells it.
        found: u64,
        /// The most that are read.
        most: u64,
    },
    /// Far more than honest files shrink by.
    #[error("{entry} would unpack from {packed} bytes to {unpacked}, which no honest file does")]
    Bomb {
        /// Its name.
        entry: String,
        /// Its size in the archive.
        packed: u64,
        /// Its size as the archive tells it.
        unpacked: u64,
    },
    /// The archive is wrong about it.
    #[error("{entry} does not unpack to the {declared} bytes that the archive tells")]
    Length {
        /// Its name.
        entry: String,
        /// Its size as the archive tells it.
        declared: u64,
    },
    /// Its checksum is wrong, or the file broke off.
    #[error("{entry} is damaged: {source}")]
    Damaged {
        /// Its name.
        entry: String,
        /// What the reader said.
        source: io::Error,
    },
    /// There is no memory for it.
    #[error("{entry} has {bytes} bytes, for which there is no memory")]
    Memory {
        /// Its name.
        entry: String,
        /// Its size.
        bytes: u64,
    },
}

impl ArchiveError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Several(error) => error.hint(),
            Self::Unreadable(_) | Self::Length { .. } | Self::Damaged { .. } => {
                "Pack the encoder's folder into a new zip, or open the folder itself."
            }
            Self::Path { .. } | Self::Bomb { .. } => {
                "Do not trust this archive. Take the encoder from where it was published."
            }
            Self::Link { .. } | Self::Packing { .. } => {
                "Pack the files themselves, with deflate and without a password, or open the folder itself."
            }
            Self::TooMany { .. } => "Pack the encoder's folder alone.",
            Self::TooLarge { .. } => "Choose a smaller encoder.",
            Self::Memory { .. } => "Close other tabs, or choose a smaller encoder.",
        }
    }
}

impl<R: Read + Seek> Archive<R> {
    /// Reads the list of an archive's entries and finds the encoder's folder in it.
    ///
    /// # Errors
    /// If the list cannot be read or trusted.
    pub fn open(reader: R) -> Result<Self, ArchiveError> {
        let zip = ZipArchive::new(reader).map_err(ArchiveError::Unreadable)?;
        if zip.len() > MOST_ENTRIES {
            return Err(ArchiveError::TooMany { found: zip.len() });
        }
        let mut paths = Vec::with_capacity(zip.len());
        for path in zip.file_names() {
            let path = path.map_err(ArchiveError::Unreadable)?;
            if leads_out(&path) {
                return Err(ArchiveError::Path {
                    entry: path.into_owned(),
                });
            }
            paths.push(path.into_owned());
        }
        let folder = locate(paths.iter().map(String::as_str))?.to_owned();
        let names = paths.iter().filter_map(|path| {
            let name = path.strip_prefix(&folder)?;
            (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
        });
        Ok(Self {
            names: names.collect(),
            folder,
            zip,
        })
    }

    /// The files of the encoder's folder.
    pub fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Unpacks a file of the encoder's folder.
    ///
    /// # Errors
    /// If it cannot be unpacked or trusted.
    pub fn read(&mut self, name: &str) -> Result<Vec<u8>, ArchiveError> {
        let entry = || name.to_owned();
        let path = format!("{}{name}", self.folder);
        let mut file = self
            .zip
            .by_name(&path)
            .map_err(|source| ArchiveError::Packing {
                entry: entry(),
                source,
            })?;
        if file.is_symlink() {
            return Err(ArchiveError::Link { entry: entry() });
        }
        let (packed, declared) = (file.compressed_size(), file.size());
        let most = most_bytes(name);
        if declared > most {
            return Err(ArchiveError::TooLarge {
                entry: entry(),
                found: declared,
                most,
            });
        }
        if declared > SMALL && declared / MOST_RATIO > packed {
            return Err(ArchiveError::Bomb {
                entry: entry(),
                packed,
                unpacked: declared,
            });
        }
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(declared as usize)
            .map_err(|_| ArchiveError::Memory {
                entry: entry(),
                bytes: declared,
            })?;
        // One byte more than declared is enough to know that the archive is wrong. Reading up to the end is what
        // makes the reader compare checksums.
        file.by_ref()
            .take(declared + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| match source.kind() {
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
        if bytes.len() as u64 != declared {
            return Err(ArchiveError::Length {
                entry: entry(),
                declared,
            });
        }
        Ok(bytes)
    }
}

/// Whether a path is anything but one that goes down from the archive's top. Nothing is written to a disk, but who
/// packs such a path means no good.
fn leads_out(path: &str) -> bool {
    path.starts_with('/')
        || path.contains(['\\', '\0'])
        || path.contains(':')
        || path.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests;
