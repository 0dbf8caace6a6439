use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn content(name: &str, bytes: u32) -> Content<u32> {
    let name = name.to_owned();
    Content { name, bytes }
}

fn opened(record: &str, contents: Vec<Content<u32>>) -> Autosave<u32> {
    let mut autosave = Autosave::default();
    autosave.open(Some(record.into()), contents);
    autosave
}

#[test]
fn only_what_is_new_is_written() {
    let mut autosave = Autosave::default();
    autosave.mark();
    let table = content("table", 1);
    let first = autosave.begin("a".into(), vec![table.clone()]).unwrap();
    assert_eq!((&first.put, first.keep.len()), (&vec![table.clone()], 0));
    assert!(autosave.saved(first.number));
    assert!(autosave.is_settled());
    assert_eq!(autosave.begin("a".into(), vec![table.clone()]), None);
    let checkpoint = content("checkpoint", 2);
    let both = vec![table.clone(), checkpoint.clone()];
    let second = autosave.begin("b".into(), both).unwrap();
    assert_eq!(second.put, [checkpoint]);
    assert_eq!(second.keep, ["table"]);
    autosave.saved(second.number);
    let third = autosave
        .begin("b".into(), vec![content("checkpoint", 3)])
        .unwrap();
    assert_eq!(third.put, [content("checkpoint", 3)]);
    assert_eq!(third.keep, [""; 0], "the table is not named, and goes");
    autosave.saved(third.number);
    let last = autosave.begin("b".into(), vec![]).unwrap();
    assert_eq!((last.put, last.keep.len()), (vec![], 0));
}

#[test]
fn one_save_at_a_time_and_the_newest_state_wins() {
    let mut autosave = Autosave::default();
    autosave.mark();
    let first = autosave
        .begin("a".into(), vec![content("edits", 1)])
        .unwrap();
    autosave.mark();
    autosave.mark();
    assert!(!autosave.is_due() && !autosave.is_settled());
    assert_eq!(autosave.begin("b".into(), vec![content("edits", 2)]), None);
    autosave.saved(first.number);
    assert!(autosave.is_due());
    let next = autosave
        .begin("c".into(), vec![content("edits", 3)])
        .unwrap();
    assert_eq!(next.put, [content("edits", 3)]);
}

#[test]
fn a_save_that_failed_is_made_up_for() {
    let mut autosave = opened("a", vec![content("table", 1)]);
    let state = || {
        (
            "b".to_owned(),
            vec![content("table", 1), content("edits", 2)],
        )
    };
    let (record, contents) = state();
    let first = autosave.begin(record, contents).unwrap();
    assert!(autosave.failed(first.number));
    assert!(autosave.is_due());
    let (record, contents) = state();
    let again = autosave.begin(record, contents).unwrap();
    assert_eq!((again.put, again.keep), (first.put, first.keep));
    assert!(autosave.has_stored(), "the state before it is there still");
}

#[test]
fn a_project_that_was_never_saved_has_nothing_to_give() {
    let mut autosave = Autosave::default();
    assert!(!autosave.has_stored());
    // It was made, and its first save fails.
    autosave.open(None, vec![]);
    let first = autosave
        .begin("a".into(), vec![content("table", 1)])
        .unwrap();
    autosave.failed(first.number);
    assert!(!autosave.has_stored());
    let second = autosave
        .begin("a".into(), vec![content("table", 1)])
        .unwrap();
    autosave.saved(second.number);
    assert!(autosave.has_stored());
}

/// The disk may have done what was not answered: what was there before is written anew if it is wanted again.
#[test]
fn a_save_that_failed_leaves_what_both_states_have() {
    let before = vec![content("table", 1), content("edits", 1)];
    let mut autosave = opened("a", before.clone());
    let attempted = vec![content("table", 1), content("edits", 2)];
    let save = autosave.begin("b".into(), attempted).unwrap();
    autosave.failed(save.number);
    for (record, is_known) in [("a", true), ("b", true), ("c", false), ("", false)] {
        assert_eq!(autosave.knows(Some(record)), is_known, "{record}");
    }
    let back = autosave.begin("a".into(), before).unwrap();
    assert_eq!(back.put, [content("edits", 1)]);
    assert_eq!(back.keep, ["table"]);
    autosave.saved(back.number);
    assert!(!autosave.knows(Some("b")));
}

#[test]
fn what_becomes_of_an_earlier_save_is_not_taken_for_another() {
    let mut autosave = Autosave::default();
    let first = autosave.begin("a".into(), vec![content("table", 1)]);
    autosave.open(Some("z".into()), vec![]);
    let second = autosave.begin("b".into(), vec![content("table", 2)]);
    let (first, second) = (first.unwrap().number, second.unwrap().number);
    assert!(!autosave.saved(first) && !autosave.failed(first));
    assert!(!autosave.is_settled());
    assert!(autosave.saved(second));
    assert!(autosave.is_settled());
    autosave.close();
    assert!(!autosave.knows(None) && autosave.is_settled());
}

#[test]
fn a_project_that_was_opened_is_not_written_until_it_changes() {
    let mut autosave = opened("a", vec![content("table", 1)]);
    assert!(autosave.is_settled());
    assert_eq!(autosave.begin("a".into(), vec![content("table", 1)]), None);
}

proptest! {
    /// Whatever changes, fails or is done without an answer: each save leaves on the disk exactly the state that it was
    /// begun with, and keeps nothing that is not there.
    #[test]
    fn the_disk_has_the_state_of_the_last_save(
        turns in prop::collection::vec((prop::collection::btree_map("[abc]", 0..3_u32, 0..3), any::<bool>(), any::<bool>()), 1..20)
    ) {
        let mut autosave = Autosave::default();
        let mut disk = BTreeMap::new();
        for (turn, (state, answers, is_done)) in turns.into_iter().enumerate() {
            let contents = state.iter().map(|(name, bytes)| content(name, *bytes)).collect();
            let Some(saving) = autosave.begin(turn.to_string(), contents) else {
                prop_assert_eq!(&disk, &state);
                continue;
            };
            if answers || is_done {
                let kept = saving.keep.iter().map(|name| (name.clone(), disk.get(name).copied()));
                let mut next: BTreeMap<String, u32> = BTreeMap::new();
                for (name, bytes) in kept {
                    prop_assert!(bytes.is_some(), "{} is not there", name);
                    next.extend(bytes.map(|bytes| (name, bytes)));
                }
                next.extend(saving.put.into_iter().map(|put| (put.name, put.bytes)));
                disk = next;
                prop_assert_eq!(&disk, &state);
            }
            let is_settled = match answers {
                true => autosave.saved(saving.number),
                false => autosave.failed(saving.number),
            };
            prop_assert!(is_settled);
        }
    }
}
