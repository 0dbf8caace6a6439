//! The built page in a real Chromium, used as a person would, through WebDriver.
//!
//! `cargo xtask test` runs it. `TABTUNE_SCREENSHOTS` names a folder for pictures of the page, if it is set.

mod bad_input;
mod data_table;
mod devices;
mod formats;
mod hub;
mod keyboard;
mod languages;
mod local_encoders;
mod mock_hub;
mod page;
mod projects;
mod requests;
mod results;
mod running;
mod saved_models;
mod storage;
mod tour;
mod training;
mod using;
mod wasm_modules;

use std::path::{Path, PathBuf};

/// A folder for a test's files, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> page::Result<Self> {
        let folder = std::env::temp_dir().join(format!("tabtune-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left lies in the system's folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
