//! What the hub says of a repository.

use serde::{Deserialize, Serialize};

use super::{HubError, Repository};

/// The most bytes of an answer that lists a repository's files.
pub const MOST_LISTING_BYTES: usize = 8_000_000;
/// The most files of a repository.
const MOST_FILES: usize = 20_000;
/// The longest licence that is shown.
const LONGEST_LICENSE: usize = 60;

/// An encoder on the hub: one revision, and the files that the encoder needs of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HubDescription {
    /// `owner/name`
    pub repository: String,
    /// The commit that its files are of.
    pub revision: String,
    /// The licence's name, if the repository tells one.
    pub license: Option<String>,
    /// The files to fetch.
    pub files: Vec<HubFile>,
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HubFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u32,
    /// SHA-256 in lower-case hexadecimal. The hub tells it of large files only.
    pub sha256: Option<String>,
}

impl HubDescription {
    /// Bytes of all files.
    pub fn total(&self) -> f64 {
        self.files.iter().map(|file| f64::from(file.bytes)).sum()
    }
}

/// All files of a repository, as the hub lists them.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    repository: Repository,
    revision: String,
    license: Option<String>,
    files: Vec<ListedFile>,
}

#[derive(Debug, Clone, PartialEq)]
struct ListedFile {
    name: String,
    bytes: Option<u64>,
    sha256: Option<String>,
}

/// The part of `api/models/{repository}?blobs=true` that matters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    id: String,
    sha: String,
    #[serde(default)]
    gated: Gated,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    card_data: Option<Card>,
    #[serde(default)]
    siblings: Vec<Sibling>,
}

/// `false`, or the way in which access is given.
#[derive(Deserialize)]
#[serde(untagged)]
enum Gated {
    Flag(bool),
    Way(#[allow(dead_code, reason = "any way is one too many")] String),
}

impl Default for Gated {
    fn default() -> Self {
        Self::Flag(false)
    }
}

#[derive(Deserialize)]
struct Card {
    license: Option<OneOrMany>,
    /// In words, where `license` is "other".
    license_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    lfs: Option<Lfs>,
}

#[derive(Deserialize)]
struct Lfs {
    sha256: Option<String>,
    size: Option<u64>,
}

impl Listing {
    /// Reads the hub's answer.
    ///
    /// # Errors
    /// If it cannot be read or trusted, or says that nobody may fetch the files without an account.
    pub fn parse(answer: &[u8]) -> Result<Self, HubError> {
        if answer.len() > MOST_LISTING_BYTES {
            return Err(HubError::TooLong {
                most: MOST_LISTING_BYTES,
            });
        }
        let answer: Answer = serde_json::from_slice(answer).map_err(HubError::Unreadable)?;
        // A repository that was renamed answers under its new name.
        let repository = Repository::parse(&answer.id)?;
        if answer.disabled {
            return Err(HubError::Disabled {
                repository: answer.id,
            });
        }
        if !matches!(answer.gated, Gated::Flag(false)) {
            return Err(HubError::Gated {
                repository: answer.id,
            });
        }
        if !is_hexadecimal(&answer.sha, 40) {
            return Err(HubError::Revision {
                found: answer.sha.chars().take(100).collect(),
            });
        }
        if answer.siblings.len() > MOST_FILES {
            return Err(HubError::TooManyFiles {
                found: answer.siblings.len(),
                most: MOST_FILES,
            });
        }
        let files = answer.siblings.into_iter().map(|file| {
            let (sha256, size) = file.lfs.map_or((None, None), |lfs| (lfs.sha256, lfs.size));
            ListedFile {
                name: file.rfilename,
                bytes: size.or(file.size),
                sha256: sha256.filter(|sha256| is_hexadecimal(sha256, 64)),
            }
        });
        Ok(Self {
            repository,
            revision: answer.sha,
            license: answer.card_data.and_then(license),
            files: files.collect(),
        })
    }

    /// Names of all files.
    pub fn names(&self) -> Vec<&str> {
        self.files.iter().map(|file| file.name.as_str()).collect()
    }

    /// What is shown and fetched: the files with these names, each of at most as many bytes as `most` gives for it.
    ///
    /// # Errors
    /// If one is too large, or its size is not told.
    pub fn describe(
        &self,
        names: &[&str],
        most: impl Fn(&str) -> u64,
    ) -> Result<HubDescription, HubError> {
        let mut files = Vec::new();
        for file in &self.files {
            let name = &file.name;
            if !names.contains(&name.as_str()) {
                continue;
            }
            let bytes = file
                .bytes
                .ok_or_else(|| HubError::NoSize { file: name.clone() })?;
            let most = most(name);
            let fits = u32::try_from(bytes).ok().filter(|_| bytes <= most);
            files.push(HubFile {
                name: name.clone(),
                bytes: fits.ok_or_else(|| HubError::TooLarge {
                    file: name.clone(),
                    found: bytes,
                    most,
                })?,
                sha256: file.sha256.clone(),
            });
        }
        Ok(HubDescription {
            repository: self.repository.to_string(),
            revision: self.revision.clone(),
            license: self.license.clone(),
            files,
        })
    }
}

fn license(card: Card) -> Option<String> {
    let license = match card.license? {
        OneOrMany::One(license) => license,
        OneOrMany::Many(licenses) => licenses.join(", "),
    };
    let name = card.license_name.filter(|_| license == "other");
    let license: String = name
        .unwrap_or(license)
        .chars()
        .take(LONGEST_LICENSE)
        .collect();
    Some(license).filter(|license| !license.trim().is_empty())
}

fn is_hexadecimal(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REVISION: &str = "0123456789abcdef0123456789abcdef01234567";

    /// An answer of the hub's form, with fields put in place of others.
    fn answer(changes: serde_json::Value) -> Vec<u8> {
        let mut answer = serde_json::json!({
            "_id": "621ffdc136468d709f180294",
            "id": "owner/name",
            "modelId": "owner/name",
            "private": false,
            "gated": false,
            "disabled": false,
            "sha": REVISION,
            "tags": ["bert"],
            "cardData": { "license": "mit", "language": ["en"] },
            "siblings": [
                { "rfilename": "README.md", "size": 10, "blobId": "aa" },
                { "rfilename": "config.json", "size": 600, "blobId": "bb" },
                { "rfilename": "model.safetensors", "size": 70_000_000, "blobId": "cc",
                  "lfs": { "sha256": "ab".repeat(32), "size": 70_000_000, "pointerSize": 134 } },
            ],
        });
        for (field, value) in changes.as_object().unwrap() {
            answer[field] = value.clone();
        }
        serde_json::to_vec(&answer).unwrap()
    }

    fn error(changes: serde_json::Value) -> HubError {
        Listing::parse(&answer(changes)).unwrap_err()
    }

    fn any_size(_: &str) -> u64 {
        u64::MAX
    }

    #[test]
    fn an_answer_of_the_hub_is_read() {
        let listing = Listing::parse(&answer(serde_json::json!({}))).unwrap();
        assert_eq!(
            listing.names(),
            ["README.md", "config.json", "model.safetensors"]
        );
        let description = listing
            .describe(&["config.json", "model.safetensors"], any_size)
            .unwrap();
        let file = |name: &str, bytes, sha256| HubFile {
            name: name.into(),
            bytes,
            sha256,
        };
        assert_eq!(
            description,
            HubDescription {
                repository: "owner/name".into(),
                revision: REVISION.into(),
                license: Some("mit".into()),
                files: vec![
                    file("config.json", 600, None),
                    file("model.safetensors", 70_000_000, Some("ab".repeat(32))),
                ],
            }
        );
        assert_eq!(description.total(), 70_000_600.0);
    }

    #[test]
    fn licences_come_in_several_forms() {
        let license = |card: serde_json::Value| {
            let answer = answer(serde_json::json!({ "cardData": card }));
            Listing::parse(&answer).unwrap().license
        };
        assert_eq!(license(serde_json::json!(null)), None);
        assert_eq!(license(serde_json::json!({})), None);
        assert_eq!(license(serde_json::json!({ "license": " " })), None);
        assert_eq!(
            license(serde_json::json!({ "license": ["mit", "apache-2.0"] })).as_deref(),
            Some("mit, apache-2.0")
        );
        assert_eq!(
            license(serde_json::json!({ "license": "other", "license_name": "gemma" })).as_deref(),
            Some("gemma")
        );
        let long = license(serde_json::json!({ "license": "x".repeat(1000) }));
        assert_eq!(long.map(|long| long.len()), Some(LONGEST_LICENSE));
    }

    #[test]
    fn what_may_not_be_fetched_is_said_so() {
        for gated in [serde_json::json!(true), serde_json::json!("auto")] {
            let error = error(serde_json::json!({ "gated": gated }));
            assert!(matches!(error, HubError::Gated { .. }), "{error}");
            assert!(error.hint().contains("folder"));
        }
        assert!(matches!(
            error(serde_json::json!({ "disabled": true })),
            HubError::Disabled { .. }
        ));
    }

    #[test]
    fn nothing_in_an_answer_is_believed_unseen() {
        assert!(matches!(
            error(serde_json::json!({ "id": "../../etc" })),
            HubError::Name(_)
        ));
        for sha in ["", "main", "../../../../../../../../../../../../../x"] {
            assert!(matches!(
                error(serde_json::json!({ "sha": sha })),
                HubError::Revision { .. }
            ));
        }
        let many = vec![serde_json::json!({ "rfilename": "x" }); MOST_FILES + 1];
        assert!(matches!(
            error(serde_json::json!({ "siblings": many })),
            HubError::TooManyFiles { .. }
        ));
        for broken in [&b""[..], b"<html>", b"{}", b"[1]"] {
            assert!(matches!(
                Listing::parse(broken),
                Err(HubError::Unreadable(_))
            ));
        }
        assert!(matches!(
            Listing::parse(&vec![b' '; MOST_LISTING_BYTES + 1]),
            Err(HubError::TooLong { .. })
        ));
        let sum = serde_json::json!([{ "rfilename": "a", "size": 1, "lfs": { "sha256": "zz" } }]);
        let listing = Listing::parse(&answer(serde_json::json!({ "siblings": sum }))).unwrap();
        assert_eq!(
            listing.describe(&["a"], any_size).unwrap().files[0].sha256,
            None
        );
    }

    #[test]
    fn sizes_are_bounded() {
        let listing = Listing::parse(&answer(serde_json::json!({}))).unwrap();
        let error = listing
            .describe(&["model.safetensors"], |_| 1_000)
            .unwrap_err();
        assert!(matches!(error, HubError::TooLarge { most: 1_000, .. }));
        let unknown = serde_json::json!([{ "rfilename": "a" }]);
        let listing = Listing::parse(&answer(serde_json::json!({ "siblings": unknown }))).unwrap();
        assert!(matches!(
            listing.describe(&["a"], any_size),
            Err(HubError::NoSize { .. })
        ));
    }
}
