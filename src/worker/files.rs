//! The page's own files: the list of encoders, their folders, the samples, the module for encodings.

use std::collections::BTreeMap;

use burn::tensor::Device;

use super::fetch::{FetchError, fetch, fetch_verified};
use super::port::post;
use crate::model::folder::is_weights;
use crate::model::{
    EncoderReader, FileBytes, FileSink, MissingFile, PretrainedEncoder, PretrainedError,
};
use crate::protocol::{EncoderEntry, EncoderFile, Event, RequestId, WireError};

/// The encoders that the page offers: `models/index.json`.
pub async fn encoders(base_url: &str) -> Result<Vec<EncoderEntry>, FetchError> {
    let file = "models/index.json";
    let bytes = fetch(&format!("{base_url}{file}"), file).await?;
    serde_json::from_slice(&bytes).map_err(|detail| FetchError::Unreadable {
        file: file.to_owned(),
        detail,
    })
}

/// A sample table.
pub async fn sample(base_url: &str, name: &str) -> Result<Vec<u8>, FetchError> {
    let file = format!("samples/{name}.csv");
    fetch(&format!("{base_url}{file}"), &file).await
}

/// The module with the tables of encodings other than Unicode's, which `cargo xtask finish` adds to the page.
pub async fn encodings(base_url: &str) -> Result<Vec<u8>, FetchError> {
    let file = "encodings.wasm";
    fetch(&format!("{base_url}{file}"), file).await
}

/// Fetches an encoder's folder and puts it on the device while it arrives.
pub async fn encoder(
    base_url: &str,
    entry: &EncoderEntry,
    id: RequestId,
    device: &Device,
) -> Result<PretrainedEncoder, WireError> {
    let names: Vec<&str> = entry.files.iter().map(|file| file.name.as_str()).collect();
    MissingFile::check(&names).map_err(PretrainedError::from)?;
    let total = entry.files.iter().map(|file| f64::from(file.bytes)).sum();
    let mut download = Download {
        folder: format!("{base_url}models/{}", entry.id),
        progress: Progress::new(id, total),
    };
    // What the small files say is known before the weights are fetched.
    let mut small = BTreeMap::new();
    for file in entry.files.iter().filter(|file| !is_weights(&file.name)) {
        let mut sink = FileBytes::default();
        download.fetch(file, &mut sink).await?;
        small.insert(file.name.clone(), sink.bytes);
    }
    let mut reader = EncoderReader::of_small_files(&small, &names, device)?;
    let wanted = reader.remaining();
    for file in entry
        .files
        .iter()
        .filter(|file| wanted.contains(&file.name))
    {
        download.fetch(file, &mut reader).await?;
    }
    Ok(reader.finish()?)
}

/// How much of an encoder has arrived, and how much of that the page knows.
pub struct Progress {
    id: RequestId,
    /// Bytes of all files.
    total: f64,
    /// Bytes of the files that are here whole.
    before: f64,
    /// Bytes that the page was last told of.
    shown: f64,
}

impl Progress {
    /// Nothing has arrived of `total` bytes.
    pub fn new(id: RequestId, total: f64) -> Self {
        Self {
            id,
            total,
            before: 0.0,
            shown: 0.0,
        }
    }

    /// So much of the file that is being fetched has arrived.
    pub fn within_file(&mut self, loaded: usize) {
        self.show(self.before + loaded as f64);
    }

    /// The file is here.
    pub fn arrived(&mut self, bytes: u32) {
        self.before += f64::from(bytes);
        self.show(self.before);
    }

    fn show(&mut self, loaded: f64) {
        // A hundredth at a time: more cannot be seen.
        if loaded - self.shown >= self.total / 100.0 {
            self.shown = loaded;
            let (id, total) = (self.id, self.total);
            post(&Event::EncoderProgress { id, loaded, total });
        }
    }
}

/// An encoder's files on their way.
struct Download {
    folder: String,
    progress: Progress,
}

impl Download {
    async fn fetch(
        &mut self,
        file: &EncoderFile,
        sink: &mut dyn FileSink,
    ) -> Result<(), WireError> {
        let url = format!("{}/{}", self.folder, file.name);
        let progress = &mut self.progress;
        fetch_verified(&url, file, sink, |loaded| progress.within_file(loaded)).await?;
        self.progress.arrived(file.bytes);
        Ok(())
    }
}
