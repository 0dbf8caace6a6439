use super::super::tests::{error, load_encoder, open, ready, result, summary, train, training};
use super::*;
use crate::data::{ColumnChoice, Problem, ReadOptions, SplitConfig};
use crate::protocol::{Command, EditOutcome, Event, RunEnd, TableSource};
use crate::run_state::run::RunPhase;

const COLUMNS: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: None,
};

/// A run that has ended, and whose model is on no file.
fn ended() -> RunState {
    let mut state = training();
    state.apply(Event::Checkpointed { id: 5, step: 100 });
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    state
}

fn divide(state: &mut RunState, id: RequestId, name: &str) {
    state.sent(&Command::UseColumns {
        id,
        columns: COLUMNS,
        problem: Problem::SingleLabel,
        split: SplitConfig::default(),
    });
    let summary = summary(name);
    state.apply(Event::DatasetReady { id, summary });
}

/// Whether a new worker would take the run up.
fn is_taken_up(state: &RunState) -> bool {
    state
        .run
        .as_ref()
        .is_some_and(|run| run.is_worth_resuming())
}

#[test]
fn a_run_that_is_kept_comes_back_from_its_file_alone() {
    let mut state = ended();
    assert!(is_taken_up(&state));
    state.run_kept();
    assert!(!is_taken_up(&state));
    assert_eq!(state.checkpoint(), None);
}

#[test]
fn a_checkpoint_goes_with_the_data_that_it_is_of() {
    let mut state = ended();
    open(&mut state, 6, "sms");
    // The data set in use is the earlier one still.
    assert_eq!(state.checkpoint(), Some(100));
    divide(&mut state, 7, "sms");
    assert_eq!(state.checkpoint(), None);
    assert!(!is_taken_up(&state));
    let run = state
        .run
        .as_ref()
        .map(|run| (run.phase, run.result.is_some()));
    assert_eq!(run, Some((RunPhase::Ended, true)), "its results stay");
}

#[test]
fn a_checkpoint_goes_with_the_rows_that_it_is_of() {
    for outcome in [
        EditOutcome::Usable(summary("uci")),
        EditOutcome::Unusable(error()),
    ] {
        let mut state = ended();
        state.sent(&Command::ChangeHeldOut { id: 6, part: None });
        state.apply(Event::TableEdited { id: 6, outcome });
        assert_eq!(state.checkpoint(), None);
    }
}

#[test]
fn a_checkpoint_goes_with_the_encoder_that_it_is_of() {
    let mut state = ended();
    load_encoder(&mut state, 6, "L3");
    assert_eq!(state.checkpoint(), Some(100), "it is the same one");
    load_encoder(&mut state, 7, "L6");
    assert_eq!(state.checkpoint(), None);

    let folder = || EncoderSource::Folder {
        name: "mine".into(),
        paths: Vec::new(),
    };
    let hub = |revision: &str| EncoderSource::Hub {
        repository: "owner/name".into(),
        revision: revision.into(),
    };
    let same = |one: EncoderSource, other: EncoderSource| is_same_encoder(Some(&one), Some(&other));
    assert!(same(hub("1"), hub("1")) && !same(hub("1"), hub("2")));
    assert!(!same(folder(), folder()), "a folder may have changed");
    assert!(!is_same_encoder(None, None));
}

#[test]
fn a_run_that_failed_is_not_offered_on_other_data() {
    let mut state = ended();
    state.run_abandoned();
    train(&mut state, 6, false);
    state.apply(Event::Checkpointed { id: 6, step: 12 });
    state.apply(Event::Failed {
        id: 6,
        error: error(),
    });
    let offered = |state: &RunState| RunState::restored(state.stored()).offered_run().is_some();
    assert!(offered(&state));
    divide(&mut state, 7, "sms");
    assert!(!offered(&state));
}

#[test]
fn a_recovery_brings_back_what_the_checkpoint_is_of() {
    let mut state = ended();
    state.worker_replaced(false, true);
    state.set_recovering(true);
    load_encoder(&mut state, 6, "L3");
    open(&mut state, 7, "uci");
    divide(&mut state, 8, "uci");
    assert_eq!(state.checkpoint(), Some(100));
}

#[test]
fn nothing_is_changed_until_a_new_worker_knows_all() {
    let mut state = ready();
    assert!(state.can_start() && state.can_open_model() && state.can_open_texts());
    state.set_recovering(true);
    assert!(!state.can_change_data() && !state.can_start() && !state.can_open_model());
    assert!(!state.can_edit() && !state.can_open_texts() && !state.can_classify());
    assert!(state.is_changing_data() && state.is_changing_encoder());
    state.set_recovering(false);
    assert!(state.can_start() && !state.is_changing_data() && !state.is_changing_encoder());
}

#[test]
fn what_a_new_worker_could_not_be_given_is_not_shown() {
    let fail = |state: &mut RunState, id| {
        let error = error();
        state.apply(Event::Failed { id, error });
    };
    let ask_encoder = |state: &mut RunState, id| {
        let encoder = EncoderSource::Origin { id: "L3".into() };
        state.sent(&Command::LoadEncoder { id, encoder });
    };
    let ask_table = |state: &mut RunState, id| {
        state.sent(&Command::OpenTable {
            id,
            source: TableSource::Pasted,
            options: ReadOptions::default(),
        });
    };
    let mut state = ready();
    state.set_recovering(true);
    ask_encoder(&mut state, 6);
    fail(&mut state, 6);
    assert!(state.encoder.is_none() && state.dataset.is_some());
    ask_table(&mut state, 7);
    fail(&mut state, 7);
    assert!(state.table.is_none() && state.dataset.is_none() && state.columns.is_none());
    state.set_recovering(false);
    assert!(state.can_change_data() && !state.can_start());

    // Otherwise what there was stays.
    let mut state = ready();
    ask_encoder(&mut state, 6);
    fail(&mut state, 6);
    ask_table(&mut state, 7);
    fail(&mut state, 7);
    assert!(state.can_start());
}

#[test]
fn changes_that_could_not_be_made_again_leave_no_data() {
    let mut state = ready();
    state.set_recovering(true);
    state.sent(&Command::RestoreEdits { id: 6 });
    state.apply(Event::Failed {
        id: 6,
        error: error(),
    });
    assert!(state.table.is_some() && state.dataset.is_none());
}

#[test]
fn a_request_that_is_withdrawn_leaves_no_trace() {
    let mut state = ready();
    let before = state.clone();
    state.sent(&Command::OpenTable {
        id: 6,
        source: TableSource::Pasted,
        options: ReadOptions::default(),
    });
    assert!(state.is_opening() && state.is_changing_data());
    state.withdrawn(6);
    assert_eq!(state, before);
    state.sent(&Command::RestoreEdits { id: 7 });
    assert!(state.is_changing_data());
    state.withdrawn(7);
    assert_eq!(state, before);
}
