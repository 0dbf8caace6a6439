//! From an encoder, a data set and settings to a run that can begin.

use burn::tensor::Device;
use serde::Serialize;

use super::config::{ClassWeights, Method, Sampling, TrainConfig, TrainConfigError};
use super::objective::Objective;
use super::session::TrainSession;
use super::trainer::{Trainer, TrainerParts};
use crate::data::{Dataset, Part, Problem};
use crate::eval::OutputScale;
use crate::model::{PretrainedEncoder, TextClassifier, has_float16, has_int8};
use crate::reason::Phrase;
use crate::text::{EncodedExample, TokenizerError};

/// Why a run cannot begin.
#[derive(Debug, Serialize, thiserror::Error)]
pub enum SetupError {
    /// A setting is outside its range.
    #[error(transparent)]
    Config(#[from] TrainConfigError),
    /// The encoder has no position for the last tokens.
    #[error("the maximum length is {found} tokens, but this encoder takes {most}")]
    TooLong {
        /// The setting.
        found: u32,
        /// The encoder's positions.
        most: usize,
    },
    /// The encoder has fewer layers than are to be trained.
    #[error("the last {found} layers are to be trained, but this encoder has {layers}")]
    TooManyLayers {
        /// The setting.
        found: u32,
        /// The encoder's layers.
        layers: usize,
    },
    /// A setting that is about classes, for texts that have none or several.
    #[error("{setting} needs texts of one label each")]
    NeedsClasses {
        /// The setting's name as the page shows it.
        setting: Phrase,
    },
    /// A setting that would have no effect beside another, or for what is learnt.
    #[error("{setting} cannot be used with {with}")]
    Conflict {
        /// The setting's name as the page shows it.
        setting: Phrase,
        /// What it does not go with.
        with: Phrase,
    },
    /// 8-bit integers, where there are none or they would not be faster.
    #[error("8-bit layers need the CPU, and a browser with relaxed SIMD")]
    NoInt8,
    /// 16-bit numbers, where there are none.
    #[error("16-bit numbers need WebGPU, on a GPU that has shader-f16")]
    NoFloat16,
    /// A text could not be tokenized.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// Nothing to learn from.
    #[error("the data set has no training examples")]
    NoExamples,
}

/// The settings of a run that is taken up on a device: without the 8- and 16-bit numbers that it has not.
pub fn settings_on(device: &Device, config: TrainConfig) -> TrainConfig {
    let device = device.clone().inner();
    TrainConfig {
        load_in_8bit: config.load_in_8bit && has_int8(&device),
        fp16: config.fp16 && has_float16(&device),
        ..config
    }
}

/// Checks the settings, tokenizes every example, and adds adapters and a head to the encoder.
///
/// `device` is the encoder's, with autodiff on.
///
/// # Errors
/// If a setting does not fit, or there is nothing to learn from.
pub fn set_up(
    encoder: &PretrainedEncoder,
    dataset: &Dataset,
    config: TrainConfig,
    device: &Device,
) -> Result<Trainer, SetupError> {
    check(encoder, dataset.problem, &config)?;
    if config.trains_in_8bit() && !has_int8(&device.clone().inner()) {
        return Err(SetupError::NoInt8);
    }
    if config.trains_in_float16() && !has_float16(&device.clone().inner()) {
        return Err(SetupError::NoFloat16);
    }
    let tokenizer = encoder.tokenizer.truncating(config.max_length as usize)?;
    let encode = |part| -> Result<Vec<EncodedExample>, TokenizerError> {
        let indices = dataset.split.part(part).iter();
        indices
            .map(|&index| EncodedExample::new(&dataset.examples[index as usize], &tokenizer))
            .collect()
    };
    let train = encode(Part::Train)?;
    if train.is_empty() {
        return Err(SetupError::NoExamples);
    }
    let (validation, test) = (encode(Part::Validation)?, encode(Part::Test)?);
    let targets = train.iter().map(|example| &example.target);
    let objective = Objective::new(dataset.problem, dataset.labels.len(), targets, &config);
    let scale = OutputScale {
        problem: dataset.problem,
        standardisation: objective.standardisation(),
    };
    let model = TextClassifier::init(
        encoder.model.clone(),
        &encoder.config,
        objective.outputs(),
        &config,
        device,
    );
    let pad_id = tokenizer.pad_id();
    let session = TrainSession::new(model, objective, train, pad_id, config, device.clone());
    let parts = TrainerParts {
        validation,
        test,
        tokenizer,
        labels: dataset.labels.clone().into(),
        scale,
    };
    Ok(Trainer::new(session, parts))
}

/// What can be told before anything is computed.
fn check(
    encoder: &PretrainedEncoder,
    problem: Problem,
    config: &TrainConfig,
) -> Result<(), SetupError> {
    config.validate()?;
    let most = encoder.config.max_tokens();
    if config.max_length as usize > most {
        return Err(SetupError::TooLong {
            found: config.max_length,
            most,
        });
    }
    let layers = encoder.config.num_hidden_layers;
    if let Method::LastLayers { layers: found, .. } = config.method
        && found as usize > layers
    {
        return Err(SetupError::TooManyLayers { found, layers });
    }
    if config.method == Method::HeadOnly && config.adversarial.is_some() {
        return Err(SetupError::Conflict {
            setting: Phrase("Adversarial training"),
            with: Phrase("an encoder that is not trained"),
        });
    }
    if problem == Problem::Regression && config.class_weights != ClassWeights::Uniform {
        return Err(SetupError::Conflict {
            setting: Phrase("Class weights"),
            with: Phrase("numbers"),
        });
    }
    let chooses = config.early_stopping.is_some() || config.load_best_model_at_end;
    if chooses && !config.metric_for_best_model.fits(problem) {
        return Err(SetupError::Conflict {
            setting: Phrase("This metric"),
            with: Phrase("what is learnt"),
        });
    }
    if problem != Problem::SingleLabel {
        let settings = [
            (
                Phrase("Sampling by class"),
                config.sampling != Sampling::Shuffle,
            ),
            (
                Phrase("Label smoothing"),
                config.label_smoothing_factor > 0.0,
            ),
        ];
        if let Some((setting, _)) = settings.into_iter().find(|(_, asked)| *asked) {
            return Err(SetupError::NeedsClasses { setting });
        }
    }
    Ok(())
}
