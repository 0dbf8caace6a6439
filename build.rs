//! Tells the linker to leave a section that wasm-bindgen reads in the stripped modules.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // `strip = true` would take the list of WebAssembly features along with the names.
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
}
