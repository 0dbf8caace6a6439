//! From a request's path to a file, and no further.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

/// A folder and the path that it is served under.
#[derive(Debug, Clone)]
pub struct Mount {
    /// With a slash at both ends.
    pub prefix: String,
    pub folder: PathBuf,
}

/// What a request's path leads to.
#[derive(Debug, PartialEq, Eq)]
pub enum Target {
    File(PathBuf),
    /// A folder that was asked for without its final slash; relative addresses in it would go astray.
    Redirect(String),
    Nothing,
}

/// The file that a request's path names, below one of the mounts and nowhere else.
pub fn resolve(mounts: &[Mount], url: &str) -> Target {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    for Mount { prefix, folder } in mounts {
        if path == prefix.trim_end_matches('/') && !path.is_empty() {
            return Target::Redirect(prefix.clone());
        }
        let Some(found) = path
            .strip_prefix(prefix.as_str())
            .and_then(|rest| locate(folder, rest))
        else {
            continue;
        };
        if found.is_file() {
            return Target::File(found);
        }
        if found.is_dir() {
            let index = found.join("index.html");
            if !index.is_file() {
                continue;
            }
            return if path.ends_with('/') {
                Target::File(index)
            } else {
                Target::Redirect(format!("{path}/"))
            };
        }
    }
    Target::Nothing
}

/// Joins a percent-encoded relative path to a folder; `None` if it would lead out of it.
fn locate(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut found = folder.to_owned();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let part = percent_decode_str(part).decode_utf8().ok()?;
        // Separators and drive letters of any system, and names that begin with a dot, lead elsewhere.
        if part.starts_with('.') || part.contains(['/', '\\', ':', '\0']) {
            return None;
        }
        found.push(part.as_ref());
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// xtask's own folder under two paths.
    fn mounts() -> Vec<Mount> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        vec![
            Mount {
                prefix: "/sources/".to_owned(),
                folder: folder.join("src"),
            },
            Mount {
                prefix: "/".to_owned(),
                folder: folder.to_owned(),
            },
        ]
    }

    #[test]
    fn paths_are_found_below_their_mount() {
        let main = Target::File(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs"));
        for url in ["/sources/main.rs", "/src/main.rs", "/src//m%61in.rs?v=1"] {
            assert_eq!(resolve(&mounts(), url), main, "{url}");
        }
        assert_eq!(
            resolve(&mounts(), "/sources"),
            Target::Redirect("/sources/".to_owned())
        );
    }

    #[test]
    fn no_path_leads_out() {
        let outside = [
            "/../Cargo.toml",
            "/sources/../../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/..%2fCargo.toml",
            "/src\\..\\..\\Cargo.toml",
            "/src%5c..%5c..%5cCargo.toml",
            "//etc/passwd",
            "/C:/Windows/win.ini",
            "/src/main.rs%00",
            "/%ff",
            "Cargo.toml",
        ];
        for url in outside {
            assert_eq!(resolve(&mounts(), url), Target::Nothing, "{url}");
        }
    }
}
