//! What the user has typed into the settings, and the configuration that it means.

use leptos::prelude::*;

use crate::data::SplitConfig;
use crate::train::config::TrainConfig;

/// Learning rate for encoders deeper than the default one.
const DEEPER_LEARNING_RATE: f64 = 1e-3;

/// One setting: how it is named, read and written.
pub(crate) struct Field {
    /// Its name, which is also its label on the page.
    pub(crate) name: &'static str,
    /// What it is, in a few words.
    pub(crate) hint: &'static str,
    /// Whether it is a whole number.
    pub(crate) whole: bool,
    /// Whether it may be left empty, to switch it off.
    pub(crate) optional: bool,
    read: fn(&Values) -> Option<f64>,
    write: fn(&mut Values, Option<f64>),
}

/// All that the settings say.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Values {
    /// For the run.
    pub(crate) train: TrainConfig,
    /// For the data set.
    pub(crate) split: SplitConfig,
}

/// A whole number as `u32`; one outside becomes 0 or the largest, which the ranges refuse in turn.
fn whole(value: Option<f64>) -> u32 {
    value.unwrap_or_default() as u32
}

macro_rules! field {
    ($name:literal, $hint:literal, whole $($path:ident).+) => {
        Field {
            name: $name,
            hint: $hint,
            whole: true,
            optional: false,
            read: |values| Some(values.$($path).+.into()),
            write: |values, value| values.$($path).+ = whole(value),
        }
    };
    ($name:literal, $hint:literal, real $($path:ident).+) => {
        Field {
            name: $name,
            hint: $hint,
            whole: false,
            optional: false,
            read: |values| Some(values.$($path).+),
            write: |values, value| values.$($path).+ = value.unwrap_or_default(),
        }
    };
    ($name:literal, $hint:literal, optional $($path:ident).+) => {
        Field {
            name: $name,
            hint: $hint,
            whole: false,
            optional: true,
            read: |values| values.$($path).+,
            write: |values, value| values.$($path).+ = value,
        }
    };
}

/// Place of the learning rate in [`FIELDS`].
pub(crate) const LEARNING_RATE: usize = 1;

/// Fields that are always shown; the others stand under "More settings".
pub(crate) const BASIC_FIELDS: usize = 3;

/// Every setting, in the order of the page. The names are those of [`TrainConfig::validate`].
pub(crate) const FIELDS: [Field; 14] = [
    field!("Epochs", "Passes over the data", whole train.epochs),
    field!("Learning rate", "Largest size of a step", real train.learning_rate),
    field!("Batch size", "Examples a step", whole train.batch_size),
    field!("Maximum length", "Tokens a text; longer ones are cut", whole train.max_length),
    field!("LoRA rank", "Inner width of the adapters", whole train.lora.rank),
    field!("LoRA alpha", "Adapters are scaled by alpha / rank", real train.lora.alpha),
    field!("LoRA dropout", "On the adapters' input, 0 to 1", real train.lora.dropout),
    field!("Head dropout", "On the text's embedding, 0 to 1", real train.head_dropout),
    field!("Weight decay", "Of AdamW; biases are exempt", real train.weight_decay),
    field!("Warm-up", "Share of the steps in which the rate rises", real train.warmup_ratio),
    field!("Gradient clipping", "Largest norm; empty for none", optional train.max_grad_norm),
    field!("Seed", "Of weights, order and dropout", whole train.seed),
    field!("Validation share", "Held out to follow training", real split.validation),
    field!("Test share", "Held out for the report", real split.test),
];

impl Field {
    fn text(&self, values: &Values) -> String {
        (self.read)(values)
            .map(|value| value.to_string())
            .unwrap_or_default()
    }

    fn parse(&self, text: &str) -> Result<Option<f64>, String> {
        let text = text.trim().replace(',', ".");
        match text.parse::<f64>() {
            _ if text.is_empty() && self.optional => Ok(None),
            Ok(value)
                if self.whole
                    && (value.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&value)) =>
            {
                Err(format!("{} must be a whole number.", self.name))
            }
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(format!("{} must be a number.", self.name)),
        }
    }
}

/// The text in every field.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    texts: [RwSignal<String>; FIELDS.len()],
    rate_touched: RwSignal<bool>,
}

impl Settings {
    /// Every setting at its default.
    pub(crate) fn new() -> Self {
        let values = Values::default();
        Self {
            texts: std::array::from_fn(|index| RwSignal::new(FIELDS[index].text(&values))),
            rate_touched: RwSignal::new(false),
        }
    }

    /// The text in a field.
    pub(crate) fn text(&self, index: usize) -> RwSignal<String> {
        self.texts[index]
    }

    /// Takes what the user types.
    pub(crate) fn type_in(&self, index: usize, text: String) {
        self.texts[index].set(text);
        if index == LEARNING_RATE {
            self.rate_touched.set(true);
        }
    }

    /// Sets the learning rate that suits an encoder, unless the user has chosen one.
    pub(crate) fn suit(&self, encoder: &str) {
        if !self.rate_touched.get_untracked() {
            let rate = if encoder.contains("L3") {
                TrainConfig::default().learning_rate
            } else {
                DEEPER_LEARNING_RATE
            };
            self.texts[LEARNING_RATE].set(rate.to_string());
        }
    }

    /// What is wrong with a field by itself. `longest` is the longest text that the encoder takes, in tokens.
    pub(crate) fn problem(&self, index: usize, longest: Option<u32>) -> Option<String> {
        let mut values = Values::default();
        match FIELDS[index].parse(&self.texts[index].get()) {
            Err(problem) => return Some(problem),
            Ok(value) => (FIELDS[index].write)(&mut values, value),
        }
        if let Err(error) = values.train.validate() {
            return Some(format!("{error}."));
        }
        if let Some(longest) = longest.filter(|longest| values.train.max_length > *longest) {
            return Some(format!("This encoder takes at most {longest} tokens."));
        }
        let SplitConfig {
            validation, test, ..
        } = values.split;
        (![validation, test]
            .iter()
            .all(|share| (0.0..1.0).contains(share)))
        .then(|| format!("{} must be from 0 to below 1.", FIELDS[index].name))
    }

    /// The settings, if nothing is wrong with them.
    pub(crate) fn values(&self, longest: Option<u32>) -> Option<Values> {
        let mut values = Values::default();
        for (index, field) in FIELDS.iter().enumerate() {
            if self.problem(index, longest).is_some() {
                return None;
            }
            (field.write)(&mut values, field.parse(&self.texts[index].get()).ok()?);
        }
        // Training needs examples too. The seed of a run also divides its data.
        values.split.seed = values.train.seed;
        (values.split.validation + values.split.test < 1.0).then_some(values)
    }
}
