use super::*;
use crate::data::{
    ColumnChoice, DatasetSummary, PartCounts, Problem, ReadOptions, SplitConfig, TableEdit,
    TableFormat, TableSummary, TargetSummary,
};
use crate::protocol::{Command, DeviceKind, DeviceReason, DeviceReport, ErrorKind, Event};

const COLUMNS: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: None,
};

fn error() -> WireError {
    WireError {
        kind: ErrorKind::Data,
        message: "No rows.".into(),
        hint: "Add some.".into(),
        recoverable: true,
        reason: None,
    }
}

fn summary() -> DatasetSummary {
    DatasetSummary {
        name: "t.csv".into(),
        examples: PartCounts::default(),
        targets: TargetSummary::SingleLabel { labels: Vec::new() },
        split_from_table: false,
        empty_texts: 0,
    }
}

/// A table of that source is open, and was looked at.
fn opened(source: TableSource) -> RunState {
    let mut state = RunState {
        device: Some(DeviceReport {
            kind: DeviceKind::Cpu,
            name: "device".into(),
            threads: 1,
            int8: true,
            float16: false,
            reason: DeviceReason::Requested,
        }),
        ..RunState::default()
    };
    state.sent(&Command::OpenTable {
        id: 1,
        source,
        options: ReadOptions::default(),
    });
    let table = TableSummary {
        name: "t.csv".into(),
        format: TableFormat::Typed,
        text: None,
        columns: Vec::new(),
        rows: 0,
        preview: Vec::new(),
        guess: COLUMNS,
        problems: Vec::new(),
    };
    state.apply(Event::TableOpened { id: 1, table });
    state.sent(&Command::UseColumns {
        id: 2,
        columns: COLUMNS,
        problem: Problem::SingleLabel,
        split: SplitConfig::default(),
    });
    check(&mut state, 2);
    state
}

fn check(state: &mut RunState, id: RequestId) {
    let status = TableStatus::default();
    state.apply(Event::TableChecked { id, status });
}

fn edit(state: &mut RunState, id: RequestId) {
    let edit = TableEdit::Undo;
    state.sent(&Command::EditTable { id, edit });
}

fn list(state: &mut RunState, id: RequestId, filter: RowFilter) {
    state.sent(&Command::ListRows {
        id,
        filter,
        offset: 0,
        limit: 10,
    });
}

fn page(filter: RowFilter) -> RowPage {
    RowPage {
        filter,
        total: 3,
        ..RowPage::default()
    }
}

#[test]
fn rows_are_listed_until_they_change() {
    let mut state = opened(TableSource::Pasted);
    state.apply(Event::DatasetReady {
        id: 2,
        summary: summary(),
    });
    let all = RowFilter::All;
    list(&mut state, 3, RowFilter::Leaks);
    list(&mut state, 4, all.clone());
    state.apply(Event::RowsListed {
        id: 3,
        page: page(RowFilter::Leaks),
    });
    assert!(state.work.is_listing() && state.work.page(&RowFilter::Leaks).is_none());
    state.apply(Event::RowsListed {
        id: 4,
        page: page(all.clone()),
    });
    assert!(!state.work.is_listing() && state.work.is_current(&all));
    assert_eq!(state.work.page(&RowFilter::Leaks), None);

    edit(&mut state, 5);
    assert!(!state.can_edit() && !state.can_start());
    check(&mut state, 5);
    assert!(!state.work.is_current(&all));
    assert!(
        state.work.page(&all).is_some(),
        "shown until it is listed anew"
    );
}

#[test]
fn an_error_stays_while_rows_are_listed() {
    let mut state = opened(TableSource::Pasted);
    let failed = error();
    state.apply(Event::Failed {
        id: 2,
        error: failed.clone(),
    });
    list(&mut state, 3, RowFilter::All);
    assert_eq!(state.error, Some(failed));
    edit(&mut state, 4);
    assert_eq!(state.error, None);
}

#[test]
fn an_edit_replaces_the_data_set() {
    let mut state = opened(TableSource::Pasted);
    edit(&mut state, 3);
    check(&mut state, 3);
    let outcome = EditOutcome::Usable(summary());
    state.apply(Event::TableEdited { id: 3, outcome });
    assert_eq!(state.dataset, Some(summary()));
    assert!(!state.work.is_editing());

    edit(&mut state, 4);
    check(&mut state, 4);
    let outcome = EditOutcome::Unusable(error());
    state.apply(Event::TableEdited { id: 4, outcome });
    assert_eq!(state.dataset, None);
    assert_eq!(state.work.unusable, Some(error()));

    edit(&mut state, 5);
    check(&mut state, 5);
    assert_eq!(state.work.unusable, None);
}

#[test]
fn a_refused_edit_leaves_all_as_it_was() {
    let mut state = opened(TableSource::Pasted);
    state.apply(Event::DatasetReady {
        id: 2,
        summary: summary(),
    });
    edit(&mut state, 3);
    let refused = error();
    state.apply(Event::Failed {
        id: 3,
        error: refused.clone(),
    });
    assert_eq!(state.error, Some(refused));
    assert!(state.can_edit() && state.dataset.is_some());
}

#[test]
fn typed_rows_are_not_an_error_before_they_suffice() {
    let mut state = opened(TableSource::Typed);
    state.apply(Event::Failed {
        id: 2,
        error: error(),
    });
    assert_eq!(state.error, None);
    assert_eq!(state.work.unusable, Some(error()));
    assert!(state.can_edit());
}

#[test]
fn texts_that_cannot_be_measured_are_not_tried_again() {
    let mut state = opened(TableSource::Pasted);
    state.sent(&Command::MeasureLengths { id: 3 });
    state.apply(Event::Failed {
        id: 3,
        error: error(),
    });
    assert!(state.work.unmeasurable && !state.work.is_measuring());
    check(&mut state, 4);
    assert!(!state.work.unmeasurable);
}

#[test]
fn a_new_table_and_a_new_worker_end_what_waits() {
    let mut state = opened(TableSource::Pasted);
    edit(&mut state, 3);
    state.sent(&Command::MeasureLengths { id: 4 });
    assert!(state.work.is_editing() && state.work.is_measuring());
    state.worker_replaced(false, false);
    assert!(!state.work.is_editing() && !state.work.is_measuring());
    assert!(!state.can_edit());
    state = opened(TableSource::Typed);
    assert_eq!(state.work.listed, None);
}
