//! Trained models as files: adapters as PEFT writes them, merged models, Tabtune models.
//!
//! `tests/fixtures/peft` is made by PEFT itself, see `tests/fixtures/generate`.

#![cfg(not(target_arch = "wasm32"))]

mod asking;
mod damage;
mod peft;
mod refusals;
mod saved;
mod support;
mod tabtune_model;
