use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const ROWS: u32 = 4;
const COLUMNS: u32 = 2;

/// What a table of `ROWS` rows looks like through the edits.
fn shown(edits: &Edits) -> Vec<Vec<String>> {
    let rows = (0..ROWS + edits.added()).filter(|row| edits.keeps(*row));
    let cells = |row| {
        (0..COLUMNS).map(move |column| match edits.cell(row, column) {
            Some(text) => text.to_owned(),
            None => format!("{row}.{column}"),
        })
    };
    rows.map(|row| cells(row).collect()).collect()
}

fn set(row: u32, column: u32, text: &str) -> Step {
    Step {
        cells: vec![(row, column, Some(text.to_owned()))],
        rows: Vec::new(),
    }
}

fn toggle(rows: &[u32]) -> Step {
    Step {
        cells: Vec::new(),
        rows: rows.to_vec(),
    }
}

/// Something that a user can do.
#[derive(Debug, Clone)]
enum Action {
    Set(u32, u32, String),
    Reset(u32, u32),
    Toggle(BTreeSet<u32>),
    Add(String),
    Undo,
    Redo,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0..ROWS, 0..COLUMNS, "[a-c]{0,2}")
            .prop_map(|(row, column, text)| Action::Set(row, column, text)),
        (0..ROWS, 0..COLUMNS).prop_map(|(row, column)| Action::Reset(row, column)),
        proptest::collection::btree_set(0..ROWS, 1..4).prop_map(Action::Toggle),
        "[a-c]{1,2}".prop_map(Action::Add),
        Just(Action::Undo),
        Just(Action::Redo),
    ]
}

/// Does it; tells whether it is a step of its own.
fn perform(edits: &mut Edits, action: Action) -> bool {
    let step = match action {
        Action::Undo => {
            edits.undo();
            return false;
        }
        Action::Redo => {
            edits.redo();
            return false;
        }
        Action::Set(row, column, text) => set(row, column, &text),
        Action::Reset(row, column) => Step {
            cells: vec![(row, column, None)],
            rows: Vec::new(),
        },
        Action::Toggle(rows) => toggle(&rows.into_iter().collect::<Vec<_>>()),
        Action::Add(text) => {
            let row = edits.add(|number| ROWS + number);
            Step {
                rows: vec![row],
                ..set(row, 0, &text)
            }
        }
    };
    edits.apply(step);
    true
}

proptest! {
    /// However often one goes back and forth, each step leads to what was shown there before.
    #[test]
    fn undo_and_redo_walk_one_path(actions in vec(action(), 0..40)) {
        let mut edits = Edits::default();
        let mut path = vec![shown(&edits)];
        let mut at = 0;
        for action in actions {
            match &action {
                Action::Undo if at > 0 => at -= 1,
                Action::Redo if at + 1 < path.len() => at += 1,
                _ => {}
            }
            if perform(&mut edits, action) {
                path.truncate(at + 1);
                path.push(shown(&edits));
                at += 1;
            }
            prop_assert_eq!(&shown(&edits), &path[at]);
            prop_assert_eq!(edits.can_undo(), at > 0);
            prop_assert_eq!(edits.can_redo(), at + 1 < path.len());
        }
        while edits.can_undo() {
            edits.undo();
        }
        prop_assert_eq!(&shown(&edits), &path[0]);
        prop_assert!(edits.cells.is_empty());
    }

    /// Edits are saved and read again as they are.
    #[test]
    fn they_survive_their_bytes(actions in vec(action(), 0..20)) {
        let mut edits = Edits::default();
        for action in actions {
            perform(&mut edits, action);
        }
        let bytes = serde_json::to_vec(&edits).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Edits>(&bytes).unwrap(), edits);
    }
}

#[test]
fn nothing_is_no_step() {
    let mut edits = Edits::default();
    edits.apply(Step::default());
    assert!(!edits.can_undo());
}

#[test]
fn a_new_step_ends_what_was_undone() {
    let mut edits = Edits::default();
    edits.apply(set(0, 0, "a"));
    edits.undo();
    edits.apply(toggle(&[1]));
    assert!(!edits.can_redo());
    assert_eq!(edits.cell(0, 0), None);
    assert!(!edits.keeps(1));
}

#[test]
fn the_oldest_steps_are_for_good() {
    let mut edits = Edits::default();
    for number in 0..MOST_STEPS + 5 {
        edits.apply(set(0, 0, &number.to_string()));
    }
    while edits.can_undo() {
        edits.undo();
    }
    assert_eq!(edits.cell(0, 0), Some("4"));
}

#[test]
fn rows_are_forgotten_with_their_steps() {
    let mut edits = Edits::default();
    edits.apply(set(1, 0, "kept"));
    edits.apply(set(2, 0, "forgotten"));
    edits.apply(toggle(&[1, 2]));
    edits.forget(2..3);
    assert!(edits.keeps(2) && !edits.keeps(1));
    edits.undo();
    assert_eq!(edits.cell(1, 0), Some("kept"));
    edits.undo();
    assert!(!edits.can_undo());
    let undone = Edits {
        redo: vec![toggle(&[1]), set(1, 0, "kept")],
        ..Edits::default()
    };
    assert_eq!(edits, undone);
}
