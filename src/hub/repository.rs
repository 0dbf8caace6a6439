//! A repository's name, `owner/name`, which becomes a part of addresses.

use std::fmt;

use serde::Serialize;

/// Longest name that the hub gives.
const LONGEST: usize = 96;

/// A repository's name that is safe in an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository(String);

/// A name that no repository has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum RepositoryError {
    /// Not two parts.
    #[error("“{name}” is no repository: owner and name are needed, with one slash between them")]
    Parts {
        /// What was typed.
        name: String,
    },
    /// The hub would not give this name.
    #[error(
        "“{name}” is no repository: owner and name consist of letters A to Z, digits, dots, hyphens and underscores"
    )]
    Letters {
        /// What was typed.
        name: String,
    },
    /// Longer than any.
    #[error("a repository's name has at most {LONGEST} characters, this one {found}")]
    Length {
        /// Characters.
        found: usize,
    },
}

impl Repository {
    /// Checks a name. Spaces around it do not count.
    ///
    /// # Errors
    /// If no repository can have it.
    pub fn parse(name: &str) -> Result<Self, RepositoryError> {
        let name = name.trim();
        let found = name.chars().count();
        if found > LONGEST {
            return Err(RepositoryError::Length { found });
        }
        match name.split('/').collect::<Vec<_>>()[..] {
            [owner, repository] if !owner.is_empty() && !repository.is_empty() => {
                if is_part(owner) && is_part(repository) {
                    Ok(Self(name.to_owned()))
                } else {
                    Err(RepositoryError::Letters { name: name.into() })
                }
            }
            _ => Err(RepositoryError::Parts { name: name.into() }),
        }
    }
}

/// A part that begins with a dot could lead elsewhere in an address.
fn is_part(part: &str) -> bool {
    !part.starts_with(['.', '-'])
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

impl fmt::Display for Repository {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_hub_pass() {
        for name in [
            "intfloat/multilingual-e5-small",
            " sentence-transformers/all-MiniLM-L6-v2\n",
            "a_b/c.d-e_1",
        ] {
            assert_eq!(
                Repository::parse(name).map(|name| name.to_string()),
                Ok(name.trim().to_owned())
            );
        }
    }

    #[test]
    fn what_could_lead_elsewhere_does_not() {
        for name in [
            "",
            "bert",
            "a/b/c",
            "/b",
            "a/",
            "https://huggingface.co/a/b",
        ] {
            assert!(
                matches!(Repository::parse(name), Err(RepositoryError::Parts { .. })),
                "{name}"
            );
        }
        for name in [
            "../b", "a/..", "a/.git", "a b/c", "a/b?c", "a/b#c", "a/%2e", "ä/b", "a\\b/c", "a/-b",
        ] {
            assert!(
                matches!(
                    Repository::parse(name),
                    Err(RepositoryError::Letters { .. })
                ),
                "{name}"
            );
        }
        let long = format!("a/{}", "b".repeat(95));
        assert_eq!(
            Repository::parse(&long),
            Err(RepositoryError::Length { found: 97 })
        );
    }
}
