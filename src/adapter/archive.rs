//! Folders in a zip.

use std::io::{Cursor, Read, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::Files;

/// The most entries that an archive may have.
const MOST_ENTRIES: usize = 256;

/// Why an archive cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Not a zip, a damaged one, or one with features that are not read here.
    #[error("the zip cannot be read: {0}")]
    Unreadable(#[from] ZipError),
    /// An entry's content is damaged.
    #[error("{name} in the zip cannot be read: {source}")]
    Damaged {
        /// Its name.
        name: String,
        /// What the library says.
        source: std::io::Error,
    },
    /// More entries than any model has.
    #[error("the zip has {found} entries; at most {MOST_ENTRIES} are read")]
    TooManyEntries {
        /// How many it has.
        found: usize,
    },
    /// A name that leads out of the folder, or is no file's.
    #[error("the zip has an entry called {name:?}, which is no file of a folder")]
    UnsafeName {
        /// Its name.
        name: String,
    },
    /// Two entries of one name.
    #[error("the zip has two files of one name")]
    Twice,
    /// Unpacked it would not fit into memory.
    #[error("unpacked, the zip has more than {most} bytes")]
    TooLarge {
        /// The most that are unpacked.
        most: u64,
    },
}

/// Packs a folder. The same files give the same bytes. Weights hardly shrink, so they are stored as they are.
///
/// # Errors
/// If the archive would be larger than the format allows.
pub fn pack(files: &Files) -> Result<Vec<u8>, ArchiveError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let method = if name.ends_with(".safetensors") {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .large_file(bytes.len() > u32::MAX as usize);
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes).map_err(ZipError::from)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Unpacks a folder of at most `most` bytes. A single folder that everything lies in is left out of the names, as
/// is what file managers add.
///
/// # Errors
/// If it is no zip or a damaged one, is too large, or has names that lead out of the folder.
pub fn unpack(bytes: &[u8], most: u64) -> Result<Files, ArchiveError> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    if zip.len() > MOST_ENTRIES {
        return Err(ArchiveError::TooManyEntries { found: zip.len() });
    }
    // The library keeps one of them only.
    if zip.has_duplicate_names() {
        return Err(ArchiveError::Twice);
    }
    let (mut files, mut left) = (Files::new(), most);
    for index in 0..zip.len() {
        let entry = zip.by_index(index)?;
        let name = entry.name()?.into_owned();
        if entry.is_symlink() || !is_safe(&name) {
            return Err(ArchiveError::UnsafeName { name });
        }
        if entry.is_dir() || is_clutter(&name) {
            continue;
        }
        if entry.size() > left {
            return Err(ArchiveError::TooLarge { most });
        }
        // What is declared may be less than what comes out.
        let mut content = Vec::new();
        let read = entry.take(left.saturating_add(1)).read_to_end(&mut content);
        let read = read.map_err(|source| ArchiveError::Damaged {
            name: name.clone(),
            source,
        })?;
        left = left
            .checked_sub(read as u64)
            .ok_or(ArchiveError::TooLarge { most })?;
        files.insert(name, content);
    }
    Ok(without_common_folder(files))
}

/// Whether a name stays within the folder, on every system.
fn is_safe(name: &str) -> bool {
    let inner = name.strip_suffix('/').unwrap_or(name);
    !inner.contains(['\\', ':', '\0'])
        && inner
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

fn is_clutter(name: &str) -> bool {
    let mut parts = name.split('/');
    parts.clone().next() == Some("__MACOSX")
        || parts.next_back().is_some_and(|file| file == ".DS_Store")
}

fn without_common_folder(files: Files) -> Files {
    let folder = files.keys().next().and_then(|name| name.split_once('/'));
    let Some(folder) = folder.map(|(folder, _)| format!("{folder}/")) else {
        return files;
    };
    if !files.keys().all(|name| name.starts_with(&folder)) {
        return files;
    }
    files
        .into_iter()
        .map(|(name, bytes)| (name[folder.len()..].to_owned(), bytes))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u64 = 1 << 20;

    fn files(names: &[&str]) -> Files {
        let content = |name: &&str| ((*name).to_owned(), name.repeat(9).into_bytes());
        names.iter().map(content).collect()
    }

    fn error(files: &Files) -> ArchiveError {
        unpack(&pack(files).unwrap(), MOST).unwrap_err()
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let files = files(&["a.json", "b.safetensors", "empty"]);
        let packed = pack(&files).unwrap();
        assert_eq!(packed, pack(&files).unwrap());
        assert_eq!(unpack(&packed, MOST).unwrap(), files);
        assert_eq!(
            unpack(&pack(&Files::new()).unwrap(), MOST).unwrap(),
            Files::new()
        );
    }

    #[test]
    fn a_folder_around_everything_is_left_out() {
        let packed = pack(&files(&["my/a", "my/b/c", "__MACOSX/x", "my/.DS_Store"])).unwrap();
        let names: Vec<String> = unpack(&packed, MOST).unwrap().into_keys().collect();
        assert_eq!(names, ["a", "b/c"]);
        let packed = pack(&files(&["my/a", "your/a"])).unwrap();
        assert_eq!(unpack(&packed, MOST).unwrap().len(), 2);
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../a", "/a", "a/../b", "a\\b", "c:a", "a//b", "./a"] {
            let ArchiveError::UnsafeName { name: found } = error(&files(&[name])) else {
                panic!("{name} is accepted");
            };
            assert_eq!(found, name);
        }
    }

    #[test]
    fn entries_are_counted_and_sizes_bounded() {
        let many: Files = (0..257).map(|file| (file.to_string(), vec![])).collect();
        assert!(matches!(
            error(&many),
            ArchiveError::TooManyEntries { found: 257 }
        ));
        let large = Files::from([("a".to_owned(), vec![0; MOST as usize + 1])]);
        assert!(matches!(
            error(&large),
            ArchiveError::TooLarge { most: MOST }
        ));
        let together = ["a", "b"].map(|name| (name.to_owned(), vec![0; MOST as usize / 2 + 1]));
        assert!(matches!(
            error(&Files::from(together)),
            ArchiveError::TooLarge { .. }
        ));
    }

    #[test]
    fn two_files_of_one_name_are_refused() {
        let mut twice = pack(&files(&["first", "other"])).unwrap();
        while let Some(at) = twice.windows(5).position(|five| five == b"other") {
            twice[at..at + 5].copy_from_slice(b"first");
        }
        assert!(matches!(unpack(&twice, MOST), Err(ArchiveError::Twice)));
    }

    #[test]
    fn a_declared_size_is_not_believed() {
        let bomb = Files::from([("a".to_owned(), vec![0; MOST as usize * 2])]);
        let mut packed = pack(&bomb).unwrap();
        // The size in the central directory, 24 bytes into the record, and in the local header, 22 bytes in.
        for (mark, offset) in [(b"PK\x01\x02", 24), (b"PK\x03\x04", 22)] {
            let at = packed.windows(4).rposition(|four| four == mark).unwrap() + offset;
            packed[at..at + 4].copy_from_slice(&9_u32.to_le_bytes());
        }
        assert!(unpack(&packed, MOST).is_err());
    }
}
