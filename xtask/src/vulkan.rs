//! A Vulkan driver, for the tests that want a GPU without a browser: lavapipe, which computes on the CPU and so everywhere the
//! same.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::apt::Apt;
use crate::steps::step;

/// What Vulkan's loader reads the drivers' names from.
const VARIABLE: &str = "VK_ICD_FILENAMES";
/// Where packages put the files that name a driver.
const PLACES: &[&str] = &["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
/// How lavapipe's begins; the architecture follows.
const LAVAPIPE: &str = "lvp_icd";
/// The loader and Mesa's drivers.
const PACKAGES: &[&str] = &["libvulkan1", "mesa-vulkan-drivers"];

/// The file that names a driver.
#[derive(Debug)]
pub struct Vulkan {
    driver: OsString,
}

impl Vulkan {
    /// The driver that `VK_ICD_FILENAMES` names, else lavapipe, which is installed through apt where that is possible. `None`
    /// where it is not, which is told: what wants it is then left out.
    ///
    /// # Errors
    /// If it cannot be told.
    pub fn ensure() -> Result<Option<Self>> {
        let mut found = Self::find();
        step("Vulkan driver", || {
            let mut how = "found";
            if found.is_none() {
                if !cfg!(target_os = "linux") {
                    return Ok("left out, lavapipe is for Linux".to_owned());
                }
                if let Err(reason) = Apt::find().and_then(|apt| apt.install(PACKAGES)) {
                    return Ok(format!(
                        "left out, {reason}: install lavapipe, or name a driver in {VARIABLE}"
                    ));
                }
                (found, how) = (Self::find(), "installed");
            }
            Ok(match &found {
                Some(Self { driver }) => format!("{how}, {}", driver.to_string_lossy()),
                None => "left out, Mesa's drivers here have no lavapipe".to_owned(),
            })
        })?;
        Ok(found)
    }

    /// Has a program use this driver and no other.
    pub fn use_in(&self, command: &mut Command) {
        command.env(VARIABLE, &self.driver);
    }

    fn find() -> Option<Self> {
        let named = env::var_os(VARIABLE).filter(|value| !value.is_empty());
        let lavapipe = || {
            let places = PLACES.iter().map(Path::new);
            places.filter_map(lavapipe_in).next().map(PathBuf::into)
        };
        named.or_else(lavapipe).map(|driver| Self { driver })
    }
}

/// The file in a folder that names lavapipe.
fn lavapipe_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    entries.map(|entry| entry.path()).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(LAVAPIPE) && name.ends_with(".json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lavapipe_is_found_among_other_drivers() -> Result<()> {
        let folder = env::temp_dir().join(format!("tabtune-vulkan-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let names = ["intel_icd.x86_64.json", "lvp_icd.txt"];
        for name in names {
            fs::write(folder.join(name), "{}")?;
        }
        assert_eq!(lavapipe_in(&folder), None);
        let expected = folder.join("lvp_icd.aarch64.json");
        fs::write(&expected, "{}")?;
        assert_eq!(lavapipe_in(&folder), Some(expected));
        fs::remove_dir_all(&folder)?;
        assert_eq!(lavapipe_in(&folder), None);
        Ok(())
    }
}
