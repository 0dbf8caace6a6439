//! What the page needs beyond what Trunk makes of it: modules in parts, the worker with threads, the module for encodings,
//! messages in other languages, the libraries' notices, its policy, the loaders of workers that may ask the hub, the headers
//! for hosts, and the service worker.
//!
//! Trunk runs this before it replaces dist/ (`[[hooks]]` in Trunk.toml), so no build is without it.

mod chunks;
mod encodings;
mod html;
mod licences;
mod list;
mod locales;
mod markup;
mod service_worker;
mod threads;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use tabtune::offline::{INDEX, Policy, ROUTES, Route, SERVICE_WORKER, SHARED_HEADERS};

use crate::process::run as run_command;
use crate::steps::{megabytes, step};
use crate::tools::Workspace;

pub use html::{policy_of, without_service_worker};

/// The headers of hosts that read them from a file: Netlify, Cloudflare Pages.
pub const HOST_HEADERS: &str = "_headers";

/// The end of the name of a worker's loader, which Trunk writes.
const LOADER: &str = "_loader.js";

/// Finishes the page in the folder where Trunk has put it, or in dist/.
pub fn run(workspace: &Workspace) -> Result<()> {
    let staged = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let folder = staged.unwrap_or_else(|| workspace.dist());
    step("modules, messages, headers and service worker", || {
        let index = folder.join(INDEX);
        let page = chunks::cut_page(workspace, &folder, &read(&index)?)?;
        chunks::cut_worker(workspace, &folder)?;
        let page = html::with_policy(&page)?;
        let policy = policy_of(&page)?;
        write(&index, &page)?;
        threads::add_worker(workspace, &folder)?;
        encodings::add_module(workspace, &folder)?;
        locales::add_messages(&folder)?;
        licences::add(workspace, &folder)?;
        let loaders = add_hub_loaders(&folder)?;
        write(&folder.join(HOST_HEADERS), host_headers(&policy, &loaders))?;
        let site = list::site(&folder, policy)?;
        let script = service_worker::script(workspace, &site)?;
        write(&folder.join(SERVICE_WORKER), &script)?;
        let bytes = site.files.iter().map(|file| u64::from(file.bytes)).sum();
        let (files, kept) = (site.files.len(), megabytes(bytes));
        Ok(format!("version {}, {files} files, {kept}", site.version))
    })
}

/// Gives each worker a second loader below hub/: a path of its own, since that is what hosts can give a policy to.
fn add_hub_loaders(folder: &Path) -> Result<Vec<String>> {
    let loaders: Vec<String> = names(folder)?
        .into_iter()
        .filter(|name| name.ends_with(LOADER))
        .collect();
    ensure!(!loaders.is_empty(), "{} holds no worker", folder.display());
    let hub = folder.join("hub");
    fs::create_dir_all(&hub).with_context(|| format!("cannot make {}", hub.display()))?;
    for name in &loaders {
        let loader = read(&folder.join(name))?;
        write(&hub.join(name), from_below(&loader)?)?;
    }
    Ok(loaders)
}

/// A loader for a folder below. Each names two files: a module's two scripts, a classic one's script and WebAssembly module.
fn from_below(loader: &str) -> Result<String> {
    let quote = if loader.starts_with("import ") {
        '\''
    } else {
        '"'
    };
    let [beside, below] = [format!("{quote}./"), format!("{quote}../")];
    ensure!(
        loader.matches(&beside).count() == 2,
        "not a loader that is known: {loader}"
    );
    Ok(loader.replace(&beside, &below))
}

/// The headers as Netlify and Cloudflare Pages read them. They join what several rules say of a path, so each policy is
/// named for its own paths alone.
fn host_headers(policy: &Policy, loaders: &[String]) -> String {
    let mut rules = "/*\n".to_owned();
    for (name, value) in SHARED_HEADERS {
        rules += &format!("  {name}: {value}\n");
    }
    rules += "  Cache-Control: no-cache\n";
    for route in ROUTES {
        let Some(value) = policy.of_header(route) else {
            continue;
        };
        let paths = match route {
            Route::Page => vec!["/".to_owned(), format!("/{INDEX}")],
            Route::HubWorker => vec!["/hub/*".to_owned()],
            Route::Script => loaders
                .iter()
                .map(String::as_str)
                .chain([threads::THREAD, SERVICE_WORKER])
                .map(|name| format!("/{name}"))
                .collect(),
            Route::Resource => Vec::new(),
        };
        for path in paths {
            rules += &format!("{path}\n  Content-Security-Policy: {value}\n");
        }
    }
    rules
}

/// Writes a module that Cargo has built into a folder, with wasm-bindgen's glue for a classic script.
fn add_glue(workspace: &Workspace, module: &Path, folder: &Path) -> Result<()> {
    run_command(
        workspace
            .command("wasm-bindgen")?
            .args(["--target", "no-modules", "--no-typescript", "--out-dir"])
            .arg(folder)
            .arg(module),
    )
}

/// Names of the files in a folder, in their order.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn read_bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))
}

/// Replaces a file; another name of the old one keeps the old content.
fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    if path.exists() {
        remove(path)?;
    }
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loaders_below_name_the_files_above() -> Result<()> {
        for (loader, below) in [
            (
                "importScripts(\"./w.js\");wasm_bindgen(\"./w_bg.wasm\");",
                "importScripts(\"../w.js\");wasm_bindgen(\"../w_bg.wasm\");",
            ),
            (
                "import './w_chunks.js';import init from './w.js';await init();",
                "import '../w_chunks.js';import init from '../w.js';await init();",
            ),
        ] {
            assert_eq!(from_below(loader)?, below);
        }
        assert!(from_below("import init from './w.js';await init();").is_err());
        Ok(())
    }

    #[test]
    fn no_path_gets_two_policies() {
        let policy = Policy {
            inline_scripts: Vec::new(),
            hub: vec!["https://hub.example".into()],
        };
        let rules = host_headers(&policy, &["worker-cpu_loader.js".into()]);
        let mut with_policy: Vec<&str> = Vec::new();
        let mut path = "";
        for line in rules.lines() {
            match line.strip_prefix("  ") {
                Some(header) if header.starts_with("Content-Security-Policy") => {
                    with_policy.push(path);
                }
                Some(_) => {}
                None => path = line,
            }
        }
        assert_eq!(
            with_policy,
            [
                "/",
                "/index.html",
                "/hub/*",
                "/worker-cpu_loader.js",
                "/worker-threads_thread.js",
                "/service-worker.js"
            ]
        );
        assert_eq!(rules.matches("https://hub.example").count(), 1);
    }
}
