//! What holds of every file: nothing panics, and a well-formed table is read as it was written.

#![cfg(not(target_arch = "wasm32"))]

use proptest::collection::vec;
use proptest::prelude::*;
use tabtune::data::{
    ColumnChoice, Dataset, Part, SplitConfig, Table, guess_columns, shuffled, stratified_split,
};

/// Reads the bytes and does with the table all that the page can do.
fn use_table(bytes: &[u8]) {
    let table = match Table::parse("any.csv", bytes) {
        Ok(table) => table,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
            return;
        }
    };
    let columns = table.columns().len() as u32;
    let lines: Vec<_> = (0..table.rows())
        .filter_map(|row| table.line(row))
        .collect();
    assert_eq!(lines.len() as u32, table.rows());
    assert!(lines.is_sorted_by(|a, b| a < b) && lines.first() >= Some(&2));
    assert!((0..table.rows()).all(|row| table.cell(row, columns - 1).is_some()));

    let guess = guess_columns(&table);
    assert!(guess.text != guess.label && guess.text < columns && guess.label < columns);
    assert_eq!(table.summary().guess, guess);
    for split in [guess.split, Some(0), Some(columns)] {
        match Dataset::from_table(
            &table,
            ColumnChoice { split, ..guess },
            SplitConfig::default(),
        ) {
            Ok(dataset) => assert!(dataset.summary().labels.iter().all(|label| label.train > 0)),
            Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
        }
    }
}

/// Pieces that a parser of tables can trip over.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("\"".to_owned()),
        3 => Just(",".to_owned()),
        2 => Just("\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just(";".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just("\u{FEFF}".to_owned()),
        1 => Just("train".to_owned()),
        1 => Just("text".to_owned()),
        3 => "[a-c é评]{0,3}",
    ]
}

/// A cell that CSV can hold: anything but NUL, which no table may.
fn cell() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|cell| cell.replace('\0', ""))
}

fn write(rows: &[Vec<String>], delimiter: u8, terminator: csv::Terminator) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .terminator(terminator)
        .quote_style(csv::QuoteStyle::Always)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..200)) {
        use_table(&bytes);
    }

    #[test]
    fn any_pieces_are_answered(pieces in vec(piece(), 0..60)) {
        use_table(pieces.concat().as_bytes());
    }

    #[test]
    fn damaged_tables_are_answered(
        pieces in vec(piece(), 0..20),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let table = "text,label,split\n\"a, \"\"b\"\"\",x,train\r\nc,y,test\n\"d\n\",x,train\nf,y,train\n";
        let mut bytes = table.as_bytes().to_vec();
        let position = at.index(bytes.len());
        bytes[position] = byte;
        bytes.splice(position..position, pieces.concat().into_bytes());
        bytes.truncate(cut.index(bytes.len()) + 1);
        use_table(&bytes);
    }

    #[test]
    fn well_formed_tables_are_read_as_written(
        columns in 2_usize..5,
        cells in vec(cell(), 4..40),
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
        terminator in prop_oneof![
            Just(csv::Terminator::CRLF),
            Just(csv::Terminator::Any(b'\n')),
            Just(csv::Terminator::Any(b'\r')),
        ],
    ) {
        let header: Vec<_> = (0..columns).map(|column| format!("c{column}")).collect();
        let mut rows = vec![header.clone()];
        rows.extend(cells.chunks_exact(columns).map(<[String]>::to_vec));
        let table = Table::parse("any.csv", &write(&rows, delimiter, terminator)).unwrap();
        prop_assert_eq!(table.columns(), header);
        prop_assert_eq!(table.rows() as usize, rows.len() - 1);
        for (row, expected) in (0..).zip(&rows[1..]) {
            for (column, expected) in (0..).zip(expected) {
                prop_assert_eq!(table.cell(row, column), Some(expected.as_str()));
            }
        }
    }

    #[test]
    fn splits_hold_every_example_once(
        labels in vec(0_u32..5, 0..200),
        validation in 0.0..0.5,
        test in 0.0..0.5,
        seed in any::<u32>(),
    ) {
        let split = stratified_split(&labels, 5, SplitConfig { validation, test, seed }).unwrap();
        let mut all: Vec<_> = Part::ALL.into_iter().flat_map(|part| split.part(part)).copied().collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..labels.len() as u32).collect::<Vec<_>>());
        for part in Part::ALL {
            prop_assert!(split.part(part).is_sorted());
        }
        for label in 0..5 {
            let count = |examples: &[u32]| examples.iter().filter(|&&at| labels[at as usize] == label).count();
            let total = labels.iter().filter(|&&other| other == label).count();
            prop_assert!(total == 0 || count(&split.train) > 0);
            for (examples, share) in [(&split.validation, validation), (&split.test, test)] {
                let exact = share * total as f64;
                prop_assert!((count(examples) as f64 - exact).abs() < 1.0 + 1e-9);
            }
        }
    }

    #[test]
    fn shuffling_keeps_every_index(indices in vec(any::<u32>(), 0..100), seed in any::<u64>()) {
        let mut expected = indices.clone();
        let mut found = shuffled(&indices, seed);
        expected.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}
