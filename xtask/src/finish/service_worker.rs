//! The service worker as one script.

use std::fs;

use anyhow::{Context, Result};
use tabtune::offline::Site;

use super::add_glue;
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
    add_glue(workspace, &module, &out)?;
    let read = |name: String| {
        let path = out.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let glue = String::from_utf8(read(format!("{PROGRAM}.js"))?)?;
    let module = literal(&read(format!("{PROGRAM}_bg.wasm"))?);
    // A JSON string is one of JavaScript's, too.
    let list = serde_json::to_string(&serde_json::to_string(site)?)?;
    Ok(format!(
        "{glue}\nself.tabtuneSite = {list};\nwasm_bindgen.initSync({{ module: Uint8Array.from({module}, (letter) => \
         letter.charCodeAt(0)) }});\n"
    ))
}

/// Bytes as a string of JavaScript, a letter each. Compressed it is a quarter smaller than base64 would be.
fn literal(bytes: &[u8]) -> String {
    let mut literal = "\"".to_owned();
    for byte in bytes {
        match byte {
            // All that a string between quotes cannot hold as it is.
            b'"' => literal += "\\\"",
            b'\\' => literal += "\\\\",
            b'\n' => literal += "\\n",
            b'\r' => literal += "\\r",
            _ => literal.push(char::from(*byte)),
        }
    }
    literal + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_a_letter_of_the_literal() {
        assert_eq!(literal(b"\0a\xff"), "\"\0a\u{ff}\"");
        assert_eq!(literal(b"\"\\\n\r"), r#""\"\\\n\r""#);
    }
}
