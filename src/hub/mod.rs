//! The hub where encoders are published: names, addresses, what its answers say. Plain data; requests are made by the
//! worker, and only when the user asks.

#[cfg(feature = "engine")]
mod access;
mod description;
mod error;
mod repository;
#[cfg(feature = "engine")]
mod transfer;

#[cfg(feature = "engine")]
pub use access::HubAccess;
pub use description::{HubDescription, HubFile, Listing, MOST_LISTING_BYTES};
pub use error::HubError;
pub use repository::{Repository, RepositoryError};
#[cfg(feature = "engine")]
pub use transfer::{Retries, Transfer, TransferFault};

/// Addresses on a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    url: String,
}

impl Hub {
    /// A hub by its address, which the page's `tabtune-hub` gives.
    pub fn new(url: &str) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// Its host, for messages.
    pub fn host(&self) -> &str {
        self.url
            .split_once("://")
            .map_or(self.url.as_str(), |(_, host)| host)
    }

    /// Where a person finds a repository.
    pub fn page(&self, repository: &Repository) -> String {
        format!("{}/{repository}", self.url)
    }

    /// Where a repository's files are listed, with sizes and checksums: the newest, or those of a revision.
    pub fn listing(&self, repository: &Repository, revision: Option<&str>) -> String {
        let revision =
            revision.map_or_else(String::new, |revision| format!("/revision/{revision}"));
        format!("{}/api/models/{repository}{revision}?blobs=true", self.url)
    }

    /// Where a file of a revision lies. A revision never changes, so neither does what lies there.
    pub fn file(&self, repository: &Repository, revision: &str, name: &str) -> String {
        format!("{}/{repository}/resolve/{revision}/{name}", self.url)
    }

    /// Where the description of an encoder that is kept whole is stored in the browser. Nothing is asked there.
    pub fn stored_description(&self, repository: &Repository) -> String {
        format!("{}/{repository}/tabtune.json", self.url)
    }

    /// What the address of everything that is stored of a repository begins with.
    pub fn stored_prefix(&self, repository: &Repository) -> String {
        format!("{}/{repository}/", self.url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_the_hub() {
        let hub = Hub::new("https://huggingface.co/");
        let repository = Repository::parse("intfloat/multilingual-e5-small").unwrap();
        assert_eq!(hub.host(), "huggingface.co");
        assert_eq!(
            hub.listing(&repository, None),
            "https://huggingface.co/api/models/intfloat/multilingual-e5-small?blobs=true"
        );
        assert_eq!(
            hub.listing(&repository, Some("abc")),
            "https://huggingface.co/api/models/intfloat/multilingual-e5-small/revision/abc?blobs=true"
        );
        let file = hub.file(&repository, "abc", "config.json");
        assert_eq!(
            file,
            "https://huggingface.co/intfloat/multilingual-e5-small/resolve/abc/config.json"
        );
        assert!(file.starts_with(&hub.stored_prefix(&repository)));
        assert!(
            hub.stored_description(&repository)
                .starts_with(&hub.stored_prefix(&repository))
        );
    }
}
