//! The messages of the languages that are not part of the page's module: a file each.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use tabtune::language::Language;

use super::write;

/// Writes the files into the page's folder.
pub fn add_messages(folder: &Path) -> Result<()> {
    for language in Language::ALL {
        if language == Language::BUILT_IN {
            continue;
        }
        let path = folder.join(language.file());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make {}", parent.display()))?;
        }
        write(&path, language.files().concat())?;
    }
    Ok(())
}
