//! `index.json`: the list of encoders that a page offers, read by its worker.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use tabtune::protocol::{EncoderEntry, EncoderFile};

use super::encoders::EMBEDDED;
use super::{ABOUT, About, PROMPTS, sha256};
use crate::steps::{announce, step};

const CONFIG: &str = "config.json";
const TOKENIZER: &str = "tokenizer.json";
/// Weights in one file.
const SINGLE: &str = "model.safetensors";
/// What names the files of weights in several.
const INDEX: &str = "model.safetensors.index.json";

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

/// The encoders in the subfolders of `folder`: the embedded one, which every page has, then the others by name. One
/// that is not whole is left out, and its user told why.
fn read(folder: &Path) -> Result<Vec<EncoderEntry>> {
    let mut folders = fs::read_dir(folder)
        .with_context(|| format!("cannot read the folder {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<PathBuf>>>()?;
    folders.retain(|folder| folder.join(CONFIG).is_file());
    folders.sort_by_key(|folder| (!folder.ends_with(EMBEDDED), folder.clone()));
    let mut entries = Vec::new();
    for folder in &folders {
        match files(folder) {
            Ok(files) => entries.push(entry(folder, &files)?),
            Err(reason) => announce(&format!("{} is left out: {reason:#}", folder.display())),
        }
    }
    Ok(entries)
}

/// The part of an index that names files.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The files of an encoder's folder that its page fetches; no others. An error says what is missing.
fn files(folder: &Path) -> Result<Vec<String>> {
    let there = |name: &str| folder.join(name).is_file();
    ensure!(
        there(TOKENIZER),
        "{TOKENIZER} is missing; AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER) of transformers makes it"
    );
    let mut files = vec![CONFIG.to_owned(), TOKENIZER.to_owned()];
    if there(PROMPTS) {
        files.push(PROMPTS.to_owned());
    }
    // A single file comes first, as in transformers.
    if there(SINGLE) {
        files.push(SINGLE.to_owned());
        return Ok(files);
    }
    ensure!(
        there(INDEX),
        "{SINGLE} is missing; AutoModel.from_pretrained(FOLDER).save_pretrained(FOLDER) of transformers makes it"
    );
    let index: Index = serde_json::from_slice(&fs::read(folder.join(INDEX))?)
        .with_context(|| format!("{INDEX} cannot be read"))?;
    files.push(INDEX.to_owned());
    for shard in index.weight_map.into_values().collect::<BTreeSet<_>>() {
        ensure!(
            Path::new(&shard).file_name() == Some(shard.as_ref()) && there(&shard),
            "{shard}, which {INDEX} names, is missing"
        );
        files.push(shard);
    }
    Ok(files)
}

fn entry(folder: &Path, files: &[String]) -> Result<EncoderEntry> {
    let id = folder
        .file_name()
        .context("a subfolder has a name")?
        .to_string_lossy()
        .into_owned();
    let about = folder.join(ABOUT);
    // A folder that someone put there by hand is offered too.
    let about: Option<About> = match about.is_file() {
        true => serde_json::from_slice(&fs::read(&about)?)
            .with_context(|| format!("{} cannot be read", about.display()))?,
        false => None,
    };
    let (source, license, description) = match about {
        Some(about) => (Some(about.source), about.license, about.description),
        None => (None, "not stated".to_owned(), format!("The encoder {id}.")),
    };
    let files = files
        .iter()
        .map(|name| file(folder, name))
        .collect::<Result<_>>()?;
    Ok(EncoderEntry {
        id,
        source,
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
        for name in [CONFIG, TOKENIZER, SINGLE] {
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
        assert_eq!(entries[2].source.as_deref(), Some("here"));
        assert_eq!(
            entries[1].source, None,
            "nobody wrote down where it is from"
        );
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
        for name in [CONFIG, TOKENIZER, SINGLE] {
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

    #[test]
    fn weights_in_several_files_are_listed_by_their_index() -> Result<()> {
        let scratch = Scratch::new("sharded-catalog")?;
        let index = r#"{"weight_map": {"a": "two.safetensors", "b": "one.safetensors", "c": "two.safetensors"}}"#;
        for (name, content) in [
            (CONFIG, ""),
            (TOKENIZER, ""),
            (INDEX, index),
            ("one.safetensors", ""),
            ("two.safetensors", ""),
            ("stray.safetensors", ""),
            (PROMPTS, ""),
        ] {
            scratch.write(&format!("one/{name}"), content)?;
        }
        let entries = read(&scratch.0)?;
        let names: Vec<_> = entries[0].files.iter().map(|file| &file.name).collect();
        assert_eq!(
            names,
            [
                CONFIG,
                TOKENIZER,
                PROMPTS,
                INDEX,
                "one.safetensors",
                "two.safetensors"
            ]
        );
        Ok(())
    }

    #[test]
    fn what_a_folder_lacks_is_named_and_the_others_are_listed() -> Result<()> {
        let scratch = Scratch::new("incomplete-catalog")?;
        for name in [CONFIG, TOKENIZER, SINGLE] {
            scratch.write(&format!("whole/{name}"), "")?;
        }
        let reason = |folder: &str| {
            files(&scratch.0.join(folder))
                .expect_err("the folder is not whole")
                .to_string()
        };
        scratch.write("slow/config.json", "{}")?;
        scratch.write("slow/vocab.txt", "")?;
        assert!(reason("slow").starts_with("tokenizer.json is missing; AutoTokenizer"));
        scratch.write("bin/config.json", "{}")?;
        scratch.write("bin/tokenizer.json", "{}")?;
        assert!(reason("bin").starts_with("model.safetensors is missing; AutoModel"));
        // A file beside the folder is none of its own.
        scratch.write(
            "bin/model.safetensors.index.json",
            r#"{"weight_map": {"a": "../whole/model.safetensors"}}"#,
        )?;
        assert_eq!(
            reason("bin"),
            "../whole/model.safetensors, which model.safetensors.index.json names, is missing"
        );
        let entries = read(&scratch.0)?;
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].id, "whole");
        Ok(())
    }
}
