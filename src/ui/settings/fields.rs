//! Every setting of the page: its name, what it is, how it is read and written.

use serde::Serialize;
use serde::de::{DeserializeOwned, IntoDeserializer, value::Error};

use super::Values;
use crate::train::config::{EarlyStoppingConfig, FgmConfig, Method, TargetModule};

/// One setting.
pub(crate) struct Field {
    /// Its name, which is also its label on the page; those of [`TrainConfig::validate`].
    ///
    /// [`TrainConfig::validate`]: crate::train::config::TrainConfig::validate
    pub(crate) name: &'static str,
    /// What it is, in a few words.
    pub(crate) hint: &'static str,
    pub(crate) kind: Kind,
    /// Whether it matters, given the others.
    pub(crate) applies: fn(&Values) -> bool,
    pub(super) read: fn(&Values) -> String,
    /// `None` if the text is not of the kind.
    pub(super) write: fn(&mut Values, &str) -> Option<()>,
}

/// What a setting can be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole number.
    Whole,
    /// A number.
    Real,
    /// A number, or nothing, which switches it off.
    Optional,
    /// One of these.
    Choice(&'static [Choice]),
}

/// A value and its words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) words: &'static str,
}

const fn choice(value: &'static str, words: &'static str) -> Choice {
    Choice { value, words }
}

const METHODS: &[Choice] = &[
    choice("head_only", "Head only"),
    choice("lora", "Adapters (LoRA)"),
    choice("last_layers", "Last layers"),
    choice("full", "Everything"),
];
const POOLINGS: &[Choice] = &[
    choice("mean", "Mean of all tokens"),
    choice("cls", "First token"),
    choice("max", "Largest of each component"),
    choice("pooler", "First token, dense layer"),
];
const TARGETS: &[Choice] = &[
    choice("query,value", "Query and value"),
    choice("query,key,value,attention_output", "All of attention"),
    choice(
        "query,key,value,attention_output,intermediate,output",
        "All linear layers",
    ),
];
const OPTIMIZERS: &[Choice] = &[
    choice("adamw", "AdamW"),
    choice("adam", "Adam"),
    choice("sgd", "SGD with momentum"),
    choice("rmsprop", "RMSprop"),
    choice("adagrad", "Adagrad"),
];
const SCHEDULES: &[Choice] = &[
    choice("linear", "Linear to 0"),
    choice("cosine", "Cosine to 0"),
    choice("constant", "Constant"),
];
const SAMPLINGS: &[Choice] = &[
    choice("shuffle", "Every example once"),
    choice("oversample", "Rare labels repeated"),
    choice("undersample", "Frequent labels cut"),
];
const WEIGHTS: &[Choice] = &[
    choice("uniform", "All labels the same"),
    choice("balanced", "Rare labels more"),
];
const SWITCH: &[Choice] = &[choice("false", "No"), choice("true", "Yes")];

fn always(_: &Values) -> bool {
    true
}

fn with_lora(values: &Values) -> bool {
    values.train.method == Method::Lora
}

fn with_layers(values: &Values) -> bool {
    matches!(values.train.method, Method::LastLayers { .. })
}

fn with_unfreezing(values: &Values) -> bool {
    with_layers(values) || matches!(values.train.method, Method::Full { .. })
}

/// A finite number; a decimal comma will do.
fn real(text: &str) -> Option<f64> {
    let number: f64 = text.trim().replace(',', ".").parse().ok()?;
    number.is_finite().then_some(number)
}

fn whole(text: &str) -> Option<u32> {
    let number = real(text)?;
    let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    fits.then_some(number as u32)
}

fn optional<T>(text: &str, number: fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.trim().is_empty() {
        Some(None)
    } else {
        number(text).map(Some)
    }
}

fn written<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A unit variant's name on the wire.
fn name_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn named<T: DeserializeOwned>(name: &str) -> Option<T> {
    let name: serde::de::value::StrDeserializer<'_, Error> = name.into_deserializer();
    T::deserialize(name).ok()
}

macro_rules! field {
    ($name:literal, $hint:literal, $kind:expr, $applies:ident, $read:expr, $write:expr) => {
        Field {
            name: $name,
            hint: $hint,
            kind: $kind,
            applies: $applies,
            read: $read,
            write: $write,
        }
    };
    ($name:literal, $hint:literal, whole $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $hint,
            Kind::Whole,
            $applies,
            |values| values.$($path).+.to_string(),
            |values, text| {
                values.$($path).+ = whole(text)?;
                Some(())
            }
        )
    };
    ($name:literal, $hint:literal, real $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $hint,
            Kind::Real,
            $applies,
            |values| values.$($path).+.to_string(),
            |values, text| {
                values.$($path).+ = real(text)?;
                Some(())
            }
        )
    };
    ($name:literal, $hint:literal, optional $number:ident $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $hint,
            Kind::Optional,
            $applies,
            |values| written(values.$($path).+),
            |values, text| {
                values.$($path).+ = optional(text, $number)?;
                Some(())
            }
        )
    };
    ($name:literal, $hint:literal, switch $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $hint,
            Kind::Choice(SWITCH),
            $applies,
            |values| values.$($path).+.to_string(),
            |values, text| {
                values.$($path).+ = text.parse().ok()?;
                Some(())
            }
        )
    };
    ($name:literal, $hint:literal, $choices:ident $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $hint,
            Kind::Choice($choices),
            $applies,
            |values| name_of(&values.$($path).+),
            |values, text| {
                values.$($path).+ = named(text)?;
                Some(())
            }
        )
    };
}

/// Place of the learning rate in [`FIELDS`].
pub(crate) const LEARNING_RATE: usize = 1;

/// Fields that are always shown; the others stand under "More settings".
pub(crate) const BASIC_FIELDS: usize = 3;

/// Every setting, in the order of the page. One that others depend on comes before them.
pub(crate) const FIELDS: [Field; 31] = [
    field!("Epochs", "Passes over the data", whole train.epochs, always),
    field!("Learning rate", "Largest size of a step", real train.learning_rate, always),
    field!("Batch size", "Examples of a forward pass", whole train.batch_size, always),
    field!(
        "Method",
        "What is trained besides the head",
        Kind::Choice(METHODS),
        always,
        |values| {
            match values.train.method {
                Method::HeadOnly => "head_only",
                Method::LastLayers { .. } => "last_layers",
                Method::Lora => "lora",
                Method::Full { .. } => "full",
            }
            .to_owned()
        },
        |values, text| {
            values.train.method = match text {
                "head_only" => Method::HeadOnly,
                "last_layers" => Method::LastLayers {
                    layers: 1,
                    unfreeze_every: None,
                },
                "lora" => Method::Lora,
                "full" => Method::Full {
                    unfreeze_every: None,
                },
                _ => return None,
            };
            Some(())
        }
    ),
    field!(
        "Trained layers",
        "From the top of the encoder",
        Kind::Whole,
        with_layers,
        |values| match values.train.method {
            Method::LastLayers { layers, .. } => layers.to_string(),
            _ => "1".to_owned(),
        },
        |values, text| {
            let number = whole(text)?;
            if let Method::LastLayers { layers, .. } = &mut values.train.method {
                *layers = number;
            }
            Some(())
        }
    ),
    field!(
        "Unfreezing",
        "Epochs a layer, from the top; empty for all at once",
        Kind::Optional,
        with_unfreezing,
        |values| match values.train.method {
            Method::LastLayers { unfreeze_every, .. } | Method::Full { unfreeze_every } => {
                written(unfreeze_every)
            }
            Method::HeadOnly | Method::Lora => String::new(),
        },
        |values, text| {
            let every = optional(text, whole)?;
            if let Method::LastLayers { unfreeze_every, .. } | Method::Full { unfreeze_every } =
                &mut values.train.method
            {
                *unfreeze_every = every;
            }
            Some(())
        }
    ),
    field!("LoRA rank", "Inner width of the adapters", whole train.lora.rank, with_lora),
    field!("LoRA alpha", "Adapters are scaled by alpha / rank", real train.lora.alpha, with_lora),
    field!("LoRA dropout", "On the adapters' input, 0 to 1", real train.lora.dropout, with_lora),
    field!(
        "LoRA targets",
        "Layers that get an adapter",
        Kind::Choice(TARGETS),
        with_lora,
        |values| {
            let names: Vec<String> = values
                .train
                .lora
                .target_modules
                .iter()
                .map(name_of)
                .collect();
            names.join(",")
        },
        |values, text| {
            let targets: Option<Vec<TargetModule>> = text.split(',').map(named).collect();
            values.train.lora.target_modules = targets?;
            Some(())
        }
    ),
    field!("Rank-stabilised", "Scale by alpha / √rank", switch train.lora.use_rslora, with_lora),
    field!("LoRA+ ratio", "Learning rate of B by A's", real train.lora.loraplus_lr_ratio, with_lora),
    field!("Pooling", "How a text becomes one vector", POOLINGS train.pooling, always),
    field!("Maximum length", "Tokens a text; longer ones are cut", whole train.max_length, always),
    field!("Head dropout", "On the text's vector, 0 to 1", real train.head_dropout, always),
    field!("Encoder dropout", "In the encoder's layers, 0 to 1", real train.encoder_dropout, always),
    field!("Optimizer", "Update rule", OPTIMIZERS train.optimizer, always),
    field!("Schedule", "The learning rate after the warm-up", SCHEDULES train.lr_scheduler_type, always),
    field!("Warm-up", "Share of the steps in which the rate rises", real train.warmup_ratio, always),
    field!("Weight decay", "Biases and norms are exempt", real train.weight_decay, always),
    field!("Gradient clipping", "Largest norm; empty for none", optional real train.max_grad_norm, always),
    field!(
        "Gradient accumulation",
        "Forward passes a step",
        whole train.gradient_accumulation_steps,
        always
    ),
    field!("Sampling", "Examples of an epoch", SAMPLINGS train.sampling, always),
    field!("Class weights", "How much a label counts", WEIGHTS train.class_weights, always),
    field!("Label smoothing", "Share spread over all labels", real train.label_smoothing_factor, always),
    field!(
        "Adversarial epsilon",
        "Also learn on moved word embeddings; empty for not",
        Kind::Optional,
        always,
        |values| written(values.train.adversarial.map(|fgm| fgm.epsilon)),
        |values, text| {
            let epsilon = optional(text, real)?;
            values.train.adversarial = epsilon.map(|epsilon| FgmConfig { epsilon });
            Some(())
        }
    ),
    field!(
        "Patience",
        "Epochs without a better loss; empty for all epochs",
        Kind::Optional,
        always,
        |values| written(
            values
                .train
                .early_stopping
                .map(|stopping| stopping.patience)
        ),
        |values, text| {
            let patience = optional(text, whole)?;
            values.train.early_stopping = patience.map(|patience| EarlyStoppingConfig { patience });
            Some(())
        }
    ),
    field!("Best weights", "End with those that validated best", switch train.load_best_model_at_end, always),
    field!("Seed", "Of weights, order and dropout", whole train.seed, always),
    field!("Validation share", "Held out to follow training", real split.validation, always),
    field!("Test share", "Held out for the report", real split.test, always),
];
