//! What holds of every file: nothing panics, and a well-formed table is read as it was written.

#![cfg(not(target_arch = "wasm32"))]

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use tabtune::data::{
    ColumnChoice, Dataset, Part, Problem, Split, SplitConfig, Table, TargetSummary, guess_columns,
    guess_problem, iterative_split, quantile_split, shuffled, stratified_split,
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
    let places: Vec<_> = (0..table.rows())
        .filter_map(|row| table.place(row))
        .map(|place| place.number)
        .collect();
    assert_eq!(places.len() as u32, table.rows());
    assert!(places.is_sorted_by(|a, b| a < b) && places.first() >= Some(&1));
    assert!((0..table.rows()).all(|row| table.cell(row, columns - 1).is_some()));

    let guess = guess_columns(&table);
    assert!(guess.text != guess.label && guess.text < columns && guess.label < columns);
    assert_eq!(table.summary().guess, guess);
    assert_eq!(
        table.summary().guessed_problem(guess.label),
        guess_problem(&table, guess.label)
    );
    for split in [guess.split, Some(0), Some(columns)] {
        for problem in [
            Problem::SingleLabel,
            Problem::MultiLabel { separator: ' ' },
            Problem::Regression,
        ] {
            let columns = ColumnChoice { split, ..guess };
            match Dataset::from_table(&table, columns, problem, SplitConfig::default()) {
                Ok(dataset) => assert_learnable(&dataset),
                Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
            }
        }
    }
}

fn assert_learnable(dataset: &Dataset) {
    let targets = dataset.summary().targets;
    if let TargetSummary::Regression { train, .. } = &targets {
        let train = train.unwrap();
        assert!(train.minimum < train.maximum);
    }
    let labels = targets.labels().unwrap_or_default();
    assert!(labels.iter().all(|label| label.examples.train > 0));
}

/// Every example is in one part, and the parts are in order.
fn assert_whole(split: &Split, examples: usize) {
    let mut all: Vec<_> = Part::ALL
        .into_iter()
        .flat_map(|part| split.part(part))
        .copied()
        .collect();
    all.sort_unstable();
    assert_eq!(all, (0..examples as u32).collect::<Vec<_>>());
    assert!(Part::ALL.iter().all(|&part| split.part(part).is_sorted()));
}

/// What each part should have of `total` examples, and the examples of it that `is_meant`.
fn shares_and_counts(
    split: &Split,
    config: SplitConfig,
    total: usize,
    is_meant: impl Fn(u32) -> bool,
) -> [(f64, f64); 3] {
    let shares = [
        1.0 - config.validation - config.test,
        config.validation,
        config.test,
    ];
    let parts = [&split.train, &split.validation, &split.test];
    std::array::from_fn(|part| {
        let count = parts[part].iter().filter(|&&at| is_meant(at)).count();
        (shares[part] * total as f64, count as f64)
    })
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
        1 => Just("2.5".to_owned()),
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
        assert_whole(&split, labels.len());
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
    fn splits_of_lists_hold_every_example_once_and_teach_every_label(
        labels in vec(btree_set(0_u32..6, 0..4), 0..100),
        validation in 0.0..0.5,
        test in 0.0..0.5,
        seed in any::<u32>(),
    ) {
        let labels: Vec<Vec<u32>> = labels.into_iter().map(|set| set.into_iter().collect()).collect();
        let rows: Vec<&[u32]> = labels.iter().map(Vec::as_slice).collect();
        let config = SplitConfig { validation, test, seed };
        let split = iterative_split(&rows, 6, config).unwrap();
        prop_assert_eq!(&split, &iterative_split(&rows, 6, config).unwrap());
        assert_whole(&split, labels.len());
        for label in 0..6 {
            let has = |at: u32| labels[at as usize].contains(&label);
            prop_assert!(split.train.iter().any(|&at| has(at)) || !(0..labels.len() as u32).any(has));
        }
    }

    #[test]
    fn lists_of_one_label_are_divided_to_within_two(
        labels in vec(vec(0_u32..5, 0..=1), 0..200),
        validation in 0.0..0.5,
        test in 0.0..0.5,
        seed in any::<u32>(),
    ) {
        let rows: Vec<&[u32]> = labels.iter().map(Vec::as_slice).collect();
        let config = SplitConfig { validation, test, seed };
        let split = iterative_split(&rows, 5, config).unwrap();
        for label in 0..5 {
            let has = |at: u32| labels[at as usize] == [label];
            let total = (0..labels.len() as u32).filter(|&at| has(at)).count();
            for (share, count) in shares_and_counts(&split, config, total, has) {
                prop_assert!(count < share + 1.0 + 1e-9 && count > share - 2.0 - 1e-9);
            }
        }
    }

    #[test]
    fn every_part_has_its_share_of_the_small_numbers(
        values in vec(-1e3..1e3, 1..200),
        validation in 0.0..0.5,
        test in 0.0..0.5,
        seed in any::<u32>(),
    ) {
        let config = SplitConfig { validation, test, seed };
        let split = quantile_split(&values, config).unwrap();
        prop_assert_eq!(&split, &quantile_split(&values, config).unwrap());
        assert_whole(&split, values.len());
        prop_assert!(!split.train.is_empty());
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        // Groups are of ten; values drawn from so many are all different.
        for end in (10..values.len()).step_by(10).chain([values.len()]) {
            let largest = sorted[end - 1];
            let small = |at: u32| values[at as usize] <= largest;
            for (share, count) in shares_and_counts(&split, config, end, small) {
                prop_assert!(count < share + 1.0 + 1e-9 && count > share - 2.0 - 1e-9);
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
