//! The headers that the page's files carry: what the page and its workers may load, run and reach.
//!
//! A policy stands in three places, always made here: as `<meta>` in index.html, as headers of the project's server and
//! of the hosts that read `_headers`, and as headers that the service worker adds. Workers do not inherit the page's
//! `<meta>`, so they are covered by headers alone.

use serde::{Deserialize, Serialize};

/// What differs from build to build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Hashes of index.html's inline scripts, as `sha256-…`.
    pub inline_scripts: Vec<String>,
    /// Where the hub and its files are, as sources of a policy: `https://huggingface.co`.
    pub hub: Vec<String>,
}

/// Whose policy a file carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// The page itself.
    Page,
    /// A worker that may ask the hub, which the user has turned on: a loader below `hub/`.
    HubWorker,
    /// Any other script, workers among them.
    Script,
    /// What is only loaded by the others.
    Resource,
}

/// All of them.
pub const ROUTES: [Route; 4] = [
    Route::Page,
    Route::HubWorker,
    Route::Script,
    Route::Resource,
];

/// The headers that every file carries. The first two isolate the page from others, which precise clocks and shared
/// memory need.
pub const SHARED_HEADERS: [(&str, &str); 5] = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
];

impl Route {
    /// The route of a file by its path below the page's folder.
    pub fn of(path: &str) -> Self {
        match path {
            "" => Self::Page,
            _ if path.ends_with(".html") => Self::Page,
            _ if path.starts_with("hub/") && path.ends_with(".js") => Self::HubWorker,
            _ if path.ends_with(".js") => Self::Script,
            _ => Self::Resource,
        }
    }
}

impl Policy {
    /// The Content Security Policy of index.html's `<meta>`. What it may not hold is in [`Self::headers`].
    pub fn of_meta(&self) -> String {
        let scripts = self.inline_scripts.iter();
        let scripts: String = scripts.map(|hash| format!(" '{hash}'")).collect();
        [
            "default-src 'none'",
            // Compiling WebAssembly counts as `eval` in a browser; this allows that and nothing else of it.
            &format!("script-src 'self' 'wasm-unsafe-eval'{scripts}"),
            // Styles are set through the object model, so no attribute needs to be allowed.
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "object-src 'none'",
            // No string becomes code or markup. The one policy makes addresses of the page's own scripts.
            "require-trusted-types-for 'script'",
            "trusted-types tabtune",
        ]
        .join("; ")
    }

    /// The Content Security Policy that a file is sent with, if it needs one.
    pub fn of_header(&self, route: Route) -> Option<String> {
        let of_worker = |connect: &str| {
            format!(
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src {connect}; base-uri 'none'"
            )
        };
        match route {
            Route::Page => Some(format!("{}; frame-ancestors 'none'", self.of_meta())),
            // Trunk's loaders call `importScripts` with a string, so workers do without trusted types. They have no
            // document, and `script-src` refuses what is not the page's own.
            Route::Script => Some(of_worker("'self'")),
            Route::HubWorker => Some(of_worker(&format!("'self' {}", self.hub.join(" ")))),
            Route::Resource => None,
        }
    }

    /// All headers that a file is sent with.
    pub fn headers(&self, route: Route) -> Vec<(&'static str, String)> {
        let policy = self.of_header(route);
        let policy = policy.map(|policy| ("Content-Security-Policy", policy));
        let shared = SHARED_HEADERS.map(|(name, value)| (name, value.to_owned()));
        shared.into_iter().chain(policy).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            inline_scripts: vec!["sha256-abc=".into()],
            hub: vec![
                "https://hub.example".into(),
                "https://*.files.example".into(),
            ],
        }
    }

    fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
        let mut all = policy.split("; ");
        all.find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' '))
    }

    #[test]
    fn the_page_reaches_nothing_but_itself() {
        let page = policy().of_meta();
        assert_eq!(directive(&page, "default-src"), Some("'none'"));
        assert_eq!(directive(&page, "connect-src"), Some("'self'"));
        assert_eq!(
            directive(&page, "script-src"),
            Some("'self' 'wasm-unsafe-eval' 'sha256-abc='")
        );
        for lax in ["unsafe-inline", "'unsafe-eval'", "http", "data:", "*"] {
            assert!(!page.contains(lax), "{lax}: {page}");
        }
    }

    #[test]
    fn the_hub_is_for_its_worker_alone() {
        let hub = "'self' https://hub.example https://*.files.example";
        for route in ROUTES {
            let sent = policy().of_header(route);
            let connect = sent
                .as_deref()
                .and_then(|sent| directive(sent, "connect-src"));
            let expected = match route {
                Route::Page | Route::Script => Some("'self'"),
                Route::HubWorker => Some(hub),
                Route::Resource => None,
            };
            assert_eq!(connect, expected, "{route:?}");
        }
        assert_eq!(Route::of("hub/worker-cpu_loader.js"), Route::HubWorker);
        assert_eq!(Route::of("worker-cpu_loader.js"), Route::Script);
        assert_eq!(Route::of("service-worker.js"), Route::Script);
        assert_eq!(Route::of(""), Route::Page);
        assert_eq!(Route::of("models/index.json"), Route::Resource);
    }

    #[test]
    fn every_file_isolates() {
        for route in ROUTES {
            let headers = policy().headers(route);
            for header in &SHARED_HEADERS[..2] {
                let found = headers
                    .iter()
                    .any(|(name, value)| (*name, value.as_str()) == *header);
                assert!(found, "{route:?} lacks {header:?}");
            }
        }
        let page = policy().headers(Route::Page);
        let framing = |(_, value): &(_, String)| value.contains("frame-ancestors 'none'");
        assert!(page.iter().any(framing));
    }
}
