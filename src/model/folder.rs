//! The files of a Hugging Face folder that make an encoder.

use std::collections::BTreeMap;

use serde::Serialize;

use super::config::EncoderConfig;
use super::sink::FileSink;
use super::weights::{WeightsError, WeightsReader, shard_names};

/// Name of the configuration.
pub const CONFIG: &str = "config.json";
/// Name of the tokenizer.
pub const TOKENIZER: &str = "tokenizer.json";
/// Name of the prompts, where an encoder has some.
pub const PROMPTS: &str = "config_sentence_transformers.json";
/// Name of weights in one file.
pub const SINGLE: &str = "model.safetensors";
/// Name of the list of weights in several.
pub const INDEX: &str = "model.safetensors.index.json";

/// The most bytes that a file of weights may have: more than a browser's memory for WebAssembly takes at once.
pub const MOST_WEIGHT_BYTES: u64 = 2_000_000_000;
/// The most bytes that any other file may have. Vocabularies of many languages take 20 MB.
pub const MOST_JSON_BYTES: u64 = 128_000_000;
/// The most bytes that a folder's files may have together: those of the largest encoder, and something for the rest.
pub const MOST_FOLDER_BYTES: u64 = EncoderConfig::MOST_PARAMETERS * 4 + (256 << 20);

/// Vocabularies without the rules that make tokens of a text: those are Python code of transformers.
const SLOW_TOKENIZERS: [&str; 5] = [
    "vocab.txt",
    "vocab.json",
    "sentencepiece.bpe.model",
    "spiece.model",
    "tokenizer.model",
];

/// Weights in formats that are not read here. PyTorch's can hold code.
const OTHER_WEIGHTS: [&str; 6] = [
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
    "tf_model.h5",
    "flax_model.msgpack",
    "model.onnx",
    "adapter_model.safetensors",
];

/// A folder's files in memory.
#[derive(Debug, Clone)]
pub struct FolderFiles {
    /// `config.json`
    pub config: Vec<u8>,
    /// `tokenizer.json`
    pub tokenizer: Vec<u8>,
    /// `config_sentence_transformers.json`, where the folder has it
    pub prompts: Option<Vec<u8>>,
    /// `model.safetensors`, or an index with its files
    pub weights: WeightFiles,
}

/// The weights of a folder.
#[derive(Debug, Clone)]
pub enum WeightFiles {
    /// `model.safetensors`
    Single(Vec<u8>),
    /// Several files with an index.
    Sharded {
        /// `model.safetensors.index.json`
        index: Vec<u8>,
        /// The files that it names, by name.
        shards: BTreeMap<String, Vec<u8>>,
    },
}

/// A folder lacks a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum MissingFile {
    /// No encoder at all, perhaps.
    #[error("{CONFIG} is missing")]
    Config,
    /// Nothing says how a text becomes tokens.
    #[error("{TOKENIZER} is missing{}", beside(.instead))]
    Tokenizer {
        /// A file of a slow tokenizer that is there.
        instead: Option<&'static str>,
    },
    /// There are no weights, or none that can be read here.
    #[error("{SINGLE} is missing{}", beside(.instead))]
    Weights {
        /// A file of another format that is there.
        instead: Option<&'static str>,
    },
}

/// Several folders hold a `config.json`, and none is above the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("there is a {CONFIG} in “{first}” and in “{second}”")]
pub struct SeveralFolders {
    /// One of them.
    pub first: String,
    /// Another.
    pub second: String,
}

impl SeveralFolders {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        "Open the folder of one encoder alone."
    }
}

/// The folder that an encoder lies in, with its final slash, given the paths of all files: the uppermost that holds a
/// `config.json`. Without any it is the top, where that file is then found missing.
///
/// # Errors
/// If several are uppermost.
pub fn locate<'a>(paths: impl IntoIterator<Item = &'a str>) -> Result<&'a str, SeveralFolders> {
    let depth = |folder: &str| folder.matches('/').count();
    let mut found: Option<&str> = None;
    let mut rival: Option<&str> = None;
    for path in paths {
        let Some(folder) = path.strip_suffix(CONFIG) else {
            continue;
        };
        if !folder.is_empty() && !folder.ends_with('/') {
            continue;
        }
        match found {
            Some(first) if depth(folder) > depth(first) => (),
            Some(first) if depth(folder) == depth(first) => rival = Some(folder),
            _ => (found, rival) = (Some(folder), None),
        }
    }
    match (found, rival) {
        (Some(first), Some(second)) => Err(SeveralFolders {
            first: first.trim_end_matches('/').to_owned(),
            second: second.trim_end_matches('/').to_owned(),
        }),
        (found, _) => Ok(found.unwrap_or_default()),
    }
}

/// The files of a folder that its encoder needs, as far as their names tell: which files of several hold weights,
/// their index says.
pub fn needed<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let single = names.contains(&SINGLE);
    let is_needed = |name: &&str| match *name {
        CONFIG | TOKENIZER | PROMPTS | SINGLE => true,
        INDEX => !single,
        name => !single && names.contains(&INDEX) && is_shard(name),
    };
    names.iter().copied().filter(is_needed).collect()
}

/// Whether a file has the name that transformers gives one of several: `model-00001-of-00002.safetensors`.
fn is_shard(name: &str) -> bool {
    name.strip_prefix("model-")
        .and_then(|rest| rest.strip_suffix(".safetensors"))
        .is_some_and(|rest| rest.contains("-of-"))
}

/// Whether a file holds weights, by its name.
pub fn is_weights(name: &str) -> bool {
    name.ends_with(".safetensors")
}

/// The most bytes that a file may have, by its name.
pub fn most_bytes(name: &str) -> u64 {
    match is_weights(name) {
        true => MOST_WEIGHT_BYTES,
        false => MOST_JSON_BYTES,
    }
}

fn beside(instead: &Option<&'static str>) -> String {
    instead.map_or_else(String::new, |file| format!("; {file} cannot stand for it"))
}

impl MissingFile {
    /// Whether a folder with these files can be an encoder's, before any of them is read.
    ///
    /// # Errors
    /// The first file that is missing.
    pub fn check(names: &[&str]) -> Result<(), Self> {
        let first =
            |files: &[&'static str]| files.iter().copied().find(|file| names.contains(file));
        if !names.contains(&CONFIG) {
            Err(Self::Config)
        } else if !names.contains(&TOKENIZER) {
            Err(Self::Tokenizer {
                instead: first(&SLOW_TOKENIZERS),
            })
        } else if !names.contains(&SINGLE) && !names.contains(&INDEX) {
            Err(Self::Weights {
                instead: first(&OTHER_WEIGHTS),
            })
        } else {
            Ok(())
        }
    }

    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Config => {
                "Give the whole folder, as it is on the hub or as save_pretrained writes it."
            }
            Self::Tokenizer { .. } => {
                "In Python, transformers makes the file: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)."
            }
            Self::Weights { .. } => {
                "In Python, transformers makes the file: AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER)."
            }
        }
    }
}

impl FolderFiles {
    /// Reads what an encoder needs of a folder, wherever it lies: in a directory or an archive, for example.
    ///
    /// `names` are all files of the folder; `read` gives the content of one of them.
    ///
    /// # Errors
    /// If a file is missing or the index cannot be read; what `read` fails with.
    pub fn read<E>(
        names: &[&str],
        mut read: impl FnMut(&str) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E>
    where
        E: From<MissingFile> + From<WeightsError>,
    {
        MissingFile::check(names)?;
        Ok(Self {
            config: read(CONFIG)?,
            tokenizer: read(TOKENIZER)?,
            prompts: if names.contains(&PROMPTS) {
                Some(read(PROMPTS)?)
            } else {
                None
            },
            weights: WeightFiles::read(names, read)?,
        })
    }
}

impl WeightFiles {
    /// Every file with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        let (first, shards) = match self {
            Self::Single(bytes) => ((SINGLE, bytes), None),
            Self::Sharded { index, shards } => ((INDEX, index), Some(shards)),
        };
        let shards = shards.into_iter().flatten();
        let shards = shards.map(|(name, bytes)| (name.as_str(), bytes));
        std::iter::once(first)
            .chain(shards)
            .map(|(name, bytes)| (name, bytes.as_slice()))
    }

    /// The index of several files.
    pub(super) fn index(&self) -> Option<&[u8]> {
        match self {
            Self::Single(_) => None,
            Self::Sharded { index, .. } => Some(index),
        }
    }

    /// Gives the weights to a reader of them.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) fn read_into(&self, reader: &mut WeightsReader) -> Result<(), WeightsError> {
        let wanted = reader.remaining();
        for (name, bytes) in self
            .iter()
            .filter(|(name, _)| wanted.contains(&(*name).to_owned()))
        {
            reader.begin(name, bytes.len() as u64)?;
            reader.push(bytes)?;
            reader.end()?;
        }
        Ok(())
    }

    /// Reads the weights of a folder. A single file comes before several, as in transformers. Files that the index
    /// names and that are not there are left for [`WeightsReader`] to name.
    ///
    /// # Errors
    /// If the index cannot be read; what `read` fails with.
    pub fn read<E>(
        names: &[&str],
        mut read: impl FnMut(&str) -> Result<Vec<u8>, E>,
    ) -> Result<Self, E>
    where
        E: From<WeightsError>,
    {
        if names.contains(&SINGLE) {
            return Ok(Self::Single(read(SINGLE)?));
        }
        let index = read(INDEX)?;
        let mut shards = BTreeMap::new();
        for name in shard_names(&index)? {
            // Only a file of the folder itself: an index is no way out of it.
            if names.contains(&name.as_str()) {
                let bytes = read(&name)?;
                shards.insert(name, bytes);
            }
        }
        Ok(Self::Sharded { index, shards })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PretrainedError;

    fn missing(names: &[&str]) -> String {
        MissingFile::check(names).unwrap_err().to_string()
    }

    #[test]
    fn what_is_missing_is_named_with_what_cannot_stand_for_it() {
        assert_eq!(missing(&[]), "config.json is missing");
        assert_eq!(missing(&[CONFIG]), "tokenizer.json is missing");
        assert_eq!(
            missing(&["vocab.txt", SINGLE, CONFIG]),
            "tokenizer.json is missing; vocab.txt cannot stand for it"
        );
        assert_eq!(
            missing(&[CONFIG, TOKENIZER, "pytorch_model.bin"]),
            "model.safetensors is missing; pytorch_model.bin cannot stand for it"
        );
        assert_eq!(MissingFile::check(&[CONFIG, TOKENIZER, INDEX]), Ok(()));
    }

    #[test]
    fn only_what_is_needed_is_read() {
        let mut asked = Vec::new();
        let index = br#"{"weight_map":{"a":"one.safetensors","b":"../two.safetensors","c":"three.safetensors"}}"#;
        let names = [
            CONFIG,
            "README.md",
            INDEX,
            TOKENIZER,
            "one.safetensors",
            PROMPTS,
        ];
        let files = FolderFiles::read::<PretrainedError>(&names, |name| {
            asked.push(name.to_owned());
            Ok(if name == INDEX {
                index.to_vec()
            } else {
                vec![]
            })
        });
        let WeightFiles::Sharded { shards, .. } = files.unwrap().weights else {
            panic!("there is an index");
        };
        assert!(shards.keys().eq(["one.safetensors"]));
        assert_eq!(
            asked,
            [CONFIG, TOKENIZER, PROMPTS, INDEX, "one.safetensors"]
        );
    }

    #[test]
    fn the_uppermost_folder_is_the_encoders() {
        assert_eq!(locate(["config.json", "1_Pooling/config.json"]), Ok(""));
        assert_eq!(
            locate(["a/b/1/config.json", "a/b/config.json", "a/README.md"]),
            Ok("a/b/")
        );
        assert_eq!(locate(["a/adapter_config.json", "model.bin"]), Ok(""));
        assert_eq!(
            locate(["x/deep/config.json", "a/config.json", "b/config.json"]),
            Err(SeveralFolders {
                first: "a".into(),
                second: "b".into()
            })
        );
        // Two of the same depth do not matter below a third.
        assert_eq!(
            locate(["a/1/config.json", "a/2/config.json", "a/config.json"]),
            Ok("a/")
        );
    }

    #[test]
    fn a_name_tells_whether_a_file_is_needed() {
        let shards = [
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
        ];
        let names = [CONFIG, TOKENIZER, INDEX, shards[0], shards[1], "vocab.txt"];
        assert_eq!(
            needed(&names),
            [CONFIG, TOKENIZER, INDEX, shards[0], shards[1]]
        );
        let single = [CONFIG, TOKENIZER, SINGLE, INDEX, shards[0], "flax.msgpack"];
        assert_eq!(needed(&single), [CONFIG, TOKENIZER, SINGLE]);
        assert_eq!(needed(&[CONFIG, TOKENIZER, shards[0]]), [CONFIG, TOKENIZER]);
        assert!(most_bytes(SINGLE) > most_bytes(TOKENIZER));
    }

    #[test]
    fn a_single_file_comes_first() {
        let names = [CONFIG, TOKENIZER, INDEX, SINGLE];
        let files = FolderFiles::read::<PretrainedError>(&names, |_| Ok(vec![]));
        let files = files.unwrap();
        assert!(matches!(files.weights, WeightFiles::Single(_)));
        assert_eq!(files.prompts, None);
    }
}
