//! Compiles the module with relaxed SIMD, for `build.rs` and its test.

use std::ffi::OsStr;
use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;

/// The module's source, from the checkout's root.
pub const SOURCE: &str = "src/kernel/int8/relaxed/module.rs";

/// Shared memory that may grow as far as that of the worker with threads. Nothing in the module needs the atomics that
/// the linker would see to: it has no data to initialise, and no thread of its own.
const SHARED: [&str; 3] = [
    "--shared-memory",
    "--max-memory=4294967296",
    "--no-check-features",
];

/// Compiles it to `out`, for a memory that is shared among threads or is not: WebAssembly tells the two apart.
///
/// # Errors
/// If the compiler cannot be started, or fails.
pub fn compile(rustc: &OsStr, root: &Path, is_shared: bool, out: &Path) -> Result<()> {
    let mut command = Command::new(rustc);
    command
        .args(["--edition", "2024", "--crate-name", "relaxed"])
        .args(["--crate-type", "cdylib"])
        .args(["--target", "wasm32-unknown-unknown"])
        .args(["-Copt-level=3", "-Cpanic=abort", "-Cstrip=symbols"])
        .args(["-Ctarget-feature=+simd128,+relaxed-simd"])
        .args(["-Clink-arg=--import-memory", "-o"])
        .arg(out)
        .arg(root.join(SOURCE));
    if is_shared {
        command.args(SHARED.map(|argument| format!("-Clink-arg={argument}")));
    }
    let status = command.status()?;
    if !status.success() {
        return Err(Error::other(format!("{SOURCE} was not compiled: {status}")));
    }
    Ok(())
}
