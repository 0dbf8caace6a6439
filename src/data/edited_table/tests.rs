use super::*;

const COLUMNS: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: None,
};

fn read(name: &str, text: &str) -> Table {
    Table::parse(name, text.as_bytes()).unwrap()
}

fn table() -> EditedTable {
    EditedTable::new(read("t.csv", "text,label\na,x\nb,y\nc,x\nd,y\n"))
}

/// The texts and labels that are there.
fn shown(table: &EditedTable) -> Vec<(&str, &str)> {
    let cell = |row, column| table.cell(row, column).unwrap();
    table
        .rows()
        .map(|row| (cell(row, 0), cell(row, 1)))
        .collect()
}

#[test]
fn a_table_without_changes_makes_the_same_data_set() {
    let table = table();
    let config = SplitConfig::default();
    assert_eq!(
        table.dataset(COLUMNS, Problem::SingleLabel, config),
        Dataset::from_table(table.table(), COLUMNS, Problem::SingleLabel, config)
    );
}

#[test]
fn rows_are_changed_added_and_deleted() {
    let mut table = table();
    table.set_cells([(1, 0, "B".into())]).unwrap();
    table.add(vec![(0, "e".into()), (1, "x".into())]).unwrap();
    assert_eq!(table.delete(vec![0, 2, 0]), Ok(2));
    assert_eq!(shown(&table), [("B", "y"), ("d", "y"), ("e", "x")]);
    let dataset = table
        .dataset(COLUMNS, Problem::SingleLabel, SplitConfig::default())
        .unwrap();
    assert_eq!(dataset.examples.len(), 3);
    for _ in 0..3 {
        table.undo();
    }
    assert_eq!(
        shown(&table),
        [("a", "x"), ("b", "y"), ("c", "x"), ("d", "y")]
    );
    for _ in 0..3 {
        table.redo();
    }
    assert_eq!(shown(&table), [("B", "y"), ("d", "y"), ("e", "x")]);
}

#[test]
fn what_changes_nothing_is_no_step() {
    let mut table = table();
    assert_eq!(table.set_cells([(0, 0, "a".into())]), Ok(0));
    assert_eq!(table.delete(Vec::new()), Ok(0));
    assert!(!table.edits().can_undo());
}

#[test]
fn places_that_are_not_there_are_refused() {
    let mut table = table();
    let before = table.clone();
    assert_eq!(
        table.delete(vec![0, 4]),
        Err(EditError::NoSuchRow { row: 4 })
    );
    assert_eq!(
        table.set_cells([(0, 0, "z".into()), (ADDED, 0, String::new())]),
        Err(EditError::NoSuchRow { row: ADDED })
    );
    assert_eq!(
        table.set_cells([(0, 2, String::new())]),
        Err(EditError::NoSuchColumn { column: 2 })
    );
    assert_eq!(
        table.add(vec![(0, "x".repeat(MAX_CELL_BYTES + 1))]),
        Err(EditError::TooLong {
            bytes: MAX_CELL_BYTES as u64 + 1
        })
    );
    assert_eq!(table, before);
    table.delete(vec![3]).unwrap();
    assert_eq!(table.delete(vec![3]), Err(EditError::NoSuchRow { row: 3 }));
    assert_eq!(table.cell(3, 0), None);
}

#[test]
fn errors_name_the_row_that_was_added() {
    let mut table = table();
    table.add(vec![(0, "e".into())]).unwrap();
    let error = table
        .dataset(COLUMNS, Problem::SingleLabel, SplitConfig::default())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "t.csv: added row 1: the label is empty (column “label”)"
    );
}

#[test]
fn typed_examples_begin_with_no_rows() {
    let mut table = EditedTable::new(Table::typed("typed"));
    let make =
        |table: &EditedTable| table.dataset(COLUMNS, Problem::SingleLabel, SplitConfig::default());
    assert_eq!(
        make(&table),
        Err(DatasetError::NoRows {
            table: "typed".into()
        })
    );
    for (text, label) in [("good", "yes"), ("bad", "no")] {
        table
            .add(vec![(0, text.into()), (1, label.into())])
            .unwrap();
    }
    assert_eq!(make(&table).unwrap().labels, ["no", "yes"]);
}

#[test]
fn a_held_out_table_is_a_part_of_its_own() {
    let mut table = table();
    let test = read("test.csv", "id,label,text\n1,y,e\n2,x,f\n3,,\n");
    table.hold_out(test, Part::Test, COLUMNS).unwrap();
    let config = SplitConfig {
        validation: 0.5,
        test: 0.4,
        seed: 0,
    };
    let dataset = table
        .dataset(COLUMNS, Problem::SingleLabel, config)
        .unwrap();
    assert_eq!(dataset.split.test, [4, 5], "no other rows are for the test");
    assert_eq!(dataset.examples[4].text, "e");
    assert_eq!(
        dataset.split.train.len() + dataset.split.validation.len(),
        4
    );
    assert_eq!(dataset.empty_texts, 1);

    table.set_held_out_part(Part::Validation);
    let dataset = table
        .dataset(COLUMNS, Problem::SingleLabel, config)
        .unwrap();
    assert_eq!(dataset.split.validation, [4, 5]);

    table.delete(vec![HELD_OUT]).unwrap();
    assert_eq!(shown(&table).last(), Some(&("", "")));
    table.let_go();
    assert_eq!(shown(&table).len(), 4);
    assert!(!table.edits().can_undo(), "its deleted row is forgotten");
}

#[test]
fn the_parts_of_a_split_column_stay_beside_a_held_out_table() {
    let table = "text,label,split\na,x,train\nb,y,train\nc,x,test\n";
    let mut table = EditedTable::new(read("t.csv", table));
    let columns = ColumnChoice {
        split: Some(2),
        ..COLUMNS
    };
    table
        .hold_out(
            read("test.csv", "text,label\ne,y\nf,x\n"),
            Part::Test,
            columns,
        )
        .unwrap();
    let dataset = table
        .dataset(columns, Problem::SingleLabel, SplitConfig::default())
        .unwrap();
    assert_eq!(dataset.split.test, [2, 3, 4]);
    assert!(dataset.split_from_table);
}

#[test]
fn a_held_out_table_needs_the_columns_in_use() {
    let mut table = table();
    let error = table
        .hold_out(read("test.csv", "Text,label\ne,y\n"), Part::Test, COLUMNS)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "test.csv has no column “text”; its columns are “Text”, “label”"
    );
    assert!(table.held_out().is_none());
}

#[test]
fn columns_chosen_later_are_looked_up_too() {
    let mut table = EditedTable::new(read("t.csv", "text,label,other\na,x,p\nb,y,q\n"));
    let test = read("test.csv", "text,label\ne,y\n");
    table.hold_out(test, Part::Test, COLUMNS).unwrap();
    let columns = ColumnChoice {
        label: 2,
        ..COLUMNS
    };
    let error = table.dataset(columns, Problem::SingleLabel, SplitConfig::default());
    assert!(matches!(error, Err(DatasetError::MissingColumn { column, .. }) if column == "other"));
}

#[test]
fn changes_are_laid_over_the_same_table_only() {
    let mut edited = table();
    edited.set_cells([(3, 1, "x".into())]).unwrap();
    edited.add(vec![(0, "e".into())]).unwrap();
    edited.undo();
    let mut again = table();
    again.restore(edited.edits().clone()).unwrap();
    assert_eq!(again, edited);
    let mut shorter = EditedTable::new(read("s.csv", "text,label\na,x\n"));
    let error = shorter.restore(edited.edits().clone());
    assert_eq!(
        error,
        Err(EditError::OtherTable {
            table: "s.csv".into()
        })
    );
    assert_eq!(shorter.edits(), &Edits::default());
}
