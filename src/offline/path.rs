//! What the name of a file says of it.

/// The type that a browser needs to hear; modules and WebAssembly are refused under a wrong one.
pub fn content_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Whether an address, relative to the page, is that of a script which the page may start beside itself: its service
/// worker, or the loader of one of its workers.
pub fn is_own_script(address: &str) -> bool {
    let loader = address.strip_prefix("hub/").unwrap_or(address);
    let name = loader
        .strip_prefix("worker-")
        .and_then(|rest| rest.strip_suffix("_loader.js"));
    let is_plain = |name: &str| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    address == super::SERVICE_WORKER || name.is_some_and(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_hear_the_type_they_insist_on() {
        assert_eq!(content_type("worker_bg.wasm"), "application/wasm");
        assert_eq!(
            content_type("hub/worker.js"),
            "text/javascript; charset=utf-8"
        );
        assert_eq!(
            content_type("manifest.webmanifest"),
            "application/manifest+json"
        );
        for unknown in ["models/model.safetensors", "LICENSE", "a.html/LICENSE", ""] {
            assert_eq!(content_type(unknown), "application/octet-stream");
        }
    }

    #[test]
    fn only_the_page_s_own_loaders_may_be_started() {
        for own in [
            "worker-cpu_loader.js",
            "hub/worker-gpu_loader.js",
            "service-worker.js",
        ] {
            assert!(is_own_script(own), "{own}");
        }
        for other in [
            "https://example.org/worker-cpu_loader.js",
            "//example.org/worker-cpu_loader.js",
            "worker-../x_loader.js",
            "worker-_loader.js",
            "hub/hub/worker-cpu_loader.js",
            "hub/service-worker.js",
            "app.js",
            "data:text/javascript,1",
            "worker-cpu_loader.js?x",
            "",
        ] {
            assert!(!is_own_script(other), "{other}");
        }
    }
}
