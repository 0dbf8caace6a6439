//! Trained models as files, out and in: PEFT adapters, merged Hugging Face folders, and Tabtune models, which hold a whole run.
//!
//! All of it works on bytes, so that page, worker and terminal share it. What reads weights back from a device is
//! asynchronous.

pub mod archive;
mod card;
mod error;
mod fingerprint;
mod merged;
mod parameters;
mod peft;
mod saved;
pub mod snippet;
mod source;
mod tabtune_model;
mod tensors;

use std::collections::BTreeMap;

pub use error::AdapterError;
pub use fingerprint::{DataFingerprint, fingerprint};
pub use merged::{SPECIAL_TOKENS, TOKENIZER_CONFIG, TOKENIZER_FILES, export_merged};
pub use peft::{ADAPTER_FILES, ImportedAdapter, export_peft, import_peft};
pub use saved::{EncoderPlace, OpenedModel, SavedModel};
pub use source::{BaseModel, OtherEncoder, Trained};
pub use tabtune_model::{Manifest, OpenedTabtuneModel, TabtuneModel, save_tabtune_model};

/// The files of a folder by name, without subfolders.
pub type Files = BTreeMap<String, Vec<u8>>;
