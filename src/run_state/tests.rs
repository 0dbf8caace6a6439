use super::model::Unsavable;
use super::*;
use crate::data::{PartCounts, ReadOptions, SplitConfig, TableFormat, TargetSummary};
use crate::eval::score::{Metric, Score};
use crate::hub::HubDescription;
use crate::protocol::{
    DeviceKind, DevicePreference, DeviceReason, ErrorKind, ExportForm, LabelProbability,
    ModelSource, ModelSummary, Pace, Precision, RunEnd, StepRecord, TableOutcome, TableRequest,
    TableSource, TrainPlan, TrainResult, ValidationRecord, Verdict,
};
use crate::train::config::{Method, TrainConfig};

const COLUMNS: ColumnChoice = ColumnChoice {
    text: 0,
    label: 1,
    split: None,
};
const LISTS: Problem = Problem::MultiLabel { separator: '|' };

pub(super) fn error() -> WireError {
    WireError {
        kind: ErrorKind::Data,
        message: "no rows".into(),
        hint: "add some".into(),
        recoverable: true,
        reason: None,
    }
}

fn device(kind: DeviceKind) -> DeviceReport {
    DeviceReport {
        kind,
        name: "device".into(),
        threads: 1,
        int8: kind == DeviceKind::Cpu,
        float16: kind == DeviceKind::Gpu,
        reason: DeviceReason::Requested,
    }
}

fn start(state: &mut RunState, id: RequestId, kind: DeviceKind) {
    let device_preference = DevicePreference::Auto;
    state.sent(&Command::Start {
        id,
        version: 1,
        device: device_preference,
        no_gpu: None,
        base_url: "/".into(),
        hub_url: "/".into(),
        hub_allowed: false,
    });
    state.apply(Event::Ready {
        id,
        version: 1,
        device: device(kind),
        encoders: Vec::new(),
    });
}

pub(super) fn load_encoder(state: &mut RunState, id: RequestId, name: &str) {
    state.sent(&Command::LoadEncoder {
        id,
        encoder: EncoderSource::Origin { id: name.into() },
    });
    let encoder = EncoderSummary {
        id: name.into(),
        layers: 3,
        hidden_size: 384,
        vocab_size: 30_522,
        parameters: 17_000_000,
        max_length: 512,
        surplus: Vec::new(),
    };
    state.apply(Event::EncoderLoaded { id, encoder });
}

pub(super) fn open(state: &mut RunState, id: RequestId, name: &str) {
    let table = TableSummary {
        name: name.into(),
        format: TableFormat::Delimited { delimiter: ',' },
        text: None,
        columns: Vec::new(),
        rows: 1,
        preview: Vec::new(),
        guess: COLUMNS,
        problems: vec![Problem::SingleLabel, LISTS],
    };
    state.sent(&Command::OpenTable {
        id,
        source: TableSource::Sample { name: name.into() },
        options: ReadOptions::default(),
    });
    state.apply(Event::TableOpened { id, table });
}

/// Asks for a file of the user's.
fn open_file(state: &mut RunState, id: RequestId, name: &str) {
    state.sent(&Command::OpenTable {
        id,
        source: TableSource::File { name: name.into() },
        options: ReadOptions::default(),
    });
}

fn use_columns(state: &mut RunState, id: RequestId) {
    state.sent(&Command::UseColumns {
        id,
        columns: COLUMNS,
        problem: Problem::Regression,
        split: SplitConfig::default(),
    });
}

pub(super) fn summary(name: &str) -> DatasetSummary {
    DatasetSummary {
        name: name.into(),
        examples: PartCounts::default(),
        targets: TargetSummary::SingleLabel { labels: Vec::new() },
        split_from_table: false,
        empty_texts: 0,
    }
}

pub(super) fn train(state: &mut RunState, id: RequestId, resume: bool) {
    state.sent(&Command::Train {
        id,
        config: TrainConfig::default(),
        resume,
        paused: false,
    });
}

fn plan() -> TrainPlan {
    TrainPlan {
        steps: 100,
        steps_per_epoch: 50,
        trainable_parameters: 10,
        frozen_parameters: 1_000,
        in_float32: false,
    }
}

pub(super) fn steps(state: &mut RunState, id: RequestId, steps: std::ops::RangeInclusive<u32>) {
    let steps = steps
        .map(|step| StepRecord {
            step,
            loss: 0.5,
            learning_rate: 1e-3,
            grad_norm: 1.0,
            tokens: 100,
            examples: 16,
        })
        .collect();
    state.apply(Event::TrainingProgress {
        id,
        steps,
        pace: Pace {
            left: 9.0,
            ..Pace::default()
        },
    });
}

pub(super) fn result(end: RunEnd) -> TrainResult {
    TrainResult {
        step: 100,
        end,
        best_step: None,
        seconds: 1.0,
        report: None,
        baseline: None,
    }
}

/// Everything loaded (requests 1 to 4).
pub(super) fn ready() -> RunState {
    let mut state = RunState::default();
    start(&mut state, 1, DeviceKind::Gpu);
    load_encoder(&mut state, 2, "L3");
    open(&mut state, 3, "uci");
    use_columns(&mut state, 4);
    state.apply(Event::DatasetReady {
        id: 4,
        summary: summary("uci"),
    });
    assert!(state.can_start());
    state
}

/// The same, and a run under way (request 5) at step 20.
pub(super) fn training() -> RunState {
    let mut state = ready();
    train(&mut state, 5, false);
    state.apply(Event::TrainingStarted {
        id: 5,
        plan: plan(),
        step: 0,
    });
    steps(&mut state, 5, 1..=20);
    state
}

fn phase(state: &RunState) -> Option<RunPhase> {
    state.run.as_ref().map(|run| run.phase)
}

#[test]
fn nothing_may_be_done_before_the_worker_is_ready() {
    let state = RunState::default();
    assert!(!state.can_change_data() && !state.can_start() && !state.can_pause());
    assert!(!state.can_resume() && !state.can_stop() && !state.can_predict());
}

#[test]
fn a_run_may_start_only_when_nothing_is_being_loaded() {
    let mut state = training();
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    assert!(state.can_start());
    let source = EncoderSource::Origin { id: "L6".into() };
    state.sent(&Command::LoadEncoder {
        id: 6,
        encoder: source.clone(),
    });
    state.apply(Event::EncoderProgress {
        id: 6,
        loaded: 5.0,
        total: 10.0,
    });
    assert_eq!(
        state.loading,
        Some(EncoderLoading {
            source,
            loaded: 5.0,
            total: 10.0
        })
    );
    assert!(!state.can_start());
    state.apply(Event::Failed {
        id: 6,
        error: error(),
    });
    assert!(
        state.can_start(),
        "the encoder that was loaded before is still there"
    );
    open(&mut state, 7, "sms");
    assert!(state.can_start());
    use_columns(&mut state, 8);
    assert!(!state.can_start());
}

#[test]
fn a_run_may_be_asked_for_while_its_data_are_divided_anew() {
    let mut state = RunState::default();
    start(&mut state, 1, DeviceKind::Cpu);
    load_encoder(&mut state, 2, "L3");
    open(&mut state, 3, "uci");
    let divided = |state: &mut RunState, id| {
        state.apply(Event::DatasetReady {
            id,
            summary: summary("uci"),
        });
    };
    use_columns(&mut state, 4);
    assert!(!state.is_redividing() && !state.can_start());
    divided(&mut state, 4);
    use_columns(&mut state, 5);
    assert!(state.is_redividing() && state.can_start());
    divided(&mut state, 5);
    assert!(!state.is_redividing() && state.can_start());
    // The same columns of another table are other data.
    open(&mut state, 6, "sms");
    use_columns(&mut state, 7);
    assert!(!state.is_redividing() && !state.can_start());
}

#[test]
fn answers_to_older_requests_are_ignored() {
    let mut state = training();
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    let before = state.clone();
    for stale in [
        Event::Ready {
            id: 9,
            version: 1,
            device: device(DeviceKind::Cpu),
            encoders: Vec::new(),
        },
        Event::EncoderProgress {
            id: 2,
            loaded: 1.0,
            total: 2.0,
        },
        Event::DatasetReady {
            id: 4,
            summary: summary("late"),
        },
        Event::TrainingStarted {
            id: 5,
            plan: plan(),
            step: 0,
        },
        Event::TrainingEnded {
            id: 5,
            result: result(RunEnd::Stopped),
        },
        Event::Paused { id: 7, step: 3 },
        Event::Failed {
            id: 3,
            error: error(),
        },
    ] {
        state.apply(stale.clone());
        assert_eq!(state, before, "{stale:?}");
    }
}

#[test]
fn a_table_that_cannot_be_used_leaves_the_data_set_in_use() {
    let mut state = training();
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    open(&mut state, 6, "broken");
    use_columns(&mut state, 7);
    state.apply(Event::Failed {
        id: 7,
        error: error(),
    });
    assert_eq!(state.error, Some(error()));
    assert_eq!(state.dataset, Some(summary("uci")));
    assert!(state.can_start());
    open(&mut state, 8, "whole");
    assert_eq!(state.error, None, "the next attempt clears the error");
}

#[test]
fn pause_resume_and_stop_follow_the_worker() {
    let mut state = training();
    assert!(state.can_pause() && !state.can_resume() && state.can_stop() && state.can_predict());
    state.sent(&Command::Pause { id: 6 });
    assert!(!state.can_pause(), "asked once");
    state.apply(Event::Paused { id: 6, step: 20 });
    steps(&mut state, 5, 20..=20);
    assert_eq!(
        phase(&state),
        Some(RunPhase::Paused),
        "late steps do not wake a paused run"
    );
    assert!(
        state.can_resume() && state.can_predict() && state.can_stop() && !state.can_change_data()
    );
    state.sent(&Command::Resume { id: 7 });
    state.apply(Event::Resumed { id: 7 });
    assert_eq!(phase(&state), Some(RunPhase::Training));
    state.sent(&Command::Stop { id: 8 });
    assert!(!state.can_stop());
    state.apply(Event::Stopping { id: 8 });
    state.apply(Event::EvaluationProgress {
        id: 5,
        split: EvaluatedSplit::Test,
        done: 1,
        total: 10,
    });
    assert!(
        state.can_stop() && !state.can_pause(),
        "a second stop skips the test"
    );
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Stopped),
    });
    assert!(!state.can_stop() && state.can_predict() && state.can_start());
    assert_eq!(
        state.run.and_then(|run| run.result),
        Some(result(RunEnd::Stopped))
    );
}

#[test]
fn progress_is_a_share_of_the_plan() {
    let mut state = training();
    let run = state.run.clone().unwrap();
    assert_eq!(
        (run.history.steps(), run.total_steps(), run.share()),
        (20, 100, 0.2)
    );
    let validation = ValidationRecord {
        epoch: 1,
        step: 50,
        loss: 0.3,
        scores: vec![Score {
            metric: Metric::Accuracy,
            value: 0.9,
        }],
    };
    state.apply(Event::Validated { id: 5, validation });
    assert_eq!(
        state
            .run
            .and_then(|run| run.validation_score())
            .map(|score| score.value),
        Some(0.9)
    );
}

#[test]
fn opinions_are_kept_by_epoch_and_text() {
    let mut state = training();
    let validate = |state: &mut RunState, epoch| {
        let id = state.run.as_ref().map_or(0, |run| run.id);
        state.apply(Event::Validated {
            id,
            validation: ValidationRecord {
                epoch,
                step: 10 * epoch,
                loss: 0.5,
                scores: Vec::new(),
            },
        });
    };
    let predict = |state: &mut RunState, id, text: &str| {
        let text: String = text.into();
        state.sent(&Command::Predict {
            id,
            text: text.clone(),
        });
        state.apply(Event::Predicted {
            id,
            prediction: Prediction {
                text,
                probabilities: Vec::new(),
                labels: Vec::new(),
                value: None,
                tokens: 3,
                milliseconds: 1.0,
            },
        });
    };
    let epochs = |state: &RunState| -> Vec<u32> {
        let opinions = &state.run.as_ref().unwrap().opinions;
        opinions.iter().map(|opinion| opinion.epoch).collect()
    };
    predict(&mut state, 6, "good");
    assert_eq!(epochs(&state), [0; 0], "nothing was validated yet");
    validate(&mut state, 1);
    predict(&mut state, 7, "good");
    validate(&mut state, 2);
    predict(&mut state, 8, "good");
    predict(&mut state, 9, "good");
    assert_eq!(epochs(&state), [1, 2]);
    // The answer comes after the next epoch's end.
    validate(&mut state, 3);
    ask(&mut state, 16, "good");
    validate(&mut state, 4);
    state.apply(Event::Predicted {
        id: 16,
        prediction: prediction("good"),
    });
    predict(&mut state, 17, "good");
    assert_eq!(epochs(&state), [1, 2, 3, 4]);
    // The run is taken up from a checkpoint after the first epoch.
    state.worker_replaced(false, true);
    train(&mut state, 10, true);
    state.apply(Event::TrainingStarted {
        id: 10,
        plan: plan(),
        step: 10,
    });
    assert_eq!(epochs(&state), [1]);
    state.sent(&Command::Pause { id: 11 });
    state.apply(Event::Paused { id: 11, step: 12 });
    predict(&mut state, 12, "bad");
    assert_eq!(epochs(&state), [1], "a paused model has learnt more");
    state.sent(&Command::Resume { id: 13 });
    state.apply(Event::Resumed { id: 13 });
    predict(&mut state, 14, "bad");
    assert_eq!(epochs(&state), [1], "no validation has ended since");
    validate(&mut state, 2);
    predict(&mut state, 15, "bad");
    assert_eq!(epochs(&state), [2], "of another text");
    assert_eq!(state.run.unwrap().opinions[0].prediction.text, "bad");
}

#[test]
fn a_failed_run_may_be_started_again() {
    let mut state = training();
    state.apply(Event::Failed {
        id: 5,
        error: error(),
    });
    assert_eq!(phase(&state), Some(RunPhase::Failed));
    assert!(state.can_start() && !state.can_predict());
}

#[test]
fn a_run_goes_on_from_its_checkpoint_in_a_new_worker() {
    let mut state = training();
    state.apply(Event::Checkpointed { id: 5, step: 10 });
    assert!(state.run.as_ref().is_some_and(Run::is_worth_resuming));
    state.worker_replaced(true, true);
    assert!(state.gpu_lost && state.device.is_none() && !state.can_change_data());
    start(&mut state, 6, DeviceKind::Cpu);
    load_encoder(&mut state, 7, "L3");
    train(&mut state, 8, true);
    steps(&mut state, 5, 21..=30);
    assert_eq!(
        state.run.as_ref().map(|run| run.history.steps()),
        Some(20),
        "the old worker's steps are stale"
    );
    state.apply(Event::TrainingStarted {
        id: 8,
        plan: plan(),
        step: 10,
    });
    assert_eq!(state.run.as_ref().map(|run| run.history.steps()), Some(10));
    steps(&mut state, 8, 11..=12);
    assert_eq!(state.run.as_ref().map(|run| run.history.steps()), Some(12));
}

#[test]
fn a_lost_model_is_not_asked_but_its_report_stays() {
    let mut state = training();
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Stopped),
    });
    assert!(
        !state.run.as_ref().is_some_and(Run::is_worth_resuming),
        "the user had stopped it"
    );
    state.worker_replaced(false, false);
    start(&mut state, 6, DeviceKind::Cpu);
    assert!(!state.can_predict());
    assert_eq!(
        state.run.and_then(|run| run.result),
        Some(result(RunEnd::Stopped))
    );
}

#[test]
fn the_problem_is_guessed_until_the_user_says_another() {
    let mut state = RunState::default();
    assert_eq!(state.problem, Problem::SingleLabel);
    open(&mut state, 1, "uci");
    assert_eq!(state.problem, LISTS, "what the label column looks like");
    use_columns(&mut state, 2);
    assert_eq!(state.problem, Problem::Regression);
    open(&mut state, 3, "sms");
    assert_eq!(state.problem, LISTS);
}

/// What the hub was found to hold.
fn found(repository: &str, stored: bool) -> HubFound {
    HubFound {
        address: format!("https://hub/{repository}"),
        description: HubDescription {
            repository: repository.into(),
            revision: "ab".into(),
            license: None,
            files: Vec::new(),
        },
        stored,
    }
}

#[test]
fn the_hub_is_followed() {
    let mut state = RunState::default();
    start(&mut state, 1, DeviceKind::Cpu);
    let look_up = |id, repository: &str| Command::DescribeHub {
        id,
        repository: repository.into(),
    };
    state.sent(&look_up(2, "a/b"));
    assert!(state.is_looking_up());
    state.sent(&look_up(3, "c/d"));
    state.apply(Event::HubDescribed {
        id: 2,
        found: found("a/b", false),
    });
    assert_eq!(state.hub, None, "another was asked for since");
    state.apply(Event::HubDescribed {
        id: 3,
        found: found("c/d", false),
    });
    assert!(!state.is_looking_up());
    let stored = |state: &RunState| state.hub.as_ref().map(|hub| hub.stored);
    assert_eq!(stored(&state), Some(false));

    let source = EncoderSource::Hub {
        repository: "c/d".into(),
        revision: "ab".into(),
    };
    state.sent(&Command::LoadEncoder {
        id: 4,
        encoder: source.clone(),
    });
    let kept = |repository: &str, problem| Event::HubStored {
        id: 4,
        repository: repository.into(),
        problem,
    };
    state.apply(kept("a/b", None));
    assert_eq!(stored(&state), Some(false));
    state.apply(kept("c/d", None));
    assert_eq!(stored(&state), Some(true));
    state.apply(Event::EncoderLoaded {
        id: 4,
        encoder: EncoderSummary {
            id: "c/d".into(),
            layers: 1,
            hidden_size: 1,
            vocab_size: 1,
            parameters: 1,
            max_length: 1,
            surplus: Vec::new(),
        },
    });
    assert_eq!(state.encoder_source, Some(source));

    state.sent(&Command::ForgetHub {
        id: 5,
        repository: "c/d".into(),
    });
    state.apply(Event::HubForgotten {
        id: 5,
        repository: "c/d".into(),
    });
    assert_eq!(stored(&state), Some(false));

    state.sent(&look_up(6, "no/such"));
    assert_eq!(state.hub, None);
    state.apply(Event::Failed {
        id: 6,
        error: error(),
    });
    assert!(!state.is_looking_up());
    assert_eq!(state.error, Some(error()));
}

fn model(method: Option<Method>) -> ModelSummary {
    ModelSummary {
        name: "sms.tabtune-model".into(),
        encoder: "L3".into(),
        other_encoder: None,
        problem: Problem::SingleLabel,
        labels: vec!["ham".into(), "spam".into()],
        data: Some("sms".into()),
        method,
        report: None,
    }
}

fn open_model(state: &mut RunState, id: RequestId) {
    let name = "sms.tabtune-model".into();
    state.sent(&Command::OpenModel {
        id,
        source: ModelSource::File { name },
    });
}

#[test]
fn a_model_may_be_saved_while_it_stands_still() {
    let mut state = RunState::default();
    let savable = |state: &RunState| state.check_export(ExportForm::Tabtune);
    assert_eq!(savable(&state), Err(Unsavable::NoModel));
    state = training();
    assert_eq!(savable(&state), Err(Unsavable::Running));
    state.sent(&Command::Pause { id: 6 });
    state.apply(Event::Paused { id: 6, step: 20 });
    assert_eq!(savable(&state), Ok(()));
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    assert_eq!(state.check_export(ExportForm::Adapter), Ok(()));

    state.sent(&Command::Export {
        id: 7,
        form: ExportForm::Merged,
    });
    assert!(state.is_exporting() && state.can_predict());
    let before = state.clone();
    let exported = |id| Event::Exported {
        id,
        form: ExportForm::Merged,
        name: "uci-model.zip".into(),
    };
    state.apply(exported(6));
    assert_eq!(state, before);
    state.apply(exported(7));
    assert!(!state.is_exporting());

    state.worker_replaced(false, false);
    start(&mut state, 8, DeviceKind::Cpu);
    assert_eq!(savable(&state), Err(Unsavable::NoModel), "it was lost");
}

#[test]
fn a_run_without_lora_has_no_adapter() {
    let mut state = training();
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    state.sent(&Command::Train {
        id: 6,
        config: TrainConfig {
            method: Method::HeadOnly,
            ..TrainConfig::default()
        },
        resume: false,
        paused: false,
    });
    state.apply(Event::TrainingEnded {
        id: 6,
        result: result(RunEnd::Completed),
    });
    assert_eq!(
        state.check_export(ExportForm::Adapter),
        Err(Unsavable::NoLora)
    );
    assert_eq!(state.check_export(ExportForm::Merged), Ok(()));
}

#[test]
fn an_opened_model_takes_the_place_of_the_run() {
    let mut state = training();
    assert!(!state.can_open_model());
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    open_model(&mut state, 6);
    assert!(state.is_opening_model() && !state.can_open_model() && !state.can_start());
    state.apply(Event::FetchingEncoder {
        id: 6,
        encoder: "L6".into(),
    });
    state.apply(Event::EncoderProgress {
        id: 6,
        loaded: 1.0,
        total: 2.0,
    });
    let loading = state.loading.as_ref().map(|loading| loading.loaded);
    assert_eq!(loading, Some(1.0));
    assert!(!state.can_start());
    let l6 = EncoderSummary {
        id: "L6".into(),
        ..state.encoder.clone().unwrap()
    };
    state.apply(Event::ModelOpened {
        id: 6,
        model: model(Some(Method::Lora)),
        fetched: Some(l6.clone()),
    });
    assert_eq!((&state.loading, &state.run), (&None, &None));
    assert_eq!(state.encoder, Some(l6));
    assert_eq!(
        state.encoder_source,
        Some(EncoderSource::Origin { id: "L6".into() })
    );
    assert!(state.can_predict() && state.can_start() && state.can_open_model());
    assert_eq!(state.check_export(ExportForm::Adapter), Ok(()));

    // The next run that begins takes its place in turn; one that does not leaves it.
    train(&mut state, 7, false);
    assert!(!state.can_predict() && state.opened.is_some());
    state.apply(Event::Failed {
        id: 7,
        error: error(),
    });
    assert!(state.can_predict());
    train(&mut state, 8, false);
    state.apply(Event::TrainingStarted {
        id: 8,
        plan: plan(),
        step: 0,
    });
    assert_eq!(state.opened, None);
}

#[test]
fn a_model_that_cannot_be_opened_leaves_the_one_in_use() {
    let mut state = training();
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    open_model(&mut state, 6);
    state.apply(Event::FetchingEncoder {
        id: 6,
        encoder: "L6".into(),
    });
    state.apply(Event::Failed {
        id: 6,
        error: error(),
    });
    assert_eq!(state.error, Some(error()));
    assert_eq!((&state.loading, &state.opened), (&None, &None));
    assert!(state.can_predict() && state.run.is_some());
}

#[test]
fn an_opened_model_comes_back_with_a_new_worker() {
    let mut state = RunState::default();
    start(&mut state, 1, DeviceKind::Gpu);
    load_encoder(&mut state, 2, "L3");
    let opened = |id, method| Event::ModelOpened {
        id,
        model: model(method),
        fetched: None,
    };
    open_model(&mut state, 3);
    state.apply(opened(3, None));
    assert_eq!(
        state.check_export(ExportForm::Tabtune),
        Err(Unsavable::UnknownTraining)
    );
    state.worker_replaced(true, false);
    start(&mut state, 4, DeviceKind::Cpu);
    assert!(!state.can_predict(), "the new worker does not have it yet");
    assert!(state.opened.is_some(), "its report stays");
    load_encoder(&mut state, 5, "L3");
    open_model(&mut state, 6);
    state.apply(opened(6, None));
    assert!(state.can_predict());
}

#[test]
fn a_file_that_may_be_in_another_encoding_is_remembered() {
    let mut state = RunState::default();
    start(&mut state, 1, DeviceKind::Cpu);
    let odd_text = || WireError {
        kind: ErrorKind::Encoding,
        ..error()
    };
    open_file(&mut state, 2, "own.csv");
    state.apply(Event::Failed {
        id: 2,
        error: odd_text(),
    });
    assert_eq!(state.unread.as_deref(), Some("own.csv"));
    assert_eq!(state.error, Some(odd_text()));

    // Whatever is opened next takes its place.
    open_file(&mut state, 3, "image.png");
    assert_eq!(state.unread, None);
    state.apply(Event::Failed {
        id: 3,
        error: error(),
    });
    assert_eq!(state.unread, None);

    open_file(&mut state, 4, "old.csv");
    open_file(&mut state, 5, "new.csv");
    state.apply(Event::Failed {
        id: 4,
        error: odd_text(),
    });
    assert_eq!(state.unread, None);
}

#[test]
fn a_table_comes_with_its_source() {
    let mut state = RunState::default();
    start(&mut state, 1, DeviceKind::Cpu);
    open(&mut state, 2, "uci");
    let uci = TableSource::Sample { name: "uci".into() };
    assert_eq!(state.table_source, Some(uci.clone()));
    open_file(&mut state, 3, "own.csv");
    assert_eq!(state.table_source, Some(uci.clone()));
    state.apply(Event::Failed {
        id: 3,
        error: error(),
    });
    assert_eq!(state.table_source, Some(uci));
}

#[test]
fn the_steps_follow_the_work() {
    use super::steps::{Step, StepStatus::*};
    fn statuses(state: &RunState) -> [super::steps::StepStatus; 4] {
        Step::ALL.map(|step| state.step_status(step))
    }
    let mut state = RunState::default();
    start(&mut state, 0, DeviceKind::Cpu);
    load_encoder(&mut state, 1, "L3");
    assert_eq!(statuses(&state), [Ready, Waiting, Waiting, Waiting]);
    open(&mut state, 2, "uci");
    use_columns(&mut state, 3);
    assert_eq!(statuses(&state), [Active, Waiting, Waiting, Waiting]);
    let answer = summary("uci");
    state.apply(Event::DatasetReady {
        id: 3,
        summary: answer,
    });
    assert_eq!(statuses(&state), [Done, Ready, Waiting, Waiting]);
    train(&mut state, 4, false);
    state.apply(Event::TrainingStarted {
        id: 4,
        plan: plan(),
        step: 0,
    });
    assert_eq!(statuses(&state)[..3], [Done, Active, Waiting]);
    state.apply(Event::EvaluationProgress {
        id: 4,
        split: EvaluatedSplit::Test,
        done: 1,
        total: 2,
    });
    assert_eq!(statuses(&state)[1..3], [Active, Active]);
    state.apply(Event::Failed {
        id: 4,
        error: error(),
    });
    assert_eq!(statuses(&state), [Done, Ready, Waiting, Waiting]);
}

pub(super) fn prediction(text: &str) -> Prediction {
    Prediction {
        text: text.into(),
        probabilities: Vec::new(),
        labels: Vec::new(),
        value: None,
        tokens: 3,
        milliseconds: 1.0,
    }
}

fn ask(state: &mut RunState, id: RequestId, text: &str) {
    let text = text.into();
    state.sent(&Command::Predict { id, text });
}

#[test]
fn a_text_is_asked_about_once_for_each_model_and_never_queues_up() {
    let mut state = training();
    assert!(state.wants_answer("good") && !state.wants_answer(" \n"));
    ask(&mut state, 6, "good");
    assert!(
        !state.wants_answer("goods"),
        "the newest text waits for the answer"
    );
    state.apply(Event::Predicted {
        id: 6,
        prediction: prediction("good"),
    });
    assert!(state.has_answered("good") && !state.wants_answer("good"));
    assert!(state.wants_answer("goods") && !state.has_answered("goods"));
    // The model has learnt more.
    state.sent(&Command::Pause { id: 7 });
    state.apply(Event::Paused { id: 7, step: 30 });
    assert!(state.wants_answer("good") && !state.has_answered("good"));
    ask(&mut state, 8, "good");
    state.apply(Event::Failed {
        id: 8,
        error: error(),
    });
    assert!(
        !state.wants_answer("good"),
        "what fails is not asked for ever"
    );
    state.worker_replaced(false, true);
    assert!(!state.wants_answer("good") && !state.has_answers());
}

fn open_texts(state: &mut RunState, id: RequestId, columns: &[&str]) {
    state.sent(&Command::OpenTexts {
        id,
        name: "mails.csv".into(),
        options: ReadOptions::default(),
    });
    assert!(state.is_opening_texts() && !state.can_classify());
    let table = TableSummary {
        name: "mails.csv".into(),
        format: TableFormat::Delimited { delimiter: ',' },
        text: None,
        columns: columns.iter().map(|&name| name.to_owned()).collect(),
        rows: 7,
        preview: Vec::new(),
        guess: ColumnChoice { text: 1, ..COLUMNS },
        problems: Vec::new(),
    };
    state.apply(Event::TextsOpened { id, table });
}

fn classify(state: &mut RunState, id: RequestId) {
    let request = TableRequest {
        column: state.using.column,
        verdict: state.verdict_options(),
        mark: false,
        precision: Precision::Float32,
    };
    state.sent(&Command::PredictTable { id, request });
}

#[test]
fn a_table_is_classified_by_a_model_that_stands_still() {
    let mut state = training();
    open_texts(&mut state, 6, &["id", "mail"]);
    assert!(!state.can_classify() && state.dataset.is_some());
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    assert!(state.can_classify());
    state.using.column = 0;
    open_texts(&mut state, 7, &["id", "mail"]);
    assert_eq!(state.using.column, 0, "the same file keeps its choice");
    open_texts(&mut state, 8, &["id", "text"]);
    assert_eq!(state.using.column, 1);

    classify(&mut state, 9);
    assert!(!state.can_classify() && !state.can_open_texts() && state.can_stop_classifying());
    state.apply(Event::TableProgress {
        id: 9,
        done: 3,
        total: 7,
    });
    assert_eq!(state.using.progress, Some((3, 7)));
    state.sent(&Command::StopTable { id: 10 });
    assert!(!state.can_stop_classifying());
    let outcome = TableOutcome::Stopped { done: 4 };
    state.apply(Event::TablePredicted {
        id: 9,
        outcome: outcome.clone(),
    });
    state.apply(Event::TableStopping { id: 10 });
    assert_eq!(
        (state.using.progress, &state.using.outcome),
        (None, &Some(outcome))
    );

    classify(&mut state, 11);
    assert_eq!(state.using.outcome, None);
    state.apply(Event::Failed {
        id: 11,
        error: error(),
    });
    assert!(state.can_classify() && state.error.is_some());
    classify(&mut state, 12);
    state.worker_replaced(false, false);
    assert!(!state.is_classifying() && state.using.progress.is_none());
}

#[test]
fn a_file_of_texts_may_be_in_another_encoding() {
    let mut state = training();
    state.sent(&Command::OpenTexts {
        id: 6,
        name: "mails.txt".into(),
        options: ReadOptions::default(),
    });
    let error = WireError {
        kind: ErrorKind::Encoding,
        ..error()
    };
    state.apply(Event::Failed { id: 6, error });
    assert_eq!(state.using.unread.as_deref(), Some("mails.txt"));
    assert_eq!(state.unread, None, "it is not the data set's file");
}

#[test]
fn programs_are_asked_for_once_a_model() {
    let mut state = training();
    assert!(!state.wants_snippets());
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    assert!(state.wants_snippets());
    state.sent(&Command::DescribeUse { id: 6 });
    assert!(!state.wants_snippets());
    let snippets = Vec::new();
    state.apply(Event::UseDescribed { id: 6, snippets });
    assert!(!state.wants_snippets() && state.using.snippets.is_some());
    open_model(&mut state, 7);
    state.apply(Event::ModelOpened {
        id: 7,
        model: model(Some(Method::Lora)),
        fetched: None,
    });
    assert!(state.wants_snippets());
}

#[test]
fn texts_are_asked_about_a_batch_at_a_time() {
    let mut state = training();
    let texts = vec!["good".to_owned()];
    state.error = Some(error());
    state.sent(&Command::PredictTexts {
        id: 6,
        texts,
        precision: Precision::Float32,
    });
    assert!(!state.can_predict_texts() && state.error.is_some());
    state.apply(Event::TextsPredicted {
        id: 6,
        predictions: vec![prediction("good")],
    });
    assert!(state.can_predict_texts());
}

#[test]
fn a_verdict_follows_the_model_and_the_choices() {
    let mut state = training();
    let said = Prediction {
        probabilities: vec![LabelProbability {
            label: "ham".into(),
            probability: 0.75,
        }],
        ..prediction("good")
    };
    let doubts = |state: &RunState| match state.verdict(&said) {
        Verdict::Labels { labels, unsure, .. } => (labels, unsure),
        Verdict::Number(_) => panic!("it is a label"),
    };
    assert_eq!(doubts(&state), (vec!["ham".into()], false));
    state.using.unsure_below = Some(0.8);
    assert_eq!(doubts(&state), (vec!["ham".into()], true));
    assert!(!state.gives_several_labels());
    state.dataset = Some(DatasetSummary {
        targets: TargetSummary::MultiLabel {
            labels: Vec::new(),
            unlabelled: PartCounts::default(),
        },
        ..summary("lists")
    });
    train(&mut state, 6, false);
    assert_eq!(doubts(&state), (Vec::new(), true));
}

#[test]
fn a_run_may_be_started_for_a_single_step() {
    let mut state = ready();
    assert!(state.can_step());
    state.sent(&Command::Train {
        id: 5,
        config: TrainConfig::default(),
        resume: false,
        paused: true,
    });
    assert!(!state.can_step());
    state.apply(Event::TrainingStarted {
        id: 5,
        plan: plan(),
        step: 0,
    });
    assert_eq!(phase(&state), Some(RunPhase::Paused));
    for step in 1..=2 {
        assert!(state.can_step() && state.can_resume());
        state.sent(&Command::Step { id: 5 + step });
        assert!(!state.can_step() && !state.can_resume());
        steps(&mut state, 5, step..=step);
        state.apply(Event::Stepped { id: 5 + step, step });
        assert_eq!(phase(&state), Some(RunPhase::Paused));
    }
    assert_eq!(state.run.as_ref().map(|run| run.history.steps()), Some(2));
    state.sent(&Command::Resume { id: 9 });
    state.apply(Event::Resumed { id: 9 });
    assert_eq!(phase(&state), Some(RunPhase::Training));
    assert!(!state.can_step());
}

#[test]
fn a_change_of_the_learning_rate_is_noted() {
    let mut state = training();
    let rate = |state: &RunState| state.run.as_ref().map(|run| run.learning_rate);
    assert_eq!(rate(&state), Some(TrainConfig::default().learning_rate));
    for (id, step, learning_rate) in [(6, 20, 1e-3), (7, 20, 5e-4), (8, 30, 1e-4)] {
        assert!(state.can_set_learning_rate());
        state.sent(&Command::SetLearningRate { id, learning_rate });
        assert!(!state.can_set_learning_rate());
        state.apply(Event::LearningRateSet {
            id,
            step,
            learning_rate,
        });
        assert_eq!(rate(&state), Some(learning_rate));
    }
    let changes = state.run.as_ref().map(|run| {
        let changes = run.rate_changes.iter();
        changes
            .map(|change| (change.step, change.learning_rate))
            .collect::<Vec<_>>()
    });
    // The second one came before a step was taken at the first.
    assert_eq!(changes, Some(vec![(20, 5e-4), (30, 1e-4)]));
    state.apply(Event::TrainingEnded {
        id: 5,
        result: result(RunEnd::Completed),
    });
    assert!(!state.can_set_learning_rate());
}
