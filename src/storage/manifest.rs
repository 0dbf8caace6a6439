//! What is written of a project: its name, what the page says of it, and which contents are its files.
//!
//! A manifest's file is one line with the SHA-256 of all that follows, then JSON. That line and the fields `format`,
//! `generation`, `name` and `changed_at` stay as they are in every format to come, so that an older Tabtune knows a newer
//! project, lists it, and leaves it alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StorageError;
use super::name::{NameError, check_count, check_file};
use crate::checksum::sha256;

/// The format that is written. One that reads older ones, too, turns each into the next, step by step, in
/// `Manifest::decode`.
pub const FORMAT: u32 = 1;

/// The most bytes of a manifest, most of which are the page's record.
pub const MOST_MANIFEST: u64 = 64 << 20;

/// A project as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Counts the changes. The higher one of two slots is the newer one.
    pub generation: u64,
    /// What the user calls it.
    pub name: String,
    /// Milliseconds since 1970.
    pub created_at: f64,
    /// Milliseconds since 1970.
    pub changed_at: f64,
    /// What the page says of it. Nothing here looks into it.
    pub record: Option<String>,
    /// Its files, by name.
    pub files: BTreeMap<String, StoredFile>,
}

/// A file of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Number of the content in the project's folder.
    pub content: u64,
    /// Its length.
    pub bytes: u64,
    /// Its checksum, in hexadecimal.
    pub sha256: String,
}

/// What stays the same in every format.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Heading {
    pub format: u32,
    pub generation: u64,
    pub name: String,
    pub changed_at: f64,
}

/// What a slot holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// Nothing yet.
    Absent,
    /// Something that was not written whole, or not left as it was.
    Damaged,
    /// A project as it was after a change.
    Whole(Manifest),
    /// A project that a newer Tabtune wrote.
    Newer(Heading),
}

impl Manifest {
    /// A new project.
    pub fn new(name: String, now: f64) -> Self {
        Self {
            format: FORMAT,
            generation: 0,
            name,
            created_at: now,
            changed_at: now,
            record: None,
            files: BTreeMap::new(),
        }
    }

    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        let record = self.record.as_ref().map_or(0, String::len) as u64;
        self.files
            .values()
            .fold(record, |sum, file| sum.saturating_add(file.bytes))
    }

    /// The bytes to write.
    pub(super) fn encode(&self) -> Result<Vec<u8>, StorageError> {
        let json = serde_json::to_string(self).map_err(|source| StorageError::Record { source })?;
        let bytes = format!("{}\n{json}", sha256(json.as_bytes())).into_bytes();
        let found = bytes.len() as u64;
        if found > MOST_MANIFEST {
            return Err(StorageError::RecordTooLarge {
                found,
                most: MOST_MANIFEST,
            });
        }
        Ok(bytes)
    }

    /// What written bytes are.
    pub(super) fn decode(bytes: &[u8]) -> Slot {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let Some((sum, json)) = text.split_once('\n') else {
            return Slot::Damaged;
        };
        if sha256(json.as_bytes()) != sum {
            return Slot::Damaged;
        }
        let Ok(heading) = serde_json::from_str::<Heading>(json) else {
            return Slot::Damaged;
        };
        match heading.format {
            1 => match serde_json::from_str::<Self>(json) {
                Ok(manifest) if manifest.check().is_ok() => Slot::Whole(manifest),
                _ => Slot::Damaged,
            },
            format if format > FORMAT => Slot::Newer(heading),
            _ => Slot::Damaged,
        }
    }

    fn check(&self) -> Result<(), NameError> {
        check_count(self.files.len())?;
        self.files.keys().try_for_each(|name| check_file(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let mut manifest = Manifest::new("Reviews".into(), 1.0);
        manifest.record = Some(r#"{"a":1}"#.into());
        let file = StoredFile {
            content: 3,
            bytes: 9,
            sha256: sha256(b"x"),
        };
        manifest.files.insert("table".into(), file);
        manifest
    }

    #[test]
    fn what_is_written_is_read() {
        let manifest = manifest();
        let bytes = manifest.encode().unwrap();
        assert_eq!(Manifest::decode(&bytes), Slot::Whole(manifest));
    }

    /// Projects lie in people's browsers: who changes this form needs a format of its own.
    #[test]
    fn the_form_stays() {
        let text = String::from_utf8(manifest().encode().unwrap()).unwrap();
        let json = r#"{"format":1,"generation":0,"name":"Reviews","created_at":1.0,"changed_at":1.0,"record":"{\"a\":1}","files":{"table":{"content":3,"bytes":9,"sha256":"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"}}}"#;
        assert_eq!(text, format!("{}\n{json}", sha256(json.as_bytes())));
    }

    #[test]
    fn any_other_byte_is_noticed() {
        let bytes = manifest().encode().unwrap();
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert_eq!(Manifest::decode(&damaged), Slot::Damaged, "{place}");
            assert_eq!(Manifest::decode(&bytes[..place]), Slot::Damaged, "{place}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_not_believed() {
        let mut manifest = manifest();
        let file = manifest.files["table"].clone();
        manifest.files.insert("../table".into(), file);
        let bytes = manifest.encode().unwrap();
        assert_eq!(Manifest::decode(&bytes), Slot::Damaged);
    }

    #[test]
    fn a_record_has_a_limit() {
        let mut manifest = manifest();
        manifest.record = Some("x".repeat(MOST_MANIFEST as usize));
        let error = manifest.encode().unwrap_err();
        assert!(
            matches!(error, StorageError::RecordTooLarge { .. }),
            "{error}"
        );
    }
}
