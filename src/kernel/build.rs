//! Compiles the module with relaxed SIMD for the worker.

#[path = "../../build/relaxed.rs"]
mod relaxed;

use std::env;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../build");
    let has = |feature| env::var_os(feature).is_some();
    let in_worker = has("CARGO_FEATURE_WORKER") && has("CARGO_FEATURE_CPU");
    if !in_worker || env::var("CARGO_CFG_TARGET_ARCH")? != "wasm32" {
        return Ok(());
    }
    for file in ["strip.rs", "relaxed/module.rs"] {
        println!("cargo::rerun-if-changed=int8/{file}");
    }
    let variable = |name| env::var_os(name).ok_or(format!("Cargo has not set {name}"));
    let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    relaxed::compile(
        &variable("RUSTC")?,
        &PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../.."),
        features.split(',').any(|feature| feature == "atomics"),
        &PathBuf::from(variable("OUT_DIR")?).join("relaxed.wasm"),
    )?;
    Ok(())
}
