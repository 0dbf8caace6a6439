//! Whatever fails, at whatever operation: a project is as it was before a change or as it is after it.

use std::collections::BTreeMap;

use pollster::block_on;
use proptest::prelude::*;
use tabtune::storage::{Shelf, export};

use crate::memory::{Failure, Folders, Memory};
use crate::state::{Change, ID, OTHER, State, apply, changes, open, project_after, put};

const FAILURES: [Failure; 6] = [
    Failure::Refused,
    Failure::Full,
    Failure::Power { kept: 0 },
    Failure::Power { kept: 7 },
    Failure::Power { kept: 10 },
    Failure::PowerAndNames,
];

/// Lets something fail at each of its operations in turn, in each way, and looks at what is on the disk then.
fn at_each_operation(
    before: &Folders,
    act: impl Fn(&Memory) -> bool,
    look: impl Fn(&Memory, bool, Failure),
) {
    for failure in FAILURES {
        for after in 0.. {
            let disk = Memory::new(before.clone());
            disk.fail(after, failure);
            let done = act(&disk);
            if !disk.has_failed() {
                assert!(done, "nothing failed but the act");
                assert!(after > 0, "it did nothing");
                break;
            }
            disk.restart();
            look(&disk, done, failure);
        }
    }
}

/// Contents on the disk that no whole manifest names.
fn contents(disk: &Memory) -> usize {
    let folders = disk.folders();
    let files = folders.values().flat_map(BTreeMap::keys);
    files.filter(|name| name.starts_with("content-")).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_change_is_all_or_nothing(earlier in changes(0..5), change in changes(1..2), next in changes(1..2)) {
        let (_, _, older) = project_after(&earlier[..earlier.len().saturating_sub(1)]);
        let (disk, _, before) = project_after(&earlier);
        let after = before.after(&change[0]);
        // The project is open when the failure comes, so its reading is done without one.
        let folders = disk.folders();
        for failure in FAILURES {
            for operations in 0.. {
                let disk = Memory::new(folders.clone());
                let mut project = open(&disk).unwrap();
                disk.fail(operations, failure);
                let done = apply(&mut project, &change[0], &disk).is_ok();
                if !disk.has_failed() {
                    prop_assert!(done);
                    break;
                }
                disk.restart();
                // Someone opens it again.
                let again = Memory::new(disk.folders());
                let reopened = open(&again).unwrap();
                let found = State::of(&reopened);
                if failure == Failure::PowerAndNames && before.record.is_none() && reopened.damaged().count() > 0 {
                    // The first save is not given up for a project that is empty: what it lacks is told.
                    continue;
                }
                prop_assert_eq!(reopened.damaged().count(), 0);
                let may_be_lost = !done || failure == Failure::PowerAndNames;
                prop_assert!(found == after || (found == before && may_be_lost), "{:?} {}: {:?}", failure, operations, found);
                // And nothing is left behind but what the two slots need: the state before the change, and the one before
                // that or the one after it.
                let needed = before.files.len() + older.files.len().max(after.files.len());
                prop_assert!(contents(&again) <= needed);
                if failure == Failure::PowerAndNames {
                    // No page goes on after that.
                    let again = apply(&mut open(&disk).unwrap(), &next[0], &disk);
                    prop_assert!(again.is_ok());
                    prop_assert_eq!(State::of(&open(&disk).unwrap()), found.after(&next[0]));
                    continue;
                }
                // Or the page goes on with it, sure of the files only that are there either way.
                let mut wanted = after.after(&next[0]);
                match &next[0] {
                    Change::Save { record, .. } => {
                        let is_sure = |name: &String, bytes: &Vec<u8>| {
                            [&before, &after].iter().all(|state| state.files.get(name) == Some(bytes))
                        };
                        let files = wanted.files.clone();
                        let (sure, unsure): (BTreeMap<_, _>, BTreeMap<_, _>) =
                            files.into_iter().partition(|(name, bytes)| is_sure(name, bytes));
                        let keep: Vec<String> = sure.into_keys().collect();
                        block_on(project.save(record.clone(), put(&unsure), &keep, disk.now(), 2.0)).unwrap();
                    }
                    Change::Rename(_) => {
                        apply(&mut project, &next[0], &disk).unwrap();
                        if !done && found == before {
                            wanted = before.after(&next[0]);
                        }
                    }
                }
                let found = State::of(&open(&disk).unwrap());
                // Whether another name was given is not known.
                wanted.name = found.name.clone();
                prop_assert!([&before.name, &after.name, &after.after(&next[0]).name].contains(&&found.name));
                prop_assert_eq!(found, wanted);
            }
        }
    }

    #[test]
    fn changes_in_a_row_may_all_break_off(all in changes(1..8), cuts in prop::collection::vec((0_u32..14, 0_usize..11), 8)) {
        let (disk, _, mut state) = project_after(&[]);
        for (change, (cut, kept)) in all.iter().zip(cuts) {
            let mut project = open(&disk).unwrap();
            disk.fail(cut, Failure::Power { kept });
            let done = apply(&mut project, change, &disk).is_ok();
            disk.restart();
            let after = state.after(change);
            let found = State::of(&open(&disk).unwrap());
            prop_assert!(found == after || (found == state && !done));
            state = found;
        }
    }
}

#[test]
fn a_project_is_made_or_not() {
    let make =
        |disk: &Memory| block_on(Shelf::new(disk.clone()).create(ID.into(), "New", 1.0)).is_ok();
    at_each_operation(&BTreeMap::new(), make, |disk, done, _| {
        let left = swept(disk);
        assert!(left == [State::named("New")] || (left.is_empty() && !done));
    });
}

#[test]
fn a_project_is_deleted_or_not() {
    let change = Change::Save {
        record: "{}".into(),
        put: [("table".into(), vec![1, 2]), ("model".into(), vec![3])].into(),
        remove: Vec::new(),
    };
    let (disk, _, before) = project_after(&[change.clone(), change]);
    let delete = |disk: &Memory| block_on(Shelf::new(disk.clone()).delete(ID)).is_ok();
    at_each_operation(&disk.folders(), delete, |disk, done, _| {
        let left = swept(disk);
        assert!(left.is_empty() || (left == [before.clone()] && !done));
        if left.is_empty() {
            assert!(disk.folders().is_empty(), "{:?}", disk.folders());
        }
    });
}

#[test]
fn an_import_is_all_or_nothing() {
    let change = Change::Save {
        record: "{}".into(),
        put: [("table".into(), vec![1, 2]), ("model".into(), vec![3])].into(),
        remove: Vec::new(),
    };
    let (_, project, state) = project_after(&[change]);
    let file = block_on(export(&project, Vec::new())).unwrap();
    let import = |disk: &Memory| {
        let shelf = Shelf::new(disk.clone());
        block_on(shelf.import(OTHER.into(), std::io::Cursor::new(&file), 5.0)).is_ok()
    };
    at_each_operation(&BTreeMap::new(), import, |disk, done, _| {
        let left = swept(disk);
        assert!(left == [state.clone()] || (left.is_empty() && !done));
    });
}

/// The projects of a disk, after what was left unfinished has been removed.
fn swept(disk: &Memory) -> Vec<State> {
    let shelf = Shelf::new(disk.clone());
    for id in block_on(shelf.list()).unwrap().unfinished {
        block_on(shelf.sweep(&id)).unwrap();
    }
    let listed = block_on(shelf.list()).unwrap();
    assert!(listed.unfinished.is_empty());
    let open = |id: String| {
        let project = block_on(shelf.open(id)).unwrap();
        assert_eq!(project.damaged().count(), 0);
        State::of(&project)
    };
    listed
        .projects
        .into_iter()
        .map(|entry| open(entry.id))
        .collect()
}
