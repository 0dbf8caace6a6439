//! A Hugging Face folder in a zip archive.

use std::io::{Read, Seek};

use serde::Serialize;

use super::folder::{MOST_FOLDER_BYTES, SeveralFolders, locate, most_bytes};
use crate::archive::{ArchiveError, ArchiveReader, Entry, Limits};

/// A folder of the hub has some dozens of files; it may lie among others.
const LIMITS: Limits = Limits {
    entries: 10_000,
    file: most_bytes,
    total: MOST_FOLDER_BYTES,
};

/// An encoder's folder in an archive. Nothing is unpacked before it is asked for.
pub struct FolderArchive<R> {
    archive: ArchiveReader<R>,
    /// Path of the encoder's folder, with its final slash.
    folder: String,
}

/// Why an archive is no encoder's.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum FolderArchiveError {
    /// It, or a file in it, cannot be used.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Several encoders, perhaps.
    #[error(transparent)]
    Several(#[from] SeveralFolders),
}

impl FolderArchiveError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Archive(error) => error.hint(),
            Self::Several(error) => error.hint(),
        }
    }
}

impl<R: Read + Seek> FolderArchive<R> {
    /// Reads the list of an archive's entries and finds the encoder's folder in it.
    ///
    /// # Errors
    /// If the list cannot be read or trusted, or there are several folders.
    pub fn open(reader: R) -> Result<Self, FolderArchiveError> {
        let archive = ArchiveReader::open(reader, LIMITS)?;
        let folder = locate(archive.paths())?.to_owned();
        Ok(Self { archive, folder })
    }

    /// The files of the encoder's folder.
    pub fn names(&self) -> Vec<String> {
        let names = self.archive.paths().filter_map(|path| {
            let name = path.strip_prefix(&self.folder)?;
            (!name.contains('/')).then(|| name.to_owned())
        });
        names.collect()
    }

    /// Begins to unpack a file of the encoder's folder.
    ///
    /// # Errors
    /// If it cannot be unpacked or trusted.
    pub fn entry(&mut self, name: &str) -> Result<Entry<'_, R>, FolderArchiveError> {
        let path = format!("{}{name}", self.folder);
        Ok(self.archive.entry(&path)?)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::model::folder::{CONFIG, MOST_JSON_BYTES, SINGLE, TOKENIZER};

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in entries {
            let options = SimpleFileOptions::default();
            writer.start_file(*path, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn open(bytes: Vec<u8>) -> Result<FolderArchive<Cursor<Vec<u8>>>, FolderArchiveError> {
        FolderArchive::open(Cursor::new(bytes))
    }

    #[test]
    fn a_folder_is_found_and_read_wherever_it_lies() {
        for folder in ["", "model/", "a/b/"] {
            let path = |name: &str| format!("{folder}{name}");
            let archive = zip(&[
                (&path("1_Pooling/config.json"), b"{}"),
                (&path(CONFIG), b"the config"),
                (&path(TOKENIZER), b"the tokenizer"),
                (&path(SINGLE), b"the weights"),
                ("__MACOSX/._config.json", b"x"),
            ]);
            let mut archive = open(archive).unwrap();
            assert_eq!(archive.names(), [CONFIG, SINGLE, TOKENIZER]);
            for (name, content) in [(CONFIG, &b"the config"[..]), (SINGLE, b"the weights")] {
                let mut buffer = [0; 20];
                let mut entry = archive.entry(name).unwrap();
                assert_eq!(entry.length(), content.len() as u64);
                let read = entry.read(&mut buffer).unwrap();
                assert_eq!(&buffer[..read], content);
            }
        }
    }

    #[test]
    fn several_encoders_are_refused() {
        let error = open(zip(&[("a/config.json", b""), ("b/config.json", b"")]));
        assert!(matches!(error, Err(FolderArchiveError::Several(_))));
    }

    #[test]
    fn a_files_name_says_how_large_it_may_be() {
        let declared = 10_007_u32.to_le_bytes();
        for (name, fits) in [(CONFIG, false), (SINGLE, true)] {
            let mut archive = zip(&[(name, &[7; 10_007])]);
            while let Some(at) = archive.windows(4).position(|four| four == declared) {
                archive[at..at + 4].copy_from_slice(&200_000_000_u32.to_le_bytes());
            }
            let mut archive = open(archive).unwrap();
            let too_large = matches!(
                archive.entry(name),
                Err(FolderArchiveError::Archive(ArchiveError::TooLarge {
                    most: MOST_JSON_BYTES,
                    ..
                }))
            );
            assert_ne!(too_large, fits, "{name}");
        }
    }
}
