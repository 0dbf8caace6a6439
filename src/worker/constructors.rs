//! Static constructors, run once.

use std::sync::Once;

unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Runs this module's static constructors, once. Call it first thing in every entry point of a module that links
/// burn.
///
/// cubecl registers its operations through `inventory`, in static constructors. If nothing calls
/// `__wasm_call_ctors`, the linker takes the module for a command and wraps each export, so that every call from
/// JavaScript runs all constructors again: fifty times slower on WebGPU. `tests/e2e/wasm_modules.rs` looks for such
/// wrappers in the built page.
pub fn run_constructors() {
    static ONCE: Once = Once::new();
    // SAFETY: the linker defines the function; it is called once, before anything that the constructors prepare.
    ONCE.call_once(|| unsafe { __wasm_call_ctors() });
}
