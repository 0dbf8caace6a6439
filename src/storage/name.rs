//! Names: of projects' folders, of projects, of their files. None is believed, for an imported one may say anything.

use serde::Serialize;

/// The most files of a project. Encoders in parts have a few dozen.
pub const MOST_FILES: usize = 1000;

/// The most letters of a file's name.
pub const MOST_NAME: usize = 200;

/// The most letters of a project's name; further ones are left out.
pub const MOST_LETTERS: usize = 200;

/// Hexadecimal digits of a project's id.
const ID_DIGITS: usize = 32;

/// What is wrong with a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub enum NameError {
    /// A project that nobody could tell in a list.
    #[error("a project needs a name")]
    Empty,
    /// What a file may not be called.
    #[error("{name:?} is no name for a file of a project")]
    File {
        /// The name.
        name: String,
    },
    /// Two files of one name.
    #[error("two files of a project are called {name}")]
    Twice {
        /// Their name.
        name: String,
    },
    /// More than a project of ours ever has.
    #[error("the project would have {found} files; at most {most} are kept")]
    TooMany {
        /// Files that there would be.
        found: usize,
        /// The most that are kept.
        most: usize,
    },
}

/// Whether it is an id as projects get them, and so a folder's name that leads nowhere else.
pub fn is_project_id(id: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    id.len() == ID_DIGITS && id.bytes().all(is_digit)
}

/// A project's name as it is kept: on one line, without spaces around it, and not too long.
pub(super) fn project_name(name: &str) -> Result<String, NameError> {
    let words: Vec<&str> = name.split_whitespace().collect();
    let shown = |letter: &char| !letter.is_control();
    let name: String = words
        .join(" ")
        .chars()
        .filter(shown)
        .take(MOST_LETTERS)
        .collect();
    match name.trim() {
        "" => Err(NameError::Empty),
        name => Ok(name.to_owned()),
    }
}

/// Refuses names of files that are no plain paths: letters, digits, `-`, `_` and `.`, in folders if need be.
pub(super) fn check_file(name: &str) -> Result<(), NameError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && part.bytes().all(is_plain);
    if name.len() <= MOST_NAME && name.split('/').all(is_part) {
        return Ok(());
    }
    Err(NameError::File {
        name: name.to_owned(),
    })
}

/// Refuses more files than are kept.
pub(super) fn check_count(found: usize) -> Result<(), NameError> {
    if found <= MOST_FILES {
        return Ok(());
    }
    Err(NameError::TooMany {
        found,
        most: MOST_FILES,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain_paths() {
        for name in [
            "table",
            "held-out",
            "encoder/1_Pooling/config.json",
            "a.b",
            "-",
        ] {
            assert_eq!(check_file(name), Ok(()), "{name}");
        }
        let long = "a".repeat(MOST_NAME + 1);
        for name in [
            "", "/", "a/", "/a", "a//b", "..", "a/../b", "./a", "a b", "a\\b", "c:", "é", &long,
        ] {
            assert!(check_file(name).is_err(), "{name}");
        }
    }

    #[test]
    fn names_of_projects_fit_a_line() {
        assert_eq!(project_name("  My \n\t reviews  ").unwrap(), "My reviews");
        assert_eq!(project_name("评论\u{7}").unwrap(), "评论");
        assert_eq!(
            project_name(&"é".repeat(999)).unwrap().chars().count(),
            MOST_LETTERS
        );
        for empty in ["", " \n", "\u{7}", " \u{0} "] {
            assert_eq!(project_name(empty), Err(NameError::Empty));
        }
    }

    #[test]
    fn ids_are_hexadecimal() {
        assert!(is_project_id("00112233445566778899aabbccddeeff"));
        for id in [
            "",
            "..",
            "00112233445566778899AABBCCDDEEFF",
            "00112233445566778899aabbccddeef/",
        ] {
            assert!(!is_project_id(id), "{id}");
        }
    }
}
