//! What the worker's start settles, and encoders from wherever they come.

use burn::module::Module;
use burn::tensor::Device;
use web_sys::File;

use super::errors::StateError;
use super::hub::HubClient;
use super::{files, local};
use crate::adapter::BaseModel;
use crate::model::PretrainedEncoder;
use crate::protocol::{EncoderEntry, EncoderSource, EncoderSummary, RequestId, WireError};

/// What [`Command::Start`](crate::protocol::Command::Start) settles.
pub struct Started {
    /// Absolute address of the page's folder.
    pub base_url: String,
    /// Without autodiff.
    pub device: Device,
    /// Whether it can predict in 8-bit integers.
    pub int8: bool,
    /// The page's own encoders.
    pub encoders: Vec<EncoderEntry>,
    /// The way to the hub.
    pub hub: HubClient,
}

/// An encoder on the device, with autodiff.
pub struct LoadedEncoder {
    /// [`EncoderSource::name`] of where it came from.
    pub id: String,
    /// The encoder itself.
    pub encoder: PretrainedEncoder,
    /// It by name and content, for the files of models that are made from it.
    pub base: BaseModel,
}

impl Started {
    /// Fetches one of the page's own encoders and puts it on the device. `id` is the request that hears of the progress.
    pub async fn load(&mut self, id: RequestId, wanted: &str) -> Result<LoadedEncoder, WireError> {
        let entry = self.encoders.iter().find(|entry| entry.id == wanted);
        let entry = entry.ok_or(StateError::NoSuchEncoder)?;
        let BaseModel { name, license, .. } = on_offer(entry);
        let device = self.device.clone().autodiff();
        let encoder = files::encoder(&self.base_url, entry, id, &device).await?;
        Ok(LoadedEncoder::new(wanted, name, license, encoder))
    }

    /// The same of an encoder from anywhere.
    pub async fn load_any(
        &mut self,
        id: RequestId,
        source: &EncoderSource,
        files: &[File],
    ) -> Result<LoadedEncoder, WireError> {
        let device = self.device.clone().autodiff();
        let mut license = None;
        let encoder = match source {
            EncoderSource::Origin { id: wanted } => return self.load(id, wanted).await,
            EncoderSource::Folder { paths, .. } => local::folder(paths, files, &device)?,
            EncoderSource::Zip { name } => local::zip(name, files, &device)?,
            EncoderSource::Hub {
                repository,
                revision,
            } => {
                let (encoder, its) = self.hub.load(repository, revision, id, &device).await?;
                license = its;
                encoder
            }
        };
        let name = source.name();
        Ok(LoadedEncoder::new(name, name.to_owned(), license, encoder))
    }

    /// The page's own encoders, by name and content.
    pub fn on_offer(&self) -> Vec<BaseModel> {
        self.encoders.iter().map(on_offer).collect()
    }
}

/// One of the page's own encoders. What is not known of it by its publisher's name is known by its folder's.
fn on_offer(entry: &EncoderEntry) -> BaseModel {
    let published = entry.source.clone();
    BaseModel {
        license: published.is_some().then(|| entry.license.clone()),
        name: published.unwrap_or_else(|| entry.id.clone()),
        files: entry
            .files
            .iter()
            .map(|file| (file.name.clone(), file.sha256.clone()))
            .collect(),
    }
}

impl LoadedEncoder {
    /// `name` is its publisher's for it, if that is known.
    fn new(id: &str, name: String, license: Option<String>, encoder: PretrainedEncoder) -> Self {
        Self {
            id: id.to_owned(),
            base: BaseModel::new(name, license, &encoder),
            encoder,
        }
    }

    /// What the page shows of it.
    pub fn summary(&self) -> EncoderSummary {
        let config = &self.encoder.config;
        EncoderSummary {
            id: self.id.clone(),
            layers: config.num_hidden_layers as u32,
            hidden_size: config.hidden_size as u32,
            vocab_size: config.vocab_size as u32,
            parameters: self.encoder.model.num_params() as u32,
            max_length: config.max_tokens() as u32,
            surplus: self.encoder.surplus.clone(),
        }
    }
}
