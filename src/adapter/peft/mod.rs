//! PEFT's adapters: `adapter_config.json` and `adapter_model.safetensors`.
//!
//! With [`Pooling::Pooler`] an adapter is one of the family's
//! `ForSequenceClassification`, and its head is among PEFT's `modules_to_save`. With another pooling it is one of the
//! bare encoder, and the head lies beside it in [`HEAD`], which names the pooling in its metadata.

mod config;
mod export;
mod import;
mod modules;

use serde::{Deserialize, Serialize};

pub use export::export_peft;
pub use import::{ImportedAdapter, import_peft};
pub(super) use modules::HeadNames;

use crate::data::Problem;
use crate::train::config::Pooling;

/// PEFT's name of an adapter's settings.
pub(super) const ADAPTER_CONFIG: &str = "adapter_config.json";
/// PEFT's name of an adapter's weights.
const ADAPTER_MODEL: &str = "adapter_model.safetensors";
/// Head of a model whose pooling is not the family's own: `classifier.weight` and `classifier.bias`.
pub(super) const HEAD: &str = "head.safetensors";
/// What neither PEFT nor transformers has a place for.
const ABOUT: &str = "tabtune_config.json";
/// The files of an adapter that are read, as far as they are there.
pub const ADAPTER_FILES: [&str; 4] = [ADAPTER_CONFIG, ADAPTER_MODEL, HEAD, ABOUT];
/// Stands before every name in PEFT's files.
const PREFIX: &str = "base_model.model.";

/// Content of [`ABOUT`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct About {
    version: u64,
    problem: Problem,
    /// None for numbers.
    labels: Vec<String>,
    /// Tokens that longer texts are cut to.
    max_length: u32,
}

const ABOUT_VERSION: u64 = 1;

/// A pooling's name in the metadata of [`HEAD`], where it is not the family's own.
pub(super) fn pooling_name(pooling: Pooling) -> Option<&'static str> {
    match pooling {
        Pooling::Mean => Some("mean"),
        Pooling::Cls => Some("cls"),
        Pooling::Max => Some("max"),
        Pooling::Pooler => None,
    }
}

fn pooling_of(name: &str) -> Option<Pooling> {
    [Pooling::Mean, Pooling::Cls, Pooling::Max]
        .into_iter()
        .find(|&pooling| pooling_name(pooling) == Some(name))
}
