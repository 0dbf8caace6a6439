//! axe-core, which finds faults of accessibility in a page; the end-to-end tests run it in theirs.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::cache::{Cache, remove_folder};
use crate::models::sha256;
use crate::steps::step;
use crate::wheel::{self, PackagedFile};

/// Version of axe-core that [`SCRIPT`] holds.
const VERSION: &str = "4.12.1";

const SCRIPT: PackagedFile = PackagedFile {
    package: "axe-playwright-python",
    version: "0.1.8",
    path: "axe_playwright_python/axe.min.js",
    sha256: "84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc",
};

/// Where the script lies; it is fetched if need be.
pub fn ensure(cache: &Cache) -> Result<PathBuf> {
    let path = cache.tool("axe-core", VERSION).join("axe.min.js");
    step(&format!("axe-core {VERSION}"), || {
        if fs::read(&path).is_ok_and(|script| sha256(&script) == SCRIPT.sha256) {
            return Ok("present, checksum agrees".to_owned());
        }
        let script = wheel::extract(&SCRIPT, &cache.downloads())?;
        let folder = path.parent().context("a file lies in a folder")?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, script))
            .with_context(|| format!("cannot write {}", path.display()))?;
        remove_folder(&cache.downloads())?;
        Ok("fetched".to_owned())
    })?;
    Ok(path)
}
