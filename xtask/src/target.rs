//! Cargo's target folder, which checkouts share.
//!
//! Cargo knows the packages of a workspace by where they lie in it, and what is up to date by times of files. So of two
//! checkouts it would take one's programs for the other's, whose files are older, and these then look for what they need in
//! the wrong place. Libraries are the same for both.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::process::run;
use crate::steps::announce;
use crate::tools::{WASM, Workspace};

/// Where the checkout stands that built here last.
const RECORD: &str = "checkout";

/// Sees to it that nothing in a target folder is another checkout's.
pub fn claim(workspace: &Workspace, target: &Path) -> Result<()> {
    let record = target.join(RECORD);
    let own = workspace.root.as_os_str().as_encoded_bytes();
    if fs::read(&record).is_ok_and(|last| last == own) {
        return Ok(());
    }
    if target.is_dir() {
        announce("another checkout built here last: what it built of Tabtune itself goes");
    }
    let profiles = profiles(&workspace.root)?;
    let folders = [target.to_owned(), threaded(target)];
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for profile in &profiles {
            run(workspace
                .cargo()?
                .args(["clean", "--quiet", "--workspace", "--profile", profile])
                .args(["--target", WASM, "--target-dir"])
                .arg(folder))?;
        }
    }
    fs::create_dir_all(target).with_context(|| format!("cannot make {}", target.display()))?;
    fs::write(&record, own).with_context(|| format!("cannot write {}", record.display()))
}

/// The folder within it for what is built with a standard library of its own, with atomics.
pub fn threaded(target: &Path) -> PathBuf {
    target.join("threads")
}

/// All profiles that there are: Cargo's own, and the checkout's.
fn profiles(root: &Path) -> Result<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Manifest {
        profile: BTreeMap<String, IgnoredAny>,
    }
    let path = root.join("Cargo.toml");
    let manifest =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: Manifest =
        toml::from_str(&manifest).with_context(|| format!("cannot read {}", path.display()))?;
    let own = ["dev", "release"].map(str::to_owned);
    Ok(own
        .into_iter()
        .chain(manifest.profile.into_keys())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_checkout_built_goes_and_libraries_stay() -> Result<()> {
        let target = std::env::temp_dir().join(format!("tabtune-target-{}", std::process::id()));
        let workspace = Workspace::find()?;
        let built = |name: &str| {
            let place = target.join("xtask/.fingerprint").join(name);
            fs::create_dir_all(&place).map(|()| place)
        };
        let own = built("xtask-0123456789abcdef")?;
        let library = built("anyhow-0123456789abcdef")?;
        fs::write(target.join(RECORD), "/another/checkout")?;
        claim(&workspace, &target)?;
        assert!(!own.exists());
        assert!(library.exists());
        built("xtask-0123456789abcdef")?;
        claim(&workspace, &target)?;
        assert!(own.exists(), "nothing goes twice");
        fs::remove_dir_all(&target)?;
        Ok(())
    }
}
