//! What can be wrong with a trained model's files.

use burn::tensor::ExecutionError;
use safetensors::SafeTensorError;
use serde::Serialize;
use zip::result::ZipError;

use super::source::OtherEncoder;
use crate::archive::ArchiveError;
use crate::data::MAX_LABELS;
use crate::model::Misfit;
use crate::model::weights::list;
use crate::reason::{Phrase, as_text};
use crate::text::TokenizerError;
use crate::train::config::TrainConfigError;

/// Why files cannot be written or used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum AdapterError {
    /// Not there.
    #[error("{file} is missing")]
    MissingFile {
        /// Its name.
        file: &'static str,
    },
    /// Not the JSON that it should be.
    #[error("{file} cannot be read: {source}")]
    Json {
        /// Its name.
        file: &'static str,
        /// What the library says.
        #[serde(serialize_with = "as_text")]
        source: serde_json::Error,
    },
    /// A feature of PEFT that is not understood here.
    #[error("adapter_config.json sets {field} to {found}, which cannot be used here")]
    Unsupported {
        /// Name in adapter_config.json.
        field: String,
        /// Its value as JSON.
        found: String,
    },
    /// A number is outside its range.
    #[error("adapter_config.json or settings: {0}")]
    Config(#[from] TrainConfigError),
    /// No layer would get an adapter.
    #[error("target_modules names no linear layer of this encoder: {}", .targets.join(", "))]
    NoTargets {
        /// What it names.
        targets: Vec<String>,
    },
    /// Not a safetensors file, or a damaged one.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// Its name.
        file: &'static str,
        /// What the library says.
        #[serde(serialize_with = "as_text")]
        source: SafeTensorError,
    },
    /// The tensors are not those that the encoder and the settings ask for.
    #[error("{file} does not fit: {}", list(.misfits))]
    Tensors {
        /// Its name.
        file: &'static str,
        /// What differs.
        misfits: Vec<Misfit>,
    },
    /// head.safetensors must say how hidden states become one vector.
    #[error("head.safetensors names the pooling {}; it must be mean, cls or max", .found.as_deref().unwrap_or("not at all"))]
    Pooling {
        /// The name, if there is one.
        found: Option<String>,
    },
    /// Labels and logits do not match.
    #[error("there are {labels} labels for {outputs} outputs; there may be 1 to {MAX_LABELS}")]
    Labels {
        /// Labels.
        labels: usize,
        /// Logits of a text.
        outputs: usize,
    },
    /// Only LoRA makes an adapter.
    #[error("there is no adapter in this model: it was not trained with LoRA")]
    NoAdapter,
    /// Made by a version of Tabtune that writes another form.
    #[error("{file} is of version {found}; this Tabtune reads version {supported}")]
    Version {
        /// Its name.
        file: &'static str,
        /// Its version.
        found: u64,
        /// What is read.
        supported: u64,
    },
    /// A Tabtune model for another encoder.
    #[error(transparent)]
    OtherEncoder(#[from] Box<OtherEncoder>),
    /// By the tokenizer, which refuses the length of texts.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// Neither a Tabtune model nor an adapter.
    #[error("neither manifest.json nor adapter_config.json is in it")]
    NoModel,
    /// The encoder that a model was made with is not here.
    #[error("the model was made with the encoder {name}, which is not loaded")]
    EncoderNeeded {
        /// Its name, as the model's files have it.
        name: String,
    },
    /// The settings ask for more tokens or layers than the encoder has.
    #[error("the settings ask for {found} {what}, but this encoder has {most}")]
    TooMuch {
        /// Tokens or layers.
        what: Phrase,
        /// By the settings.
        found: usize,
        /// The encoder's.
        most: usize,
    },
    /// A number that must be exact is none.
    #[error("manifest.json holds a number that cannot be read: {found:?}")]
    Number {
        /// What is there.
        found: String,
    },
    /// By its zip.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A file could not be written.
    #[error("the weights could not be written: {0}")]
    Write(
        #[serde(serialize_with = "as_text")]
        #[source]
        SafeTensorError,
    ),
    /// A zip could not be written.
    #[error("the zip could not be written: {0}")]
    Pack(
        #[serde(serialize_with = "as_text")]
        #[source]
        ZipError,
    ),
    /// The weights could not be read back.
    #[error("the device failed: {0}")]
    Device(
        #[serde(serialize_with = "as_text")]
        #[from]
        ExecutionError,
    ),
}

impl AdapterError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::MissingFile { .. } => "Give the whole folder or zip, as it was written.",
            Self::Json { .. } | Self::Unreadable { .. } | Self::Number { .. } => {
                "Take another copy of the file; this one is damaged."
            }
            Self::Archive(ArchiveError::Unreadable(_)) => {
                "It is no Tabtune model or zip, or a damaged one: choose another file, or take another copy of it."
            }
            Self::Archive(error) => error.hint(),
            Self::Unsupported { .. } => {
                "Only plain LoRA on the encoder's linear layers can be used. In Python, merge_and_unload() makes a model without an adapter."
            }
            Self::Config(_) => "Choose an adapter with settings in this range.",
            Self::NoTargets { .. } | Self::Tensors { .. } => {
                "Choose the encoder that the adapter was trained on; its name is in adapter_config.json."
            }
            Self::Pooling { .. } => {
                "Write the pooling into the metadata of head.safetensors, under \"pooling\"."
            }
            Self::Labels { .. } => "Name every output in tabtune_config.json once.",
            Self::Tokenizer(error) => error.hint(),
            Self::NoAdapter => "Save the whole model instead.",
            Self::NoModel => "Give a .tabtune-model file, or the folder or zip of a PEFT adapter.",
            Self::EncoderNeeded { .. } => "Open that encoder first, then this again.",
            Self::Version { .. } => "Open it with the version of Tabtune that wrote it.",
            Self::OtherEncoder(_) | Self::TooMuch { .. } => {
                "Choose the encoder that the model was made with."
            }
            Self::Write(_) | Self::Pack(_) => "Try again with more free memory.",
            Self::Device(_) => "Try again, on the CPU if it happens once more.",
        }
    }
}
