use super::super::tests::{result, train, training};
use super::*;
use crate::data::Problem;
use crate::protocol::{Command, Event, ModelSource, ModelSummary, RunEnd};
use crate::train::config::Method;

fn through_json(state: &RunState) -> RunState {
    let json = serde_json::to_string(&state.stored()).unwrap();
    RunState::restored(serde_json::from_str(&json).unwrap())
}

/// A run at step 20 that was last saved at step 12.
fn under_way() -> RunState {
    let mut state = training();
    state.apply(Event::Checkpointed { id: 5, step: 12 });
    state
}

fn finished() -> RunState {
    let mut state = under_way();
    let result = result(RunEnd::NotFinite {
        step: 5,
        loss: f64::NAN,
    });
    state.apply(Event::TrainingEnded { id: 5, result });
    state.run_kept();
    state
}

fn opened() -> ModelSummary {
    ModelSummary {
        name: "model.tabtune-model".into(),
        encoder: "tiny".into(),
        other_encoder: None,
        problem: Problem::SingleLabel,
        labels: vec!["ham".into(), "spam".into()],
        data: None,
        method: Some(Method::Lora),
        report: None,
    }
}

fn open_model(state: &mut RunState, id: u32) {
    state.sent(&Command::OpenModel {
        id,
        source: ModelSource::File {
            name: "model.tabtune-model".into(),
        },
    });
    state.apply(Event::ModelOpened {
        id,
        model: opened(),
        fetched: None,
    });
}

#[test]
fn a_run_that_was_cut_off_is_offered_with_its_whole_history() {
    let state = under_way();
    let restored = through_json(&state);
    let run = restored.offered_run().unwrap();
    assert_eq!(run.history, state.run.as_ref().unwrap().history);
    assert_eq!(run.checkpoint, Some(12));
    assert_eq!(restored.labels(), state.labels());
    assert!(restored.is_interrupted() && !restored.is_running());
}

#[test]
fn taken_up_it_is_the_same_run_and_ends_once() {
    let mut restored = through_json(&under_way());
    restored.run_taken_up();
    assert!(restored.is_running());
    train(&mut restored, 2, true);
    let run = restored.run.clone().unwrap();
    assert_eq!((run.id, run.history.steps()), (2, 20));
    restored.apply(Event::TrainingEnded {
        id: 2,
        result: result(RunEnd::Completed),
    });
    let again = through_json(&restored);
    assert_eq!(again.runs.kept().len(), 1);
    assert_eq!(again.runs.newest(), restored.runs.newest());
}

#[test]
fn given_back_it_is_offered_again() {
    let mut restored = through_json(&under_way());
    restored.run_taken_up();
    assert!(restored.offered_run().is_none());
    restored.run_given_back();
    assert!(restored.offered_run().is_some());
}

#[test]
fn left_it_is_not_offered_again() {
    let mut restored = through_json(&under_way());
    restored.run_left();
    assert!(!restored.is_interrupted());
    let again = through_json(&restored);
    assert!(again.offered_run().is_none());
    assert_eq!(again.run.unwrap().history.steps(), 20);
}

#[test]
fn a_finished_run_is_back_when_its_model_is() {
    let state = finished();
    let mut restored = through_json(&state);
    assert!(restored.is_interrupted() && restored.offered_run().is_none());
    assert_eq!(restored.runs.kept().len(), 1);
    open_model(&mut restored, 2);
    let (before, after) = (state.run.unwrap(), restored.run.unwrap());
    assert_eq!(after.phase, RunPhase::Ended);
    assert!(after.kept && !after.is_worth_resuming());
    assert_eq!(after.history, before.history);
    assert_eq!(
        after.result.map(|result| result.seconds),
        before.result.map(|result| result.seconds)
    );
    assert!(restored.opened.is_none());
}

#[test]
fn a_finished_run_outlives_its_worker() {
    let mut state = finished();
    state.worker_replaced(false, false);
    open_model(&mut state, 7);
    assert_eq!(state.run.unwrap().phase, RunPhase::Ended);
    // Another model, which the user opens, takes its place.
    let mut state = finished();
    open_model(&mut state, 7);
    assert!(state.run.is_none() && state.opened.is_some());
}

#[test]
fn a_model_that_cannot_be_had_ends_the_wait() {
    let mut restored = through_json(&finished());
    restored.run_abandoned();
    assert!(!restored.is_interrupted());
    assert!(restored.run.unwrap().result.is_some(), "results stay");
}

#[test]
fn another_project_replaces_all_but_the_device() {
    let mut state = under_way();
    let device = state.device.clone();
    state.replace_project(RunState::default(), true);
    assert_eq!(state.device, device);
    assert!(state.run.is_none() && state.dataset.is_none() && state.runs.kept().is_empty());
    state.replace_project(RunState::default(), false);
    assert_eq!(state.device, None);
}

#[test]
fn what_the_page_could_not_have_stored_is_cut() {
    let mut stored = finished().stored();
    stored.threshold = Some(PositiveLabel {
        label: "spam".into(),
        probability: 7.0,
    });
    stored.unsure_below = Some(f64::NAN);
    stored.labels = vec![String::new(); MAX_LABELS + 1];
    let bounded = stored.bounded();
    assert_eq!((bounded.threshold, bounded.unsure_below), (None, None));
    assert_eq!(bounded.labels.len(), MAX_LABELS);
}
