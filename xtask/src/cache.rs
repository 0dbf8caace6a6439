//! Where what was fetched or built once is kept, outside the checkout.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A folder that survives the checkout: `$TABTUNE_CACHE`, or `tabtune` in the user's cache folder.
#[derive(Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// Finds the folder; it need not exist yet.
    pub fn find() -> Result<Self> {
        let root = locate(|name| env::var_os(name).filter(|value| !value.is_empty()))
            .context("no folder for a cache was found: set TABTUNE_CACHE to one")?;
        Ok(Self { root })
    }

    /// Where a tool of an exact version is installed, as `cargo install --root` wants it.
    pub fn tool(&self, name: &str, version: &str) -> PathBuf {
        self.root.join("tools").join(format!("{name}-{version}"))
    }

    /// Where a finished encoder is kept.
    pub fn model(&self, name: &str) -> PathBuf {
        self.root.join("models").join(name)
    }

    /// Where downloads lie until they have been used.
    pub fn downloads(&self) -> PathBuf {
        self.root.join("downloads")
    }

    /// Cargo's target folder for all that xtask builds, unless `CARGO_TARGET_DIR` names another.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR")
            .filter(|value| !value.is_empty())
            .map_or_else(|| self.root.join("target"), PathBuf::from)
    }
}

/// Removes a folder with all in it, if it is there.
pub fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

/// The cache folder under an environment.
fn locate(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let variable = |name| variable(name).map(PathBuf::from);
    variable("TABTUNE_CACHE").or_else(|| {
        variable("XDG_CACHE_HOME")
            .or_else(|| variable("LOCALAPPDATA"))
            .or_else(|| variable("HOME").map(|home| home.join(".cache")))
            .map(|caches| caches.join("tabtune"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locate_in(variables: &[(&str, &str)]) -> Option<PathBuf> {
        locate(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_most_specific_variable_wins() {
        let all = [
            ("HOME", "/home/ada"),
            ("XDG_CACHE_HOME", "/xdg"),
            ("TABTUNE_CACHE", "/own"),
        ];
        assert_eq!(locate_in(&all), Some(PathBuf::from("/own")));
        assert_eq!(locate_in(&all[..2]), Some(PathBuf::from("/xdg/tabtune")));
        assert_eq!(
            locate_in(&all[..1]),
            Some(PathBuf::from("/home/ada/.cache/tabtune"))
        );
        assert_eq!(locate_in(&[]), None);
    }
}
