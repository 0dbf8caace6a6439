//! How the service worker answers a request.

use super::site::{ListedFile, Site};
use super::{INDEX, SERVICE_WORKER};

/// A request, as far as its answer depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `GET`, for example.
    pub method: &'a str,
    /// Its address.
    pub url: &'a str,
    /// The address of the page's folder, with a slash at its end.
    pub scope: &'a str,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// The browser goes on as if there were no service worker.
    Leave,
    /// A file of this build: it comes from the cache, or from the server if it is the very same there.
    Listed(&'a ListedFile),
    /// Something else of the page's folder: the server is asked.
    Server,
}

/// Decides on a request.
pub fn answer<'a>(site: &'a Site, asked: Asked<'_>) -> Answer<'a> {
    let Some(path) = asked.url.strip_prefix(asked.scope) else {
        return Answer::Leave;
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    // Browsers ask for a new version themselves, and it must not come from the old one.
    if asked.method != "GET" || path == SERVICE_WORKER {
        return Answer::Leave;
    }
    let path = if path.is_empty() { INDEX } else { path };
    site.file(path).map_or(Answer::Server, Answer::Listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_build_come_from_it_and_nothing_else_does() {
        let file = |path: &str| ListedFile {
            path: path.into(),
            bytes: 1,
            sha256: String::new(),
        };
        let site = Site {
            files: vec![file("index.html"), file("models/index.json")],
            ..Site::default()
        };
        let scope = "https://a.example/some/path/";
        let ask = |method, url: &str| match answer(&site, Asked { method, url, scope }) {
            Answer::Listed(file) => file.path.clone(),
            other => format!("{other:?}"),
        };
        for (url, expected) in [
            ("https://a.example/some/path/", "index.html"),
            ("https://a.example/some/path/?device=cpu#use", "index.html"),
            ("https://a.example/some/path/index.html", "index.html"),
            (
                "https://a.example/some/path/models/index.json?x",
                "models/index.json",
            ),
            ("https://a.example/some/path/models/", "Server"),
            ("https://a.example/some/path/service-worker.js", "Leave"),
            ("https://a.example/some/", "Leave"),
            ("https://hub.example/index.html", "Leave"),
        ] {
            assert_eq!(ask("GET", url), expected, "{url}");
        }
        assert_eq!(ask("POST", scope), "Leave");
        assert_eq!(ask("HEAD", scope), "Leave");
    }
}
