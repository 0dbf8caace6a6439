//! What can be chosen where a setting is one of a list.

use crate::ui::language::tr;

/// A value and its words.
#[derive(Clone, Copy)]
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    /// In the language in use.
    pub(crate) words: fn() -> String,
}

const fn choice(value: &'static str, words: fn() -> String) -> Choice {
    Choice { value, words }
}

pub(super) const METHODS: &[Choice] = &[
    choice("head_only", || tr!("run-method-head")),
    choice("lora", || tr!("run-method-lora")),
    choice("last_layers", || tr!("run-method-last")),
    choice("full", || tr!("run-method-full")),
];
pub(super) const POOLINGS: &[Choice] = &[
    choice("mean", || tr!("run-pooling-mean")),
    choice("cls", || tr!("run-pooling-first")),
    choice("max", || tr!("run-pooling-max")),
    choice("pooler", || tr!("run-pooling-pooler")),
];
pub(super) const TARGETS: &[Choice] = &[
    choice("query,value", || tr!("run-targets-query-value")),
    choice("query,key,value,attention_output", || {
        tr!("run-targets-attention")
    }),
    choice(
        "query,key,value,attention_output,intermediate,output",
        || tr!("run-targets-all"),
    ),
];
pub(super) const OPTIMIZERS: &[Choice] = &[
    choice("adamw", || "AdamW".to_owned()),
    choice("adam", || "Adam".to_owned()),
    choice("sgd", || tr!("run-optimizer-sgd")),
    choice("rmsprop", || "RMSprop".to_owned()),
    choice("adagrad", || "Adagrad".to_owned()),
];
pub(super) const SCHEDULES: &[Choice] = &[
    choice("linear", || tr!("run-schedule-linear")),
    choice("cosine", || tr!("run-schedule-cosine")),
    choice("constant", || tr!("run-schedule-constant")),
];
pub(super) const SAMPLINGS: &[Choice] = &[
    choice("shuffle", || tr!("run-sampling-shuffle")),
    choice("oversample", || tr!("run-sampling-oversample")),
    choice("undersample", || tr!("run-sampling-undersample")),
];
pub(super) const WEIGHTS: &[Choice] = &[
    choice("uniform", || tr!("run-weights-uniform")),
    choice("balanced", || tr!("run-weights-balanced")),
];
pub(super) const BEST: &[Choice] = &[
    choice("false", || tr!("run-no")),
    choice("loss", || tr!("run-best-loss")),
    choice("score", || tr!("run-best-score")),
];
pub(super) const SWITCH: &[Choice] = &[
    choice("false", || tr!("run-no")),
    choice("true", || tr!("run-yes")),
];
