//! A project as one file, out and in, from whoever it comes.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use pollster::block_on;
use proptest::prelude::*;
use tabtune::storage::{BundleError, Shelf, StorageError, export};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::memory::Memory;
use crate::state::{Change, OTHER, State, changes, project_after};

fn exported() -> (Vec<u8>, State) {
    let change = Change::Save {
        record: r#"{"threshold":0.5}"#.into(),
        put: [
            ("table".into(), b"text,label\n".repeat(9)),
            ("encoder/config.json".into(), b"{}".to_vec()),
            ("empty".into(), Vec::new()),
        ]
        .into(),
        remove: Vec::new(),
    };
    let (_, project, state) = project_after(&[change]);
    (block_on(export(&project, Vec::new())).unwrap(), state)
}

fn import(file: &[u8]) -> (Memory, Result<State, StorageError>) {
    let disk = Memory::new(BTreeMap::new());
    let shelf = Shelf::new(disk.clone());
    let made = block_on(shelf.import(OTHER.into(), Cursor::new(file), 5.0));
    (disk, made.map(|project| State::of(&project)))
}

/// What importing a file fails with; nothing is left of it.
fn refusal(file: &[u8]) -> StorageError {
    let (disk, made) = import(file);
    assert!(disk.folders().is_empty(), "{:?}", disk.folders());
    made.unwrap_err()
}

/// The file with one entry changed, or left out.
fn with(file: &[u8], path: &str, content: Option<&[u8]>) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(file)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for index in 0..old.len() {
        let mut entry = old.by_index(index).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        if name == path {
            let Some(content) = content else { continue };
            bytes = content.to_vec();
        }
        new.start_file(name, options).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[test]
fn what_is_exported_is_imported() {
    let (file, state) = exported();
    let (disk, made) = import(&file);
    assert_eq!(made.unwrap(), state);
    let listed = block_on(Shelf::new(disk).list()).unwrap();
    assert_eq!(
        (
            listed.projects[0].id.as_str(),
            listed.projects[0].changed_at
        ),
        (OTHER, 5.0)
    );
    // Anything reads it: the entries are stored as they are.
    let mut zip = ZipArchive::new(Cursor::new(&file)).unwrap();
    let mut text = String::new();
    zip.by_name("files/table")
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text.into_bytes(), state.files["table"]);
    // Who unpacked it and packed it again has the same project.
    let (_, made) = import(&with(&file, "", None));
    assert_eq!(made.unwrap(), state);
}

#[test]
fn damaged_files_stay_out() {
    let change = Change::Save {
        record: "{}".into(),
        put: [("table".into(), vec![1]), ("model".into(), vec![2])].into(),
        remove: Vec::new(),
    };
    let (disk, _, _) = project_after(&[change]);
    let mut folders = disk.folders();
    folders
        .get_mut(crate::state::ID)
        .unwrap()
        .insert("content-0".into(), vec![9]);
    let project = crate::state::open(&Memory::new(folders)).unwrap();
    let (_, made) = import(&block_on(export(&project, Vec::new())).unwrap());
    assert!(made.unwrap().files.keys().eq(["table"]));
}

#[test]
fn what_is_no_export_is_refused() {
    let (file, _) = exported();
    let bundle = |file: &[u8]| match refusal(file) {
        StorageError::Bundle(error) => error,
        error => panic!("{error}"),
    };
    assert!(matches!(bundle(b"text,label\n"), BundleError::Archive(_)));
    assert!(matches!(
        bundle(&file[..file.len() / 2]),
        BundleError::Archive(_)
    ));
    let manifest = "manifest.json";
    for content in [
        None,
        Some(&b"{}"[..]),
        Some(b"[]"),
        Some(br#"{"tabtune_project":1}"#),
    ] {
        let error = bundle(&with(&file, manifest, content));
        assert!(matches!(error, BundleError::NotAProject), "{error}");
    }
    let newer = br#"{"tabtune_project":2,"moons":3}"#;
    let error = bundle(&with(&file, manifest, Some(newer)));
    assert!(
        matches!(error, BundleError::NewerFile { found: 2, known: 1 }),
        "{error}"
    );
    for content in [None, Some(&b"x"[..]), Some(&b"text.label\n".repeat(9))] {
        let error = bundle(&with(&file, "files/table", content));
        assert!(
            matches!(&error, BundleError::Differs { file } if file == "table"),
            "{error}"
        );
    }
    for name in ["../x", "/x", "a b", "a//b"] {
        let json = format!(
            r#"{{"tabtune_project":1,"name":"A","created_at":1.0,"changed_at":1.0,"record":null,"files":{{"{name}":{{"bytes":1,"sha256":""}}}}}}"#
        );
        let error = bundle(&with(&file, manifest, Some(json.as_bytes())));
        assert!(matches!(error, BundleError::Names(_)), "{name}: {error}");
    }
}

#[test]
fn what_does_not_fit_is_refused_before_it_is_unpacked() {
    let (file, _) = exported();
    let json = br#"{"tabtune_project":1,"name":"A","created_at":1.0,"changed_at":1.0,"record":null,"files":{"table":{"bytes":18000000000000000000,"sha256":""},"empty":{"bytes":18000000000000000000,"sha256":""}}}"#;
    let error = refusal(&with(&file, "manifest.json", Some(json)));
    assert!(matches!(error, StorageError::Full { .. }), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_project_goes_out_and_in(all in changes(0..4)) {
        let (_, project, state) = project_after(&all);
        let file = block_on(export(&project, Vec::new())).unwrap();
        prop_assert_eq!(import(&file).1.unwrap(), state);
    }

    #[test]
    fn no_other_byte_is_taken_for_the_project(place in any::<usize>(), bit in 0_u8..8) {
        let (mut file, state) = exported();
        let place = place % file.len();
        file[place] ^= 1 << bit;
        let (disk, made) = import(&file);
        match made {
            // A date in the zip, for example, is nothing of the project.
            Ok(found) => prop_assert_eq!(found, state),
            Err(_) => prop_assert!(disk.folders().is_empty()),
        }
    }
}
