//! Folders in a zip.

use std::io::{Cursor, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::Files;
use crate::archive::{ArchiveError, ArchiveReader, Limits};

/// The most entries that an archive may have.
const MOST_ENTRIES: usize = 256;

/// Packs a folder. The same files give the same bytes. Weights hardly shrink, so they are stored as they are.
///
/// # Errors
/// If the archive would be larger than the format allows.
pub fn pack(files: &Files) -> Result<Vec<u8>, ZipError> {
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
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Unpacks a folder of at most `most` bytes. A single folder that everything lies in is left out of the names, as
/// is what file managers add.
///
/// # Errors
/// If it is no zip or a damaged one, is too large, or has names that lead out of the folder.
pub fn unpack(bytes: &[u8], most: u64) -> Result<Files, ArchiveError> {
    let limits = Limits {
        entries: MOST_ENTRIES,
        file: |_| u64::MAX,
        total: most,
    };
    let mut archive = ArchiveReader::open(Cursor::new(bytes), limits)?;
    let paths: Vec<String> = archive.paths().map(str::to_owned).collect();
    let mut files = Files::new();
    for path in paths {
        if !is_clutter(&path) {
            let content = archive.read(&path)?;
            files.insert(path, content);
        }
    }
    Ok(without_common_folder(files))
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
    fn entries_are_counted_and_sizes_bounded() {
        let many: Files = (0..257).map(|file| (file.to_string(), vec![])).collect();
        assert!(matches!(
            error(&many),
            ArchiveError::TooMany {
                found: 257,
                most: 256
            }
        ));
        let large = Files::from([("a".to_owned(), vec![0; MOST as usize + 1])]);
        assert!(matches!(
            error(&large),
            ArchiveError::TooLargeTogether { most: MOST }
        ));
        let together = ["a", "b"].map(|name| (name.to_owned(), vec![0; MOST as usize / 2 + 1]));
        assert!(matches!(
            error(&Files::from(together)),
            ArchiveError::TooLargeTogether { .. }
        ));
    }
}
