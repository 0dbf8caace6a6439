use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::data::row_list::{LISTED_CHARS, MOST_LISTED, OTHER_CHARS};

const COLUMNS: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: None,
};
const SPLIT: ColumnChoice = ColumnChoice {
    split: Some(2),
    ..COLUMNS
};

fn read(text: &str) -> Table {
    Table::parse("t.csv", text.as_bytes()).unwrap()
}

fn draft(text: &str, columns: ColumnChoice) -> Draft {
    let mut draft = Draft::new(read(text));
    let _ = draft.choose(columns, Problem::SingleLabel, SplitConfig::default());
    draft
}

/// Does something and looks at the rows.
fn edit(draft: &mut Draft, edit: TableEdit) {
    draft.edit(edit).unwrap();
    let _ = draft.look();
}

/// The texts and labels that a filter leaves.
fn listed(draft: &mut Draft, filter: RowFilter) -> Vec<String> {
    let page = draft.list(filter, 0, 100);
    assert_eq!(page.total as usize, page.rows.len());
    let rows = page.rows.into_iter();
    rows.map(|row| format!("{}={}", row.cells[0].text, row.cells[1].text))
        .collect()
}

fn all(draft: &mut Draft) -> Vec<String> {
    listed(draft, RowFilter::All)
}

const BAD: &str = "text,label\na,x\n a ,x\nb,y\nb,x\nb,y\n,x\nc,\nd,y\n";

#[test]
fn problems_are_counted_and_listed() {
    let mut draft = draft(BAD, COLUMNS);
    let health = draft.status().health;
    assert_eq!(
        health,
        TableHealth {
            duplicates: 2,
            conflicts: 3,
            empty_texts: 1,
            empty_labels: 1,
            leaks: 0,
        }
    );
    assert!(!health.is_sound());
    assert_eq!(listed(&mut draft, RowFilter::Duplicates), [" a =x", "b=y"]);
    assert_eq!(
        listed(&mut draft, RowFilter::Conflicts),
        ["b=y", "b=x", "b=y"]
    );
    assert_eq!(listed(&mut draft, RowFilter::EmptyText), ["=x"]);
    assert_eq!(listed(&mut draft, RowFilter::EmptyLabel), ["c="]);
}

#[test]
fn each_problem_is_mended_and_the_mending_undone() {
    for (mend, expected) in [
        (
            Mend::RemoveDuplicates,
            &["a=x", "b=y", "b=x", "=x", "c=", "d=y"][..],
        ),
        (Mend::RemoveConflicts, &["a=x", " a =x", "=x", "c=", "d=y"]),
        (
            Mend::TakeMajority,
            &["a=x", " a =x", "b=y", "b=y", "b=y", "=x", "c=", "d=y"],
        ),
        (
            Mend::RemoveEmpty,
            &["a=x", " a =x", "b=y", "b=x", "b=y", "d=y"],
        ),
    ] {
        let mut draft = draft(BAD, COLUMNS);
        let before = all(&mut draft);
        edit(&mut draft, TableEdit::Mend(mend));
        assert_eq!(all(&mut draft), expected, "{mend:?}");
        edit(&mut draft, TableEdit::Undo);
        assert_eq!(all(&mut draft), before);
        edit(&mut draft, TableEdit::Redo);
        assert_eq!(all(&mut draft), expected);
    }
}

#[test]
fn of_equally_frequent_labels_the_first_is_taken() {
    let mut draft = draft("text,label\na,y\na,x\nb,x\n", COLUMNS);
    edit(&mut draft, TableEdit::Mend(Mend::TakeMajority));
    assert_eq!(all(&mut draft), ["a=y", "a=y", "b=x"]);
}

#[test]
fn a_text_may_be_in_one_part_only() {
    let table =
        "text,label,split\na,x,train\nb,y,train\n a,x,test\nc,x,validation\nc,x,test\nd,y,test\n";
    let mut draft = draft(table, SPLIT);
    assert_eq!(draft.status().health.leaks, 2);
    assert_eq!(listed(&mut draft, RowFilter::Leaks), [" a=x", "c=x"]);
    edit(&mut draft, TableEdit::Mend(Mend::RemoveLeaks));
    assert_eq!(draft.status().health.leaks, 0);
    assert_eq!(all(&mut draft), ["a=x", "b=y", "c=x", "d=y"]);
}

#[test]
fn texts_of_a_held_out_table_leak() {
    let mut draft = draft("text,label\na,x\nb,y\nc,x\nd,y\n", COLUMNS);
    let test = Table::parse("test.csv", b"label,text\nx,a\ny,e\n").unwrap();
    draft.hold_out(test, Part::Test, COLUMNS).unwrap();
    let dataset = draft.look().unwrap();
    assert_eq!(dataset.split.test.len(), 2);
    let status = draft.status();
    assert_eq!((status.rows, status.health.leaks), (6, 1));
    let held_out = status.held_out.unwrap();
    assert_eq!((held_out.part, held_out.rows), (Part::Test, 2));
    edit(&mut draft, TableEdit::Mend(Mend::RemoveLeaks));
    assert_eq!(draft.status().health.leaks, 0);
    draft.change_held_out(None);
    draft.look().unwrap();
    assert_eq!(draft.status().rows, 4);
    assert!(!draft.status().can_undo);
}

#[test]
fn rows_are_found_by_label_and_by_words() {
    let mut draft = draft("text,label\nGood  food,x\nbad,y\nGOODS,y\n", COLUMNS);
    assert_eq!(draft.status().labels, ["x", "y"]);
    assert_eq!(
        listed(&mut draft, RowFilter::Label("y".into())),
        ["bad=y", "GOODS=y"]
    );
    assert_eq!(
        listed(&mut draft, RowFilter::Search("good f".into())),
        ["Good  food=x"]
    );
    assert_eq!(
        listed(&mut draft, RowFilter::Search("good".into())).len(),
        2
    );
    assert_eq!(
        listed(&mut draft, RowFilter::Search(String::new())).len(),
        3
    );
}

#[test]
fn lists_of_labels_need_not_be_filled() {
    let mut draft = Draft::new(read("text,label\na,x|y\na,y|x\nb,\nc,y\n"));
    let lists = Problem::MultiLabel { separator: '|' };
    draft
        .choose(COLUMNS, lists, SplitConfig::default())
        .unwrap();
    let status = draft.status();
    assert_eq!(status.labels, ["x", "y"]);
    assert_eq!(
        (status.health.empty_labels, status.health.duplicates),
        (0, 1)
    );
    assert_eq!(
        listed(&mut draft, RowFilter::Label("x".into())),
        ["a=x|y", "a=y|x"]
    );
}

#[test]
fn selected_rows_are_relabelled_and_deleted() {
    let mut draft = draft("text,label\na,x\nb,y\nc,x\nd,y\n", COLUMNS);
    let selection = |filter, from, count| Selection {
        filter,
        from,
        count,
    };
    let of_x = RowFilter::Label("x".into());
    edit(
        &mut draft,
        TableEdit::Relabel {
            rows: selection(of_x.clone(), 1, 5),
            label: "z".into(),
        },
    );
    assert_eq!(all(&mut draft), ["a=x", "b=y", "c=z", "d=y"]);
    edit(
        &mut draft,
        TableEdit::Delete(selection(RowFilter::All, 1, 2)),
    );
    assert_eq!(all(&mut draft), ["a=x", "d=y"]);
    edit(&mut draft, TableEdit::Delete(selection(of_x, 7, 2)));
    assert_eq!(all(&mut draft), ["a=x", "d=y"]);
}

#[test]
fn examples_that_are_typed_are_for_training() {
    let mut draft = draft("text,label,split\na,x,train\nb,y,train\nc,x,test\n", SPLIT);
    let add = TableEdit::Add {
        text: "e".into(),
        label: "x".into(),
    };
    draft.edit(add).unwrap();
    assert_eq!(draft.look().unwrap().split.train, [0, 1, 3]);
}

#[test]
fn a_page_is_a_window() {
    let rows: String = (0..1_000).map(|row| format!("t{row},x\n")).collect();
    let mut draft = draft(&format!("text,label\n{rows}"), COLUMNS);
    let page = draft.list(RowFilter::All, 990, 50);
    assert_eq!((page.total, page.offset, page.rows.len()), (1_000, 990, 10));
    assert_eq!(page.rows[0].cells[0].text, "t990");
    let page = draft.list(RowFilter::All, 0, u32::MAX);
    assert_eq!(page.rows.len() as u32, MOST_LISTED);
    assert!(draft.list(RowFilter::All, u32::MAX, 5).rows.is_empty());
}

#[test]
fn long_cells_are_cut_and_say_so() {
    let long = "x".repeat(LISTED_CHARS + 1);
    let mut draft = draft(
        &format!("text,label,note\n{long},a,{long}\nb,c,d\n"),
        COLUMNS,
    );
    let page = draft.list(RowFilter::All, 0, 2);
    assert_eq!(page.columns, [0, 1, 2]);
    let [text, label, note] = &page.rows[0].cells[..] else {
        panic!("{page:?}");
    };
    assert!(text.cut && text.text.chars().count() == LISTED_CHARS + 1);
    assert!(note.cut && note.text.chars().count() == OTHER_CHARS + 1);
    assert!(!label.cut && !page.rows[1].cells[2].cut);
}

#[test]
fn changes_are_saved_and_restored() {
    let mut edited = draft(BAD, COLUMNS);
    edit(&mut edited, TableEdit::Mend(Mend::RemoveEmpty));
    let mut again = draft(BAD, COLUMNS);
    again.restore(&edited.saved()).unwrap();
    let _ = again.look();
    assert_eq!(all(&mut again), all(&mut edited));
    assert!(again.status().can_undo);
    assert!(again.restore(b"{").is_err());
}

/// Texts of few kinds, so that they meet, with a part each.
fn rows() -> impl Strategy<Value = Vec<(String, String, usize)>> {
    vec(("[ab]{0,1} ?[ab]{0,1}", "[xyz]{0,1}", 0_usize..3), 1..25)
}

const MENDS: [Mend; 5] = [
    Mend::RemoveDuplicates,
    Mend::RemoveConflicts,
    Mend::TakeMajority,
    Mend::RemoveEmpty,
    Mend::RemoveLeaks,
];

proptest! {
    /// Counts are what a slow look at each row says, lists agree with them, and what is mended is gone and comes back.
    #[test]
    fn problems_are_those_of_the_rows(rows in rows(), with_split: bool) {
        let names = ["train", "validation", "test"];
        let lines: String = rows
            .iter()
            .map(|(text, label, part)| format!("\"{text}\",\"{label}\",{}\n", names[*part]))
            .collect();
        let columns = if with_split { SPLIT } else { COLUMNS };
        let mut draft = draft(&format!("text,label,split\n{lines}"), columns);
        let health = draft.status().health;

        let mut labels: HashMap<String, Vec<&str>> = HashMap::new();
        let (mut duplicates, mut empty_texts, mut empty_labels) = (0, 0, 0);
        for (text, label, _) in &rows {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match (text.as_str(), label.as_str()) {
                ("", _) => empty_texts += 1,
                (_, "") => empty_labels += 1,
                (_, label) => {
                    let others = labels.entry(text).or_default();
                    duplicates += u32::from(others.contains(&label));
                    others.push(label);
                }
            }
        }
        let conflicting = labels.values().filter(|all| all.iter().any(|label| *label != all[0]));
        let conflicts = conflicting.map(|all| all.len() as u32).sum::<u32>();
        prop_assert_eq!(health.duplicates, duplicates);
        prop_assert_eq!(health.conflicts, conflicts);
        prop_assert_eq!((health.empty_texts, health.empty_labels), (empty_texts, empty_labels));
        for (filter, count) in [
            (RowFilter::Duplicates, health.duplicates),
            (RowFilter::Conflicts, health.conflicts),
            (RowFilter::EmptyText, health.empty_texts),
            (RowFilter::EmptyLabel, health.empty_labels),
            (RowFilter::Leaks, health.leaks),
        ] {
            prop_assert_eq!(draft.list(filter, 0, 0).total, count);
        }

        for mend in MENDS {
            let before = all(&mut draft);
            let could_undo = draft.status().can_undo;
            edit(&mut draft, TableEdit::Mend(mend));
            let mended = draft.status().health;
            let left = match mend {
                Mend::RemoveDuplicates => mended.duplicates,
                Mend::RemoveConflicts | Mend::TakeMajority => mended.conflicts,
                Mend::RemoveEmpty => mended.empty_texts + mended.empty_labels,
                Mend::RemoveLeaks => mended.leaks,
            };
            prop_assert_eq!(left, 0, "{:?}", mend);
            if all(&mut draft) != before {
                edit(&mut draft, TableEdit::Undo);
            }
            prop_assert_eq!(all(&mut draft), before);
            prop_assert_eq!(draft.status().can_undo, could_undo);
        }
    }
}
