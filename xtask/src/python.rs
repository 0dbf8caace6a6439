//! Python with pinned packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::models::sha256;
use crate::process::{executable, find_on_path, run};
use crate::steps::announce;
use crate::tools::Workspace;

/// The interpreter of a virtual environment in the cache, which has the pinned packages; it is made if need be.
pub fn environment(workspace: &Workspace, requirements: &Path, name: &str) -> Result<PathBuf> {
    let pins = fs::read(requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let place = workspace.cache.tool(name, &sha256(&pins)[..8]);
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = place.join(folder).join(executable("python"));
    let complete = place.join("complete");
    if complete.is_file() {
        return Ok(python);
    }
    let system = find_on_path(&["python3", "python"])
        .context("Python 3 is needed: install it, or name one with --python")?;
    announce(&format!(
        "installing what {} names, once; this takes some minutes",
        requirements.display()
    ));
    run(Command::new(system)
        .args(["-m", "venv", "--clear"])
        .arg(&place))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(requirements))?;
    fs::write(&complete, "")?;
    Ok(python)
}
