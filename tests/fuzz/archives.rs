//! Archives, whatever they hold.

use std::io::Cursor;

use tabtune::adapter::Files;
use tabtune::adapter::archive::{pack, unpack};
use tabtune::model::archive::FolderArchive;

use crate::harness::{Target, run};
use crate::mutation::{Corpus, Shape};

#[test]
fn archive() {
    let text = "much the same, ".repeat(40).into_bytes();
    let files = Files::from([
        (
            "config.json".to_owned(),
            b"{\"model_type\": \"bert\"}".to_vec(),
        ),
        ("folder/notes.txt".to_owned(), text),
        ("model.safetensors".to_owned(), vec![0; 64]),
    ]);
    let corpus = Corpus::new(
        Shape::Zip,
        vec![pack(&files).unwrap()],
        &["PK\u{1}\u{2}", "PK\u{5}\u{6}"],
    );
    let target = Target {
        name: "archive",
        share: 80,
        factor: 1_100,
        base: 2 << 20,
    };
    run(&target, &corpus, |input| {
        if let Err(error) = unpack(input, 1 << 20) {
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        }
        match FolderArchive::open(Cursor::new(input)) {
            Ok(mut archive) => {
                let mut buffer = vec![0; 1 << 16];
                for name in archive.names() {
                    if let Ok(mut entry) = archive.entry(&name) {
                        while matches!(entry.read(&mut buffer), Ok(1..)) {}
                    }
                }
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.hint().is_empty());
                false
            }
        }
    });
}
