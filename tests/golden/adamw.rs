//! Loss, gradients and ten AdamW steps, against PyTorch with PEFT.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Gradients, Tensor, Transaction};
use tabtune::data::{Problem, Target};
use tabtune::model::TextClassifier;
use tabtune::model::encoder::BatchTensors;
use tabtune::model::lora::Lora;
use tabtune::text::EncodedExample;
use tabtune::train::config::{LoraConfig, TrainConfig};
use tabtune::train::{Clipping, LabelledBatch, Objective, TrainSession, gradients};

use super::Subject;
use super::encoders::Folder;
use super::fixture::{Golden, assert_close, assert_close_norm, read};

const CLASSES: usize = 3;

fn golden() -> Golden<'static> {
    Golden::open(include_bytes!("../fixtures/golden/tiny-bert.safetensors"))
}

/// The settings of `tests/fixtures/golden/tiny-bert.json`.
fn config(fp16: bool) -> TrainConfig {
    TrainConfig {
        fp16,
        epochs: 1,
        learning_rate: 5e-3,
        batch_size: 1,
        lora: LoraConfig {
            rank: 4,
            alpha: 8.0,
            dropout: 0.0,
            ..LoraConfig::default()
        },
        head_dropout: 0.0,
        weight_decay: 0.01,
        warmup_ratio: 0.2,
        max_grad_norm: Some(1.0),
        ..TrainConfig::default()
    }
}

fn objective() -> Objective {
    Objective::new(Problem::SingleLabel, CLASSES, [].iter(), &config(false))
}

fn peft_key(layer: usize, projection: &str, matrix: &str) -> String {
    format!(
        "base_model.model.encoder.layer.{layer}.attention.self.{projection}.lora_{matrix}.weight"
    )
}

/// Each adapter with its place in PEFT's names.
fn adapters(model: &TextClassifier) -> Vec<(usize, &'static str, Lora)> {
    let layers = model.encoder.layers.iter().enumerate();
    layers
        .flat_map(|(index, layer)| {
            let attention = &layer.attention;
            [("query", &attention.query), ("value", &attention.value)]
                .map(|(name, adapted)| (index, name, adapted.lora.clone().expect("an adapter")))
        })
        .collect()
}

/// The tiny encoder with the fixture's adapters and head.
fn model(subject: &Subject, device: &Device) -> TextClassifier {
    let golden = golden();
    let (shape, encoder) = Folder::tiny_bert().load(device);
    let mut model = TextClassifier::init(encoder, &shape, CLASSES, &config(subject.fp16), device);
    for (index, layer) in model.encoder.layers.iter_mut().enumerate() {
        let attention = &mut layer.attention;
        for (name, adapted) in [
            ("query", &mut attention.query),
            ("value", &mut attention.value),
        ] {
            let lora = adapted.lora.as_mut().expect("an adapter");
            let load = |matrix| {
                Param::from_data(
                    golden.transposed(&format!("lora.{}", peft_key(index, name, matrix))),
                    device,
                )
            };
            lora.a = load("A");
            lora.b = load("B");
        }
    }
    model.head.classifier.weight = Param::from_data(golden.transposed("head.weight"), device);
    model.head.classifier.bias = Some(Param::from_tensor(Tensor::from_floats(
        golden.floats("head.bias").as_slice(),
        device,
    )));
    model
}

fn batch(index: usize) -> LabelledBatch {
    let golden = golden();
    let labels = golden.integers(&format!("batch.{index}.labels"));
    LabelledBatch {
        tokens: golden.batch(&format!("batch.{index}."), 0),
        targets: labels.into_iter().map(Target::Class).collect(),
    }
}

/// The model's trainable tensors under the fixture's names, by way of `pick`.
fn named<T>(
    model: &TextClassifier,
    matrix: impl Fn(&Param<Tensor<2>>) -> T,
    vector: impl Fn(&Param<Tensor<1>>) -> T,
) -> Vec<(String, T)> {
    let mut tensors = Vec::new();
    for (layer, projection, lora) in adapters(model) {
        tensors.push((
            format!("lora.{}", peft_key(layer, projection, "A")),
            matrix(&lora.a),
        ));
        tensors.push((
            format!("lora.{}", peft_key(layer, projection, "B")),
            matrix(&lora.b),
        ));
    }
    tensors.push(("head.weight".into(), matrix(&model.head.classifier.weight)));
    tensors.push((
        "head.bias".into(),
        vector(model.head.classifier.bias.as_ref().expect("a bias")),
    ));
    tensors
}

pub async fn check_gradients(subject: &Subject) {
    let golden = golden();
    let device = subject.device.clone().autodiff();
    let model = model(subject, &device);
    let batch = batch(0);
    let logits = model.forward(&BatchTensors::new(&batch.tokens, &device));
    assert_close(
        "logits",
        &read(logits.inner()).await,
        &golden.floats("logits"),
        subject.tolerance.logits,
    );

    let (loss, gradients) = gradients(&model, &objective(), &batch, &device);
    let [loss, norm, _] = read(Clipping::default().numbers(&model, &gradients, loss))
        .await
        .try_into()
        .expect("three numbers");
    assert_close(
        "loss",
        &[loss],
        &golden.floats("loss"),
        subject.tolerance.logits,
    );
    assert_close(
        "grad_norm",
        &[norm],
        &golden.floats("grad_norm"),
        subject.tolerance.gradient,
    );

    let found = named(
        &model,
        |param| {
            gradients
                .get::<2>(param.id)
                .expect("a gradient")
                .transpose()
                .flatten::<1>(0, 1)
        },
        |param| gradients.get::<1>(param.id).expect("a gradient"),
    );
    for (name, gradient) in found {
        let name = format!("grad.{name}");
        assert_close_norm(
            &name,
            &read(gradient).await,
            &golden.floats(&name),
            subject.tolerance.gradient,
        );
    }
}

/// Ten steps of the real session, clipping and schedule included.
pub async fn check_ten_steps(subject: &Subject) {
    let golden = golden();
    let device = subject.device.clone().autodiff();
    let mut session = session(model(subject, &device), subject, &device);
    assert_eq!(session.steps(), 10);

    let mut reports = Vec::new();
    for step in 0..10 {
        reports.push(session.step_on(&[batch(step % 3)]).await.unwrap());
    }
    let column = |pick: fn(&tabtune::train::record::StepRecord) -> f64| {
        reports
            .iter()
            .map(|report| pick(report) as f32)
            .collect::<Vec<_>>()
    };
    assert_close(
        "adamw.losses",
        &column(|report| report.loss),
        &golden.floats("adamw.losses"),
        subject.tolerance.logits,
    );
    assert_close(
        "adamw.grad_norms",
        &column(|report| report.grad_norm),
        &golden.floats("adamw.grad_norms"),
        subject.tolerance.gradient,
    );
    assert_close(
        "adamw.lrs",
        &column(|report| report.learning_rate),
        &golden.floats("adamw.lrs"),
        1e-9,
    );

    let trained = session.trained_model();
    let found = named(
        trained,
        |param| param.val().inner().transpose().flatten::<1>(0, 1),
        |param| param.val().inner(),
    );
    for (name, value) in found {
        let name = format!("adamw.final.{name}");
        assert_close(
            &name,
            &read(value).await,
            &golden.floats(&name),
            subject.tolerance.parameter,
        );
    }
    let logits = session
        .model()
        .forward(&BatchTensors::new(&batch(0).tokens, &subject.device));
    let logits = read(logits).await;
    for name in ["trained.logits", "merged.logits"] {
        assert_close(
            name,
            &logits,
            &golden.floats(name),
            10.0 * subject.tolerance.logits,
        );
    }
}

/// A session of ten steps: its schedule is the fixture's.
fn session(model: TextClassifier, subject: &Subject, device: &Device) -> TrainSession {
    let config = config(subject.fp16);
    TrainSession::new(model, objective(), examples(), 0, config, device.clone())
}

fn examples() -> Vec<EncodedExample> {
    let example = |index: u32| EncodedExample {
        ids: vec![2, 10 + index, 20 + 3 * index, 3],
        target: Target::Class(index % 3),
    };
    (0..10).map(example).collect()
}

/// No gradient is computed for any weight of the base, and none of them moves.
pub async fn check_frozen_base(subject: &Subject) {
    let device = subject.device.clone().autodiff();
    let mut session = session(model(subject, &device), subject, &device);

    // The raw gradients of the backward pass, not only those of parameters that ask for one.
    let batch = batch(0);
    let logits = session
        .trained_model()
        .forward(&BatchTensors::new(&batch.tokens, &device));
    let gradients = logits.square().mean().backward();
    let mut seen = Seen {
        gradients: &gradients,
        trained: Vec::new(),
        frozen: 0,
    };
    session.trained_model().visit(&mut seen);
    // Two layers, query and value, A and B of 32x4; head of 32x3 and 3.
    seen.trained.sort_unstable();
    assert_eq!(
        seen.trained,
        [3, 96, 128, 128, 128, 128, 128, 128, 128, 128]
    );
    // 5 tensors of the embeddings, 16 a layer, 2 of the pooler.
    assert_eq!(seen.frozen, 39);

    let before = base(session.trained_model()).await;
    for step in 0..3 {
        session.step_on(&[self::batch(step)]).await.unwrap();
    }
    assert_eq!(base(session.trained_model()).await, before);
}

struct Seen<'a> {
    gradients: &'a Gradients,
    /// Sizes of the parameters that have a gradient.
    trained: Vec<usize>,
    /// How many have none.
    frozen: usize,
}

impl ModuleVisitor for Seen<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        match param.val().grad(self.gradients) {
            Some(gradient) => self.trained.push(gradient.shape().num_elements()),
            None => self.frozen += 1,
        }
    }
}

/// Every weight that is not trained.
async fn base(model: &TextClassifier) -> Vec<Vec<f32>> {
    struct Read(Transaction);
    impl ModuleVisitor for Read {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if !param.is_require_grad() {
                self.0 = std::mem::take(&mut self.0).register(param.val().inner());
            }
        }
    }
    let mut read = Read(Transaction::default());
    model.visit(&mut read);
    let tensors = read.0.execute_async().await.unwrap();
    tensors
        .iter()
        .map(|data| data.iter::<f32>().collect())
        .collect()
}

/// A run that is saved at any step and goes on elsewhere gives the same losses as one that was not, dropout and all.
///
/// A device has one random state: nothing else may train on it meanwhile.
pub async fn check_resume(subject: &Subject) {
    let device = subject.device.clone().autodiff();
    let session = || dropping_session(subject, &device);
    let mut whole = session();
    let mut expected = Vec::new();
    let mut saved = Vec::new();
    for _ in 0..10 {
        saved.push(whole.checkpoint().await.unwrap());
        expected.push(whole.step().await.unwrap());
    }
    for at in [0, 1, 6, 9] {
        let mut resumed = session();
        resumed.restore(&saved[at]).unwrap();
        for expected in &expected[at..] {
            assert_eq!(resumed.step().await.unwrap(), *expected, "from step {at}");
        }
    }
}

/// A session of ten steps with dropout, from the encoder up.
fn dropping_session(subject: &Subject, device: &Device) -> TrainSession {
    let config = TrainConfig {
        lora: LoraConfig {
            dropout: 0.3,
            ..config(subject.fp16).lora
        },
        head_dropout: 0.3,
        encoder_dropout: 0.3,
        ..config(subject.fp16)
    };
    let (shape, encoder) = Folder::tiny_bert().load(device);
    let model = TextClassifier::init(encoder, &shape, CLASSES, &config, device);
    TrainSession::new(model, objective(), examples(), 0, config, device.clone())
}
