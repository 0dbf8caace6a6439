//! What an encoder computes most, made for the CPU: one layer below burn's tensors.
//!
//! [`tensors`] is what the model calls. From there an operation goes to `flex.rs`, which runs the kernels on burn-flex's
//! memory, or to burn's own operation on any other device.

mod attention;
mod autodiff;
mod dropout;
mod elementary;
#[cfg(feature = "cpu")]
mod flex;
mod gelu;
mod int8;
mod lanes;
mod matrix;
mod norm;
mod ops;
mod packs;
mod panels;
mod parallel;
mod product;
#[cfg(test)]
mod reference;
pub mod tensors;
mod tile;

pub use int8::is_available as has_int8;
pub use ops::Kernels;
pub use packs::Packs;
