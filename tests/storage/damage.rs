//! Damage to any file is told or made good; nothing that was not written is ever taken for it.

use proptest::prelude::*;
use tabtune::storage::StorageError;

use crate::memory::{Folders, Memory};
use crate::state::{Change, ID, State, changes, open, project_after};

/// Ways in which a file is not what was written.
#[derive(Debug, Clone, Copy)]
enum Damage {
    Bit { place: usize, bit: u8 },
    Cut { place: usize },
    Longer,
    Gone,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => (any::<usize>(), 0_u8..8).prop_map(|(place, bit)| Damage::Bit { place, bit }),
        2 => any::<usize>().prop_map(|place| Damage::Cut { place }),
        1 => Just(Damage::Longer),
        1 => Just(Damage::Gone),
    ]
}

fn inflict(folders: &mut Folders, name: &str, damage: Damage) {
    let files = folders.get_mut(ID).unwrap();
    let bytes = files.get_mut(name).unwrap();
    match damage {
        Damage::Bit { place, bit } if !bytes.is_empty() => {
            let place = place % bytes.len();
            bytes[place] ^= 1 << bit;
        }
        Damage::Cut { place } if !bytes.is_empty() => bytes.truncate(place % bytes.len()),
        Damage::Bit { .. } | Damage::Cut { .. } | Damage::Longer => bytes.push(0),
        Damage::Gone => drop(files.remove(name)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn one_damaged_file_is_told_or_made_good(earlier in changes(1..5), last in changes(1..2), damage in damage()) {
        let (disk, _, before) = project_after(&earlier);
        let mut project = open(&disk).unwrap();
        crate::state::apply(&mut project, &last[0], &disk).unwrap();
        let after = before.after(&last[0]);
        for name in disk.folders()[ID].keys() {
            let mut folders = disk.folders();
            inflict(&mut folders, name, damage);
            let disk = Memory::new(folders);
            let project = open(&disk).unwrap();
            let mut found = State::of(&project);
            if !name.starts_with("manifest") && found == before {
                // The last change wrote it, and the state before that is whole.
                prop_assert!(project.is_earlier());
                continue;
            }
            let whole = match (project.is_earlier(), found.record == after.record && found.name == after.name) {
                // A manifest that is gone is not known to have been there.
                (_, true) if found.files == after.files => continue,
                (true, _) => &before,
                (false, true) => &after,
                (false, false) => &before,
            };
            for name in project.damaged() {
                found.files.insert(name.to_owned(), whole.files[name].clone());
            }
            prop_assert_eq!(&found, whole, "{} {:?}", name, damage);
            let told = project.is_earlier() || project.damaged().count() > 0;
            prop_assert!(told || name.starts_with("manifest") && matches!(damage, Damage::Gone));
        }
    }

    #[test]
    fn any_damage_leaves_what_was_written_or_nothing(all in changes(2..5), damages in prop::collection::vec((any::<usize>(), damage()), 1..6)) {
        let (disk, _, _) = project_after(&[]);
        let mut project = open(&disk).unwrap();
        let mut states = vec![State::named("New")];
        for change in &all {
            crate::state::apply(&mut project, change, &disk).unwrap();
            states.push(states[states.len() - 1].after(change));
        }
        let mut folders = disk.folders();
        for (file, damage) in damages {
            let names: Vec<String> = folders[ID].keys().cloned().collect();
            if let Some(name) = names.get(file % names.len().max(1)) {
                inflict(&mut folders, name, damage);
            }
        }
        match open(&Memory::new(folders)) {
            Ok(project) => {
                let found = State::of(&project);
                let is_known = states.iter().any(|state| {
                    let holds = |(name, bytes)| state.files.get(name) == Some(bytes);
                    state.record == found.record && state.name == found.name && found.files.iter().all(holds)
                });
                prop_assert!(is_known, "{:?}", found);
            }
            Err(StorageError::Damaged | StorageError::NoSuchProject) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

#[test]
fn a_file_that_is_written_again_is_whole_again() {
    let save = |bytes: u8| Change::Save {
        record: "{}".into(),
        put: [
            ("table".into(), vec![bytes; 9]),
            ("model".into(), vec![bytes]),
        ]
        .into(),
        remove: Vec::new(),
    };
    let (disk, _, state) = project_after(&[save(1)]);
    let mut folders = disk.folders();
    for name in ["content-0", "content-1"] {
        inflict(&mut folders, name, Damage::Bit { place: 0, bit: 0 });
    }
    let disk = Memory::new(folders);
    let mut project = open(&disk).unwrap();
    let damaged: Vec<&str> = project.damaged().collect();
    assert_eq!(damaged, ["model", "table"]);
    let again = Change::Save {
        record: "{}".into(),
        put: [("table".into(), state.files["table"].clone())].into(),
        remove: Vec::new(),
    };
    crate::state::apply(&mut project, &again, &disk).unwrap();
    assert!(project.damaged().eq(["model"]));
    let project = open(&disk).unwrap();
    assert!(
        project.damaged().eq(["model"]),
        "it is told as long as it is so"
    );
    assert_eq!(State::of(&project).files["table"], state.files["table"]);
}

#[test]
fn a_change_that_is_damaged_leaves_the_state_before_it() {
    let save = |file: &str, bytes: u8| Change::Save {
        record: bytes.to_string(),
        put: [(file.into(), vec![bytes; 9])].into(),
        remove: Vec::new(),
    };
    let (disk, _, before) = project_after(&[save("model", 1), save("table", 2)]);
    let mut project = open(&disk).unwrap();
    crate::state::apply(&mut project, &save("table", 3), &disk).unwrap();
    let mut folders = disk.folders();
    inflict(&mut folders, "content-2", Damage::Gone);
    let disk = Memory::new(folders);
    let mut project = open(&disk).unwrap();
    assert!(project.is_earlier());
    assert_eq!(State::of(&project), before);
    // It is told until the next change, which takes the place of the damaged one.
    assert!(open(&disk).unwrap().is_earlier());
    let next = save("edits", 4);
    crate::state::apply(&mut project, &next, &disk).unwrap();
    let project = open(&disk).unwrap();
    assert!(!project.is_earlier() && project.damaged().count() == 0);
    assert_eq!(State::of(&project), before.after(&next));
}
