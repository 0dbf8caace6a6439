//! Ten steps of every optimizer, schedule, objective, method and pooling, against PyTorch, transformers and PEFT.
//!
//! A case's settings stand in the fixture, as the engine reads them.

use serde::Deserialize;
use tabtune::data::{Problem, Target};
use tabtune::model::TextClassifier;
use tabtune::model::encoder::BatchTensors;
use tabtune::text::EncodedExample;
use tabtune::train::config::TrainConfig;
use tabtune::train::record::StepRecord;
use tabtune::train::{LabelledBatch, Objective, TrainSession, gradients};

use super::Subject;
use super::encoders::Folder;
use super::fixture::{Golden, assert_close, assert_close_norm, read};
use super::parameters::{Of, fill, read_parameters};

/// `golden/training.json`.
#[derive(Deserialize)]
struct Fixture {
    labels: usize,
    targets: Targets,
    cases: Vec<Case>,
}

/// What each text is an example of, in each kind of problem.
#[derive(Deserialize)]
struct Targets {
    single: Vec<u32>,
    multi: Vec<Vec<u32>>,
    regression: Vec<f64>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    problem: String,
    encoder: String,
    settings: TrainConfig,
    ids: Vec<Vec<u32>>,
    losses: Vec<f32>,
    grad_norms: Vec<f32>,
    learning_rates: Vec<f32>,
}

impl Fixture {
    fn read() -> Self {
        serde_json::from_str(include_str!("../fixtures/golden/training.json")).unwrap()
    }

    fn problem(&self, case: &Case) -> (Problem, Vec<Target>) {
        let targets = &self.targets;
        match case.problem.as_str() {
            "single" => (
                Problem::SingleLabel,
                targets.single.iter().copied().map(Target::Class).collect(),
            ),
            "multi" => (
                Problem::MultiLabel { separator: '|' },
                targets.multi.iter().cloned().map(Target::Classes).collect(),
            ),
            "regression" => (
                Problem::Regression,
                targets
                    .regression
                    .iter()
                    .copied()
                    .map(Target::Value)
                    .collect(),
            ),
            other => panic!("there is no problem {other}"),
        }
    }
}

impl Case {
    fn folder(&self) -> Folder {
        match self.encoder.as_str() {
            "tiny-bert" => Folder::tiny_bert(),
            "tiny-distilbert" => Folder::tiny_distilbert(),
            "tiny-roberta" => Folder::tiny_roberta(),
            other => panic!("there is no encoder {other}"),
        }
    }
}

fn column(records: &[StepRecord], pick: fn(&StepRecord) -> f64) -> Vec<f32> {
    records.iter().map(|record| pick(record) as f32).collect()
}

/// Runs the cases whose name begins with `group`, each for at most so many of its steps. Final values are compared where
/// all are taken.
pub async fn check_training(subject: &Subject, group: &str, most_steps: usize) {
    let fixture = Fixture::read();
    let golden = Golden::open(include_bytes!("../fixtures/golden/training.safetensors"));
    let chosen = |case: &&Case| case.name.starts_with(group);
    assert!(fixture.cases.iter().any(|case| chosen(&case)), "{group}");
    for case in fixture.cases.iter().filter(chosen) {
        check_case(subject, &fixture, case, &golden, most_steps).await;
    }
}

async fn check_case(
    subject: &Subject,
    fixture: &Fixture,
    case: &Case,
    golden: &Golden<'_>,
    most_steps: usize,
) {
    let name = &case.name;
    let settings = TrainConfig {
        fp16: subject.fp16,
        ..case.settings.clone()
    };
    let (problem, targets) = fixture.problem(case);
    let objective = Objective::new(problem, fixture.labels, targets.iter(), &settings);
    let examples: Vec<EncodedExample> = case
        .ids
        .iter()
        .zip(targets)
        .map(|(ids, target)| EncodedExample {
            ids: ids.clone(),
            target,
        })
        .collect();
    let device = subject.device.clone().autodiff();
    let (shape, encoder) = case.folder().load(&device);
    let pad_id = shape.pad_token_id as u32;
    let model = TextClassifier::init(encoder, &shape, objective.outputs(), &settings, &device);
    let model = fill(model, golden, &format!("{name}.initial."), &device).in_float16(subject.fp16);

    let batch = LabelledBatch::new(&examples, pad_id);
    check_gradients(subject, case, &model, &objective, &batch, golden).await;

    let mut session = TrainSession::new(model, objective, examples, pad_id, settings, device);
    assert_eq!(session.steps() as usize, case.losses.len(), "{name}");
    let steps = most_steps.min(case.losses.len());
    let mut records = Vec::new();
    for _ in 0..steps {
        records.push(session.step().await.unwrap());
    }
    let tolerance = subject.tolerance;
    assert_close(
        &format!("{name}: losses"),
        &column(&records, |record| record.loss),
        &case.losses[..steps],
        tolerance.trained_loss,
    );
    assert_close(
        &format!("{name}: gradient norms"),
        &column(&records, |record| record.grad_norm),
        &case.grad_norms[..steps],
        tolerance.trained_gradient,
    );
    assert_close(
        &format!("{name}: learning rates"),
        &column(&records, |record| record.learning_rate),
        &case.learning_rates[..steps],
        1e-9,
    );
    if steps == case.losses.len() {
        check_final(subject, name, session.trained_model(), golden).await;
    }
}

/// Logits with the initial values, and the head's gradients.
async fn check_gradients(
    subject: &Subject,
    case: &Case,
    model: &TextClassifier,
    objective: &Objective,
    batch: &LabelledBatch,
    golden: &Golden<'_>,
) {
    let name = &case.name;
    let device = subject.device.clone().autodiff();
    let logits = model.forward(&BatchTensors::new(&batch.tokens, &device));
    let logits_name = format!("{name}.logits");
    assert_close(
        &logits_name,
        &read(logits.inner()).await,
        &golden.floats(&logits_name),
        subject.tolerance.logits,
    );
    if case.settings.adversarial.is_some() {
        // Theirs are of both passes.
        return;
    }
    let (_, gradients) = gradients(model, objective, batch, &device);
    let gradients = read_parameters(model, Of::Gradient(&gradients)).await;
    let names = golden.names(&format!("{name}.gradient."));
    assert!(!names.is_empty(), "{name}");
    for path in names {
        let full = format!("{name}.gradient.{path}");
        assert_close_norm(
            &full,
            &gradients[&path],
            &golden.floats(&full),
            subject.tolerance.gradient,
        );
    }
}

async fn check_final(subject: &Subject, name: &str, model: &TextClassifier, golden: &Golden<'_>) {
    let values = read_parameters(model, Of::Value).await;
    let names = golden.names(&format!("{name}.final."));
    assert!(!names.is_empty(), "{name}");
    for path in names {
        let full = format!("{name}.final.{path}");
        assert_close(
            &full,
            &values[&path],
            &golden.floats(&full),
            subject.tolerance.parameter,
        );
    }
}
