//! Encoders and where they come from.

use serde::{Deserialize, Serialize};

use crate::hub::HubDescription;

/// An encoder that the page can offer: an entry of `models/index.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderEntry {
    /// Name of its folder below `models/`.
    pub id: String,
    /// Its name where it was published, if that is known: `owner/name`.
    pub source: Option<String>,
    pub license: String,
    /// One sentence for the user.
    pub description: String,
    pub files: Vec<EncoderFile>,
}

/// A file of an encoder's folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderFile {
    pub name: String,
    pub bytes: u32,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
}

/// Where an encoder's files come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EncoderSource {
    /// The page's own origin: [`EncoderEntry::id`] of one of [`Event::Ready`](super::Event::Ready)'s encoders.
    Origin { id: String },
    /// A folder of the user's. The message's files are those at `paths`, in this order.
    Folder { name: String, paths: Vec<String> },
    /// A zip of a folder: the message's one file.
    Zip { name: String },
    /// The revision of a [`Event::HubDescribed`](super::Event::HubDescribed); fetched from the hub, unless it is
    /// stored in this browser.
    Hub {
        repository: String,
        revision: String,
    },
}

impl EncoderSource {
    /// What the encoder is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Origin { id } => id,
            Self::Folder { name, .. } => name,
            Self::Zip { name } => name.strip_suffix(".zip").unwrap_or(name),
            Self::Hub { repository, .. } => repository,
        }
    }
}

/// An encoder on the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HubFound {
    /// Where a person finds it.
    pub address: String,
    /// What would be fetched.
    pub description: HubDescription,
    /// Whether all of it is stored in this browser.
    pub stored: bool,
}

/// An encoder on the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncoderSummary {
    /// [`EncoderSource::name`] of where it came from.
    pub id: String,
    pub layers: u32,
    pub hidden_size: u32,
    pub vocab_size: u32,
    pub parameters: u32,
    /// Longest input in tokens.
    pub max_length: u32,
    /// Tensors of the file that the encoder does not use: those of a head, for example.
    pub surplus: Vec<String>,
}
