//! Runs whose steps are read several at a time, as on a GPU, beside the same runs read step by step. On flex, natively: in a
//! process of its own, for dropout draws from the device's one random state.

mod golden;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use golden::{Folder, Of, read_parameters, runs};
use pollster::block_on;
use safetensors::SafeTensors;
use tabtune::data::Dataset;
use tabtune::model::EncoderPlan;
use tabtune::train::config::{
    EarlyStoppingConfig, FgmConfig, LoraConfig, Method, OptimizerName, TrainConfig,
};
use tabtune::train::record::RunEnd;
use tabtune::train::{Checkpoint, Progress, Trainer, set_up};

/// More than an epoch has.
const ALL: u32 = 64;
const STEPS_PER_EPOCH: u32 = 5;

/// Held by whoever trains.
static RANDOM_STATE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    RANDOM_STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Three epochs of five steps, dropout everywhere.
fn config() -> TrainConfig {
    TrainConfig {
        batch_size: 2,
        lora: LoraConfig {
            dropout: 0.2,
            ..runs::config().lora
        },
        head_dropout: 0.2,
        load_best_model_at_end: true,
        ..runs::config()
    }
}

fn weights(trainer: &Trainer) -> BTreeMap<String, Vec<f32>> {
    block_on(read_parameters(
        trainer.session().trained_model(),
        Of::Value,
    ))
}

/// A checkpoint's tensors and metadata, whose order in the file is not always the same.
fn content(checkpoint: &Checkpoint) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, String>) {
    let bytes = checkpoint.as_bytes();
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let metadata = header.metadata().clone().unwrap();
    let file = SafeTensors::deserialize(bytes).unwrap();
    let tensors = file.tensors().into_iter();
    (
        tensors
            .map(|(name, view)| (name, view.data().to_vec()))
            .collect(),
        metadata.into_iter().collect(),
    )
}

/// What a run tells from where it stands, a step an entry, and how often it had asked for a step and read none.
fn rest(trainer: &mut Trainer) -> (Vec<Progress>, usize) {
    let (mut told, mut ahead) = (Vec::new(), 0);
    while !matches!(told.last(), Some(Progress::Finished(_))) {
        match block_on(trainer.advance()).unwrap() {
            Progress::Steps(steps) => {
                ahead += usize::from(steps.is_empty());
                told.extend(steps.into_iter().map(|step| Progress::Steps(vec![step])));
            }
            other => told.push(other),
        }
    }
    (told, ahead)
}

/// A run tells the same and leaves the same weights, however many steps are read together.
fn check(name: &str, dataset: &Dataset, config: &TrainConfig) {
    let _alone = alone();
    let run = |logging_steps| {
        let mut trainer = runs::trainer(dataset, config.clone());
        trainer.set_logging_steps(logging_steps);
        let (told, ahead) = rest(&mut trainer);
        let saved = block_on(trainer.checkpoint()).unwrap();
        (told, ahead, weights(&trainer), content(&saved))
    };
    let (told, ahead, last, saved) = run(1);
    assert_eq!(ahead, 0, "{name}");
    for logging_steps in [2, 3, ALL] {
        let name = format!("{name}, {logging_steps} together");
        let together = run(logging_steps);
        assert_eq!(together.0, told, "{name}");
        assert_ne!(together.1, 0, "{name}");
        assert_eq!(together.2, last, "{name}");
        assert_eq!(together.3, saved, "{name}");
    }
}

#[test]
fn every_method_gives_the_same() {
    for method in [Method::Lora].into_iter().chain(runs::METHODS) {
        let config = TrainConfig { method, ..config() };
        check(&format!("{method:?}"), &runs::dataset(), &config);
    }
}

#[test]
fn every_way_of_training_gives_the_same() {
    let accumulated = TrainConfig {
        batch_size: 1,
        gradient_accumulation_steps: 2,
        ..config()
    };
    check("accumulated", &runs::dataset(), &accumulated);
    let adversarial = TrainConfig {
        adversarial: Some(FgmConfig { epsilon: 0.5 }),
        encoder_dropout: 0.2,
        ..config()
    };
    check("adversarial", &runs::dataset(), &adversarial);
    check("numbers", &runs::numbers(), &config());
    let stopping = TrainConfig {
        // Hardly anything moves: no validation is better than the first.
        learning_rate: 1e-9,
        early_stopping: Some(EarlyStoppingConfig { patience: 2 }),
        epochs: 5,
        ..config()
    };
    check("early stopping", &runs::dataset(), &stopping);
}

/// A checkpoint that is taken while steps are unread is that of the steps so far, and loses none of them.
#[test]
fn a_checkpoint_settles_what_is_unread() {
    let _alone = alone();
    let dataset = runs::dataset();
    for asked in 1..=STEPS_PER_EPOCH {
        let mut whole = runs::trainer(&dataset, config());
        let mut ahead = runs::trainer(&dataset, config());
        ahead.set_logging_steps(ALL);
        let mut before = Vec::new();
        for _ in 0..asked {
            before.push(block_on(whole.advance()).unwrap());
        }
        for _ in 0..asked {
            block_on(ahead.advance()).unwrap();
        }
        let expected = block_on(whole.checkpoint()).unwrap();
        let saved = block_on(ahead.checkpoint()).unwrap();
        assert_eq!(content(&saved), content(&expected), "after {asked} steps");
        assert_eq!(ahead.session().step_count(), asked);
        assert_eq!(weights(&ahead), weights(&whole));

        let (expected, _) = rest(&mut whole);
        if asked < STEPS_PER_EPOCH {
            let (told, _) = rest(&mut ahead);
            let (untold, rest) = told.split_at(before.len());
            assert_eq!(untold, before, "after {asked} steps");
            assert_eq!(rest, expected, "after {asked} steps");
        }
        let mut resumed = runs::trainer(&dataset, config());
        resumed.restore(&saved).unwrap();
        resumed.set_logging_steps(3);
        assert_eq!(rest(&mut resumed).0, expected, "after {asked} steps");
        assert_eq!(weights(&resumed), weights(&whole));
    }
}

/// Stopping keeps the steps that were asked for; another learning rate holds from the next one on.
#[test]
fn a_run_that_is_ahead_obeys() {
    let _alone = alone();
    let dataset = runs::dataset();
    type Order = fn(&mut Trainer);
    let stop: Order = Trainer::stop;
    let slow_down: Order = |trainer| trainer.session_mut().set_learning_rate(1e-3).unwrap();
    for order in [stop, slow_down] {
        let run = |logging_steps| {
            let mut trainer = runs::trainer(&dataset, config());
            trainer.set_logging_steps(logging_steps);
            let mut told = Vec::new();
            for _ in 0..3 {
                let Progress::Steps(steps) = block_on(trainer.advance()).unwrap() else {
                    panic!("no step");
                };
                told.extend(steps);
            }
            let before = trainer.session().step_count();
            told.extend(block_on(trainer.settle()).unwrap());
            assert_eq!(trainer.session().step_count(), 3);
            order(&mut trainer);
            (before, told, rest(&mut trainer).0, weights(&trainer))
        };
        let (one_by_one, together) = (run(1), run(ALL));
        assert_eq!((one_by_one.0, together.0), (3, 0));
        assert_eq!(together.1, one_by_one.1);
        assert_eq!(together.2, one_by_one.2);
        assert_eq!(together.3, one_by_one.3);
    }

    // Without reading first, too.
    let mut trainer = runs::trainer(&dataset, config());
    trainer.set_logging_steps(ALL);
    for _ in 0..3 {
        block_on(trainer.advance()).unwrap();
    }
    trainer.stop();
    let Progress::Steps(steps) = block_on(trainer.advance()).unwrap() else {
        panic!("no step");
    };
    assert_eq!(steps.len(), 3);
    let (told, _) = rest(&mut trainer);
    let Some(Progress::Finished(finished)) = told.last() else {
        panic!("no end");
    };
    assert_eq!(finished.end, RunEnd::Stopped);
}

/// Wherever among the unread steps a loss is no number, the run ends there, with the weights that a run has that is read step
/// by step; and a checkpoint goes on with the same test.
#[test]
fn a_loss_that_is_no_number_ends_the_run_at_its_step() {
    let _alone = alone();
    let dataset = runs::numbers();
    for method in [
        Method::HeadOnly,
        Method::Full {
            unfreeze_every: None,
        },
    ] {
        let run = |rate: u32| {
            let config = TrainConfig {
                method,
                batch_size: 1,
                learning_rate: f64::from(rate) / 40.0,
                optimizer: OptimizerName::Sgd,
                ..runs::exploding()
            };
            let mut whole = runs::trainer(&dataset, config.clone());
            let (told, _) = rest(&mut whole);
            let known = whole.session().step_count();
            (config, whole, told, known)
        };
        // A rate with which that step is far enough from both ends of its epoch of ten steps.
        let mut rates = (10..=40).map(run);
        let (config, mut whole, told, known) = rates
            .find(|(.., known)| (3..7).contains(&(known % 10)))
            .unwrap();
        assert_eq!(
            known as usize,
            told.iter()
                .filter(|it| matches!(it, Progress::Steps(_)))
                .count()
        );
        let saved = block_on(whole.checkpoint()).unwrap();
        for position in 0..4 {
            let name = format!("{method:?}, unread step {position}");
            let mut ahead = runs::trainer(&dataset, config.clone());
            let mut found = Vec::new();
            while ahead.session().step_count() < known - position {
                found.push(block_on(ahead.advance()).unwrap());
            }
            ahead.set_logging_steps(4);
            let (rest, asked) = rest(&mut ahead);
            assert_ne!(asked, 0, "{name}");
            found.extend(rest);
            // As texts: a loss that is no number is not equal to itself.
            assert_eq!(format!("{found:?}"), format!("{told:?}"), "{name}");
            assert_eq!(weights(&ahead), weights(&whole), "{name}");
            let found = block_on(ahead.checkpoint()).unwrap();
            assert_eq!(content(&found), content(&saved), "{name}");
        }
    }
}

/// The weights before each unread step are kept. Where they are many, steps are read one by one.
#[test]
fn many_weights_are_not_kept_often() {
    let _alone = alone();
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/paraphrase-MiniLM-L3-v2");
    let read = |name| std::fs::read(folder.join(name)).unwrap();
    let Folder(files) = Folder::single(
        read("config.json"),
        read("tokenizer.json"),
        read("model.safetensors"),
    );
    let device = tabtune::device::cpu().autodiff();
    let plan = EncoderPlan::read(&files.config, &files.tokenizer, None).unwrap();
    let encoder = plan.load(&files.weights, &device).unwrap();
    for (method, most) in [
        (Method::Lora, 0),
        (
            Method::Full {
                unfreeze_every: None,
            },
            1,
        ),
    ] {
        let config = TrainConfig {
            method,
            ..runs::config()
        };
        let mut trainer = set_up(&encoder, &runs::dataset(), config, &device).unwrap();
        trainer.set_logging_steps(2);
        let Progress::Steps(steps) = block_on(trainer.advance()).unwrap() else {
            panic!("no step");
        };
        assert_eq!(steps.len(), most, "{method:?}");
    }
}
