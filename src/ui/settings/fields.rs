//! Every setting of the page: its name, what it is, how it is read and written.

use super::Values;
use super::choices::{
    BEST, Choice, METHODS, OPTIMIZERS, POOLINGS, SAMPLINGS, SCHEDULES, SWITCH, TARGETS, WEIGHTS,
};
use super::text::{name_of, named, optional, real, whole, written};
use crate::eval::score::Metric;
use crate::train::config::{EarlyStoppingConfig, FgmConfig, Method, TargetModule};
use crate::ui::language::tr;

/// One setting.
pub(crate) struct Field {
    /// Its name in English, by which it is found whatever the language.
    pub(crate) name: &'static str,
    /// Its label in the language in use.
    pub(crate) label: fn() -> String,
    /// What it is, and its usual range.
    pub(crate) hint: fn() -> String,
    pub(crate) kind: Kind,
    /// Whether it matters, given the others.
    pub(crate) applies: fn(&Values) -> bool,
    pub(super) read: fn(&Values) -> String,
    /// `None` if the text is not of the kind.
    pub(super) write: fn(&mut Values, &str) -> Option<()>,
}

/// What a setting can be.
#[derive(Clone, Copy)]
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

fn with_trained_encoder(values: &Values) -> bool {
    values.train.method != Method::HeadOnly
}

macro_rules! field {
    ($name:literal, $label:expr, $hint:expr, $kind:expr, $applies:ident, $read:expr, $write:expr) => {
        Field {
            name: $name,
            label: $label,
            hint: $hint,
            kind: $kind,
            applies: $applies,
            read: $read,
            write: $write,
        }
    };
    ($name:literal, $label:expr, $hint:expr, whole $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $label,
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
    ($name:literal, $label:expr, $hint:expr, real $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $label,
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
    ($name:literal, $label:expr, $hint:expr, optional $number:ident $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $label,
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
    ($name:literal, $label:expr, $hint:expr, switch $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $label,
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
    ($name:literal, $label:expr, $hint:expr, $choices:ident $($path:ident).+, $applies:ident) => {
        field!(
            $name,
            $label,
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

/// Fields that make up a recipe. The others say with what numbers it is computed, draw by chance, or divide the data.
pub(super) const RECIPE_FIELDS: usize = 29;

/// Place of 8-bit layers in [`FIELDS`].
pub(crate) const EIGHT_BIT: usize = RECIPE_FIELDS;

/// Fields that are always shown; the others stand under "More settings".
pub(crate) const BASIC_FIELDS: usize = 3;

/// Every setting, in the order of the page. One that others depend on comes before them.
pub(crate) const FIELDS: [Field; 34] = [
    field!(
        "Epochs",
        || tr!("run-epochs"),
        || tr!("run-epochs-hint"), whole train.epochs, always),
    field!(
        "Learning rate",
        || tr!("run-learning-rate"),
        || tr!("run-learning-rate-hint"), real train.learning_rate, always),
    field!(
        "Batch size",
        || tr!("run-batch-size"),
        || tr!("run-batch-size-hint"), whole train.batch_size, always),
    field!(
        "Method",
        || tr!("run-method"),
        || tr!("run-method-hint"),
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
        || tr!("run-trained-layers"),
        || tr!("run-trained-layers-hint"),
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
        || tr!("run-unfreezing"),
        || tr!("run-unfreezing-hint"),
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
    field!(
        "LoRA rank",
        || tr!("run-lora-rank"),
        || tr!("run-lora-rank-hint"), whole train.lora.rank, with_lora),
    field!(
        "LoRA alpha",
        || tr!("run-lora-alpha"),
        || tr!("run-lora-alpha-hint"), real train.lora.alpha, with_lora),
    field!(
        "LoRA dropout",
        || tr!("run-lora-dropout"),
        || tr!("run-lora-dropout-hint"), real train.lora.dropout, with_lora),
    field!(
        "LoRA targets",
        || tr!("run-lora-targets"),
        || tr!("run-lora-targets-hint"),
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
    field!(
        "Rank-stabilised",
        || tr!("run-rank-stabilised"),
        || tr!("run-rank-stabilised-hint"), switch train.lora.use_rslora, with_lora),
    field!(
        "LoRA+ ratio",
        || tr!("run-lora-plus"),
        || tr!("run-lora-plus-hint"), real train.lora.loraplus_lr_ratio, with_lora),
    field!(
        "Pooling",
        || tr!("run-pooling"),
        || tr!("run-pooling-hint"), POOLINGS train.pooling, always),
    field!(
        "Maximum length",
        || tr!("run-max-length"),
        || tr!("run-max-length-hint"), whole train.max_length, always),
    field!(
        "Head dropout",
        || tr!("run-head-dropout"),
        || tr!("run-head-dropout-hint"), real train.head_dropout, always),
    field!(
        "Encoder dropout",
        || tr!("run-encoder-dropout"),
        || tr!("run-encoder-dropout-hint"), real train.encoder_dropout, with_trained_encoder),
    field!(
        "Optimizer",
        || tr!("run-optimizer"),
        || tr!("run-optimizer-hint"), OPTIMIZERS train.optimizer, always),
    field!(
        "Schedule",
        || tr!("run-schedule"),
        || tr!("run-schedule-hint"), SCHEDULES train.lr_scheduler_type, always),
    field!(
        "Warm-up",
        || tr!("run-warm-up"),
        || tr!("run-warm-up-hint"), real train.warmup_ratio, always),
    field!(
        "Weight decay",
        || tr!("run-weight-decay"),
        || tr!("run-weight-decay-hint"), real train.weight_decay, always),
    field!(
        "Gradient clipping",
        || tr!("run-clipping"),
        || tr!("run-clipping-hint"), optional real train.max_grad_norm, always),
    field!(
        "Gradient accumulation",
        || tr!("run-accumulation"),
        || tr!("run-accumulation-hint"),
        whole train.gradient_accumulation_steps,
        always
    ),
    field!(
        "Sampling",
        || tr!("run-sampling"),
        || tr!("run-sampling-hint"), SAMPLINGS train.sampling, always),
    field!(
        "Group by length",
        || tr!("run-group-by-length"),
        || tr!("run-group-by-length-hint"), switch train.group_by_length, always),
    field!(
        "Class weights",
        || tr!("run-class-weights"),
        || tr!("run-class-weights-hint"), WEIGHTS train.class_weights, always),
    field!(
        "Label smoothing",
        || tr!("run-label-smoothing"),
        || tr!("run-label-smoothing-hint"), real train.label_smoothing_factor, always),
    field!(
        "Adversarial epsilon",
        || tr!("run-adversarial"),
        || tr!("run-adversarial-hint"),
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
        || tr!("run-patience"),
        || tr!("run-patience-hint"),
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
    field!(
        "Best weights",
        || tr!("run-best-weights"),
        || tr!("run-best-weights-hint"),
        Kind::Choice(BEST),
        always,
        |values| {
            let by_loss = values.train.metric_for_best_model == Metric::Loss;
            match (values.train.load_best_model_at_end, by_loss) {
                (false, _) => "false",
                (true, true) => "loss",
                (true, false) => "score",
            }
            .to_owned()
        },
        |values, text| {
            // What score a problem has is known when there are data.
            let (wanted, metric) = match text {
                "false" => (false, Metric::Loss),
                "loss" => (true, Metric::Loss),
                "score" => (true, Metric::Accuracy),
                _ => return None,
            };
            values.train.load_best_model_at_end = wanted;
            values.train.metric_for_best_model = metric;
            Some(())
        }
    ),
    field!(
        "8-bit layers",
        || tr!("run-8bit"),
        || tr!("run-8bit-hint"), switch train.load_in_8bit, with_lora),
    field!(
        "16-bit layers",
        || tr!("run-16bit"),
        || tr!("run-16bit-hint"), switch train.fp16, with_trained_encoder),
    field!(
        "Seed",
        || tr!("run-seed"),
        || tr!("run-seed-hint"), whole train.seed, always),
    field!(
        "Validation share",
        || tr!("run-validation-share"),
        || tr!("run-validation-share-hint"), real split.validation, always),
    field!(
        "Test share",
        || tr!("run-test-share"),
        || tr!("run-test-share-hint"), real split.test, always),
];
