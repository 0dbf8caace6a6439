//! Whole runs of the tiny encoder on a few texts.

use burn::tensor::Device;
use tabtune::data::{Dataset, Example, Problem, Split, Target};
use tabtune::model::{EncoderPlan, PretrainedEncoder};
use tabtune::train::config::{LoraConfig, Method, OptimizerName, TrainConfig};
use tabtune::train::record::{StepRecord, ValidationRecord};
use tabtune::train::{Finished, Progress, SetupError, Trainer, set_up};

use super::encoders::Folder;

const TRAIN: u32 = 10;
const HELD_OUT: u32 = 5;

/// Ten texts to learn from, of three classes, and five each to validate and to test.
pub fn dataset() -> Dataset {
    // Class 0 is the most frequent one, 2 the rarest.
    let class = |index: u32| [0, 1, 0, 2, 0, 1, 0][index as usize % 7];
    of_targets(Problem::SingleLabel, 3, |index| Target::Class(class(index)))
}

/// The same texts with numbers.
pub fn numbers() -> Dataset {
    of_targets(Problem::Regression, 0, |index| {
        Target::Value(f64::from(index % 7))
    })
}

/// The same texts with any number of labels.
pub fn several_labels() -> Dataset {
    let problem = Problem::MultiLabel { separator: '|' };
    of_targets(problem, 2, |index| {
        Target::Classes((0..index % 3).collect())
    })
}

fn of_targets(problem: Problem, labels: usize, target: impl Fn(u32) -> Target) -> Dataset {
    let words = ["good", "food", "bad", "movie", "the", "battery", "again"];
    let example = |index: u32| {
        let words = (0..2 + index % 4).map(|word| words[(3 * index + word) as usize % 7]);
        Example {
            text: words.collect::<Vec<_>>().join(" "),
            target: target(index),
        }
    };
    Dataset {
        name: "texts".to_owned(),
        problem,
        labels: (0..labels).map(|label| format!("label {label}")).collect(),
        examples: (0..TRAIN + 2 * HELD_OUT).map(example).collect(),
        split: Split {
            train: (0..TRAIN).collect(),
            validation: (TRAIN..TRAIN + HELD_OUT).collect(),
            test: (TRAIN + HELD_OUT..TRAIN + 2 * HELD_OUT).collect(),
        },
        split_from_table: false,
        empty_texts: 0,
    }
}

/// Every method but LoRA, which is the default.
pub const METHODS: [Method; 4] = [
    Method::HeadOnly,
    Method::LastLayers {
        layers: 1,
        unfreeze_every: None,
    },
    Method::LastLayers {
        layers: 2,
        unfreeze_every: Some(1),
    },
    Method::Full {
        unfreeze_every: Some(1),
    },
];

/// Three epochs of three steps, without dropout.
pub fn config() -> TrainConfig {
    TrainConfig {
        lora: LoraConfig {
            rank: 2,
            dropout: 0.0,
            ..LoraConfig::default()
        },
        head_dropout: 0.0,
        max_length: 8,
        epochs: 3,
        batch_size: 4,
        learning_rate: 1e-2,
        ..TrainConfig::default()
    }
}

/// Gradient descent on squares with far too high a rate.
pub fn exploding() -> TrainConfig {
    TrainConfig {
        method: Method::HeadOnly,
        optimizer: OptimizerName::Sgd,
        learning_rate: 1.0,
        warmup_ratio: 0.0,
        max_grad_norm: None,
        epochs: 100,
        ..config()
    }
}

pub fn encoder(device: &Device) -> PretrainedEncoder {
    let folder = Folder::tiny_bert().0;
    let plan = EncoderPlan::read(&folder.config, &folder.tokenizer, None).unwrap();
    plan.load(&folder.weights, device).unwrap()
}

pub fn try_trainer(dataset: &Dataset, config: TrainConfig) -> Result<Trainer, SetupError> {
    let device = tabtune::device::cpu().autodiff();
    set_up(&encoder(&device), dataset, config, &device)
}

pub fn trainer(dataset: &Dataset, config: TrainConfig) -> Trainer {
    try_trainer(dataset, config).unwrap()
}

/// What a run has brought.
#[derive(Debug, Default)]
pub struct Outcome {
    pub steps: Vec<StepRecord>,
    pub validations: Vec<ValidationRecord>,
    pub finished: Option<Finished>,
}

impl Outcome {
    pub fn note(&mut self, progress: Progress) {
        match progress {
            Progress::Steps(steps) => self.steps.extend(steps),
            Progress::Validated(record) => self.validations.push(record),
            Progress::Finished(finished) => self.finished = Some(*finished),
            Progress::Evaluating { .. } => {}
        }
    }
}

/// Runs to the end, and lets `between` look and act after each unit of work.
pub async fn run(
    trainer: &mut Trainer,
    mut between: impl FnMut(&mut Trainer, &Progress),
) -> Outcome {
    let mut outcome = Outcome::default();
    while outcome.finished.is_none() {
        let progress = trainer.advance().await.unwrap();
        between(trainer, &progress);
        outcome.note(progress);
    }
    outcome
}
