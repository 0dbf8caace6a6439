//! `index.json`: the list of encoders that a page offers, read by its worker.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tabtune::protocol::{EncoderEntry, EncoderFile};

use super::encoders::EMBEDDED;
use super::{ABOUT, About, sha256};
use crate::steps::step;

/// The files that make a folder an encoder's. The page fetches these and no others.
const FILES: [&str; 3] = ["config.json", "tokenizer.json", "model.safetensors"];

/// Writes `index.json` in `folder`, as a step.
pub fn write_step(folder: &Path) -> Result<()> {
    write_step_from(&[folder], folder)
}

/// Writes the list of the encoders in several folders to `index.json` in `target`, as a step.
pub fn write_step_from(folders: &[&Path], target: &Path) -> Result<()> {
    step("list of encoders", || {
        let mut entries = Vec::new();
        for folder in folders {
            entries.extend(read(folder)?);
        }
        fs::create_dir_all(target)
            .with_context(|| format!("cannot make the folder {}", target.display()))?;
        let path = target.join("index.json");
        let json = serde_json::to_string_pretty(&entries)? + "\n";
        fs::write(&path, json).with_context(|| format!("cannot write {}", path.display()))?;
        let names: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
        Ok(names.join(", "))
    })
}

/// The encoders in the subfolders of `folder`: the embedded one, which every page has, then the others by name.
fn read(folder: &Path) -> Result<Vec<EncoderEntry>> {
    let mut folders = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<PathBuf>>>()?;
    folders.retain(|folder| FILES.iter().all(|name| folder.join(name).is_file()));
    folders.sort_by_key(|folder| (!folder.ends_with(EMBEDDED), folder.clone()));
    folders.iter().map(|folder| entry(folder)).collect()
}

fn entry(folder: &Path) -> Result<EncoderEntry> {
    let id = folder
        .file_name()
        .context("a subfolder has a name")?
        .to_string_lossy()
        .into_owned();
    let about = folder.join(ABOUT);
    // A folder that someone put there by hand is offered too.
    let About {
        license,
        description,
        ..
    } = if about.is_file() {
        serde_json::from_slice(&fs::read(&about)?)
            .with_context(|| format!("{} cannot be read", about.display()))?
    } else {
        About {
            license: "not stated".to_owned(),
            description: format!("The encoder {id}."),
            source: String::new(),
        }
    };
    let files = FILES
        .iter()
        .map(|name| file(folder, name))
        .collect::<Result<_>>()?;
    Ok(EncoderEntry {
        id,
        license,
        description,
        files,
    })
}

fn file(folder: &Path, name: &str) -> Result<EncoderFile> {
    let path = folder.join(name);
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(EncoderFile {
        name: name.to_owned(),
        bytes: u32::try_from(bytes.len())
            .with_context(|| format!("{} is larger than 4 GB", path.display()))?,
        sha256: sha256(&bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder that is removed at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Result<Self> {
            let folder =
                std::env::temp_dir().join(format!("tabtune-{name}-{}", std::process::id()));
            fs::create_dir_all(&folder)?;
            Ok(Self(folder))
        }

        fn write(&self, path: &str, content: &str) -> Result<()> {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().context("files lie in folders")?)?;
            Ok(fs::write(path, content)?)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).expect("the folder is there and ours");
        }
    }

    #[test]
    fn complete_folders_are_listed_with_the_embedded_one_first() -> Result<()> {
        let scratch = Scratch::new("catalog")?;
        for name in FILES {
            scratch.write(&format!("{EMBEDDED}/{name}"), "")?;
            scratch.write(&format!("zeta/{name}"), "abc")?;
            scratch.write(&format!("alpha/{name}"), "")?;
        }
        scratch.write(
            "zeta/tabtune.json",
            r#"{"license": "MIT", "description": "Last.", "source": "here"}"#,
        )?;
        scratch.write("incomplete/config.json", "{}")?;
        scratch.write("index.json", "[]")?;

        let entries = read(&scratch.0)?;
        let summary: Vec<_> = entries
            .iter()
            .map(|entry| (entry.id.as_str(), entry.license.as_str()))
            .collect();
        assert_eq!(
            summary,
            [
                (EMBEDDED, "not stated"),
                ("alpha", "not stated"),
                ("zeta", "MIT")
            ]
        );
        assert_eq!(entries[2].description, "Last.");
        assert_eq!(
            entries[2].files[2],
            EncoderFile {
                name: "model.safetensors".to_owned(),
                bytes: 3,
                sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
                    .to_owned(),
            }
        );
        Ok(())
    }

    #[test]
    fn a_broken_description_is_named() -> Result<()> {
        let scratch = Scratch::new("broken-catalog")?;
        for name in FILES {
            scratch.write(&format!("one/{name}"), "")?;
        }
        scratch.write("one/tabtune.json", "{")?;
        let error = read(&scratch.0).expect_err("the description is cut off");
        assert!(
            error.to_string().contains("tabtune.json cannot be read"),
            "{error}"
        );
        Ok(())
    }
}
