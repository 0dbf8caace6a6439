//! Modules in parts: what a visitor waits for, and the chunks that come behind it. The page is cut so, and the worker for the
//! CPU.
//!
//! wasm-split cuts the module that Cargo has linked, before wasm-bindgen, at the functions that `src/ui/chunks.rs` and
//! `src/worker/chunks.rs` mark. It follows who needs whom by the relocations that `build.rs` has the linker leave in the
//! module. What only one chunk needs goes into its file, and what several need into one more.

use std::convert::Infallible;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256, Sha384};
use tabtune::checksum::hexadecimal;
use wasm_encoder::reencode::{self, Reencode};
use wasm_encoder::{Module, TableType};
use wasm_split_cli_support::{Options, transform};
use wasmparser::Parser;

use super::{markup, names, read, read_bytes, remove, write};
use crate::cache::remove_folder;
use crate::process::run;
use crate::tools::{WASM, Workspace};

/// A program that is cut, and the profile that index.html has it built with.
struct Program {
    name: &'static str,
    profile: &'static str,
}

const PAGE: Program = Program {
    name: "app",
    profile: "page-release",
};

const WORKER: Program = Program {
    name: "worker-cpu",
    profile: "wasm-release",
};

/// The script that fetches chunks: the end of its name, and what the other parts call it before their names are known.
const LOADER: &str = "_chunks.js";
const LOADER_MEANWHILE: &str = "__wasm_split.js";

/// The end of the name of what several chunks need.
const SHARED: &str = "_shared.wasm";

/// Digits of the hash in the names of the parts.
const DIGITS: usize = 16;

/// A part of a program.
struct Part {
    /// What the other parts call it before their names are known.
    meanwhile: String,
    /// The end of its name.
    ending: String,
    content: Content,
}

impl Part {
    /// It as it is fetched, where all parts have names that begin with `name`.
    fn finished(&self, parts: &[Part], name: &str) -> Vec<u8> {
        match &self.content {
            Content::Script(script) => with_names(script, parts, name).into_bytes(),
            Content::Module(module) => module.clone(),
        }
    }
}

enum Content {
    Script(String),
    Module(Vec<u8>),
}

impl Content {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Script(script) => script.as_bytes(),
            Self::Module(module) => module,
        }
    }
}

/// Puts the page's module in parts into the folder, in the place of the whole one that Trunk has put there, and returns
/// index.html as it begins with the first of them.
///
/// The parts share one hash in their names: addresses in one build's parts fit no other's.
pub fn cut_page(workspace: &Workspace, folder: &Path, page: &str) -> Result<String> {
    let prefix = format!("{}-", PAGE.name);
    let mut old = names(folder)?;
    old.retain(|name| name.starts_with(&prefix));
    if old.iter().any(|name| name.ends_with(LOADER)) {
        // dist/ is finished for a second time.
        return Ok(page.to_owned());
    }
    let whole = old.iter().find_map(|name| name.strip_suffix(".js"));
    let whole = whole.with_context(|| format!("{} holds no page", folder.display()))?;
    refuse_markup_from_strings(folder, whole)?;

    let parts = parts(workspace, &PAGE)?;
    let name = format!("{prefix}{}", hash(&parts));
    let mut page = page.to_owned();
    for part in &parts {
        let content = part.finished(&parts, &name);
        let [old, new] = [whole, &name].map(|name| format!("{name}{}", part.ending));
        page = in_place_of(&page, &old, &new, &content);
        if part.ending == LOADER {
            page = with_preload(&page, &new, &content)?;
        }
        let path = folder.join(&new);
        write(&path, content)?;
    }
    for name in &old {
        remove(&folder.join(name))?;
    }
    ensure!(
        !page.contains(whole),
        "index.html names {whole} in an unknown way"
    );
    Ok(page)
}

/// Puts the module of the worker for the CPU in parts into the folder, in the place of the whole one, with a loader that asks
/// for both scripts at once: Trunk's hears of the second one by the first.
pub fn cut_worker(workspace: &Workspace, folder: &Path) -> Result<()> {
    let Program { name, .. } = WORKER;
    if folder.join(format!("{name}{LOADER}")).exists() {
        // dist/ is finished for a second time.
        return Ok(());
    }
    let parts = parts(workspace, &WORKER)?;
    for part in &parts {
        let path = folder.join(format!("{name}{}", part.ending));
        write(&path, part.finished(&parts, name))?;
    }
    let loader = folder.join(format!("{name}{}", super::LOADER));
    let trunks = read(&loader)?;
    ensure!(
        trunks == format!("import init from './{name}.js';await init();"),
        "not the loader that Trunk 0.21 writes: {trunks}"
    );
    write(&loader, format!("import './{name}{LOADER}';{trunks}"))
}

/// index.html with a script fetched along with the first one, which imports it.
fn with_preload(page: &str, script: &str, content: &[u8]) -> Result<String> {
    const END: &str = "</head>";
    let (head, rest) = page.split_once(END).context("index.html has no head")?;
    let checksum = checksum(content);
    Ok(format!(
        "{head}<link rel=\"modulepreload\" href=\"./{script}\" crossorigin=\"anonymous\" integrity=\"{checksum}\">{END}{rest}"
    ))
}

/// Refuses a page that makes elements of strings. The whole module tells: in parts, one may call another in ways that
/// cannot be followed.
fn refuse_markup_from_strings(folder: &Path, whole: &str) -> Result<()> {
    let module = folder.join(format!("{whole}_bg.wasm"));
    let script = read(&folder.join(format!("{whole}.js")))?;
    markup::refuse(&script, &read_bytes(&module)?)
}

/// Cuts the module that Cargo has linked.
fn parts(workspace: &Workspace, program: &Program) -> Result<Vec<Part>> {
    let Program { name, profile } = program;
    let target = workspace.cache.target();
    let linked = target.join(WASM).join(profile).join(format!("{name}.wasm"));
    let linked = read_bytes(&linked)?;
    let out = target.join(format!("{name}-parts"));
    remove_folder(&out)?;
    let main = out.join("main.wasm");
    let [script, loader] =
        [&format!("{name}.js"), LOADER_MEANWHILE].map(|name| format!("./{name}"));
    let mut options = Options::new(&linked);
    options.output_dir = &out;
    options.main_out_path = &main;
    options.main_module = &script;
    options.link_name = &loader;
    let split = transform(options)
        .map_err(|error| anyhow!("the module of {name} cannot be cut: {error:#}"))?;
    run(workspace
        .command("wasm-bindgen")?
        // Chunks need what the linker exports.
        .args(["--target", "web", "--no-typescript", "--keep-lld-exports"])
        .args(["--remove-name-section", "--remove-producers-section"])
        .args(["--out-name", name, "--out-dir"])
        .arg(&out)
        .arg(&main))?;

    let mut files = vec![
        (format!("{name}.js"), ".js".to_owned()),
        (format!("{name}_bg.wasm"), "_bg.wasm".to_owned()),
        (LOADER_MEANWHILE.to_owned(), LOADER.to_owned()),
    ];
    for chunk in &split.split_modules {
        let name = chunk.file_name().and_then(|name| name.to_str());
        let name = name.context("a chunk has no name")?;
        let ending = match name.strip_prefix("split_") {
            Some(own) => format!("_{own}"),
            None => SHARED.to_owned(),
        };
        files.push((name.to_owned(), ending));
    }
    let shared = files.iter().filter(|(_, ending)| ending == SHARED);
    ensure!(
        shared.count() <= 1,
        "chunks share code in several ways, so their names need more than {SHARED}"
    );
    let part = |(meanwhile, ending): (String, String)| {
        let path = out.join(&meanwhile);
        let content = match ending.ends_with(".js") {
            true => Content::Script(read(&path)?),
            false => Content::Module(compact(&read_bytes(&path)?)?),
        };
        Ok(Part {
            meanwhile,
            ending,
            content,
        })
    };
    files.into_iter().map(part).collect()
}

/// A module with each number as short as it can be, where linkers leave room in those that they may change; and with a table
/// of functions that can grow as the linker had it, where wasm-split has it stay as it is.
fn compact(module: &[u8]) -> Result<Vec<u8>> {
    let mut compact = Module::new();
    Compacting
        .parse_core_module(&mut compact, Parser::new(0), module)
        .map_err(|error| anyhow!("a chunk cannot be read: {error}"))?;
    Ok(compact.finish())
}

struct Compacting;

impl Reencode for Compacting {
    type Error = Infallible;

    fn table_type(
        &mut self,
        table: wasmparser::TableType,
    ) -> Result<TableType, reencode::Error<Infallible>> {
        let is_of_functions = table.element_type == wasmparser::RefType::FUNCREF;
        let mut table = reencode::utils::table_type(self, table)?;
        table.maximum.take_if(|_| is_of_functions);
        Ok(table)
    }
}

/// A hash of all parts.
fn hash(parts: &[Part]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.content.bytes());
    }
    let mut hash = hexadecimal(&hash.finalize());
    hash.truncate(DIGITS);
    hash
}

/// A script with the names that the parts have now. The names by which modules ask for imports stay.
///
/// Chunks are fetched with their checksums, as index.html has the rest fetched.
fn with_names(script: &str, parts: &[Part], name: &str) -> String {
    let mut script = script.to_owned();
    for part in parts {
        let (old, new) = (&part.meanwhile, format!("{name}{}", part.ending));
        let checksum = checksum(part.content.bytes());
        for (old, new) in [
            (format!("from \"./{old}\""), format!("from \"./{new}\"")),
            (format!("URL('{old}'"), format!("URL('{new}'")),
            (
                format!("fetch(new URL(\"./{old}\", import.meta.url))"),
                format!(
                    "fetch(new URL(\"./{new}\", import.meta.url), {{ integrity: \"{checksum}\" }})"
                ),
            ),
        ] {
            script = script.replace(&old, &new);
        }
    }
    script
}

/// A file's checksum, as browsers compare it.
fn checksum(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

/// index.html with another file in the place of one that it names, with the checksum of that if it tells one.
fn in_place_of(page: &str, old: &str, new: &str, content: &[u8]) -> String {
    const CHECKSUM: &str = "integrity=\"";
    let checksum = checksum(content);
    let mut pieces = page.split(old);
    let mut changed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        changed += new;
        // Trunk's checksums stand behind the names, in the same tag.
        let in_tag = piece.find('>').unwrap_or(piece.len());
        match piece[..in_tag].split_once(CHECKSUM) {
            Some((before, rest)) => {
                let (_, after) = rest.split_once('"').unwrap_or((rest, ""));
                changed += &format!("{before}{CHECKSUM}{checksum}\"{after}");
            }
            None => changed += &piece[..in_tag],
        }
        changed += &piece[in_tag..];
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(meanwhile: &str, ending: &str, content: Content) -> Part {
        Part {
            meanwhile: meanwhile.to_owned(),
            ending: ending.to_owned(),
            content,
        }
    }

    #[test]
    fn scripts_name_the_parts_and_modules_are_asked_for_as_before() {
        let module = || Content::Module(b"abc".to_vec());
        let parts = [
            part("app.js", ".js", Content::Script(String::new())),
            part("app_bg.wasm", "_bg.wasm", module()),
            part("split_work.wasm", "_work.wasm", module()),
        ];
        // printf abc | openssl dgst -sha384 -binary | base64
        let checksum = "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn";
        for (before, after) in [
            (
                "import { initSync } from \"./app.js\";",
                "import { initSync } from \"./app-1.js\";".to_owned(),
            ),
            (
                "new URL('app_bg.wasm', import.meta.url)",
                "new URL('app-1_bg.wasm', import.meta.url)".to_owned(),
            ),
            (
                "fetch(new URL(\"./split_work.wasm\", import.meta.url))",
                format!(
                    "fetch(new URL(\"./app-1_work.wasm\", import.meta.url), {{ integrity: \"{checksum}\" }})"
                ),
            ),
            ("\"./app.js\": import0", "\"./app.js\": import0".to_owned()),
        ] {
            assert_eq!(with_names(before, &parts, "app-1"), after);
        }
    }

    #[test]
    fn index_html_begins_with_the_new_first_part() -> Result<()> {
        let page = "<script>import './a-1.js'; './a-1_bg.wasm'</script><link href=\"./a-1.js\" integrity=\"sha384-old\"></head>";
        let page = in_place_of(page, "a-1.js", "a-2.js", b"abc");
        let expected = format!(
            "<script>import './a-2.js'; './a-1_bg.wasm'</script><link href=\"./a-2.js\" integrity=\"{}\"></head>",
            checksum(b"abc")
        );
        assert_eq!(page, expected);
        let page = with_preload(&page, "a-2_chunks.js", b"abc")?;
        assert!(
            page.contains("href=\"./a-2_chunks.js\" crossorigin=\"anonymous\" integrity=\"sha384-")
        );
        Ok(())
    }
}
