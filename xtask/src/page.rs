//! The page: what its build needs, and the build.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::models::{self, catalog};
use crate::process::run;
use crate::steps::{announce, megabytes, step};
use crate::tools::{self, Workspace};

/// Sees to the tools and the encoder.
pub fn set_up(workspace: &Workspace) -> Result<()> {
    tools::ensure_wasm_target(workspace)?;
    workspace.trunk().ensure(&workspace.cache)?;
    workspace.wasm_bindgen()?.ensure(&workspace.cache)?;
    models::verify_embedded(workspace)
}

/// Builds the page into dist/; [`set_up`] comes before.
pub fn build(workspace: &Workspace) -> Result<()> {
    // Trunk copies www/models as it is, the list included.
    catalog::write_step(&workspace.models())?;
    announce("building the page; the first time takes some minutes");
    step("page", || {
        let mut trunk = workspace.command("trunk")?;
        trunk.args(["build", "--release", "--skip-version-check"]);
        // Trunk takes this variable for a flag of true or false, others only ask whether it is set.
        if env::var_os("NO_COLOR").is_some() {
            trunk.env("NO_COLOR", "true");
        }
        run(&mut trunk)?;
        let (files, bytes) = size(&workspace.dist())?;
        Ok(format!("dist/ with {files} files, {}", megabytes(bytes)))
    })
}

/// Files in a folder and below, and their bytes.
fn size(folder: &Path) -> Result<(u32, u64)> {
    let mut total = (0, 0);
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let entry = entry?;
        let (files, bytes) = if entry.file_type()?.is_dir() {
            size(&entry.path())?
        } else {
            (1, entry.metadata()?.len())
        };
        total = (total.0 + files, total.1 + bytes);
    }
    Ok(total)
}
