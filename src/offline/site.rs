//! The files of one build of the page.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::policy::Policy;

/// One build of the page, as its service worker knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Names the build: a hash of the rest.
    pub version: String,
    /// What its files are sent with.
    pub policy: Policy,
    /// Its files.
    pub files: Vec<ListedFile>,
}

/// A file of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedFile {
    /// Below the page's folder, with `/` between folders.
    pub path: String,
    /// Its size.
    pub bytes: u32,
    /// Its checksum, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// When a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteFile {
    /// Before the service worker takes over: without it the page does not start.
    Essential,
    /// Afterwards: encoders, samples, and the module for encodings that few files are in.
    Later,
    /// Afterwards, where the browser offers WebGPU.
    OfGpu,
}

impl SiteFile {
    /// When the file at a path is wanted.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default();
        if name.starts_with("worker-gpu") {
            Self::OfGpu
        } else if path.starts_with("models/")
            || path.starts_with("samples/")
            || path == "encodings.wasm"
        {
            Self::Later
        } else {
            Self::Essential
        }
    }
}

impl Site {
    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&ListedFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The files without which the page does not start.
    pub fn essential(&self) -> impl Iterator<Item = &ListedFile> {
        let wanted = |file: &&ListedFile| SiteFile::of(&file.path) == SiteFile::Essential;
        self.files.iter().filter(wanted)
    }

    /// All files that a browser can make use of.
    pub fn wanted(&self, has_gpu: bool) -> impl Iterator<Item = &ListedFile> {
        let wanted =
            move |file: &&ListedFile| has_gpu || SiteFile::of(&file.path) != SiteFile::OfGpu;
        self.files.iter().filter(wanted)
    }

    /// Bytes of the files that a browser can make use of: of those whose paths are `kept`, and of all.
    pub fn progress(&self, has_gpu: bool, kept: &BTreeSet<String>) -> (u32, u32) {
        let wanted = self.wanted(has_gpu);
        let (kept, missing): (Vec<_>, Vec<_>) = wanted.partition(|file| kept.contains(&file.path));
        let sum = |files: Vec<&ListedFile>| files.iter().map(|file| file.bytes).sum::<u32>();
        let kept = sum(kept);
        (kept, kept + sum(missing))
    }

    /// The next of them to keep: neither `kept` nor one of those that are not to be tried.
    pub fn next_file(
        &self,
        has_gpu: bool,
        kept: &BTreeSet<String>,
        without: &[String],
    ) -> Option<&ListedFile> {
        let is_next =
            |file: &&ListedFile| !kept.contains(&file.path) && !without.contains(&file.path);
        self.wanted(has_gpu).find(is_next)
    }

    /// The name of this build's cache, for a page whose folder has the path `scope`: other pages of the same origin have
    /// theirs.
    pub fn cache_name(&self, scope: &str) -> String {
        format!("{}{}", cache_prefix(scope), self.version)
    }

    /// Whether a cache is that of another build of the same page.
    pub fn is_outdated(&self, cache: &str, scope: &str) -> bool {
        cache.starts_with(&cache_prefix(scope)) && cache != self.cache_name(scope)
    }
}

/// The version has no `:`, so the prefix of one folder's caches is no prefix of another's.
fn cache_prefix(scope: &str) -> String {
    format!("tabtune-files:{scope}:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(version: &str, paths: &[&str]) -> Site {
        let file = |path: &&str| ListedFile {
            path: (*path).to_owned(),
            bytes: 1,
            sha256: String::new(),
        };
        Site {
            version: version.into(),
            policy: Policy::default(),
            files: paths.iter().map(file).collect(),
        }
    }

    #[test]
    fn a_browser_keeps_what_it_can_use() {
        let site = site(
            "1",
            &[
                "index.html",
                "encodings.wasm",
                "worker-cpu_bg.wasm",
                "worker-gpu_bg.wasm",
                "hub/worker-gpu_loader.js",
                "models/index.json",
                "samples/uci.csv",
            ],
        );
        let essential: Vec<&str> = site.essential().map(|file| file.path.as_str()).collect();
        assert_eq!(essential, ["index.html", "worker-cpu_bg.wasm"]);
        assert_eq!(site.wanted(true).count(), 7);
        assert_eq!(site.wanted(false).count(), 5);
    }

    #[test]
    fn one_file_is_kept_after_the_other() {
        let site = site("1", &["LICENSE", "index.html", "worker-gpu.js", "models/a"]);
        let mut kept = BTreeSet::new();
        assert_eq!(site.progress(false, &kept), (0, 3));
        let next = |kept: &BTreeSet<String>, without: &[String]| {
            let file = site.next_file(false, kept, without);
            file.map(|file| file.path.clone()).unwrap_or_default()
        };
        assert_eq!(next(&kept, &[]), "LICENSE");
        let without = ["LICENSE".to_owned()];
        assert_eq!(next(&kept, &without), "index.html");
        kept.insert("index.html".into());
        // A browser that lost its GPU may still have the file, which does not count.
        kept.insert("worker-gpu.js".into());
        assert_eq!(next(&kept, &without), "models/a");
        assert_eq!(site.progress(false, &kept), (1, 3));
        kept.insert("models/a".into());
        assert_eq!(next(&kept, &without), "");
        assert_eq!(site.progress(true, &kept), (3, 4));
    }

    #[test]
    fn only_earlier_caches_of_the_same_page_go() {
        let site = site("2", &[]);
        assert_eq!(site.cache_name("/a/"), "tabtune-files:/a/:2");
        for (cache, outdated) in [
            ("tabtune-files:/a/:1", true),
            ("tabtune-files:/a/:2", false),
            ("tabtune-files:/a/b/:1", false),
            ("tabtune-files:/:1", false),
            ("tabtune-hub", false),
        ] {
            assert_eq!(site.is_outdated(cache, "/a/"), outdated, "{cache}");
        }
    }
}
