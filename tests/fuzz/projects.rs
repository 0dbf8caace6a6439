//! Projects: as a file, as what a slot on the disk holds, and what the page says of one.

use std::collections::BTreeMap;
use std::io::Cursor;

use pollster::block_on;
use tabtune::data::{ColumnChoice, Problem, ReadOptions, SplitConfig};
use tabtune::project::{DataRecord, Record};
use tabtune::protocol::{Space, TableSource};
use tabtune::storage::{Project, Put, Shelf, export};
use tabtune::train::config::TrainConfig;

use crate::disk::{Memory, MemoryFolder};
use crate::harness::{Target, run};
use crate::mutation::{Corpus, Shape};

const ID: &str = "00112233445566778899aabbccddeeff";

const ROOM: Space = Space {
    used: 0.0,
    quota: 0.0,
};

fn shelf() -> (Memory, Shelf<Memory>) {
    let disk = Memory::new(BTreeMap::new());
    (disk.clone(), Shelf::new(disk))
}

fn record() -> String {
    let record = Record {
        data: Some(DataRecord {
            source: TableSource::File {
                name: "reviews.csv".into(),
            },
            options: ReadOptions::default(),
            held_out: None,
            columns: ColumnChoice {
                text: 0,
                label: 1,
                split: None,
            },
            problem: Problem::SingleLabel,
            split: SplitConfig::default(),
        }),
        config: Some(TrainConfig::default()),
        tried: "A wonderful film.".into(),
        ..Record::default()
    };
    record.to_json().unwrap()
}

fn project(shelf: &Shelf<Memory>) -> Project<MemoryFolder> {
    let mut project = block_on(shelf.create(ID.into(), "Reviews", 1.0)).unwrap();
    let rows = b"text,label\n".repeat(9);
    let put = ["table", "encoder/config.json"].map(|name| Put {
        name: name.into(),
        length: rows.len() as u64,
        reader: Cursor::new(rows.clone()),
    });
    block_on(project.save(record(), put.into(), &[], ROOM, 2.0)).unwrap();
    project
}

#[test]
fn project_file() {
    let (_, shelf) = shelf();
    let seed = block_on(export(&project(&shelf), Vec::new())).unwrap();
    let corpus = Corpus::new(
        Shape::Zip,
        vec![seed],
        &["manifest.json", "files/", "../", "\"bytes\":"],
    );
    let target = Target {
        name: "project-file",
        share: 40,
        factor: 1_100,
        base: 4 << 20,
    };
    run(&target, &corpus, |input| {
        let (disk, shelf) = self::shelf();
        let imported = block_on(shelf.import(ID.into(), Cursor::new(input), 3.0));
        if let Err(error) = &imported {
            assert!(!error.to_string().is_empty());
            assert!(disk.folders().is_empty(), "something is left behind");
        }
        imported.is_ok()
    });
}

#[test]
fn project_slot() {
    let (disk, shelf) = shelf();
    drop(project(&shelf));
    let folders = disk.folders();
    let newest = "manifest-1";
    let seed = folders[ID][newest].clone();
    let corpus = Corpus::new(
        Shape::Bytes,
        vec![seed],
        &["\"format\":", "\"files\":", "../"],
    );
    let target = Target {
        name: "project-slot",
        share: 20,
        factor: 1_100,
        base: 4 << 20,
    };
    run(&target, &corpus, |input| {
        let mut damaged = folders.clone();
        if let Some(folder) = damaged.get_mut(ID) {
            folder.insert(newest.into(), input.to_vec());
        }
        // The other slot is whole: the project is there, as it is or as it was.
        let opened = block_on(Shelf::new(Memory::new(damaged)).open(ID.into())).unwrap();
        assert_eq!(opened.entry().name, "Reviews");
        true
    });
}

#[test]
fn project_record() {
    let target = Target {
        name: "project-record",
        share: 40,
        factor: 1_100,
        base: 4 << 20,
    };
    let corpus = Corpus::new(
        Shape::Json,
        vec![record().into_bytes()],
        &["version", "record", "shown", "form", "1e999", "-1"],
    );
    run(&target, &corpus, |input| {
        let Ok(text) = std::str::from_utf8(input) else {
            return false;
        };
        match Record::from_json(text) {
            Ok(record) => record.to_json().is_ok(),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                false
            }
        }
    });
}
