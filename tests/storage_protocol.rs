//! The form of every message between the page and its storage worker, frozen like those in `protocol.rs`.
//! Who changes a form here raises `STORAGE_VERSION`.

use std::collections::HashSet;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tabtune::protocol::{STORAGE_VERSION, StorageCommand, StorageEvent};

const COMMANDS: &[&str] = &[
    r#"{"Start":{"id":1,"version":2}}"#,
    r#"{"List":{"id":2}}"#,
    r#"{"Create":{"id":3,"name":"Reviews"}}"#,
    r#"{"Open":{"id":4,"project":"00ff","wait":true}}"#,
    r#"{"Close":{"id":5}}"#,
    r#"{"Save":{"id":6,"project":"00ff","record":"{}","put":["table","encoder/config.json"],"keep":["checkpoint"]}}"#,
    r#"{"Rename":{"id":7,"project":"00ff","name":"Mine"}}"#,
    r#"{"Delete":{"id":8,"project":"00ff"}}"#,
    r#"{"Export":{"id":9,"project":"00ff"}}"#,
    r#"{"Import":{"id":10}}"#,
];

const EVENTS: &[&str] = &[
    r#""Listening""#,
    r#"{"Started":{"id":1,"version":2,"projects":[],"space":{"used":1.0,"quota":2.0}}}"#,
    r#"{"Listed":{"id":2,"projects":[{"id":"00ff","name":"Reviews","changed_at":1.0,"bytes":2.0,"damaged":false}],"space":{"used":1.0,"quota":2.0}}}"#,
    r#"{"Opened":{"id":4,"project":{"id":"00ff","name":"Reviews","changed_at":1.0,"bytes":2.0,"damaged":false},"record":"{}","files":["table"],"damaged":["model"],"earlier":false}}"#,
    r#"{"Opened":{"id":3,"project":{"id":"00ff","name":"Reviews","changed_at":1.0,"bytes":2.0,"damaged":false},"record":null,"files":[],"damaged":[],"earlier":false}}"#,
    r#"{"HeldElsewhere":{"id":4,"project":{"id":"00ff","name":"Reviews","changed_at":1.0,"bytes":2.0,"damaged":false}}}"#,
    r#"{"Closed":{"id":5}}"#,
    r#"{"Saved":{"id":6,"project":{"id":"00ff","name":"Reviews","changed_at":1.0,"bytes":2.0,"damaged":false},"space":{"used":1.0,"quota":2.0}}}"#,
    r#"{"Exported":{"id":9,"name":"Reviews.tabtune"}}"#,
    r#"{"Imported":{"id":10,"project":{"id":"00ff","name":"Reviews","changed_at":1.0,"bytes":2.0,"damaged":false}}}"#,
    r#"{"Failed":{"id":6,"error":{"kind":"Storage","message":"No room.","hint":"Delete.","recoverable":true,"reason":null}}}"#,
    r#"{"Lost":{"error":{"kind":"Bug","message":"It broke.","hint":"Reload.","recoverable":false,"reason":null}}}"#,
    r#"{"Requested":{"count":{"own_origin":1,"elsewhere":0}}}"#,
];

/// Reads each form, writes it again, and counts the variants.
fn check<T: Serialize + DeserializeOwned>(forms: &[&str]) -> usize {
    let mut variants = HashSet::new();
    for form in forms {
        let message: T = serde_json::from_str(form).unwrap();
        assert_eq!(serde_json::to_string(&message).unwrap(), *form);
        variants.insert(std::mem::discriminant(&message));
    }
    variants.len()
}

#[test]
fn commands_keep_their_form() {
    assert_eq!(STORAGE_VERSION, 2);
    assert_eq!(check::<StorageCommand>(COMMANDS), 10, "every command");
    let ids = COMMANDS.iter().map(|form| {
        let command: StorageCommand = serde_json::from_str(form).unwrap();
        command.id()
    });
    assert!(ids.eq(1..=10));
}

#[test]
fn events_keep_their_form() {
    assert_eq!(check::<StorageEvent>(EVENTS), 12, "every event");
}

/// Does not compile when a variant is added: it needs a form above.
#[test]
fn every_command_ends_in_one_event() {
    let terminal = |event: &StorageEvent| match event {
        StorageEvent::Started { .. }
        | StorageEvent::Listed { .. }
        | StorageEvent::Opened { .. }
        | StorageEvent::Closed { .. }
        | StorageEvent::Saved { .. }
        | StorageEvent::Exported { .. }
        | StorageEvent::Imported { .. }
        | StorageEvent::Failed { .. }
        | StorageEvent::Lost { .. } => true,
        // Terminal only for who does not wait.
        StorageEvent::HeldElsewhere { .. }
        | StorageEvent::Listening
        | StorageEvent::Requested { .. } => false,
    };
    let events = EVENTS
        .iter()
        .map(|form| serde_json::from_str::<StorageEvent>(form).unwrap());
    let terminals: HashSet<_> = events
        .filter(terminal)
        .map(|event| std::mem::discriminant(&event))
        .collect();
    assert_eq!(terminals.len(), 9);
}
