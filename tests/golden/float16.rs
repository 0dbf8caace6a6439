//! Training in 16-bit numbers, on a device that has them: what PyTorch finds in float64, and what becomes of an overflow.

use burn::tensor::Device;
use tabtune::device;
use tabtune::train::config::{Method, OptimizerName, TrainConfig};
use tabtune::train::record::StepRecord;
use tabtune::train::self_check::{self, FLOAT16_TOLERANCE};
use tabtune::train::{Checkpoint, Progress, Trainer, set_up};

use super::parameters::{Of, read_parameters};
use super::{FLOAT16, Subject, runs};

/// The scale that a run begins with, and one that no gradient bears, as the bits that a checkpoint has.
const FIRST: f64 = 65_536.0;
const TOO_LARGE: f64 = (1_u64 << 40) as f64;

/// Every check of 16-bit numbers. So many steps of each setting of a run are taken.
pub async fn check_float16(device: &Device, steps: usize) {
    let difference = self_check::float16_difference(device, &device::cpu())
        .await
        .unwrap();
    println!("self-check in 16-bit numbers: {difference:e}");
    assert!(difference < FLOAT16_TOLERANCE, "{difference:e}");
    let subject = Subject {
        device: device.clone(),
        tolerance: FLOAT16,
        fp16: true,
    };
    super::check_kernels(&subject).await;
    super::check_tiny_bert(&subject).await;
    super::check_families(&subject).await;
    super::check_encoder_dropout(&subject).await;
    super::check_gradients(&subject).await;
    super::check_ten_steps(&subject).await;
    super::check_frozen_base(&subject).await;
    super::check_resume(&subject).await;
    super::check_training(&subject, "", steps).await;
    check_run(device).await;
    for optimizer in [
        OptimizerName::AdamW,
        OptimizerName::Sgd,
        OptimizerName::RmsProp,
        OptimizerName::Adagrad,
    ] {
        check_overflow(device, optimizer).await;
    }
}

fn trainer(device: &Device, config: &TrainConfig) -> Trainer {
    let device = device.clone().autodiff();
    let encoder = runs::encoder(&device);
    set_up(&encoder, &runs::dataset(), config.clone(), &device).unwrap()
}

/// A whole run learns as one in 32-bit numbers does, and what it leaves is of them.
async fn check_run(device: &Device) {
    for method in [
        Method::Lora,
        Method::Full {
            unfreeze_every: Some(1),
        },
    ] {
        let run = async |fp16| {
            let config = TrainConfig {
                method,
                fp16,
                learning_rate: 2e-3,
                ..runs::config()
            };
            let mut trainer = trainer(device, &config);
            runs::run(&mut trainer, |_, _| ()).await
        };
        let (found, expected) = (run(true).await, run(false).await);
        assert_ne!(found.steps[0].loss, expected.steps[0].loss, "{method:?}");
        assert_eq!(found.steps.len(), expected.steps.len(), "{method:?}");
        for (found, expected) in found.steps.iter().zip(&expected.steps) {
            let off = (found.loss - expected.loss).abs();
            assert!(
                off < 0.01,
                "{method:?}: off by {off} at step {}",
                found.step
            );
        }
        let last = |outcome: &runs::Outcome| outcome.validations.last().map(|last| last.loss);
        let (Some(found), Some(expected)) = (last(&found), last(&expected)) else {
            panic!("{method:?}: no validation");
        };
        let off = (found - expected).abs();
        assert!(off < 0.01, "{method:?}: validations are off by {off}");
    }
}

/// A loss scaled too much is scaled less until the gradients are numbers; no step is lost, and nothing depends on how many
/// steps are read together.
async fn check_overflow(device: &Device, optimizer: OptimizerName) {
    let config = TrainConfig {
        fp16: true,
        optimizer,
        learning_rate: 2e-3,
        ..runs::config()
    };
    let run = async |scale: f64, logging_steps| {
        let mut trainer = trainer(device, &config);
        let start = trainer.checkpoint().await.unwrap();
        trainer.restore(&with_scale(start, scale)).unwrap();
        assert_eq!(trainer.session().loss_scale(), Some(scale));
        trainer.set_logging_steps(logging_steps);
        let steps = steps(&mut trainer).await;
        let weights = read_parameters(trainer.session().trained_model(), Of::Value).await;
        (steps, weights, trainer.session().loss_scale())
    };
    let (usual, _, scale) = run(FIRST, 1).await;
    assert_eq!(scale, Some(FIRST), "{optimizer:?}");
    let (steps, weights, scale) = run(TOO_LARGE, 1).await;
    let scale = scale.unwrap_or_default();
    println!("{optimizer:?}: a scale of {TOO_LARGE:e} became {scale:e}");
    assert!(
        (FIRST..TOO_LARGE).contains(&scale),
        "{optimizer:?}: {scale:e}"
    );
    assert_eq!(steps.len(), usual.len(), "{optimizer:?}");
    for (step, usual) in steps.iter().zip(&usual) {
        let off = (step.loss - usual.loss).abs();
        assert!(
            off < 0.01,
            "{optimizer:?}: off by {off} at step {}",
            step.step
        );
    }
    let together = run(TOO_LARGE, 3).await;
    assert_eq!(together, (steps, weights, Some(scale)), "{optimizer:?}");
}

/// All steps of a run, each once and in their order.
async fn steps(trainer: &mut Trainer) -> Vec<StepRecord> {
    let mut steps = Vec::new();
    loop {
        match trainer.advance().await.unwrap() {
            Progress::Steps(read) => steps.extend(read),
            Progress::Finished(_) => break,
            Progress::Evaluating { .. } | Progress::Validated(_) => {}
        }
    }
    let numbers: Vec<u32> = steps.iter().map(|step| step.step).collect();
    let all: Vec<u32> = (1..=trainer.session().steps()).collect();
    assert_eq!(numbers, all);
    steps
}

/// A checkpoint of a run that has not begun, with another scale.
fn with_scale(checkpoint: Checkpoint, scale: f64) -> Checkpoint {
    let [from, to] = [FIRST, scale].map(|scale| scale.to_bits().to_string());
    assert_eq!(from.len(), to.len());
    let mut bytes = checkpoint.as_bytes().to_vec();
    let mut places =
        (0..bytes.len() - from.len()).filter(|&at| bytes[at..].starts_with(from.as_bytes()));
    let (Some(at), None) = (places.next(), places.next()) else {
        panic!("a checkpoint has one scale");
    };
    drop(places);
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    Checkpoint::from_bytes(bytes)
}
