//! A trained model in files that are opened: a Tabtune model or a PEFT adapter, told by what is in it.

use burn::tensor::Device;
use serde::Deserialize;

use super::archive::unpack;
use super::peft::ADAPTER_CONFIG;
use super::tabtune_model::MANIFEST;
use super::{AdapterError, BaseModel, Files, Manifest, TabtuneModel, import_peft};
use crate::eval::Pipeline;
use crate::model::PretrainedEncoder;
use crate::model::folder::MOST_FOLDER_BYTES;

/// A trained model whose files have been read, and that waits for its encoder.
#[derive(Debug)]
pub enum SavedModel {
    /// One of ours.
    Tabtune(Box<TabtuneModel>),
    /// A PEFT adapter.
    Adapter {
        /// Its files.
        files: Files,
        /// The encoder that it says it is for.
        encoder: Option<String>,
    },
}

/// Where the encoder of a saved model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncoderPlace {
    /// It is the one in use.
    InUse,
    /// It is the one at this place among those that can be had.
    OnOffer(usize),
}

/// A saved model on its encoder.
pub struct OpenedModel {
    /// The model, ready to be asked.
    pub pipeline: Pipeline,
    /// All that a Tabtune model says; an adapter says nothing of its training.
    pub manifest: Option<Manifest>,
    /// The encoder that an adapter says it is for, where that has another name than the one it was put on.
    pub other_encoder: Option<String>,
}

/// The one field that says what an adapter is for.
#[derive(Deserialize)]
struct Names {
    base_model_name_or_path: Option<String>,
}

impl SavedModel {
    /// Reads a zip: a Tabtune model, or an adapter's folder.
    ///
    /// # Errors
    /// If it is neither, or is damaged.
    pub fn from_zip(bytes: &[u8]) -> Result<Self, AdapterError> {
        Self::from_files(unpack(bytes, MOST_FOLDER_BYTES)?)
    }

    /// Reads the files of a folder.
    ///
    /// # Errors
    /// As [`from_zip`](Self::from_zip).
    pub fn from_files(files: Files) -> Result<Self, AdapterError> {
        if files.contains_key(MANIFEST) {
            return Ok(Self::Tabtune(Box::new(TabtuneModel::from_files(files)?)));
        }
        let config = files.get(ADAPTER_CONFIG).ok_or(AdapterError::NoModel)?;
        let names: Names = serde_json::from_slice(config).map_err(|source| AdapterError::Json {
            file: ADAPTER_CONFIG,
            source,
        })?;
        Ok(Self::Adapter {
            encoder: names.base_model_name_or_path,
            files,
        })
    }

    /// Finds the encoder that the model was made with. A Tabtune model knows it by content. An adapter only has a name,
    /// which may be a folder's on another machine: if nothing has it, the encoder in use is taken.
    ///
    /// # Errors
    /// If it is not there, or another one has its name.
    pub fn find_encoder(
        &self,
        in_use: Option<&BaseModel>,
        on_offer: &[BaseModel],
    ) -> Result<EncoderPlace, AdapterError> {
        let offered = on_offer.iter().enumerate();
        let candidates = in_use
            .map(|base| (EncoderPlace::InUse, base))
            .into_iter()
            .chain(offered.map(|(at, base)| (EncoderPlace::OnOffer(at), base)));
        let called = |name: &str| {
            let mut called = candidates.clone().filter(|(_, base)| base.is_called(name));
            called.next()
        };
        match self {
            Self::Tabtune(model) => {
                let wanted = &model.manifest.encoder;
                let same = |(_, base): &(EncoderPlace, &BaseModel)| wanted.compare(base).is_ok();
                if let Some((place, _)) = candidates.clone().find(same) {
                    return Ok(place);
                }
                if let Some((_, base)) = called(&wanted.name) {
                    wanted.compare(base)?;
                }
                Err(AdapterError::EncoderNeeded {
                    name: wanted.name.clone(),
                })
            }
            Self::Adapter { encoder, .. } => {
                let name = encoder.as_deref().unwrap_or("that it was trained on");
                match (called(name), in_use) {
                    (Some((place, _)), _) => Ok(place),
                    (None, Some(_)) => Ok(EncoderPlace::InUse),
                    (None, None) => Err(AdapterError::EncoderNeeded {
                        name: name.to_owned(),
                    }),
                }
            }
        }
    }

    /// Puts the model on its encoder, which `base` names.
    ///
    /// `device` is the encoder's. With autodiff, the pipeline's model is still one to be trained.
    ///
    /// # Errors
    /// If the encoder is another one, or a weight is missing or does not fit.
    pub fn open(
        self,
        encoder: &PretrainedEncoder,
        base: &BaseModel,
        device: &Device,
    ) -> Result<OpenedModel, AdapterError> {
        match self {
            Self::Tabtune(model) => {
                let opened = model.open(encoder, base, device)?;
                Ok(OpenedModel {
                    pipeline: opened.pipeline(encoder, device)?,
                    manifest: Some(opened.manifest),
                    other_encoder: None,
                })
            }
            Self::Adapter {
                files,
                encoder: name,
            } => Ok(OpenedModel {
                pipeline: import_peft(&files, encoder, device)?.pipeline(encoder, device)?,
                manifest: None,
                other_encoder: name.filter(|name| !base.is_called(name)),
            }),
        }
    }
}
