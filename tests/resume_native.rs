//! Resuming and repeating on flex, natively: in a process of its own, for dropout draws from the device's one random state.

mod golden;

use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::Device;
use golden::{read_parameters, runs};
use pollster::block_on;
use tabtune::data::{Dataset, Part};
use tabtune::eval::score::Metric;
use tabtune::model::{PretrainedEncoder, has_int8};
use tabtune::train::config::{
    ClassWeights, EarlyStoppingConfig, FgmConfig, LoraConfig, Method, OptimizerName, Pooling,
    Sampling, TrainConfig,
};
use tabtune::train::estimate::TextLengths;
use tabtune::train::{
    Checkpoint, CheckpointError, Progress, Rehearsal, Trainer, WarmUp, set_up, settings_on,
};

/// Held by whoever trains.
static RANDOM_STATE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    RANDOM_STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cpu() -> golden::Subject {
    golden::Subject {
        device: tabtune::device::cpu(),
        tolerance: golden::CPU,
        fp16: false,
    }
}

#[test]
fn a_resumed_session_gives_the_same_losses() {
    let _alone = alone();
    block_on(golden::check_resume(&cpu()));
}

#[test]
fn dropout_in_the_encoder() {
    let _alone = alone();
    block_on(golden::check_encoder_dropout(&cpu()));
}

/// Dropout everywhere, the best weights kept.
fn config() -> TrainConfig {
    TrainConfig {
        lora: LoraConfig {
            dropout: 0.2,
            ..runs::config().lora
        },
        head_dropout: 0.2,
        encoder_dropout: 0.2,
        load_best_model_at_end: true,
        ..runs::config()
    }
}

/// What a run tells from one unit of work on, without the batches of an evaluation, and its last weights.
fn rest(trainer: &mut Trainer) -> (Vec<Progress>, Vec<Vec<f32>>) {
    let mut told = Vec::new();
    while !matches!(told.last(), Some(Progress::Finished(_))) {
        let progress = block_on(trainer.advance()).unwrap();
        if !matches!(progress, Progress::Evaluating { .. }) {
            told.push(progress);
        }
    }
    (told, weights(trainer))
}

fn weights(trainer: &Trainer) -> Vec<Vec<f32>> {
    let model = trainer.session().trained_model();
    let parameters = block_on(read_parameters(model, golden::Of::Value));
    parameters.into_values().collect()
}

/// A run that is saved after any unit of work, within validation and test too, goes on elsewhere as if nothing had happened.
fn check(name: &str, dataset: &Dataset, config: &TrainConfig) {
    let _alone = alone();
    let whole = runs::trainer(dataset, config.clone());
    check_from(name, whole, dataset, config);
}

/// The same from where a run stands.
fn check_from(name: &str, mut whole: Trainer, dataset: &Dataset, config: &TrainConfig) {
    let mut told = Vec::new();
    // Checkpoints, with how much had been told.
    let mut saved: Vec<(usize, Checkpoint)> = Vec::new();
    while !matches!(told.last(), Some(Progress::Finished(_))) {
        saved.push((told.len(), block_on(whole.checkpoint()).unwrap()));
        let progress = block_on(whole.advance()).unwrap();
        if !matches!(progress, Progress::Evaluating { .. }) {
            told.push(progress);
        }
    }
    let last = weights(&whole);
    for (unit, (known, checkpoint)) in saved.iter().enumerate() {
        let mut resumed = runs::trainer(dataset, config.clone());
        resumed
            .restore(checkpoint)
            .unwrap_or_else(|error| panic!("{name}, unit {unit}: {error}"));
        let (found, weights) = rest(&mut resumed);
        assert_eq!(found, told[*known..], "{name}, unit {unit}");
        assert_eq!(weights, last, "{name}, unit {unit}");
    }
}

#[test]
fn every_optimizer_resumes() {
    for optimizer in [
        OptimizerName::AdamW,
        OptimizerName::Adam,
        OptimizerName::Sgd,
        OptimizerName::RmsProp,
        OptimizerName::Adagrad,
    ] {
        let config = TrainConfig {
            optimizer,
            ..config()
        };
        check(&format!("{optimizer:?}"), &runs::dataset(), &config);
    }
}

#[test]
fn every_method_resumes() {
    for method in runs::METHODS {
        let config = TrainConfig { method, ..config() };
        check(&format!("{method:?}"), &runs::dataset(), &config);
    }
}

#[test]
fn every_way_of_training_resumes() {
    let oversampled = TrainConfig {
        sampling: Sampling::Oversample,
        ..config()
    };
    check("oversampled", &runs::dataset(), &oversampled);
    let accumulated = TrainConfig {
        batch_size: 2,
        gradient_accumulation_steps: 2,
        class_weights: ClassWeights::Balanced,
        ..config()
    };
    check("accumulated", &runs::dataset(), &accumulated);
    let adversarial = TrainConfig {
        adversarial: Some(FgmConfig { epsilon: 0.5 }),
        pooling: Pooling::Pooler,
        ..config()
    };
    check("adversarial", &runs::dataset(), &adversarial);
    let in_8bit = TrainConfig {
        load_in_8bit: true,
        ..config()
    };
    if has_int8(&tabtune::device::cpu()) {
        check("8 bits", &runs::dataset(), &in_8bit);
    }
    check("numbers", &runs::numbers(), &config());
    check("several labels", &runs::several_labels(), &config());
}

/// A checkpoint's numbers are 32-bit ones: whatever a device has, it can go on.
#[test]
fn a_run_goes_on_in_other_numbers() {
    let _alone = alone();
    let device = tabtune::device::cpu();
    let in_8bit = TrainConfig {
        load_in_8bit: has_int8(&device),
        ..config()
    };
    for (begins, goes_on) in [(&in_8bit, &config()), (&config(), &in_8bit)] {
        let mut trainer = runs::trainer(&runs::dataset(), begins.clone());
        for _ in 0..2 {
            block_on(trainer.advance()).unwrap();
        }
        let checkpoint = block_on(trainer.checkpoint()).unwrap();
        let mut resumed = runs::trainer(&runs::dataset(), goes_on.clone());
        resumed.restore(&checkpoint).unwrap();
        assert_eq!(weights(&resumed), weights(&trainer));
        rest(&mut resumed);
    }
    let in_16bit = TrainConfig {
        fp16: true,
        ..config()
    };
    assert_eq!(settings_on(&device.autodiff(), in_16bit), config());
    // Other settings make another run.
    let mut other = runs::trainer(
        &runs::dataset(),
        TrainConfig {
            seed: 5,
            ..config()
        },
    );
    let checkpoint = block_on(other.checkpoint()).unwrap();
    let mut resumed = runs::trainer(&runs::dataset(), config());
    assert!(matches!(
        resumed.restore(&checkpoint),
        Err(CheckpointError::OtherRun)
    ));
}

#[test]
fn early_stopping_resumes() {
    let config = TrainConfig {
        method: Method::Full {
            unfreeze_every: Some(1),
        },
        // Hardly anything moves: no validation is better than the first.
        learning_rate: 1e-9,
        metric_for_best_model: Metric::Accuracy,
        early_stopping: Some(EarlyStoppingConfig { patience: 2 }),
        epochs: 5,
        ..config()
    };
    check("early stopping", &runs::dataset(), &config);
}

#[test]
fn a_stopped_run_goes_on_with_its_test() {
    let _alone = alone();
    let dataset = runs::dataset();
    // Before the first step, between two, before a validation, within it, and after it.
    for units in [0, 2, 3, 4, 7] {
        let mut whole = runs::trainer(&dataset, config());
        for _ in 0..units {
            block_on(whole.advance()).unwrap();
        }
        whole.stop();
        let name = format!("stopped after {units} units");
        check_from(&name, whole, &dataset, &config());
    }
}

#[test]
fn a_run_ended_by_its_loss_goes_on_with_its_test() {
    let _alone = alone();
    let dataset = runs::numbers();
    let config = runs::exploding();
    let mut whole = runs::trainer(&dataset, config.clone());
    while !matches!(
        block_on(whole.advance()).unwrap(),
        Progress::Evaluating {
            part: Part::Test,
            ..
        }
    ) {}
    check_from("no number", whole, &dataset, &config);
}

#[test]
fn a_seed_decides_every_loss() {
    let _alone = alone();
    let losses = |seed| {
        let config = TrainConfig { seed, ..config() };
        let mut trainer = runs::trainer(&runs::dataset(), config);
        block_on(runs::run(&mut trainer, |_, _| ())).steps
    };
    let first = losses(1);
    assert_eq!(first, losses(1));
    let other = losses(2);
    assert!(
        first
            .iter()
            .zip(&other)
            .all(|(first, other)| first.loss != other.loss)
    );
}

/// A learning rate that was set is part of the run's state: resumed from any unit before or after, the rest is the same.
#[test]
fn a_learning_rate_that_was_set_resumes() {
    let _alone = alone();
    let dataset = runs::dataset();
    let mut whole = runs::trainer(&dataset, config());
    let before = block_on(whole.session_mut().step()).unwrap();
    let unchanged = block_on(async {
        let mut other = runs::trainer(&dataset, config());
        other.session_mut().step().await.unwrap();
        other.session_mut().step().await.unwrap()
    });
    let session = whole.session_mut();
    session.set_learning_rate(1e-3).unwrap();
    assert_eq!(session.base_learning_rate(), 1e-3);
    assert!(session.set_learning_rate(f64::NAN).is_err());
    assert!(session.set_learning_rate(0.0).is_err());
    assert_eq!(session.base_learning_rate(), 1e-3);
    let after = block_on(session.step()).unwrap();
    assert_eq!(before.step + 1, after.step);
    // The settings ask for 1e-2; the schedule goes on.
    assert!((after.learning_rate - unchanged.learning_rate / 10.0).abs() < 1e-12);
    check_from("another learning rate", whole, &dataset, &config());
}

/// Measuring a run, and doing first what it begins with, leaves the encoder, the data and every random draw of the run that
/// follows as they were.
#[test]
fn a_rehearsal_leaves_no_trace() {
    let _alone = alone();
    let dataset = runs::dataset();
    let device = tabtune::device::cpu().autodiff();
    let encoder = runs::encoder(&device);
    for method in [
        Method::HeadOnly,
        Method::LastLayers {
            layers: 1,
            unfreeze_every: None,
        },
        Method::Lora,
        Method::Full {
            unfreeze_every: None,
        },
    ] {
        let config = TrainConfig { method, ..config() };
        let losses = |rehearsed: bool| {
            if rehearsed {
                rehearse(&encoder, &dataset, &config, &device);
                warm_up(&encoder, &dataset, &config, &device);
            }
            let mut trainer = set_up(&encoder, &dataset, config.clone(), &device).unwrap();
            let mut steps = Vec::new();
            while !trainer.session().is_done() {
                if rehearsed {
                    rehearse(&encoder, &dataset, &config, &device);
                    warm_up(&encoder, &dataset, &config, &device);
                }
                steps.push(block_on(trainer.session_mut().step()).unwrap());
            }
            (steps, weights(&trainer))
        };
        assert_eq!(losses(false), losses(true), "{method:?}");
    }
}

/// Does first what a run begins with.
fn warm_up(encoder: &PretrainedEncoder, dataset: &Dataset, config: &TrainConfig, device: &Device) {
    let lengths = TextLengths {
        train: vec![4; dataset.split.train.len()],
        validation: vec![4; dataset.split.validation.len()],
        test: vec![4; dataset.split.test.len()],
        reading: 0.0,
    };
    let mut warm_up = WarmUp::new(encoder, dataset, &lengths, config, device).unwrap();
    let mut units = 0;
    while !warm_up.is_over() {
        block_on(warm_up.advance()).unwrap();
        units += 1;
        assert!(units < 20, "it ends");
    }
    // A step; an evaluation of two batches, and another one with its beginning; a prediction; the two steps that are left.
    assert_eq!(units, 1 + 3 + 4 + 1 + 2);
}

/// Measures a run with a clock that gives each unit the same time, every second one a little more, and on a device that
/// compiles much more to the first of its kind. The quickest counts.
fn rehearse(encoder: &PretrainedEncoder, dataset: &Dataset, config: &TrainConfig, device: &Device) {
    let batch = &dataset.split.train[..4];
    let measure = |compiles| {
        let rehearsal = Rehearsal::new(encoder, dataset, batch, config, device, compiles);
        let mut rehearsal = rehearsal.unwrap();
        let mut units = 0;
        while !rehearsal.is_over() {
            block_on(rehearsal.advance()).unwrap();
            let is_slow = (units % 2 == 1) == compiles;
            let slow = if compiles { 10.0 } else { 0.015 };
            rehearsal.note(if is_slow { slow } else { 0.01 }, 1e6, 1e6);
            units += 1;
            assert!(units < 40, "it ends");
        }
        rehearsal.costs()
    };
    let costs = measure(false);
    assert_eq!((costs.step.fixed, costs.step.per_token), (0.01, 0.0));
    assert_eq!((costs.saving, costs.memory.at(0.0)), (0.01, 1e6));
    assert_eq!(measure(true), costs);
}
