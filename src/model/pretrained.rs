//! A Hugging Face folder as an encoder with its tokenizer.

use std::collections::BTreeMap;
use std::sync::Arc;

use burn::tensor::Device;
use serde::Serialize;

use super::config::{ConfigError, EncoderConfig};
use super::encoder::Encoder;
use super::folder::{
    CONFIG, FolderFiles, INDEX, MissingFile, PROMPTS, SINGLE, TOKENIZER, WeightFiles,
};
use super::sink::{FileBytes, FileSink, Folder};
use super::weights::{WeightsError, WeightsReader};
use crate::checksum::sha256;
use crate::text::{PromptError, Tokenizer, TokenizerError, default_prompt};

/// A pretrained encoder on a device, and the tokenizer it was trained with.
pub struct PretrainedEncoder {
    /// Its shape.
    pub config: EncoderConfig,
    /// Its tokenizer.
    pub tokenizer: Tokenizer,
    /// Its weights.
    pub model: Encoder,
    /// Tensors of the files that it does not use: those of a head, for example.
    pub surplus: Vec<String>,
    /// What an export carries along.
    pub files: SmallFiles,
    /// The SHA-256 of every file that it was read from, by name, in lower-case hexadecimal.
    pub checksums: BTreeMap<String, String>,
}

/// A folder's small files as they are. A clone shares them.
#[derive(Debug, Clone)]
pub struct SmallFiles {
    /// `config.json`
    pub config: Arc<[u8]>,
    /// `tokenizer.json`
    pub tokenizer: Arc<[u8]>,
    /// `config_sentence_transformers.json`, where the folder has it
    pub prompts: Option<Arc<[u8]>>,
}

/// What a folder's small files say, checked before its weights are fetched or read.
pub struct EncoderPlan {
    /// The encoder's shape.
    pub config: EncoderConfig,
    /// Its tokenizer.
    pub tokenizer: Tokenizer,
    files: SmallFiles,
    /// Those of the files that were read.
    checksums: BTreeMap<String, String>,
}

/// An encoder while the files of its weights arrive; a sink for them.
pub struct EncoderReader {
    plan: EncoderPlan,
    weights: WeightsReader,
}

/// Why a folder cannot be used.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum PretrainedError {
    /// It is not whole.
    #[error(transparent)]
    Missing(#[from] MissingFile),
    /// By its `config.json`.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// By its `tokenizer.json`.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// By its `config_sentence_transformers.json`.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// By its weights.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The tokenizer is of another encoder.
    #[error(
        "tokenizer.json gives ids up to {largest}, but config.json makes room for {vocab_size} pieces"
    )]
    Vocabulary {
        /// Largest id of the tokenizer.
        largest: u32,
        /// Rows of the word embeddings.
        vocab_size: usize,
    },
}

impl PretrainedError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing(missing) => missing.hint(),
            Self::Tokenizer(error) => error.hint(),
            Self::Config(_) => {
                "Choose a BERT, DistilBERT, RoBERTa or XLM-RoBERTa encoder, with its own config.json."
            }
            Self::Prompt(_) => {
                "Put the folder's original config_sentence_transformers.json back, or remove it to go without a prompt."
            }
            Self::Weights(WeightsError::Memory { .. }) => {
                "Close other tabs, or choose a smaller one."
            }
            Self::Weights(_) | Self::Vocabulary { .. } => {
                "Choose another encoder, or put the folder's original files back."
            }
        }
    }
}

impl EncoderPlan {
    /// Reads `config.json`, `tokenizer.json` and, where there is one, `config_sentence_transformers.json`.
    ///
    /// # Errors
    /// If one cannot be read or used, or they do not fit each other.
    pub fn read(
        config: &[u8],
        tokenizer: &[u8],
        prompts: Option<&[u8]>,
    ) -> Result<Self, PretrainedError> {
        let read = [
            (CONFIG, Some(config)),
            (TOKENIZER, Some(tokenizer)),
            (PROMPTS, prompts),
        ];
        let checksums = read
            .into_iter()
            .filter_map(|(name, bytes)| Some((name.to_owned(), sha256(bytes?))))
            .collect();
        let files = SmallFiles {
            config: config.into(),
            tokenizer: tokenizer.into(),
            prompts: prompts.map(Arc::from),
        };
        let config = EncoderConfig::from_json(config)?;
        let prompt = prompts.map(default_prompt).transpose()?;
        let tokenizer = Tokenizer::from_bytes(tokenizer)?.with_prompt(&prompt.unwrap_or_default());
        let (largest, vocab_size) = (tokenizer.largest_id(), config.vocab_size);
        if largest as usize >= vocab_size {
            return Err(PretrainedError::Vocabulary {
                largest,
                vocab_size,
            });
        }
        Ok(Self {
            config,
            tokenizer,
            files,
            checksums,
        })
    }

    /// Begins to read the weights: those of a single file, or of several with the index given, `names` being all files
    /// of the folder.
    ///
    /// # Errors
    /// If the index cannot be read, or names files that are not there.
    pub fn reader(
        self,
        index: Option<&[u8]>,
        names: &[&str],
        device: &Device,
    ) -> Result<EncoderReader, PretrainedError> {
        let weights = match index {
            // Only a file of the folder itself counts: an index is no way out of it.
            Some(index) => {
                let is_present = |name: &str| names.contains(&name);
                WeightsReader::sharded(index, is_present, &self.config, device)?
            }
            None => WeightsReader::single(&self.config, device),
        };
        Ok(EncoderReader {
            plan: self,
            weights,
        })
    }

    /// Checks weights that lie in memory and puts them on the device.
    ///
    /// # Errors
    /// If they cannot be read or are another encoder's.
    pub fn load(
        self,
        files: &WeightFiles,
        device: &Device,
    ) -> Result<PretrainedEncoder, PretrainedError> {
        let names: Vec<&str> = files.iter().map(|(name, _)| name).collect();
        let mut reader = self.reader(files.index(), &names, device)?;
        files.read_into(&mut reader.weights)?;
        reader.finish()
    }
}

impl EncoderReader {
    /// Begins to read the weights of a folder whose small files are here, by name; `names` are all of its files.
    ///
    /// # Errors
    /// If a small file cannot be used, they do not fit each other, or the index names files that are not there.
    pub fn of_small_files(
        small: &BTreeMap<String, Vec<u8>>,
        names: &[&str],
        device: &Device,
    ) -> Result<Self, PretrainedError> {
        let file = |name: &str| small.get(name).map(Vec::as_slice);
        let plan = EncoderPlan::read(
            file(CONFIG).unwrap_or_default(),
            file(TOKENIZER).unwrap_or_default(),
            file(PROMPTS),
        )?;
        // A single file comes before several, as in transformers.
        let index = file(INDEX).filter(|_| !names.contains(&SINGLE));
        plan.reader(index, names, device)
    }

    /// The files of weights that are still to be read, in any order.
    pub fn remaining(&self) -> Vec<String> {
        self.weights.remaining()
    }

    /// The encoder, once all files have ended.
    ///
    /// # Errors
    /// If one has not.
    pub fn finish(self) -> Result<PretrainedEncoder, PretrainedError> {
        let Self { plan, weights } = self;
        let mut checksums = plan.checksums;
        checksums.extend(weights.checksums().clone());
        let weights = weights.finish()?;
        Ok(PretrainedEncoder {
            config: plan.config,
            tokenizer: plan.tokenizer,
            model: Encoder::load(&weights)?,
            surplus: weights.surplus().to_vec(),
            files: plan.files,
            checksums,
        })
    }
}

impl FileSink for EncoderReader {
    fn begin(&mut self, file: &str, bytes: u64) -> Result<(), WeightsError> {
        self.weights.begin(file, bytes)
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), WeightsError> {
        self.weights.push(bytes)
    }

    fn checksum(&self) -> String {
        self.weights.checksum()
    }

    fn end(&mut self) -> Result<(), WeightsError> {
        self.weights.end()
    }
}

impl PretrainedEncoder {
    /// Reads files that lie in memory, the small ones first, and puts the weights on the device.
    ///
    /// # Errors
    /// If a file cannot be read, or they do not fit each other.
    pub fn load(files: &FolderFiles, device: &Device) -> Result<Self, PretrainedError> {
        let prompts = files.prompts.as_deref();
        EncoderPlan::read(&files.config, &files.tokenizer, prompts)?.load(&files.weights, device)
    }

    /// Reads an encoder of a folder, wherever it lies, and only what it needs of it. What the small files say is
    /// checked before the weights are read, and these are not held in memory but for their tensors.
    ///
    /// # Errors
    /// If a file is missing, cannot be used, or they do not fit each other; what the folder fails with.
    pub fn read<E>(folder: &mut impl Folder<Error = E>, device: &Device) -> Result<Self, E>
    where
        E: From<PretrainedError> + From<WeightsError>,
    {
        let names = folder.names();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        MissingFile::check(&names).map_err(PretrainedError::from)?;
        let mut small = |name: &str| {
            let mut file = FileBytes::default();
            folder.read(name, &mut file)?;
            Ok::<_, E>(file.bytes)
        };
        let prompts = match names.contains(&PROMPTS) {
            true => Some(small(PROMPTS)?),
            false => None,
        };
        let (config, tokenizer) = (small(CONFIG)?, small(TOKENIZER)?);
        let plan = EncoderPlan::read(&config, &tokenizer, prompts.as_deref())?;
        // A single file comes before several, as in transformers.
        let index = match names.contains(&SINGLE) {
            true => None,
            false => Some(small(INDEX)?),
        };
        let mut reader = plan.reader(index.as_deref(), &names, device)?;
        for name in reader.remaining() {
            folder.read(&name, &mut reader)?;
            reader.end()?;
        }
        Ok(reader.finish()?)
    }
}
