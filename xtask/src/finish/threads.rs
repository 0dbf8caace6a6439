//! The worker with threads, which Trunk cannot build: its standard library is built anew, with atomics.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{add_glue, write};
use crate::process::run;
use crate::target;
use crate::tools::{WASM, Workspace};

/// The program, and the profile that it is built with: that of the other workers.
const PROGRAM: &str = "worker-threads";
const PROFILE: &str = "wasm-release";

/// The script that each of its threads starts with.
pub const THREAD: &str = "worker-threads_thread.js";

/// What its code and its linker are told beyond `.cargo/config.toml`: the memory comes from outside, can be shared, and
/// may grow as far as 32-bit addresses reach; wasm-bindgen finds each thread's own part of it by these symbols.
const FLAGS: &[&str] = &[
    "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals",
    "-Clink-arg=--shared-memory",
    "-Clink-arg=--import-memory",
    "-Clink-arg=--max-memory=4294967296",
    "-Clink-arg=--export=__wasm_init_tls",
    "-Clink-arg=--export=__tls_size",
    "-Clink-arg=--export=__tls_align",
    "-Clink-arg=--export=__tls_base",
];

/// Builds the program into the page's folder, with a loader like those that Trunk writes.
///
/// Only unstable Cargo builds the standard library. `RUSTC_BOOTSTRAP` lets the pinned stable one do so, where a nightly
/// toolchain would be a second compiler with faults of its own. The target folder is its own, since build scripts look
/// at that variable and would compile everything else anew.
pub fn add_worker(workspace: &Workspace, folder: &Path) -> Result<()> {
    let target = target::threaded(&workspace.cache.target());
    let flags: Vec<_> = FLAGS.iter().map(|flag| format!("{flag:?}")).collect();
    run(workspace
        .cargo()?
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", &target)
        .args(["build", "-Zbuild-std=std,panic_abort", "--config"])
        .arg(format!("target.{WASM}.rustflags=[{}]", flags.join(",")))
        .args([
            "--package",
            "tabtune",
            "--profile",
            PROFILE,
            "--target",
            WASM,
        ])
        .args([
            "--no-default-features",
            "--features",
            "programs,worker,threads",
        ])
        .args(["--bin", PROGRAM]))?;
    let module = target
        .join(WASM)
        .join(PROFILE)
        .join(format!("{PROGRAM}.wasm"));
    // Files of an earlier build may be links to what others use.
    let out = target.join(PROGRAM);
    add_glue(workspace, &module, &out)?;
    for name in [format!("{PROGRAM}.js"), format!("{PROGRAM}_bg.wasm")] {
        let (from, to) = (out.join(&name), folder.join(&name));
        fs::copy(&from, &to)
            .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))?;
    }
    let loader = format!(
        "importScripts(\"./{PROGRAM}.js\");\nwasm_bindgen({{ module_or_path: \"./{PROGRAM}_bg.wasm\" }});\n"
    );
    write(&folder.join(format!("{PROGRAM}_loader.js")), &loader)?;
    let thread = format!(
        "importScripts(\"./{PROGRAM}.js\");\nself.onmessage = ({{ data: [module, memory] }}) => {{\n  \
         wasm_bindgen.initSync({{ module, memory }});\n  wasm_bindgen.run_thread();\n}};\n"
    );
    write(&folder.join(THREAD), &thread)
}
