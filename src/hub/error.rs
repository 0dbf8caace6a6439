//! What can go wrong with the hub, and what to do.

use serde::Serialize;

use super::RepositoryError;
use crate::reason::as_text;

/// Why an encoder cannot be had from the hub.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum HubError {
    /// The name is none.
    #[error(transparent)]
    Name(#[from] RepositoryError),
    /// The user does not let the page ask, and what is needed is not in the browser.
    #[error("{repository} is not kept in this browser, and {host} may not be asked for it")]
    NotAllowed {
        /// The repository.
        repository: String,
        /// The hub.
        host: String,
    },
    /// No answer.
    #[error("{host} cannot be reached: {detail}")]
    Unreachable {
        /// The hub.
        host: String,
        /// The browser's words.
        detail: String,
    },
    /// The hub has no such repository, or hides it.
    #[error("there is no public repository {repository} on {host}")]
    NotFound {
        /// The repository.
        repository: String,
        /// The hub.
        host: String,
    },
    /// Its files are for those who have asked for them.
    #[error("{repository} is gated: its files are only given to accounts that were let in")]
    Gated {
        /// The repository.
        repository: String,
    },
    /// The hub has taken it down.
    #[error("{repository} has been disabled by the hub")]
    Disabled {
        /// The repository.
        repository: String,
    },
    /// Too many requests lately.
    #[error("{host} asks to wait: there were too many requests from this address")]
    Busy {
        /// The hub.
        host: String,
    },
    /// Another answer than the file or list.
    #[error("{host} answered {status} when asked for {what}")]
    Status {
        /// The hub.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The file, or the repository.
        what: String,
    },
    /// The answer is no list of files.
    #[error("the hub's answer cannot be read: {0}")]
    Unreadable(#[serde(serialize_with = "as_text")] serde_json::Error),
    /// Longer than any list of files.
    #[error("the hub's answer is longer than {most} bytes")]
    TooLong {
        /// The longest that is read.
        most: usize,
    },
    /// No commit's name.
    #[error("the hub names the revision {found:?}, which is none")]
    Revision {
        /// What it says.
        found: String,
    },
    /// More than any encoder's.
    #[error("the repository has {found} files; at most {most} are read")]
    TooManyFiles {
        /// Its files.
        found: usize,
        /// The most that are read.
        most: usize,
    },
    /// Nothing says how much would be fetched.
    #[error("the hub does not tell the size of {file}")]
    NoSize {
        /// The file.
        file: String,
    },
    /// More than can be held.
    #[error("{file} has {found} bytes; at most {most} can be used")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        found: u64,
        /// The most that are taken.
        most: u64,
    },
    /// The connection broke more often than is tried.
    #[error("the connection broke at byte {loaded} of {total} of {file}")]
    Interrupted {
        /// The file.
        file: String,
        /// Bytes that are here.
        loaded: usize,
        /// All its bytes.
        total: u32,
    },
    /// More bytes came than the file has.
    #[error("{file} is longer than the {expected} bytes that the hub tells")]
    Length {
        /// The file.
        file: String,
        /// Its size as the hub tells it.
        expected: u32,
    },
    /// Something else came than the hub lists.
    #[error("{file} does not have the checksum that the hub tells")]
    Checksum {
        /// The file.
        file: String,
    },
    /// The browser has no room, or none for this page.
    #[error("{repository} cannot be kept in this browser: {detail}")]
    NotStored {
        /// The repository.
        repository: String,
        /// The browser's words.
        detail: String,
    },
    /// The browser keeps what it should forget.
    #[error("{repository} cannot be removed from this browser: {detail}")]
    NotForgotten {
        /// The repository.
        repository: String,
        /// The browser's words.
        detail: String,
    },
}

impl HubError {
    /// What an answer's status means, if it is not success. `what` is what was asked for.
    pub fn of_status(status: u16, host: &str, repository: &str, what: &str) -> Self {
        let (host, repository) = (host.to_owned(), repository.to_owned());
        match status {
            // The hub answers 401 for what does not exist, lest it tell what is private.
            401 | 404 => Self::NotFound { repository, host },
            403 => Self::Gated { repository },
            429 => Self::Busy { host },
            _ => Self::Status {
                host,
                status,
                what: what.to_owned(),
            },
        }
    }

    /// Whether the same request may succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. }
                | Self::Busy { .. }
                | Self::Interrupted { .. }
                | Self::Status {
                    status: 408 | 500..,
                    ..
                }
        )
    }

    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Name(_) => {
                "Type it as it stands at the top of its page on the hub, such as intfloat/multilingual-e5-small."
            }
            Self::NotAllowed { .. } => {
                "Allow asking it under “More encoders”, or open the encoder as a folder or zip."
            }
            Self::Unreachable { .. } => {
                "Check your connection and try again. A folder or zip on your disk needs none."
            }
            Self::NotFound { .. } => {
                "Compare the name with its page on the hub. A private one can be downloaded there and opened as a folder."
            }
            Self::Gated { .. } => {
                "Ask for access on its page, download it there, and open it as a folder."
            }
            Self::Disabled { .. } | Self::TooLarge { .. } | Self::TooManyFiles { .. } => {
                "Choose another encoder."
            }
            Self::Busy { .. } => "Wait some minutes and try again.",
            Self::Status { .. }
            | Self::Unreadable(_)
            | Self::TooLong { .. }
            | Self::Revision { .. }
            | Self::NoSize { .. } => {
                "Try again later, or download the files by hand and open them as a folder."
            }
            Self::Interrupted { .. } => {
                "What has arrived is kept. Check your connection and press Download to go on from there."
            }
            Self::Length { .. } | Self::Checksum { .. } => {
                "Nothing of it was used or kept. Press Download to try again; if it stays so, do not trust the connection."
            }
            Self::NotStored { .. } => {
                "It can be used until the tab is closed. To keep it, free some space on the disk and download it again."
            }
            Self::NotForgotten { .. } => "Clear this page's data in the browser's settings.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_status(status: u16) -> HubError {
        HubError::of_status(status, "hub", "owner/name", "config.json")
    }

    #[test]
    fn a_status_is_told_in_words() {
        for status in [401, 404] {
            assert_eq!(
                of_status(status).to_string(),
                "there is no public repository owner/name on hub"
            );
        }
        assert!(matches!(of_status(403), HubError::Gated { .. }));
        assert!(matches!(of_status(429), HubError::Busy { .. }));
        assert_eq!(
            of_status(502).to_string(),
            "hub answered 502 when asked for config.json"
        );
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let passing = |status| of_status(status).is_passing();
        assert_eq!(
            [401, 403, 404, 408, 410, 429, 500, 503].map(passing),
            [false, false, false, true, false, true, true, true]
        );
    }
}
