//! The layer [`kernel`] as a package of its own. Cargo knows one degree of optimisation a package: in the workers' modules this
//! one is built for speed and nearly all else for size.

#![warn(missing_docs)]

#[cfg(all(test, feature = "cpu"))]
#[allow(dead_code, reason = "the tests need the CPU alone")]
#[path = "../device.rs"]
mod device;
#[path = "mod.rs"]
pub mod kernel;
