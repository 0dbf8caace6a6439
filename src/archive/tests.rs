use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

const CONFIG: &str = "config.json";
const WEIGHTS: &str = "model.safetensors";

/// The most bytes of a file whose name ends in `.json`.
const MOST_JSON: u64 = 1_000_000;

/// The most bytes of all files.
const MOST: u64 = 10_000_000;

const LIMITS: Limits = Limits {
    entries: 300,
    file: |path| match path.ends_with(".json") {
        true => MOST_JSON,
        false => u64::MAX,
    },
    total: MOST,
};

fn deflated() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in entries {
        writer.start_file(*path, deflated()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn open(bytes: Vec<u8>) -> Result<ArchiveReader<Cursor<Vec<u8>>>, ArchiveError> {
    ArchiveReader::open(Cursor::new(bytes), LIMITS)
}

/// What reading a file of an archive fails with.
fn fault(bytes: Vec<u8>, name: &str) -> ArchiveError {
    open(bytes).unwrap().read(name).unwrap_err()
}

/// Puts other bytes in the place of some, as often as they occur.
fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    let places: Vec<usize> = bytes
        .windows(old.len())
        .enumerate()
        .filter(|(_, window)| *window == old)
        .map(|(place, _)| place)
        .collect();
    assert!(!places.is_empty());
    for place in places {
        bytes[place..place + new.len()].copy_from_slice(new);
    }
}

#[test]
fn files_are_listed_and_read() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.add_directory("a", deflated()).unwrap();
    for path in ["b.json", "a/x", "empty"] {
        writer.start_file(path, deflated()).unwrap();
        writer
            .write_all(&path.as_bytes()[..path.len() % 5])
            .unwrap();
    }
    let mut archive = open(writer.finish().unwrap().into_inner()).unwrap();
    assert!(archive.paths().eq(["a/x", "b.json", "empty"]));
    assert_eq!(archive.read("a/x").unwrap(), b"a/x");
    assert_eq!(archive.read("b.json").unwrap(), b"b");
    assert_eq!(archive.read("empty").unwrap(), b"");
    let absent = archive.read("a").unwrap_err();
    assert!(matches!(absent, ArchiveError::Packing { .. }), "{absent}");
    assert_eq!(open(zip(&[])).unwrap().paths().count(), 0);
}

#[test]
fn what_is_no_archive_is_said_so() {
    for bytes in [&b""[..], b"PK\x03\x04", b"text,label\na,b\n"] {
        let error = open(bytes.to_vec()).err().unwrap();
        assert!(matches!(error, ArchiveError::Unreadable(_)), "{error}");
        assert!(error.hint().contains("new zip"));
    }
    let whole = zip(&[(CONFIG, b"{}")]);
    for length in 0..whole.len() {
        assert!(open(whole[..length].to_vec()).is_err(), "{length} bytes");
    }
}

#[test]
fn paths_that_lead_out_are_refused() {
    for (path, disguise) in [
        ("aa/config.json", "../config.json"),
        ("xetc/passwd", "/etc/passwd"),
        ("aa-config.json", "..\\config.json"),
        ("a-aa-config.json", "a\\..\\config.json"),
        ("Cx/config.json", "C:/config.json"),
        ("model/aa/aa/x", "model/../../x"),
        ("a/config.json", "./config.json"),
        ("model/ab/x", "model//b/x"),
    ] {
        // The writer would tidy them.
        let mut archive = zip(&[(path, b"{}")]);
        replace(&mut archive, path.as_bytes(), disguise.as_bytes());
        let error = open(archive).err().unwrap();
        let told = disguise.replace('\\', "/");
        assert!(matches!(&error, ArchiveError::Path { entry } if *entry == told));
    }
}

/// As PowerShell 5 packs folders.
#[test]
fn paths_may_be_written_as_windows_does() {
    let mut archive = zip(&[("a-b-config.json", b"{}")]);
    replace(&mut archive, b"a-b-config.json", b"a\\b\\config.json");
    let mut archive = open(archive).unwrap();
    assert!(archive.paths().eq(["a/b/config.json"]));
    assert_eq!(archive.read("a/b/config.json").unwrap(), b"{}");
}

#[test]
fn two_files_of_one_name_are_refused() {
    let mut archive = zip(&[("first", b"1"), ("other", b"2")]);
    replace(&mut archive, b"other", b"first");
    assert!(matches!(open(archive), Err(ArchiveError::Twice)));

    // The same name in two encodings: the writer marks UTF-8, and what is not marked is CP437.
    let mut archive = zip(&[("fil1", b"1"), ("filé", b"2")]);
    replace(&mut archive, b"fil1", b"fil\x82");
    assert!(matches!(open(archive), Err(ArchiveError::Twice)));
}

#[test]
fn too_many_entries_are_refused() {
    let names: Vec<String> = (0..=LIMITS.entries)
        .map(|index| index.to_string())
        .collect();
    let entries: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(open(zip(&entries[1..])).is_ok());
    let error = open(zip(&entries)).err().unwrap();
    assert!(matches!(
        error,
        ArchiveError::TooMany {
            found: 301,
            most: 300
        }
    ));
}

#[test]
fn sizes_are_bounded_each_and_together() {
    let half = vec![7; MOST as usize / 2 + 1];
    let options = deflated().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for path in ["a", "b", CONFIG] {
        writer.start_file(path, options).unwrap();
        writer.write_all(&half).unwrap();
    }
    let mut archive = open(writer.finish().unwrap().into_inner()).unwrap();
    let alone = archive.read(CONFIG).unwrap_err();
    assert!(matches!(
        alone,
        ArchiveError::TooLarge {
            most: MOST_JSON,
            ..
        }
    ));
    assert_eq!(archive.read("a").unwrap(), half);
    let together = archive.read("b").unwrap_err();
    assert!(matches!(
        together,
        ArchiveError::TooLargeTogether { most: MOST }
    ));
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let zeros = vec![0; 8_000_000];
    let error = fault(zip(&[(WEIGHTS, &zeros)]), WEIGHTS);
    assert!(
        matches!(
            error,
            ArchiveError::Bomb {
                unpacked: 8_000_000,
                ..
            }
        ),
        "{error}"
    );
    // What is small may shrink as it likes.
    let small = &zeros[..900_000];
    assert_eq!(
        open(zip(&[(WEIGHTS, small)]))
            .unwrap()
            .read(WEIGHTS)
            .unwrap(),
        small
    );
}

#[test]
fn an_entry_is_not_packed_into_more_than_the_archive_has() {
    let mut bytes = zip(&[("a.txt", &[b'a'; 2_000_000])]);
    // The list of entries, in which the packed size stands 20 bytes after its mark.
    let at = bytes
        .windows(4)
        .rposition(|mark| mark == b"PK\x01\x02")
        .unwrap();
    bytes[at + 20..at + 24].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
    let found = fault(bytes, "a.txt");
    assert!(matches!(found, ArchiveError::Bomb { .. }), "{found}");
}

#[test]
fn sizes_that_the_archive_lies_about_are_noticed() {
    let declared = 10_007_u32.to_le_bytes();
    let content: Vec<u8> = (0..10_007_u32)
        .map(|number| (number * 7919 % 251) as u8)
        .collect();
    for wrong in [100_u32, 10_006, 10_008, 900_000] {
        let mut archive = zip(&[(WEIGHTS, &content)]);
        replace(&mut archive, &declared, &wrong.to_le_bytes());
        let error = fault(archive, WEIGHTS);
        assert!(
            // The reader notices what is too long itself.
            matches!(
                error,
                ArchiveError::Length { .. } | ArchiveError::Damaged { .. }
            ),
            "{wrong}: {error}"
        );
    }
    let mut archive = zip(&[(CONFIG, &content)]);
    replace(&mut archive, &declared, &200_000_000_u32.to_le_bytes());
    assert!(matches!(
        fault(archive, CONFIG),
        ArchiveError::TooLarge {
            found: 200_000_000,
            ..
        }
    ));
}

#[test]
fn a_damaged_entry_is_named() {
    let options = deflated().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(CONFIG, options).unwrap();
    writer.write_all(b"sound content").unwrap();
    let mut archive = writer.finish().unwrap().into_inner();
    replace(&mut archive, b"sound", b"wrong");
    let error = fault(archive, CONFIG);
    assert!(
        matches!(&error, ArchiveError::Damaged { entry, .. } if entry == CONFIG),
        "{error}"
    );
}

#[test]
fn links_and_other_packings_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_symlink(CONFIG, "../../blobs/1", deflated())
        .unwrap();
    let archive = writer.finish().unwrap().into_inner();
    assert!(matches!(fault(archive, CONFIG), ArchiveError::Link { .. }));

    let mut archive = zip(&[(CONFIG, b"{}")]);
    // Method 14 is LZMA. It stands behind version and flags in both headers.
    for header in [&b"PK\x03\x04"[..], b"PK\x01\x02"] {
        let start = archive
            .windows(4)
            .position(|window| window == header)
            .unwrap();
        archive[start + if header[2] == 3 { 8 } else { 10 }] = 14;
    }
    let error = fault(archive, CONFIG);
    assert!(matches!(error, ArchiveError::Packing { .. }), "{error:?}");
}

#[test]
fn a_file_can_be_unpacked_in_parts() {
    let content: Vec<u8> = (0..100_000_u32)
        .map(|number| (number * 7919 % 251) as u8)
        .collect();
    let in_parts = |bytes: Vec<u8>| -> Result<Vec<u8>, ArchiveError> {
        let mut archive = open(bytes)?;
        let mut entry = archive.entry(WEIGHTS)?;
        assert_eq!(entry.length(), content.len() as u64);
        let mut whole = Vec::new();
        let mut part = [0; 999];
        loop {
            match entry.read(&mut part)? {
                0 => return Ok(whole),
                read => whole.extend_from_slice(&part[..read]),
            }
        }
    };
    let options = deflated().compression_method(CompressionMethod::Stored);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(WEIGHTS, options).unwrap();
    writer.write_all(&content).unwrap();
    let mut archive = writer.finish().unwrap().into_inner();
    assert_eq!(in_parts(archive.clone()).unwrap(), content);
    // The content begins behind a header of 30 bytes and the name.
    archive[30 + WEIGHTS.len() + content.len() - 1] ^= 1;
    let error = in_parts(archive).unwrap_err();
    assert!(matches!(error, ArchiveError::Damaged { .. }), "{error}");
}
