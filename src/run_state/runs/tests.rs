use super::super::tests::{result, steps, train, training};
use super::*;
use crate::protocol::Event;
use crate::run_state::RunState;

fn ended(last: u32) -> RunState {
    let mut state = training();
    steps(&mut state, 5, 1..=last);
    end(&mut state, 5);
    state
}

fn end(state: &mut RunState, id: RequestId) {
    state.apply(Event::TrainingEnded {
        id,
        result: result(RunEnd::Completed),
    });
}

/// Runs of which only the number and what a test needs differ.
fn runs(count: u32, change: impl Fn(u32, &mut KeptRun)) -> Runs {
    let mut state = ended(3);
    let run = state.runs.kept.remove(0);
    let mut runs = Runs::default();
    for number in 1..=count {
        let mut run = KeptRun {
            number,
            ..run.clone()
        };
        change(number, &mut run);
        runs.kept.push(run);
    }
    runs
}

fn numbers(runs: &Runs) -> Vec<u32> {
    runs.kept().iter().map(|run| run.number).collect()
}

#[test]
fn an_ended_run_is_kept_with_few_points() {
    let state = ended(450);
    let [run] = state.runs.kept() else {
        panic!("{:?}", state.runs)
    };
    assert_eq!(
        (run.number, run.end, run.shown),
        (1, RunEnd::Completed, true)
    );
    assert!(run.curve.len() <= MOST_POINTS && run.curve.len() > MOST_POINTS / 2);
    assert_eq!(run.curve[run.curve.len() - 1].step, 450);
    assert_eq!(state.runs.newest(), Some(run));
}

#[test]
fn a_run_that_ends_again_on_another_device_is_kept_once() {
    let mut state = ended(3);
    state.worker_replaced(false, true);
    train(&mut state, 9, true);
    end(&mut state, 9);
    assert_eq!(numbers(&state.runs), [1]);
    state.runs.delete(1);
    state.worker_replaced(false, true);
    train(&mut state, 10, true);
    end(&mut state, 10);
    assert_eq!(numbers(&state.runs), [0; 0]);
    train(&mut state, 11, false);
    end(&mut state, 11);
    assert_eq!(numbers(&state.runs), [2]);
}

#[test]
fn what_is_deleted_comes_back_where_it_was() {
    let mut runs = runs(3, |_, _| {});
    runs.delete(2);
    assert_eq!(numbers(&runs), [1, 3]);
    assert_eq!(runs.deleted().map(|run| run.number), Some(2));
    runs.undo_delete();
    assert_eq!(numbers(&runs), [1, 2, 3]);
    runs.delete(7);
    runs.undo_delete();
    assert_eq!((numbers(&runs), runs.deleted()), (vec![1, 2, 3], None));
}

#[test]
fn names_and_notes_are_cut() {
    let mut runs = runs(1, |_, _| {});
    runs.rename(1, "  mine  ");
    runs.annotate(1, &"好".repeat(600));
    runs.show(1, false);
    let run = runs.get(1).unwrap();
    assert_eq!((&*run.name, run.note.chars().count()), ("mine", 500));
    assert!(!run.shown);
}

#[test]
fn runs_are_sorted_and_what_is_missing_comes_last() {
    let runs = runs(4, |number, run| {
        run.seconds = f64::from(10 - number);
        run.name = ["b", "", "A", "c"][number as usize - 1].into();
        let value = f64::from(number % 3);
        let score = Score {
            metric: Metric::Accuracy,
            value,
        };
        run.test = if number == 4 { vec![] } else { vec![score] };
    });
    let sorted = |column, descending| -> Vec<u32> {
        runs.sorted(column, descending)
            .iter()
            .map(|run| run.number)
            .collect()
    };
    assert_eq!(sorted(RunColumn::Number, true), [4, 3, 2, 1]);
    assert_eq!(sorted(RunColumn::Name, false), [3, 1, 4, 2]);
    assert_eq!(sorted(RunColumn::Name, true), [4, 1, 3, 2]);
    assert_eq!(sorted(RunColumn::Seconds, false), [4, 3, 2, 1]);
    assert_eq!(sorted(RunColumn::Test, false), [3, 1, 2, 4]);
    assert_eq!(sorted(RunColumn::Test, true), [2, 1, 3, 4]);
}

#[test]
fn the_validation_is_that_of_the_weights_that_are_left() {
    let record = |epoch, step| ValidationRecord {
        epoch,
        step,
        loss: f64::from(step),
        scores: vec![],
    };
    let runs = runs(2, |number, run| {
        run.validations = vec![record(1, 10), record(2, 20)];
        run.best_step = (number == 2).then_some(10);
    });
    let step = |number| {
        runs.get(number)
            .unwrap()
            .validation()
            .map(|record| record.step)
    };
    assert_eq!((step(1), step(2)), (Some(20), Some(10)));
}

#[test]
fn csv_is_read_back_and_holds_no_formula() {
    let hostile = [
        "=HYPERLINK(\"http://x\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "  =1",
        "two\r\nlines, \"quoted\"",
        "plain",
    ];
    let mut runs = runs(hostile.len() as u32, |number, run| {
        run.note = hostile[number as usize - 1].into();
        run.test = vec![Score {
            metric: Metric::R2,
            value: -0.5,
        }];
    });
    runs.rename(1, "=A1");
    let text = to_csv(runs.kept());
    let text = text.strip_prefix('\u{FEFF}').unwrap();
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let column = |name| header.iter().position(|found| found == name).unwrap();
    let (name, note, score) = (column("name"), column("note"), column("test_r2"));
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), hostile.len());
    assert_eq!(&rows[0][name], "'=A1");
    for (row, expected) in rows.iter().zip(hostile) {
        let found = &row[note];
        let safe = match expected {
            "plain" | "two\r\nlines, \"quoted\"" => expected.to_owned(),
            formula => format!("'{formula}"),
        };
        assert_eq!(found, safe);
        // A negative number is one, and no formula.
        assert_eq!(&row[score], "-0.5");
    }
    assert!(!header.iter().any(|name| name == "test_accuracy"));
    assert!(text.lines().count() > hostile.len() && text.ends_with("\r\n"));
}

#[test]
fn kept_runs_can_be_stored() {
    let mut runs = ended(3).runs;
    runs.rename(1, "mine");
    let stored = serde_json::to_string(&runs).unwrap();
    let read: Runs = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.kept(), runs.kept());
    assert_eq!(read.last_number, 1);
}
