//! How many requests a part of the page has made.

use serde::{Deserialize, Serialize};

/// Requests since the page, or its worker, was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RequestCount {
    /// To the site that the page comes from.
    pub own_origin: u32,
    /// To anywhere else.
    pub elsewhere: u32,
}

impl RequestCount {
    /// Both counts together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            own_origin: self.own_origin.saturating_add(other.own_origin),
            elsewhere: self.elsewhere.saturating_add(other.elsewhere),
        }
    }

    /// Counts a request to an address, from a page of `origin` (`https://example.org`). What the browser makes up itself,
    /// such as `blob:` and `data:`, is no request, nor is what its service worker answers: of `origin` alone.
    pub fn add(&mut self, address: &str, origin: &str, is_answered: bool) {
        let is_own = address
            .strip_prefix(origin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']));
        if is_own {
            self.own_origin += u32::from(!is_answered);
        } else if address.starts_with("http:") || address.starts_with("https:") {
            self.elsewhere += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_by_origin() {
        let mut count = RequestCount::default();
        for address in [
            "https://example.org/app.js",
            "https://example.org",
            "https://example.org.evil.net/app.js",
            "https://example.org:8443/app.js",
            "http://example.org/app.js",
            "blob:https://example.org/1",
            "data:text/plain,1",
        ] {
            count.add(address, "https://example.org", false);
        }
        count.add("https://example.org/app.js", "https://example.org", true);
        count.add("https://example.com/a", "https://example.org", true);
        assert_eq!(
            count,
            RequestCount {
                own_origin: 2,
                elsewhere: 4
            }
        );
    }
}
