//! What an encoder and its training compute most, one layer below burn's tensors: kernels for the CPU and for GPUs.
//!
//! [`tensors`] is what model and optimizer call. From there an operation goes to `flex.rs`, which runs the CPU's kernels on
//! burn-flex's memory, or to `cube.rs`, which runs a GPU's on burn-cubecl's.

mod adam;
mod adapter;
mod attention;
mod autodiff;
#[cfg(feature = "gpu")]
mod cube;
mod dropout;
mod elementary;
mod feed_forward;
#[cfg(feature = "cpu")]
mod flex;
mod gelu;
mod int8;
mod lanes;
mod matrix;
mod norm;
#[expect(
    clippy::type_complexity,
    reason = "the extension's macro reads types as they stand"
)]
mod ops;
mod packs;
mod panels;
mod parallel;
mod product;
#[cfg(test)]
mod reference;
#[cfg(feature = "threads")]
mod team;
pub mod tensors;
mod tile;
mod weight;

pub use ops::{AdamStep, Adapter, FrozenLinear, Kernels, Mask};
pub use packs::Packs;
#[cfg(feature = "threads")]
pub use team::watch_threads;
