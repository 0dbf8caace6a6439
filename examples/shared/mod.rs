//! What both examples need: devices and encoders from folders.

use std::path::Path;

use burn::tensor::Device;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tabtune::adapter::{BaseModel, Files, TOKENIZER_FILES};
use tabtune::data::{ColumnChoice, Dataset, Problem, SplitConfig, Table};
use tabtune::model::{FolderFiles, MissingFile, PretrainedEncoder};

pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceName {
    Cpu,
    /// Vulkan or Metal; needs `--features gpu`
    Gpu,
}

impl DeviceName {
    pub fn open(self) -> Result<Device> {
        Ok(self.open_named(true)?.0)
    }

    /// With the adapter's name, of a GPU.
    #[cfg_attr(not(feature = "gpu"), allow(unused_variables))]
    pub fn open_named(self, accept_software: bool) -> Result<(Device, Option<String>)> {
        match self {
            Self::Cpu => Ok((tabtune::device::cpu(), None)),
            #[cfg(feature = "gpu")]
            Self::Gpu => {
                let gpu = pollster::block_on(tabtune::device::gpu(accept_software))?;
                Ok((gpu.device, Some(gpu.adapter)))
            }
            #[cfg(not(feature = "gpu"))]
            Self::Gpu => Err("this build has no GPU: add --features gpu".into()),
        }
    }
}

/// An encoder from a folder.
pub struct Loaded {
    pub encoder: PretrainedEncoder,
    /// Its name and content.
    pub base: BaseModel,
    /// Files that transformers reads of its tokenizer.
    #[allow(dead_code, reason = "only an export needs them")]
    pub beside: Files,
}

/// What `cargo xtask models` writes beside an encoder.
#[derive(Deserialize)]
struct About {
    license: String,
    source: String,
}

pub fn load(folder: &Path, device: &Device) -> Result<Loaded> {
    let entries = std::fs::read_dir(folder).map_err(|error| named(folder, &error))?;
    let names = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<String>>>()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    MissingFile::check(&names)
        .map_err(|missing| format!("{}: {missing}. {}", folder.display(), missing.hint()))?;
    let files =
        FolderFiles::read::<Box<dyn std::error::Error>>(&names, |name| read(&folder.join(name)))?;
    let encoder = PretrainedEncoder::load(&files, device)
        .map_err(|error| format!("{}: {error}. {}", folder.display(), error.hint()))?;

    let mut beside = Files::new();
    for name in TOKENIZER_FILES {
        if names.contains(&name) {
            beside.insert(name.to_owned(), read(&folder.join(name))?);
        }
    }
    let about = std::fs::read(folder.join("tabtune.json")).ok();
    let about = about.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let (name, license) = match about {
        Some(About { license, source }) => (source, Some(license)),
        None => {
            let path = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
            let name = path.file_name().unwrap_or(path.as_os_str());
            (name.to_string_lossy().into_owned(), None)
        }
    };
    let base = BaseModel::new(name, license, &encoder);
    Ok(Loaded {
        encoder,
        base,
        beside,
    })
}

/// A table's texts and their labels, which are its first two columns, all to be trained on.
#[allow(dead_code, reason = "only measurements train so")]
pub fn training_examples(table: &[u8]) -> Result<Dataset> {
    let table = Table::parse("texts", table)?;
    let columns = ColumnChoice {
        text: 0,
        label: 1,
        split: None,
    };
    let all = SplitConfig {
        validation: 0.0,
        test: 0.0,
        seed: 0,
    };
    Ok(Dataset::from_table(
        &table,
        columns,
        Problem::SingleLabel,
        all,
    )?)
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| named(path, &error))
}

pub fn named(path: &Path, error: &dyn std::fmt::Display) -> Box<dyn std::error::Error> {
    format!("{}: {error}", path.display()).into()
}
