//! A project as one file: a zip of `manifest.json` and its files below `files/`, stored as they are.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, Write};

use serde::{Deserialize, Serialize};
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::contents;
use super::disk::Folder;
use super::error::StorageError;
use super::manifest::{MOST_MANIFEST, Manifest, StoredFile};
use super::name::{MOST_FILES, NameError, check_count, check_file, project_name};
use super::project::Project;
use crate::archive::{ArchiveError, ArchiveReader, Limits};
use crate::reason::as_text;

/// How the name of such a file ends.
pub const EXTENSION: &str = "tabtune";

/// The format that is written.
const FORMAT: u32 = 1;

const MANIFEST: &str = "manifest.json";
const FOLDER: &str = "files/";

/// Bytes that are copied at once.
const CHUNK: usize = 1 << 20;

/// The most entries of an archive: a system that packs it anew adds folders and files of its own.
const MOST_ENTRIES: usize = 2 * MOST_FILES;

/// Why a file cannot be made of a project, or no project of a file.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum BundleError {
    /// As a zip.
    #[error("the file cannot be read: {0}")]
    Archive(#[from] ArchiveError),
    /// Another zip.
    #[error("the file is no project that Tabtune exported")]
    NotAProject,
    /// Written by a later version of this page.
    #[error(
        "the file was exported by a newer Tabtune, in format {found}; this one reads up to {known}"
    )]
    NewerFile {
        /// The file's format.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// Changed by someone.
    #[error("the file is not as Tabtune exports it: {0}")]
    Names(NameError),
    /// Changed or damaged.
    #[error("{file} in it is missing, or not what was exported")]
    Differs {
        /// The file's name in the project.
        file: String,
    },
    /// On export.
    #[error("the file cannot be written: {source}")]
    Unwritable {
        /// What the library or the browser says.
        #[serde(serialize_with = "as_text")]
        source: ZipError,
    },
    /// On export: damaged since the project was opened.
    #[error("{file} of the project cannot be read any more")]
    Lost {
        /// The file's name in the project.
        file: String,
    },
}

impl BundleError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Archive(_) | Self::Names(_) | Self::Differs { .. } => {
                "Copy or download the file again, or export the project once more."
            }
            Self::NotAProject => {
                "Choose a .tabtune file that was exported from the list of projects."
            }
            Self::NewerFile { .. } => "Reload the page to get the newest version.",
            Self::Unwritable { .. } => {
                "Close other tabs, free space on this machine, and try again."
            }
            Self::Lost { .. } => "Open the project again: it says then what is damaged.",
        }
    }
}

impl From<ArchiveError> for StorageError {
    fn from(error: ArchiveError) -> Self {
        BundleError::from(error).into()
    }
}

/// What `manifest.json` says.
#[derive(Debug, Serialize, Deserialize)]
struct Bundle {
    /// [`FORMAT`]. Its name tells the file from other zips.
    tabtune_project: u32,
    name: String,
    created_at: f64,
    changed_at: f64,
    record: Option<String>,
    files: BTreeMap<String, BundledFile>,
}

#[derive(Debug, Serialize, Deserialize)]
struct BundledFile {
    bytes: u64,
    sha256: String,
}

/// What every format says.
#[derive(Debug, Deserialize)]
struct Beginning {
    tabtune_project: u32,
}

/// Writes a project's file into a sink, without its damaged files.
///
/// # Errors
/// If a file cannot be read any more, or the sink fails.
pub async fn export<F: Folder, W: Write>(project: &Project<F>, sink: W) -> Result<W, StorageError> {
    let manifest = project.manifest();
    let files = project.whole_files().map(|(name, file)| {
        let bundled = BundledFile {
            bytes: file.bytes,
            sha256: file.sha256.clone(),
        };
        (name.to_owned(), bundled)
    });
    let bundle = Bundle {
        tabtune_project: FORMAT,
        name: manifest.name.clone(),
        created_at: manifest.created_at,
        changed_at: manifest.changed_at,
        record: manifest.record.clone(),
        files: files.collect(),
    };
    let json = serde_json::to_vec(&bundle).map_err(|source| StorageError::Record { source })?;
    let mut zip = ZipWriter::new_stream(sink);
    start(&mut zip, MANIFEST, json.len() as u64)?;
    zip.write_all(&json).map_err(unwritable)?;
    for (name, file) in project.whole_files() {
        let lost = || BundleError::Lost {
            file: name.to_owned(),
        };
        let content = contents::file_name(file.content);
        let reader = project.folder().read(&content).await?;
        let mut reader = reader.ok_or_else(lost)?;
        start(&mut zip, &format!("{FOLDER}{name}"), file.bytes)?;
        let mut buffer = vec![0; CHUNK];
        loop {
            let read = reader.read(&mut buffer).map_err(|_| lost())?;
            if read == 0 {
                break;
            }
            zip.write_all(&buffer[..read]).map_err(unwritable)?;
        }
    }
    let sink = zip.finish().map_err(unwritable)?;
    Ok(sink.into_inner())
}

fn start<W: Write>(
    zip: &mut ZipWriter<StreamWriter<W>>,
    path: &str,
    bytes: u64,
) -> Result<(), StorageError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .large_file(bytes >= u64::from(u32::MAX));
    zip.start_file(path, options).map_err(unwritable)
}

fn unwritable(source: impl Into<ZipError>) -> StorageError {
    let source = source.into();
    BundleError::Unwritable { source }.into()
}

impl StorageError {
    /// What a sink of [`export`] fails with once all has been written into it.
    pub fn unwritable(source: io::Error) -> Self {
        unwritable(source)
    }
}

/// An exported file whose list of files has been checked.
pub(super) struct Import<R> {
    archive: ArchiveReader<R>,
    bundle: Bundle,
    name: String,
}

impl<R: Read + Seek> Import<R> {
    /// Reads what the file says of itself. Nothing is unpacked yet.
    pub fn open(file: R) -> Result<Self, BundleError> {
        let limits = Limits {
            entries: MOST_ENTRIES,
            file: |path| match path {
                MANIFEST => MOST_MANIFEST,
                _ => u64::MAX,
            },
            // The room in the browser is what bounds it: nothing lies in memory whole.
            total: u64::MAX,
        };
        let mut archive = ArchiveReader::open(file, limits)?;
        if !archive.paths().any(|path| path == MANIFEST) {
            return Err(BundleError::NotAProject);
        }
        let json = archive.read(MANIFEST)?;
        let beginning: Beginning =
            serde_json::from_slice(&json).map_err(|_| BundleError::NotAProject)?;
        let found = beginning.tabtune_project;
        if found > FORMAT {
            return Err(BundleError::NewerFile {
                found,
                known: FORMAT,
            });
        }
        let bundle: Bundle = serde_json::from_slice(&json).map_err(|_| BundleError::NotAProject)?;
        check_count(bundle.files.len()).map_err(BundleError::Names)?;
        for name in bundle.files.keys() {
            check_file(name).map_err(BundleError::Names)?;
        }
        let name = project_name(&bundle.name).map_err(BundleError::Names)?;
        Ok(Self {
            archive,
            bundle,
            name,
        })
    }

    /// Bytes that it takes, by what it says.
    pub fn bytes(&self) -> u64 {
        let record = self.bundle.record.as_ref().map_or(0, String::len) as u64;
        let files = self.bundle.files.values();
        files.fold(record, |sum, file| sum.saturating_add(file.bytes))
    }

    /// Writes its files as contents, and says what project they are.
    pub async fn unpack(
        mut self,
        folder: &impl Folder,
        now: f64,
    ) -> Result<Manifest, StorageError> {
        let mut manifest = Manifest::new(self.name, now);
        manifest.created_at = self.bundle.created_at;
        manifest.record = self.bundle.record;
        for (content, (name, file)) in (0..).zip(self.bundle.files) {
            let differs = || BundleError::Differs { file: name.clone() };
            let path = format!("{FOLDER}{name}");
            if !self.archive.paths().any(|found| found == path) {
                return Err(differs().into());
            }
            let mut entry = self.archive.entry(&path)?;
            if entry.length() != file.bytes {
                return Err(differs().into());
            }
            let stored: StoredFile = contents::write(folder, content, &mut entry).await?;
            if stored.sha256 != file.sha256 {
                return Err(differs().into());
            }
            manifest.files.insert(name, stored);
        }
        Ok(manifest)
    }
}
