//! The notices of the libraries that the page's modules are made of: most licences ask that they go along with copies.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::write;
use crate::process::output;
use crate::tools::{WASM, Workspace};

/// The file, which the page's foot names.
const FILE: &str = "licences.txt";

/// The packages that modules are built from, and with what, together.
const ROOTS: [(&str, &str); 2] = [
    (
        "tabtune",
        "programs,ui,worker,gpu,threads,storage,service-worker",
    ),
    ("tabtune-encodings", ""),
];

/// How the names of files begin that hold a licence or a notice, in capitals.
const NOTICES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];

/// What `cargo metadata` tells, as far as it matters here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    manifest_path: PathBuf,
    /// `None` for Tabtune's own.
    source: Option<String>,
}

/// Writes the notices into the page's folder.
pub fn add(workspace: &Workspace, folder: &Path) -> Result<()> {
    let mut trees = String::new();
    for (root, features) in ROOTS {
        // Macros run while the modules are built, and are no part of them.
        let tree = [
            "tree",
            "--locked",
            "--edges",
            "normal,no-proc-macro",
            "--target",
            WASM,
        ];
        let form = [
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--no-default-features",
        ];
        let of = ["--package", root, "--features", features];
        trees += &output(workspace.cargo()?.args(tree).args(form).args(of))?;
        trees.push('\n');
    }
    let metadata = ["metadata", "--format-version", "1", "--locked"];
    let packages = output(workspace.cargo()?.args(metadata))?;
    let packages: Metadata =
        serde_json::from_str(&packages).context("cargo metadata tells what is unknown")?;
    let mut texts = Vec::new();
    for package in linked(&packages, &trees) {
        texts.push((package, notices(package)?));
    }
    write(&folder.join(FILE), document(&texts))
}

/// The packages of others that the lines of `cargo tree` name, by name and version.
fn linked<'m>(metadata: &'m Metadata, trees: &str) -> Vec<&'m Package> {
    let in_tree: HashSet<(&str, &str)> = trees
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?.strip_prefix('v')?))
        })
        .collect();
    let mut linked: Vec<&Package> = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
        .filter(|package| in_tree.contains(&(package.name.as_str(), package.version.as_str())))
        .collect();
    linked.sort_by(|one, other| (&one.name, &one.version).cmp(&(&other.name, &other.version)));
    linked
}

/// The licences and notices that come with a package.
fn notices(package: &Package) -> Result<Vec<String>> {
    let folder = package
        .manifest_path
        .parent()
        .context("a package has no folder")?;
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_uppercase();
        if NOTICES.iter().any(|notice| name.starts_with(notice)) && entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    files
        .iter()
        .map(|path| {
            let bytes =
                fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
            Ok(text.trim().to_owned())
        })
        .collect()
}

/// All in one text: each package with its licence, then each notice once, below the packages that come with it.
fn document(texts: &[(&Package, Vec<String>)]) -> String {
    let mut document = "Tabtune is licensed MIT OR Apache-2.0. Its WebAssembly modules are made of Rust's standard library \
        (MIT OR Apache-2.0) and\nof the libraries below. The encoders' and the samples' licences lie beside them, in models/ and samples/.\n\n"
        .to_owned();
    let mut notices: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (package, texts) in texts {
        let name = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or("see its notice");
        let origin = package.repository.as_deref().unwrap_or_default();
        document += format!("{name}: {licence} {origin}").trim_end();
        document.push('\n');
        for text in texts.iter().filter(|text| !text.is_empty()) {
            notices.entry(text).or_default().insert(name.clone());
        }
    }
    for (text, packages) in notices {
        let packages: Vec<String> = packages.into_iter().collect();
        document += &format!(
            "\n{}\n\n{}:\n\n{text}\n",
            "-".repeat(72),
            packages.join(", ")
        );
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_named_and_each_notice_once() {
        let package = |name: &str, version: &str, source: Option<&str>| Package {
            name: name.to_owned(),
            version: version.to_owned(),
            license: Some("MIT".to_owned()),
            repository: None,
            manifest_path: PathBuf::new(),
            source: source.map(str::to_owned),
        };
        let registry = Some("registry");
        let metadata = Metadata {
            packages: vec![
                package("tabtune", "0.1.0", None),
                package("b", "1.0.0", registry),
                package("a", "1.0.0", registry),
                package("a", "2.0.0", registry),
                package("unused", "1.0.0", registry),
            ],
        };
        let trees = "tabtune v0.1.0 (/a folder)\nb v1.0.0\na v1.0.0 (*)\n\nb v1.0.0 (*)\n";
        let linked = linked(&metadata, trees);
        let texts = linked
            .into_iter()
            .map(|package| (package, vec!["Copyright somebody".to_owned()]));
        let document = document(&texts.collect::<Vec<_>>());
        assert!(
            document.contains("\n\na 1.0.0: MIT\nb 1.0.0: MIT\n\n"),
            "{document}"
        );
        assert!(document.contains("a 1.0.0, b 1.0.0:\n\nCopyright somebody\n"));
        assert_eq!(document.matches("somebody").count(), 1);
    }
}
