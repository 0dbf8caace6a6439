//! The service worker as one script.

use std::fs;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tabtune::offline::Site;

use crate::process::run;
use crate::tools::{WASM, Workspace};

/// The program, and the profile that it is built with.
const PROGRAM: &str = "service-worker";
const PROFILE: &str = "page-release";

/// Builds the program and puts it into one script with the list of files.
///
/// A service worker may neither load its module later, since its listeners must be there after its first turn, nor from a
/// file of its own, since it starts without a connection. So wasm-bindgen's glue, the module and the list follow upon
/// each other, and a last line starts the module.
pub fn script(workspace: &Workspace, site: &Site) -> Result<String> {
    run(workspace.cargo()?.args([
        "build",
        "--package",
        "tabtune",
        "--profile",
        PROFILE,
        "--target",
        WASM,
        "--no-default-features",
        "--features",
        "programs,service-worker",
        "--bin",
        PROGRAM,
    ]))?;
    let target = workspace.cache.target();
    let out = target.join(PROGRAM);
    let module = target
        .join(WASM)
        .join(PROFILE)
        .join(format!("{PROGRAM}.wasm"));
    run(workspace
        .command("wasm-bindgen")?
        .args(["--target", "no-modules", "--no-typescript", "--out-dir"])
        .arg(&out)
        .arg(&module))?;
    let read = |name: String| {
        let path = out.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let glue = String::from_utf8(read(format!("{PROGRAM}.js"))?)?;
    let module = STANDARD.encode(read(format!("{PROGRAM}_bg.wasm"))?);
    // JSON within a string: a JSON string is one of JavaScript's, too.
    let list = serde_json::to_string(&serde_json::to_string(site)?)?;
    Ok(format!(
        "{glue}\nself.tabtuneSite = {list};\nwasm_bindgen.initSync({{ module: Uint8Array.from(atob(\"{module}\"), (letter) => \
         letter.charCodeAt(0)) }});\n"
    ))
}
