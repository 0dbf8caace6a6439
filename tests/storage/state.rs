//! A project as a test expects it, and changes to it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use pollster::block_on;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use tabtune::storage::{Folder, Project, Put, Shelf, StorageError};

use crate::memory::{Memory, MemoryFolder};

pub const ID: &str = "00112233445566778899aabbccddeeff";
pub const OTHER: &str = "ffeeddccbbaa99887766554433221100";

/// What a project holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    pub name: String,
    pub record: Option<String>,
    pub files: BTreeMap<String, Vec<u8>>,
}

/// What can be done to it.
#[derive(Debug, Clone)]
pub enum Change {
    Save {
        record: String,
        put: BTreeMap<String, Vec<u8>>,
        /// All others stay.
        remove: Vec<String>,
    },
    Rename(String),
}

impl State {
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    pub fn after(&self, change: &Change) -> Self {
        let mut after = self.clone();
        match change {
            Change::Save {
                record,
                put,
                remove,
            } => {
                after.record = Some(record.clone());
                after.files.retain(|name, _| !remove.contains(name));
                after.files.extend(put.clone());
            }
            Change::Rename(name) => after.name.clone_from(name),
        }
        after
    }

    /// What an open project holds, without its damaged files.
    pub fn of(project: &Project<MemoryFolder>) -> Self {
        let content = |file: &str| {
            let mut bytes = Vec::new();
            let reader = block_on(project.folder().read(file)).unwrap();
            reader.unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        Self {
            name: project.entry().name,
            record: project.record().map(str::to_owned),
            files: project
                .files()
                .map(|(name, file)| (name.to_owned(), content(&file)))
                .collect(),
        }
    }
}

pub fn put(files: &BTreeMap<String, Vec<u8>>) -> Vec<Put<Cursor<Vec<u8>>>> {
    let put = |(name, bytes): (&String, &Vec<u8>)| Put {
        name: name.clone(),
        length: bytes.len() as u64,
        reader: Cursor::new(bytes.clone()),
    };
    files.iter().map(put).collect()
}

/// Carries a change out.
pub fn apply(
    project: &mut Project<MemoryFolder>,
    change: &Change,
    disk: &Memory,
) -> Result<(), StorageError> {
    let space = disk.now();
    match change {
        Change::Save {
            record,
            put: files,
            remove,
        } => {
            let names = project.files().map(|(name, _)| name);
            let names = names.chain(project.damaged()).map(str::to_owned);
            let stays = |name: &String| !remove.contains(name) && !files.contains_key(name);
            let keep: Vec<String> = names.filter(stays).collect();
            block_on(project.save(record.clone(), put(files), &keep, space, 2.0))
        }
        Change::Rename(name) => block_on(project.rename(name, space)),
    }
}

/// A disk with one project that went through some changes, and what it holds.
pub fn project_after(changes: &[Change]) -> (Memory, Project<MemoryFolder>, State) {
    let disk = Memory::new(BTreeMap::new());
    let shelf = Shelf::new(disk.clone());
    let mut project = block_on(shelf.create(ID.into(), "New", 1.0)).unwrap();
    let mut state = State::named("New");
    for change in changes {
        apply(&mut project, change, &disk).unwrap();
        state = state.after(change);
    }
    (disk, project, state)
}

pub fn open(disk: &Memory) -> Result<Project<MemoryFolder>, StorageError> {
    block_on(Shelf::new(disk.clone()).open(ID.into()))
}

pub fn changes(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Change>> {
    let file = || prop_oneof![Just("table"), Just("checkpoint"), Just("encoder/a.json")];
    let name = move || file().prop_map(str::to_owned);
    let put = btree_map(name(), vec(any::<u8>(), 0..40), 0..3);
    let save =
        ("[a-z\"]{0,20}", put, vec(name(), 0..2)).prop_map(|(record, put, remove)| Change::Save {
            record,
            put,
            remove,
        });
    let rename = "[A-Z][a-z]{0,6}".prop_map(Change::Rename);
    vec(prop_oneof![5 => save, 1 => rename], count)
}
