//! Tells the linker what the modules for browsers need.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let has = |variable| env::var_os(variable).is_some();
    if env::var_os("CARGO_CFG_TARGET_ARCH").is_none_or(|target| target != "wasm32") {
        return;
    }
    // `strip = true` would take the list of WebAssembly features, which wasm-bindgen reads, along with the names.
    println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    if has("CARGO_FEATURE_SPLIT") {
        // By its relocations a module is cut into parts.
        for program in ["app", "worker-cpu"] {
            println!("cargo::rustc-link-arg-bin={program}=--emit-relocs");
        }
    }
    if has("CARGO_FEATURE_WORKER") && has("CARGO_FEATURE_CPU") {
        // The function of the module with relaxed SIMD goes into the engine's table.
        for kind in ["bins", "tests"] {
            println!("cargo::rustc-link-arg-{kind}=--growable-table");
        }
    }
}
