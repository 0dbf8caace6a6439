//! The page: what its build needs, and the build.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tabtune::offline::INDEX;

use crate::finish;
use crate::models::{self, catalog};
use crate::process::run;
use crate::serve::{self, Mount, OwnPage};
use crate::steps::{announce, megabytes, step};
use crate::tools::{self, Workspace};

/// Sees to the tools and the encoder.
pub fn set_up(workspace: &Workspace) -> Result<()> {
    tools::ensure_wasm_target(workspace)?;
    tools::ensure_library_sources(workspace)?;
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

/// Serves the built page at the root of a port until the process is ended.
///
/// Without its service worker, if `offline` does not ask for it: it would answer with the last build until the page is
/// reloaded a second time.
pub fn serve(workspace: &Workspace, port: u16, open: bool, offline: bool) -> Result<()> {
    let dist = workspace.dist();
    let mut folders = vec![dist.clone()];
    if !offline {
        let entry = workspace.cache.target().join("served-page");
        write_variant(&dist, &entry, finish::without_service_worker)?;
        folders.insert(0, entry);
    }
    let root = "/".to_owned();
    let mounts = folders.iter().map(|folder| Mount {
        prefix: root.clone(),
        folder: folder.clone(),
    });
    let page = own_page(&folders[0], root.clone(), offline)?;
    serve::serve_page(mounts.collect(), page, port, open)
}

/// How the page whose index.html lies in a folder is served under the path `root`.
pub fn own_page(folder: &Path, root: String, offline: bool) -> Result<OwnPage> {
    let policy = finish::policy_of(&index_of(folder)?)?;
    Ok(OwnPage {
        root,
        policy,
        offline,
    })
}

/// Writes another form of the built page's index.html to a folder of its own.
pub fn write_variant(
    dist: &Path,
    folder: &Path,
    change: impl FnOnce(&str) -> String,
) -> Result<()> {
    let html = change(&index_of(dist)?);
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let target = folder.join(INDEX);
    fs::write(&target, html).with_context(|| format!("cannot write {}", target.display()))
}

fn index_of(folder: &Path) -> Result<String> {
    let index = folder.join(INDEX);
    fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))
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
