//! How large the built modules are, by `tests/budget`.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::run;
use crate::tools::Workspace;

/// A module's size.
#[derive(Debug, Clone, Deserialize)]
pub struct Size {
    pub module: String,
    /// Bytes, compressed by brotli.
    pub brotli: f64,
}

/// Holds the modules of the built page to their ceilings.
pub fn check(workspace: &Workspace) -> Result<()> {
    measure(workspace).map(drop)
}

/// The same; and how large they are.
pub fn measure(workspace: &Workspace) -> Result<Vec<Size>> {
    let out = workspace.cache.target().join("budget.json");
    run(workspace
        .cargo()?
        .args(["test", "--release", "--test", "budget", "--", "--nocapture"])
        .env("TABTUNE_DIST", workspace.dist())
        .env("TABTUNE_BUDGET_OUT", &out))?;
    let sizes = fs::read(&out).with_context(|| format!("cannot read {}", out.display()))?;
    Ok(serde_json::from_slice(&sizes)?)
}
