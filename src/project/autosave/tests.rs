use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn content(name: &str, bytes: u32) -> Content<u32> {
    let name = name.to_owned();
    Content { name, bytes }
}

#[test]
fn only_what_is_new_is_written() {
    let mut autosave = Autosave::default();
    autosave.mark();
    let table = content("table", 1);
    let first = autosave.begin("a".into(), vec![table.clone()]).unwrap();
    assert_eq!((first.put, first.remove), (vec![table.clone()], vec![]));
    autosave.saved();
    assert!(autosave.is_settled());
    assert_eq!(autosave.begin("a".into(), vec![table.clone()]), None);
    let checkpoint = content("checkpoint", 2);
    let both = vec![table.clone(), checkpoint.clone()];
    let second = autosave.begin("b".into(), both).unwrap();
    assert_eq!(second.put, [checkpoint]);
    autosave.saved();
    let third = autosave
        .begin("b".into(), vec![content("checkpoint", 3)])
        .unwrap();
    assert_eq!(third.put, [content("checkpoint", 3)]);
    assert_eq!(third.remove, ["table"]);
}

#[test]
fn one_save_at_a_time_and_the_newest_state_wins() {
    let mut autosave = Autosave::default();
    autosave.mark();
    assert!(
        autosave
            .begin("a".into(), vec![content("edits", 1)])
            .is_some()
    );
    autosave.mark();
    autosave.mark();
    assert!(!autosave.is_due() && !autosave.is_settled());
    assert_eq!(autosave.begin("b".into(), vec![content("edits", 2)]), None);
    autosave.saved();
    assert!(autosave.is_due());
    let next = autosave
        .begin("c".into(), vec![content("edits", 3)])
        .unwrap();
    assert_eq!(next.put, [content("edits", 3)]);
}

#[test]
fn a_save_that_failed_is_made_up_for() {
    let mut autosave = Autosave::opened(Some("a".into()), vec![content("table", 1)], vec![]);
    let state = || {
        (
            "b".to_owned(),
            vec![content("table", 1), content("edits", 2)],
        )
    };
    let (record, contents) = state();
    let first = autosave.begin(record, contents).unwrap();
    autosave.failed();
    assert!(autosave.is_due());
    let (record, contents) = state();
    assert_eq!(autosave.begin(record, contents), Some(first));
}

#[test]
fn a_project_that_was_opened_is_not_written_until_it_changes() {
    let mut autosave = Autosave::opened(Some("a".into()), vec![content("table", 1)], vec![]);
    assert!(autosave.is_settled());
    assert_eq!(autosave.begin("a".into(), vec![content("table", 1)]), None);
}

#[test]
fn what_cannot_be_read_is_removed_or_replaced_once() {
    let damaged = vec!["table".into(), "edits".into()];
    let mut autosave = Autosave::opened(Some("a".into()), vec![], damaged);
    let saving = autosave
        .begin("a".into(), vec![content("table", 1)])
        .unwrap();
    assert_eq!(saving.put, [content("table", 1)]);
    assert_eq!(saving.remove, ["edits"]);
    autosave.saved();
    assert_eq!(autosave.begin("a".into(), vec![content("table", 1)]), None);
}

proptest! {
    /// Whatever changes and fails: each save leaves on the disk exactly the state that it was begun with.
    #[test]
    fn the_disk_has_the_state_of_the_last_save(
        turns in prop::collection::vec((prop::collection::btree_map("[abc]", 0..3_u32, 0..3), any::<bool>()), 1..20)
    ) {
        let mut autosave = Autosave::default();
        let mut disk = BTreeMap::new();
        for (turn, (state, fails)) in turns.into_iter().enumerate() {
            let contents = state.iter().map(|(name, bytes)| content(name, *bytes)).collect();
            let Some(saving) = autosave.begin(turn.to_string(), contents) else {
                prop_assert_eq!(&disk, &state);
                continue;
            };
            if fails {
                autosave.failed();
                continue;
            }
            for name in saving.remove {
                prop_assert!(disk.remove(&name).is_some());
            }
            disk.extend(saving.put.into_iter().map(|put| (put.name, put.bytes)));
            autosave.saved();
            prop_assert_eq!(&disk, &state);
        }
    }
}
