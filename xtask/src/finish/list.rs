//! The list of the page's files, by which its service worker knows them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use tabtune::checksum::hexadecimal;
use tabtune::offline::{ListedFile, Policy, SERVICE_WORKER, Site};

use super::HOST_HEADERS;

/// Digits of the hash that names a version.
const VERSION_DIGITS: usize = 16;

/// All files in a folder and below, but those that the page never asks for.
pub fn site(folder: &Path, policy: Policy) -> Result<Site> {
    let mut files = Vec::new();
    visit(folder, "", &mut files)?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut site = Site {
        version: String::new(),
        policy,
        files,
    };
    site.version = digest(serde_json::to_string(&site)?.as_bytes());
    site.version.truncate(VERSION_DIGITS);
    Ok(site)
}

fn visit(folder: &Path, prefix: &str, found: &mut Vec<ListedFile>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().context("a file has a name that is no text")?;
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            visit(&entry.path(), &format!("{path}/"), found)?;
            continue;
        }
        if [SERVICE_WORKER, HOST_HEADERS].contains(&path.as_str()) || name.starts_with('.') {
            continue;
        }
        // The service worker compares addresses as the browser writes them.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        ensure!(
            path.bytes().all(is_plain),
            "{path}: names of the page's files hold letters, digits and -_. alone"
        );
        let content = fs::read(entry.path())
            .with_context(|| format!("cannot read {}", entry.path().display()))?;
        found.push(ListedFile {
            bytes: u32::try_from(content.len()).with_context(|| format!("{path} is too large"))?,
            sha256: digest(&content),
            path,
        });
    }
    Ok(())
}

fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_counts_for_the_version() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("tabtune-list-{}", std::process::id()));
        fs::create_dir_all(folder.join("models"))?;
        for name in ["index.html", "models/a.json", SERVICE_WORKER, HOST_HEADERS] {
            fs::write(folder.join(name), "abc")?;
        }
        let first = site(&folder, Policy::default())?;
        let paths: Vec<&str> = first.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["index.html", "models/a.json"]);
        assert!(first.files[0].sha256.starts_with("ba7816bf8f01cfea"));
        assert_eq!(site(&folder, Policy::default())?, first);

        fs::write(folder.join("models/a.json"), "abd")?;
        let changed = site(&folder, Policy::default())?;
        let hub = vec!["https://hub.example".to_owned()];
        let policy = Policy {
            hub,
            ..Policy::default()
        };
        let other_policy = site(&folder, policy)?;
        fs::write(folder.join("with space"), "")?;
        let refused = site(&folder, Policy::default()).is_err();
        fs::remove_dir_all(&folder)?;
        assert_ne!(changed.version, first.version);
        assert_ne!(other_policy.version, changed.version);
        assert!(refused);
        Ok(())
    }
}
