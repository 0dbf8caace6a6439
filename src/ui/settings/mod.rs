//! What the user has typed into the settings, and the configuration that it means.

mod choices;
mod fields;
mod text;

use leptos::prelude::*;

use super::language::tr;
use crate::data::SplitConfig;
use crate::project::FormRecord;
use crate::run_state::RunState;
use crate::train::config::{Preset, Range, TrainConfig, TrainConfigError};

use fields::RECIPE_FIELDS;
pub(crate) use fields::{BASIC_FIELDS, EIGHT_BIT, FIELDS, Kind, LEARNING_RATE};
pub(crate) use text::real;

/// All that the settings say.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Values {
    /// For the run.
    pub(crate) train: TrainConfig,
    /// For the data set.
    pub(crate) split: SplitConfig,
}

/// What the fields say together.
#[derive(Debug, Clone, PartialEq)]
struct Reading {
    values: Values,
    /// Fields whose text is not of their kind, and that are at their default in `values`.
    unreadable: [bool; FIELDS.len()],
}

/// The text in every field.
#[derive(Clone, Copy)]
pub(crate) struct Settings {
    texts: [RwSignal<String>; FIELDS.len()],
    reading: Memo<Reading>,
    rate_touched: RwSignal<bool>,
}

impl Settings {
    /// Every setting at its default.
    pub(crate) fn new() -> Self {
        let values = Values::default();
        let texts: [RwSignal<String>; FIELDS.len()] =
            std::array::from_fn(|index| RwSignal::new((FIELDS[index].read)(&values)));
        let reading = Memo::new(move |_| {
            let mut values = Values::default();
            let unreadable = std::array::from_fn(|index| {
                texts[index].with(|text| (FIELDS[index].write)(&mut values, text).is_none())
            });
            Reading { values, unreadable }
        });
        Self {
            texts,
            reading,
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

    /// Puts a preset's settings, as they suit an encoder with so many layers, in the place of the user's own.
    pub(crate) fn choose(&self, preset: Preset, layers: u32) {
        let values = Values {
            train: preset.config(layers),
            ..Values::default()
        };
        for (field, text) in FIELDS.iter().zip(&self.texts).take(RECIPE_FIELDS) {
            text.set((field.read)(&values));
        }
        self.rate_touched.set(false);
    }

    /// The preset that the settings are, for an encoder with so many layers; `None` if they are the user's own.
    pub(crate) fn preset(&self, layers: u32) -> Option<Preset> {
        self.reading.with(|reading| {
            let readable = !reading.unreadable[..RECIPE_FIELDS].contains(&true);
            readable
                .then(|| Preset::of(&reading.values.train, layers))
                .flatten()
        })
    }

    /// What stands in the fields, to be kept.
    pub(crate) fn form(&self) -> FormRecord {
        let named = FIELDS.iter().zip(&self.texts);
        FormRecord {
            fields: named
                .map(|(field, text)| (field.name.to_owned(), text.get()))
                .collect(),
            rate_touched: self.rate_touched.get(),
        }
    }

    /// Puts what was kept into the fields; those that were not are at their defaults.
    pub(crate) fn fill(&self, form: &FormRecord) {
        let defaults = Values::default();
        for (field, text) in FIELDS.iter().zip(&self.texts) {
            let kept = form.fields.get(field.name).cloned();
            text.set(kept.unwrap_or_else(|| (field.read)(&defaults)));
        }
        self.rate_touched.set(form.rate_touched);
    }

    /// Sets the learning rate that suits the method and an encoder with so many layers, unless the user has chosen one.
    pub(crate) fn suit(&self, layers: u32) {
        let suited = |reading: &Reading| reading.values.train.suited_learning_rate(layers);
        let rate = self.reading.with(suited);
        if !self.rate_touched.get_untracked() {
            self.texts[LEARNING_RATE].set(rate.to_string());
        }
    }

    /// Whether a field matters, given the others.
    pub(crate) fn applies(&self, index: usize) -> bool {
        self.reading
            .with(|reading| (FIELDS[index].applies)(&reading.values))
    }

    /// What is wrong with a field.
    pub(crate) fn problem(&self, index: usize, limits: Limits) -> Option<String> {
        let field = &FIELDS[index];
        let (applies, unreadable, method) = self.reading.with(|reading| {
            (
                (field.applies)(&reading.values),
                reading.unreadable[index],
                reading.values.train.method,
            )
        });
        if !applies {
            return None;
        }
        if unreadable {
            let name = (field.label)();
            return Some(match field.kind {
                Kind::Whole => tr!("run-wrong-whole", name = name),
                Kind::Real | Kind::Optional => tr!("run-wrong-number", name = name),
                Kind::Choice(_) => tr!("run-wrong-choice", name = name),
            });
        }
        let mut own = Values::default();
        own.train.method = method;
        self.texts[index].with(|text| (field.write)(&mut own, text));
        if let Err(error) = own.train.validate() {
            // The others are at their defaults: it is this field's.
            return Some(refusal(&error, (field.label)()));
        }
        let longest = limits.longest;
        if let Some(longest) = longest.filter(|longest| own.train.max_length > *longest) {
            return Some(tr!("run-wrong-length", longest = longest));
        }
        if own.train.load_in_8bit && !limits.int8 {
            return Some(tr!("run-wrong-8bit"));
        }
        if own.train.fp16 && !limits.float16 {
            return Some(tr!("run-wrong-16bit"));
        }
        let SplitConfig {
            validation, test, ..
        } = own.split;
        (![validation, test]
            .iter()
            .all(|share| (0.0..1.0).contains(share)))
        .then(|| tr!("run-wrong-share", name = (field.label)()))
    }

    /// The settings, if nothing is wrong with them.
    pub(crate) fn values(&self, limits: Limits) -> Option<Values> {
        if (0..FIELDS.len()).any(|index| self.problem(index, limits).is_some()) {
            return None;
        }
        let mut values = self.reading.with(|reading| reading.values.clone());
        // What is not shown, as it would not matter, must not stand in the way either.
        let defaults = Values::default();
        let shown = values.clone();
        for field in FIELDS.iter().filter(|field| !(field.applies)(&shown)) {
            (field.write)(&mut values, &(field.read)(&defaults));
        }
        // Training needs examples too. The seed of a run also divides its data.
        values.split.seed = values.train.seed;
        (values.split.validation + values.split.test < 1.0).then_some(values)
    }
}

/// What the encoder and the device allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The longest text that the encoder takes, in tokens.
    longest: Option<u32>,
    /// Whether the device has 8-bit integers.
    int8: bool,
    /// Whether it has 16-bit numbers.
    float16: bool,
}

impl Limits {
    /// Those of the encoder and the device in use; what is not there yet, allows all.
    pub(crate) fn of(state: &RunState) -> Self {
        Self {
            longest: state.encoder.as_ref().map(|encoder| encoder.max_length),
            int8: state.device.as_ref().is_none_or(|device| device.int8),
            float16: state.device.as_ref().is_none_or(|device| device.float16),
        }
    }

    /// None.
    pub(crate) const NONE: Self = Self {
        longest: None,
        int8: true,
        float16: true,
    };
}

/// Why a field's value is refused.
pub(crate) fn refusal(error: &TrainConfigError, name: String) -> String {
    match error {
        TrainConfigError::OutOfRange { range, .. } => match *range {
            Range::Between { least, most } => {
                tr!("run-wrong-between", name = name, least = least, most = most)
            }
            Range::Share => tr!("run-wrong-share", name = name),
            Range::PositiveUpTo(most) => tr!("run-wrong-up-to", name = name, most = most),
            Range::Positive => tr!("run-wrong-positive", name = name),
        },
        TrainConfigError::NoTargets => tr!("run-wrong-targets"),
    }
}
