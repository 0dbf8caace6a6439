//! Encoders and trained models on the user's disk: folders, zips, Tabtune models. Only what is needed is read.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read};

use burn::tensor::Device;
use serde::Serialize;
use web_sys::File;

use crate::adapter::{ADAPTER_FILES, AdapterError, Files, SavedModel};
use crate::model::archive::{FolderArchive, FolderArchiveError};
use crate::model::folder::{MOST_WEIGHT_BYTES, SeveralFolders, locate, most_bytes};
use crate::model::{FileBytes, FileSink, Folder, PretrainedEncoder, PretrainedError, WeightsError};
use crate::port::FileReader;
use crate::protocol::ModelSource;
use crate::reason::as_text;

/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;

/// Why an encoder, or a file, on the disk cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum LocalError {
    /// Moved, changed, or closed to the browser.
    #[error("{file} could not be read: {source}")]
    Unreadable {
        file: String,
        #[serde(serialize_with = "as_text")]
        source: io::Error,
    },
    /// More than any file of an encoder has.
    #[error("{file} has {found} bytes; at most {most} are read")]
    TooLarge { file: String, found: f64, most: u64 },
    /// Several encoders, perhaps.
    #[error(transparent)]
    Several(#[from] SeveralFolders),
    /// In the zip.
    #[error("{file}: {source}")]
    Archive {
        file: String,
        source: FolderArchiveError,
    },
    /// It is no encoder that can be used.
    #[error(transparent)]
    Encoder(#[from] PretrainedError),
}

impl From<WeightsError> for LocalError {
    fn from(error: WeightsError) -> Self {
        Self::Encoder(error.into())
    }
}

impl LocalError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "It may have been moved, changed or closed to this browser. Open it again."
            }
            Self::TooLarge { .. } => "Choose a smaller one.",
            Self::Several(error) => error.hint(),
            Self::Archive { source, .. } => source.hint(),
            Self::Encoder(error) => error.hint(),
        }
    }
}

/// Reads a folder, given the paths of its files from the folder's own parent on.
pub fn folder(
    paths: &[String],
    files: &[File],
    device: &Device,
) -> Result<PretrainedEncoder, LocalError> {
    let folder = locate(paths.iter().map(String::as_str))?;
    let files = paths
        .iter()
        .zip(files)
        .filter_map(|(path, file)| Some((path.strip_prefix(folder)?, file)))
        .filter(|(name, _)| !name.contains('/'))
        .collect();
    PretrainedEncoder::read(&mut Opened { files }, device)
}

/// Reads a zip of a folder.
pub fn zip(name: &str, files: &[File], device: &Device) -> Result<PretrainedEncoder, LocalError> {
    let unreadable = |source| LocalError::Unreadable {
        file: name.to_owned(),
        source,
    };
    let reader = match files {
        [file, ..] => FileReader::new(file).map_err(unreadable)?,
        [] => return Err(unreadable(io::ErrorKind::NotFound.into())),
    };
    let archive = FolderArchive::open(BufReader::with_capacity(CHUNK, reader));
    let archive = archive.map_err(|source| LocalError::Archive {
        file: name.to_owned(),
        source,
    })?;
    PretrainedEncoder::read(&mut Zipped { name, archive }, device)
}

/// The files of a folder that the user opened.
struct Opened<'a> {
    files: BTreeMap<&'a str, &'a File>,
}

impl Folder for Opened<'_> {
    type Error = LocalError;

    fn names(&self) -> Vec<String> {
        self.files.keys().map(|&name| name.to_owned()).collect()
    }

    fn read(&mut self, name: &str, sink: &mut dyn FileSink) -> Result<(), LocalError> {
        match self.files.get(name) {
            Some(file) => read(name, file, most_bytes(name), sink),
            None => Err(LocalError::Unreadable {
                file: name.to_owned(),
                source: io::ErrorKind::NotFound.into(),
            }),
        }
    }
}

/// A folder in a zip, and the zip's name.
struct Zipped<'a> {
    name: &'a str,
    archive: FolderArchive<BufReader<FileReader>>,
}

impl Folder for Zipped<'_> {
    type Error = LocalError;

    fn names(&self) -> Vec<String> {
        self.archive.names()
    }

    fn read(&mut self, name: &str, sink: &mut dyn FileSink) -> Result<(), LocalError> {
        let fault = |source| LocalError::Archive {
            file: self.name.to_owned(),
            source,
        };
        let mut entry = self.archive.entry(name).map_err(fault)?;
        sink.begin(name, entry.length())?;
        let mut buffer = vec![0; CHUNK];
        loop {
            let read = entry.read(&mut buffer);
            match read.map_err(|source| fault(source.into()))? {
                0 => return Ok(()),
                read => sink.push(&buffer[..read])?,
            }
        }
    }
}

/// Why a trained model on the disk cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum ModelFileError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] LocalError),
    /// It is no model that can be used.
    #[error(transparent)]
    Model(#[from] AdapterError),
}

/// Reads a trained model: a Tabtune model, or an adapter as a zip or a folder.
pub fn model(source: &ModelSource, files: &[File]) -> Result<SavedModel, ModelFileError> {
    match (source, files) {
        (ModelSource::File { name }, [file, ..]) => {
            let bytes = read_whole(name, file, MOST_WEIGHT_BYTES)?;
            Ok(SavedModel::from_zip(&bytes)?)
        }
        (ModelSource::File { name }, []) => Err(LocalError::Unreadable {
            file: name.clone(),
            source: io::ErrorKind::NotFound.into(),
        }
        .into()),
        (ModelSource::Folder { paths, .. }, files) => {
            let mut found = Files::new();
            for (path, file) in paths.iter().zip(files) {
                // Of the folder itself: its training may have left others in it.
                let name = path.split_once('/').map_or(path.as_str(), |(_, name)| name);
                if ADAPTER_FILES.contains(&name) {
                    let bytes = read_whole(name, file, most_bytes(name))?;
                    found.insert(name.to_owned(), bytes);
                }
            }
            Ok(SavedModel::from_files(found)?)
        }
    }
}

fn read_whole(name: &str, file: &File, most: u64) -> Result<Vec<u8>, LocalError> {
    let mut whole = FileBytes::default();
    read(name, file, most, &mut whole)?;
    Ok(whole.bytes)
}

/// Gives a file's bytes to a sink, a part at a time.
fn read(name: &str, file: &File, most: u64, sink: &mut dyn FileSink) -> Result<(), LocalError> {
    let found = file.size();
    if found > most as f64 {
        return Err(LocalError::TooLarge {
            file: name.to_owned(),
            found,
            most,
        });
    }
    let unreadable = |source| LocalError::Unreadable {
        file: name.to_owned(),
        source,
    };
    let mut reader = FileReader::new(file).map_err(unreadable)?;
    sink.begin(name, reader.length())?;
    let mut buffer = vec![0; CHUNK];
    loop {
        match reader.read(&mut buffer).map_err(unreadable)? {
            0 => return Ok(()),
            read => sink.push(&buffer[..read])?,
        }
    }
}
