//! A whole run in one file, `.tabtune-model`: a zip of a manifest and of every weight that is not the encoder's own.
//!
//! | file | holds |
//! |---|---|
//! | `manifest.json` | version, settings, labels, scale, temperature, report; data and encoder by name and SHA-256 |
//! | `head.safetensors` | the head |
//! | `adapter.safetensors` | LoRA's matrices, where there are any |
//! | `encoder.safetensors` | the encoder's trained weights, where there are any |
//!
//! Weights are float32 and numbers exact, so that the model that is opened predicts the very same.

use crate::reason::Phrase;
mod manifest;

use burn::tensor::Device;
pub(super) use manifest::MANIFEST;
pub use manifest::Manifest;

use super::archive::{pack, unpack};
use super::parameters::{self, ModelTensors, Scope};
use super::source::outputs;
use super::tensors::{PYTORCH, TensorFile, write};
use super::{AdapterError, BaseModel, Files, Trained};
use crate::data::MAX_LABELS;
use crate::eval::{OutputScale, Pipeline};
use crate::model::folder::MOST_FOLDER_BYTES;
use crate::model::names::Names;
use crate::model::{EncoderConfig, PretrainedEncoder, TextClassifier};
use crate::text::TokenizerError;
use crate::train::config::{Method, TrainConfig};

const FILES: [(Scope, &str); 3] = [
    (Scope::Head, "head.safetensors"),
    (Scope::Adapter, "adapter.safetensors"),
    (Scope::Encoder, "encoder.safetensors"),
];

/// A Tabtune model whose manifest has been read: what it says is known before its encoder is there.
#[derive(Debug)]
pub struct TabtuneModel {
    /// All but weights.
    pub manifest: Manifest,
    files: Files,
}

/// A Tabtune model on its encoder.
#[derive(Debug)]
pub struct OpenedTabtuneModel {
    /// The model.
    pub model: TextClassifier,
    /// All but weights.
    pub manifest: Manifest,
}

/// Writes a Tabtune model.
///
/// # Errors
/// If the device fails.
pub async fn save_tabtune_model(trained: &Trained<'_>) -> Result<Vec<u8>, AdapterError> {
    let names = trained.encoder.config.family.names();
    let wanted = |scope, name: &str| is_trained(trained.config, trained.encoder, scope, name);
    let read = parameters::read(trained.model, names, wanted).await?;
    let mut files = Files::new();
    for (scope, file) in FILES {
        if let Some(tensors) = read.get(&scope) {
            files.insert(file.to_owned(), write(tensors, PYTORCH)?);
        }
    }
    files.insert(MANIFEST.to_owned(), Manifest::of(trained).to_json()?);
    pack(&files).map_err(AdapterError::Pack)
}

/// Whether settings make a parameter part of a Tabtune model.
fn is_trained(config: &TrainConfig, encoder: &PretrainedEncoder, scope: Scope, name: &str) -> bool {
    let names: &Names = encoder.config.family.names();
    match (scope, config.method) {
        (Scope::Head | Scope::Adapter, _) => true,
        (Scope::Encoder, Method::HeadOnly | Method::Lora) => false,
        (Scope::Encoder, Method::Full { .. }) => {
            names.pooler.is_none_or(|pooler| !name.starts_with(pooler))
        }
        (Scope::Encoder, Method::LastLayers { layers, .. }) => {
            let all = encoder.config.num_hidden_layers;
            let first = all.saturating_sub(layers as usize);
            (first..all).any(|layer| name.starts_with(&names.in_layer(layer, "")))
        }
    }
}

impl TabtuneModel {
    /// Reads a Tabtune model's zip and manifest.
    ///
    /// # Errors
    /// If it is no Tabtune model, is damaged, or was written by a version of Tabtune with another form.
    pub fn read(bytes: &[u8]) -> Result<Self, AdapterError> {
        Self::from_files(unpack(bytes, MOST_FOLDER_BYTES)?)
    }

    /// Reads the manifest of a Tabtune model that has been unpacked.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(super) fn from_files(files: Files) -> Result<Self, AdapterError> {
        let manifest = files
            .get(MANIFEST)
            .ok_or(AdapterError::MissingFile { file: MANIFEST })?;
        let manifest = Manifest::from_json(manifest)?;
        Ok(Self { manifest, files })
    }

    /// Puts the model's weights on the encoder that it was made with.
    ///
    /// `base` says which files the encoder was loaded from; `device` is the encoder's,
    /// without autodiff unless the model is to be trained on.
    ///
    /// # Errors
    /// If the encoder is another one, or a weight is missing or does not fit.
    pub fn open(
        self,
        encoder: &PretrainedEncoder,
        base: &BaseModel,
        device: &Device,
    ) -> Result<OpenedTabtuneModel, AdapterError> {
        let manifest = self.manifest;
        manifest.encoder.compare(base)?;
        let config = &manifest.config;
        check(config, &encoder.config)?;
        let outputs = outputs(manifest.problem, &manifest.labels);
        if !(1..=MAX_LABELS).contains(&outputs) {
            return Err(AdapterError::Labels {
                labels: manifest.labels.len(),
                outputs,
            });
        }
        let model = TextClassifier::init(
            encoder.model.clone(),
            &encoder.config,
            outputs,
            config,
            device,
        );
        let names = encoder.config.family.names();
        let mut tensors = ModelTensors::new();
        for (scope, file) in FILES {
            let wanted = |name: &str| is_trained(config, encoder, scope, name);
            let expected = parameters::shapes(&model, names, scope, wanted);
            match self.files.get(file) {
                Some(bytes) => {
                    let opened = TensorFile::open(file, bytes, str::to_owned)?;
                    tensors.insert(scope, opened.read(&expected)?);
                }
                None if expected.is_empty() => {}
                None => return Err(AdapterError::MissingFile { file }),
            }
        }
        let model = parameters::fill(model, names, &tensors, device);
        Ok(OpenedTabtuneModel {
            // What the run computed its layers in goes for its steps alone.
            model: model.in_float32(),
            manifest,
        })
    }
}

/// Whether settings fit an encoder.
fn check(config: &TrainConfig, shape: &EncoderConfig) -> Result<(), AdapterError> {
    config.validate()?;
    let layers = match config.method {
        Method::LastLayers { layers, .. } => layers as usize,
        Method::HeadOnly | Method::Lora | Method::Full { .. } => 0,
    };
    for (what, found, most) in [
        (
            Phrase("tokens"),
            config.max_length as usize,
            shape.max_tokens(),
        ),
        (Phrase("trained layers"), layers, shape.num_hidden_layers),
    ] {
        if found > most {
            return Err(AdapterError::TooMuch { what, found, most });
        }
    }
    Ok(())
}

impl OpenedTabtuneModel {
    /// What the logits mean.
    pub fn scale(&self) -> OutputScale {
        OutputScale {
            problem: self.manifest.problem,
            standardisation: self.manifest.standardisation,
        }
    }

    /// The model, ready to be asked.
    ///
    /// # Errors
    /// If the tokenizer refuses the length of texts.
    pub fn pipeline(
        &self,
        encoder: &PretrainedEncoder,
        device: &Device,
    ) -> Result<Pipeline, TokenizerError> {
        let length = self.manifest.config.max_length as usize;
        Ok(Pipeline {
            tokenizer: encoder.tokenizer.truncating(length)?,
            scale: self.scale(),
            model: self.model.clone(),
            labels: self.manifest.labels.clone().into(),
            device: device.clone(),
        })
    }
}
