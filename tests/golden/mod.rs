//! Tabtune against PyTorch, transformers and PEFT: one body a check, run on any device.
//!
//! The expected values are made by `tests/fixtures/generate`.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test file uses some of the checks"
)]

mod adamw;
mod adapters;
mod dropout;
mod encoders;
mod fixture;
#[cfg(not(target_arch = "wasm32"))]
mod float16;
mod int8;
mod kernels;
mod parameters;
#[cfg(not(target_arch = "wasm32"))]
pub mod runs;
mod tokens;
mod training;

use burn::tensor::Device;

pub use adamw::{check_frozen_base, check_gradients, check_resume, check_ten_steps};
pub use adapters::check_adapters;
pub use dropout::check_encoder_dropout;
pub use encoders::{Folder, check_encoder, check_families, check_tiny_bert};
#[cfg(not(target_arch = "wasm32"))]
pub use float16::check_float16;
pub use int8::check_int8;
pub use kernels::check_kernels;
pub use parameters::{Of, read_parameters};
pub use tokens::{check_family_tokens, check_minilm_tokens, check_tiny_bert_tokens};
pub use training::check_training;

/// Largest differences that are rounding, by device. float32 differs from float64 by 1.3e-6 in a hidden state,
/// 1.4e-7 in a gradient and 1.2e-7 in a loss.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// In what a kernel gives, of one more than its size.
    pub kernel: f32,
    /// In a hidden state, of one more than its size.
    pub hidden: f32,
    /// In a logit or a loss, likewise.
    pub logits: f32,
    /// L2 norm of the difference to the expected gradient's.
    pub gradient: f32,
    /// In a parameter after ten steps, likewise. Weight decay moves one by 3e-5.
    pub parameter: f32,
    /// In a loss within ten steps, of one more than its size.
    pub trained_loss: f32,
    /// In the norm of a gradient within ten steps, likewise.
    pub trained_gradient: f32,
}

/// A device under test.
pub struct Subject {
    /// Where to compute.
    pub device: Device,
    /// How exact it must be.
    pub tolerance: Tolerance,
    /// Whether the encoder's layers compute on 16-bit numbers, as with the setting of that name.
    pub fp16: bool,
}

/// flex, natively and in a browser.
pub const CPU: Tolerance = Tolerance {
    kernel: 2e-5,
    hidden: 1e-5,
    logits: 5e-6,
    gradient: 2e-5,
    // Adam divides a gradient by its own size, so where one is all but zero its rounding counts: in browsers one of an
    // unfrozen matrix's 2048 weights is off by 6e-6, the next one by 2e-7.
    parameter: 1e-5,
    trained_loss: 5e-6,
    trained_gradient: 2e-5,
};

/// WebGPU. WGSL allows `exp` and division several units in the last place; the smallest gradient, the first query's,
/// feels it most.
pub const GPU: Tolerance = Tolerance {
    kernel: 2e-5,
    hidden: 2e-5,
    logits: 1e-5,
    gradient: 2e-3,
    parameter: 2e-4,
    trained_loss: 1e-4,
    trained_gradient: 2e-3,
};

/// 16-bit numbers, of 11 significant bits: a rounding is off by up to 2^-11, 4.9e-4, of a number. A layer rounds its hidden state
/// about ten times, and what comes of that grows as a random walk does: to 2e-3 over two layers, and to twice that in the
/// worst of many numbers. Gradients pass through as many roundings again, but their norms average over all numbers.
///
/// Seen on lavapipe: 3.2e-3, 4.3e-3, 1.7e-3, 2.7e-3, 3.5e-4, 1.8e-4 and 7.2e-3, in this order. The last is DistilBERT's head,
/// whose ReLU lets a number through or not.
pub const FLOAT16: Tolerance = Tolerance {
    kernel: 4e-3,
    hidden: 6e-3,
    logits: 3e-3,
    gradient: 5e-3,
    parameter: 1e-3,
    trained_loss: 1e-3,
    trained_gradient: 1.5e-2,
};

/// Every check that a device has to pass, whatever it is. So many steps of each setting of a run are taken: ten have their
/// final values compared.
pub async fn check_device(subject: &Subject, steps: usize) {
    check_kernels(subject).await;
    check_tiny_bert(subject).await;
    check_families(subject).await;
    check_encoder_dropout(subject).await;
    check_adapters(subject).await;
    check_gradients(subject).await;
    check_ten_steps(subject).await;
    check_frozen_base(subject).await;
    check_resume(subject).await;
    check_training(subject, "", steps).await;
}
