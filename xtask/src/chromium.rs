//! Chromium and its driver, for the tests that need a browser.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::apt::Apt;
use crate::process::{find_on_path, output};
use crate::steps::step;

const BROWSERS: &[&str] = &[
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
];
const BROWSER_PLACES: &[&str] = &[
    "/usr/lib/chromium/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const DRIVERS: &[&str] = &["chromedriver"];
const DRIVER_PLACES: &[&str] = &[
    "/usr/lib/chromium/chromedriver",
    "/usr/lib/chromium-browser/chromedriver",
];

/// A browser and the driver that fits it.
#[derive(Debug)]
pub struct Chromium {
    pub browser: PathBuf,
    pub driver: PathBuf,
}

impl Chromium {
    /// Finds both, or installs them through apt where that is possible.
    pub fn ensure() -> Result<Self> {
        let mut found = Self::find();
        step("Chromium and its driver", || {
            let how = if found.is_some() {
                "found"
            } else {
                "installed"
            };
            if found.is_none() {
                install()?;
                found = Self::find();
            }
            let Some(Self { browser, .. }) = &found else {
                bail!("Chromium and chromedriver were installed, but are not on the PATH");
            };
            let version = output(Command::new(browser).arg("--version"))?;
            Ok(format!(
                "{how}, {}",
                version.lines().last().unwrap_or("of unknown version")
            ))
        })?;
        found.context("Chromium was found")
    }

    fn find() -> Option<Self> {
        Some(Self {
            browser: locate("TABTUNE_CHROMIUM", BROWSERS, BROWSER_PLACES)?,
            driver: locate("TABTUNE_CHROMEDRIVER", DRIVERS, DRIVER_PLACES)?,
        })
    }

    /// Writes the capabilities in `template` with this browser as the one to start.
    pub fn write_capabilities(&self, template: &Path, path: &Path) -> Result<()> {
        let template =
            fs::read(template).with_context(|| format!("cannot read {}", template.display()))?;
        fs::write(path, capabilities(&template, &self.browser)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

fn capabilities(template: &[u8], browser: &Path) -> Result<String> {
    let mut capabilities: Value =
        serde_json::from_slice(template).context("webdriver.json cannot be read")?;
    capabilities
        .pointer_mut("/goog:chromeOptions")
        .and_then(Value::as_object_mut)
        .context("webdriver.json has no goog:chromeOptions")?
        .insert("binary".to_owned(), browser.to_string_lossy().into());
    Ok(capabilities.to_string())
}

fn locate(variable: &str, names: &[&str], places: &[&str]) -> Option<PathBuf> {
    let chosen = env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from);
    let usual = || {
        places
            .iter()
            .map(PathBuf::from)
            .find(|place| place.is_file())
    };
    chosen.or_else(|| find_on_path(names)).or_else(usual)
}

fn install() -> Result<()> {
    let refusal = "the tests need Chromium and chromedriver of the same version: install both, or name them in \
                   TABTUNE_CHROMIUM and TABTUNE_CHROMEDRIVER";
    let apt = Apt::find().context(refusal)?;
    apt.install(&["chromium", "chromium-driver"])
        .context(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_joins_the_other_capabilities() -> Result<()> {
        let template = br#"{"goog:chromeOptions": {"args": ["no-sandbox"]}}"#;
        let json: Value =
            serde_json::from_str(&capabilities(template, Path::new("/usr/bin/chromium"))?)?;
        assert_eq!(json["goog:chromeOptions"]["args"][0], "no-sandbox");
        assert_eq!(json["goog:chromeOptions"]["binary"], "/usr/bin/chromium");
        Ok(())
    }

    #[test]
    fn capabilities_of_another_browser_are_refused() {
        let error = capabilities(b"{}", Path::new("/usr/bin/chromium"))
            .expect_err("nothing is said about Chromium");
        assert_eq!(
            error.to_string(),
            "webdriver.json has no goog:chromeOptions"
        );
    }
}
