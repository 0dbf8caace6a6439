//! Tells the linker what the modules for browsers need, and compiles the module with relaxed SIMD for the engine.

#[path = "build/relaxed.rs"]
mod relaxed;

use std::env;
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    if env::var("CARGO_CFG_TARGET_ARCH")? != "wasm32" {
        return Ok(());
    }
    // `strip = true` would take the list of WebAssembly features, which wasm-bindgen reads, along with the names.
    println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    let has = |feature| env::var_os(feature).is_some();
    if has("CARGO_FEATURE_WORKER") && has("CARGO_FEATURE_CPU") {
        // Its function goes into the engine's table.
        for kind in ["bins", "tests"] {
            println!("cargo::rustc-link-arg-{kind}=--growable-table");
        }
        for file in ["strip.rs", "relaxed/module.rs"] {
            println!("cargo::rerun-if-changed=src/kernel/int8/{file}");
        }
        let variable = |name| env::var_os(name).ok_or(format!("Cargo has not set {name}"));
        let features = env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
        relaxed::compile(
            &variable("RUSTC")?,
            &PathBuf::from(variable("CARGO_MANIFEST_DIR")?),
            features.split(',').any(|feature| feature == "atomics"),
            &PathBuf::from(variable("OUT_DIR")?).join("relaxed.wasm"),
        )?;
    }
    Ok(())
}
