//! Making, listing, renaming, deleting; what is refused, and what is left alone.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use pollster::block_on;
use sha2::{Digest, Sha256};
use tabtune::protocol::{ErrorKind, Space, WireError};
use tabtune::storage::{DiskError, MOST_FILES, NameError, Put, Shelf, StorageError};

use crate::memory::{Failure, Memory};
use crate::state::{Change, ID, OTHER, State, apply, open, project_after, put};

const ROOM: Space = Space {
    used: 0.0,
    quota: 1e12,
};

fn save(files: &[(&str, &[u8])]) -> Change {
    Change::Save {
        record: r#"{"a":1}"#.into(),
        put: files
            .iter()
            .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
            .collect(),
        remove: Vec::new(),
    }
}

#[test]
fn projects_are_listed_the_newest_first() {
    let (disk, mut project, _) = project_after(&[]);
    let shelf = Shelf::new(disk.clone());
    block_on(shelf.create(OTHER.into(), "  Second\n one ", 9.0)).unwrap();
    let names = || -> Vec<String> {
        let listed = block_on(shelf.list()).unwrap();
        listed
            .projects
            .into_iter()
            .map(|entry| entry.name)
            .collect()
    };
    assert_eq!(names(), ["Second one", "New"]);
    let files = put(&[("table".into(), vec![0; 100])].into());
    block_on(project.save("{}".into(), files, &[], ROOM, 10.0)).unwrap();
    assert_eq!(names(), ["New", "Second one"]);
    let entry = &block_on(shelf.list()).unwrap().projects[0];
    assert_eq!(
        (entry.changed_at, entry.bytes, entry.damaged),
        (10.0, 102.0, false)
    );
    // Another name is no change of the work.
    block_on(project.rename("Mine", ROOM)).unwrap();
    assert_eq!(names(), ["Mine", "Second one"]);
    assert_eq!(project.entry().changed_at, 10.0);
    block_on(shelf.delete(ID)).unwrap();
    assert_eq!(names(), ["Second one"]);
    assert!(matches!(open(&disk), Err(StorageError::NoSuchProject)));
    assert!(matches!(
        block_on(shelf.delete(ID)),
        Err(StorageError::NoSuchProject)
    ));
}

#[test]
fn what_is_replaced_stays_for_one_change() {
    let contents = |disk: &Memory| {
        let folders = disk.folders();
        let names = folders[ID]
            .keys()
            .filter(|name| name.starts_with("content-"));
        names.cloned().collect::<Vec<String>>()
    };
    let (disk, mut project, _) = project_after(&[save(&[("table", b"1")])]);
    apply(&mut project, &save(&[("table", b"2")]), &disk).unwrap();
    assert_eq!(contents(&disk), ["content-0", "content-1"]);
    apply(&mut project, &save(&[("table", b"3")]), &disk).unwrap();
    assert_eq!(contents(&disk), ["content-1", "content-2"]);
    let remove = Change::Save {
        record: "{}".into(),
        put: BTreeMap::new(),
        remove: vec!["table".into()],
    };
    apply(&mut project, &remove, &disk).unwrap();
    apply(&mut project, &remove, &disk).unwrap();
    assert_eq!(contents(&disk), [""; 0]);
}

#[test]
fn what_does_not_fit_is_refused_before_anything_is_touched() {
    let (disk, mut project, _) = project_after(&[save(&[("table", b"1")])]);
    let before = disk.folders();
    let large = save(&[("model", &[0; 1_000_000])]);
    disk.set_quota(disk.now().used + 1_000_000.0);
    let error = apply(&mut project, &large, &disk).unwrap_err();
    assert!(
        matches!(error, StorageError::Full { needed: 2, free: 1 }),
        "{error}"
    );
    assert_eq!(disk.folders(), before);
    assert_eq!(WireError::from(error).kind, ErrorKind::Storage);
    let shelf = Shelf::new(disk.clone());
    disk.set_quota(disk.now().used);
    let error = block_on(shelf.create(OTHER.into(), "Other", 1.0))
        .err()
        .unwrap();
    assert!(matches!(error, StorageError::Full { .. }), "{error}");
    assert_eq!(disk.folders(), before);
    // A browser that does not tell is tried.
    disk.set_quota(0.0);
    apply(&mut project, &large, &disk).unwrap();
}

#[test]
fn a_disk_that_is_full_after_all_keeps_what_was() {
    let (disk, mut project, state) = project_after(&[save(&[("table", b"1")])]);
    let before = disk.folders();
    disk.fail(1, Failure::Full);
    let error = apply(&mut project, &save(&[("model", b"12")]), &disk).unwrap_err();
    assert!(
        matches!(error, StorageError::Disk(DiskError::Full)),
        "{error}"
    );
    assert_eq!(disk.folders(), before, "what was begun is removed at once");
    assert_eq!(State::of(&open(&disk).unwrap()), state);
}

/// A user's file that cannot be read any more, or has changed.
struct Source(Result<Cursor<Vec<u8>>, io::ErrorKind>);

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Ok(bytes) => bytes.read(buffer),
            Err(kind) => Err((*kind).into()),
        }
    }
}

#[test]
fn sources_that_fail_leave_the_project_as_it_was() {
    let (disk, mut project, state) = project_after(&[save(&[("table", b"1")])]);
    let before = disk.folders();
    let mut save = |source: Source| {
        let put = Put {
            name: "table".into(),
            length: 5,
            reader: source,
        };
        block_on(project.save("{}".into(), vec![put], &[], ROOM, 9.0)).unwrap_err()
    };
    let error = save(Source(Err(io::ErrorKind::NotFound)));
    assert!(matches!(&error, StorageError::Source { file, .. } if file == "table"));
    for length in [4, 6] {
        let error = save(Source(Ok(Cursor::new(vec![0; length]))));
        let found = length as u64;
        assert!(
            matches!(&error, StorageError::Changed { expected: 5, found: bytes, .. } if *bytes == found)
        );
        assert_eq!(disk.folders(), before);
    }
    assert_eq!(State::of(&open(&disk).unwrap()), state);
}

#[test]
fn names_are_checked_before_anything_is_written() {
    let (disk, mut project, _) = project_after(&[]);
    let before = disk.folders();
    let file = |name: &str| Put {
        name: name.into(),
        length: 0,
        reader: Cursor::new(Vec::new()),
    };
    let mut save = |put| block_on(project.save("{}".into(), put, &[], ROOM, 9.0)).unwrap_err();
    let error = save(vec![file("../x")]);
    assert!(matches!(error, StorageError::Name(NameError::File { .. })));
    let error = save(vec![file("a"), file("a")]);
    assert!(matches!(error, StorageError::Name(NameError::Twice { .. })));
    let many = (0..=MOST_FILES).map(|number| file(&number.to_string()));
    let error = save(many.collect());
    assert!(matches!(
        error,
        StorageError::Name(NameError::TooMany { .. })
    ));
    let keep = ["model".to_owned()];
    let kept = project.save::<&[u8]>("{}".into(), Vec::new(), &keep, ROOM, 9.0);
    let error = block_on(kept).unwrap_err();
    assert!(matches!(error, StorageError::NothingKept { file } if file == "model"));
    let error = block_on(project.rename(" ", ROOM)).unwrap_err();
    assert!(matches!(error, StorageError::Name(NameError::Empty)));
    assert_eq!(disk.folders(), before);
    let shelf = Shelf::new(disk.clone());
    for id in ["..", "", "elsewhere"] {
        assert!(matches!(
            block_on(shelf.open(id.into())),
            Err(StorageError::NoSuchProject)
        ));
        assert!(matches!(
            block_on(shelf.delete(id)),
            Err(StorageError::NoSuchProject)
        ));
    }
}

#[test]
fn a_project_of_a_newer_format_is_listed_and_left_alone() {
    let (disk, mut project, _) = project_after(&[save(&[("table", b"1")])]);
    block_on(project.rename("Mine", ROOM)).unwrap();
    let mut folders = disk.folders();
    let json = r#"{"format":2,"generation":99,"name":"From tomorrow","changed_at":7.0,"moons":3}"#;
    let sum: String = Sha256::digest(json)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let files = folders.get_mut(ID).unwrap();
    files.insert("manifest-0".into(), format!("{sum}\n{json}").into_bytes());
    files.insert("content-77".into(), vec![1, 2, 3]);
    let disk = Memory::new(folders.clone());
    let error = open(&disk).err().unwrap();
    assert!(
        matches!(error, StorageError::Newer { found: 2, known: 1 }),
        "{error}"
    );
    let shelf = Shelf::new(disk.clone());
    let listed = block_on(shelf.list()).unwrap();
    let entry = &listed.projects[0];
    assert_eq!(
        (entry.name.as_str(), entry.changed_at, entry.damaged),
        ("From tomorrow", 7.0, false)
    );
    assert!(entry.bytes > 3.0 && listed.unfinished.is_empty());
    block_on(shelf.sweep(ID)).unwrap();
    assert_eq!(disk.folders(), folders);
    block_on(shelf.delete(ID)).unwrap();
    assert!(disk.folders().is_empty());
}

#[test]
fn a_project_that_nothing_can_be_read_of_is_listed_and_can_be_deleted() {
    let (disk, _, _) = project_after(&[save(&[("table", b"123")])]);
    let mut folders = disk.folders();
    for slot in ["manifest-0", "manifest-1"] {
        folders
            .get_mut(ID)
            .unwrap()
            .insert(slot.into(), vec![0; 10]);
    }
    let disk = Memory::new(folders.clone());
    let shelf = Shelf::new(disk.clone());
    let listed = block_on(shelf.list()).unwrap();
    let entry = &listed.projects[0];
    assert_eq!((entry.damaged, entry.bytes), (true, 23.0));
    assert!(matches!(open(&disk), Err(StorageError::Damaged)));
    block_on(shelf.sweep(ID)).unwrap();
    assert_eq!(
        disk.folders(),
        folders,
        "it is not taken for one that was never finished"
    );
    block_on(shelf.delete(ID)).unwrap();
    assert!(disk.folders().is_empty());
}

#[test]
fn one_that_cannot_be_read_hides_no_other() {
    let (disk, _, _) = project_after(&[]);
    let shelf = Shelf::new(disk.clone());
    block_on(shelf.create(OTHER.into(), "Other", 9.0)).unwrap();
    let names = |fault: &dyn Fn()| -> Vec<(String, bool)> {
        fault();
        let listed = block_on(shelf.list()).unwrap();
        disk.restart();
        let entries = listed.projects.into_iter();
        entries.map(|entry| (entry.name, entry.damaged)).collect()
    };
    let (new, other) = (("New".to_owned(), false), ("Other".to_owned(), false));
    // The folders, the first of them, and its first slot, which is read a second time.
    assert_eq!(
        names(&|| disk.fail(2, Failure::Refused)),
        [other.clone(), new]
    );
    disk.break_folder(ID);
    assert_eq!(names(&|| ()), [other, (String::new(), true)]);
}

#[test]
fn folders_of_others_are_left_alone() {
    let folders = [("elsewhere".to_owned(), BTreeMap::new())];
    let disk = Memory::new(folders.clone().into());
    let listed = block_on(Shelf::new(disk.clone()).list()).unwrap();
    assert!(listed.projects.is_empty() && listed.unfinished.is_empty());
    assert_eq!(disk.folders(), folders.into());
}
