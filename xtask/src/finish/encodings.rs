//! The module for encodings other than Unicode's, which the workers call without any glue between.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::run;
use crate::tools::{WASM, Workspace};

/// The package, and the profile that it is built with: that of the workers.
const PACKAGE: &str = "tabtune-encodings";
const PROFILE: &str = "wasm-release";

/// The module in the page's folder.
const MODULE: &str = "encodings.wasm";

/// Builds the module into the page's folder.
pub fn add_module(workspace: &Workspace, folder: &Path) -> Result<()> {
    run(workspace.cargo()?.args([
        "build",
        "--package",
        PACKAGE,
        "--lib",
        "--profile",
        PROFILE,
        "--target",
        WASM,
    ]))?;
    let built = workspace.cache.target().join(WASM).join(PROFILE);
    let from = built.join(format!("{}.wasm", PACKAGE.replace('-', "_")));
    let to = folder.join(MODULE);
    fs::copy(&from, &to)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    Ok(())
}
