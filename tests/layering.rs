//! Holds the layer table of `src/lib.rs`, and what must never be in the sources.

#[path = "shared/rust_files.rs"]
mod rust_files;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use rust_files::rust_files;

/// What each layer may import of ours. Some are narrower than a module: plain data that anyone may share.
const LAYERS: &[(&str, &[&str])] = &[
    ("reason", &[]),
    ("checksum", &[]),
    ("archive", &["reason"]),
    ("encodings", &[]),
    ("data", &["reason", "encodings"]),
    ("text", &["reason", "data"]),
    ("kernel", &[]),
    (
        "model",
        &[
            "reason",
            "checksum",
            "archive",
            "text",
            "kernel",
            "train::config",
        ],
    ),
    ("eval", &["reason", "data", "text", "model"]),
    (
        "adapter",
        &[
            "reason",
            "checksum",
            "archive",
            "data",
            "text",
            "model",
            "eval",
            "train::config",
        ],
    ),
    (
        "train",
        &["reason", "data", "text", "kernel", "model", "eval"],
    ),
    ("device", &[]),
    ("hub", &["reason"]),
    (
        "protocol",
        &[
            "reason",
            "data",
            "eval::baseline",
            "eval::metrics",
            "eval::score",
            "eval::tested",
            "hub",
            "train::config",
            "train::estimate",
            "train::record",
        ],
    ),
    (
        "run_state",
        &[
            "protocol",
            "data",
            "eval::baseline",
            "eval::metrics",
            "eval::score",
            "eval::tested",
            "hub",
            "train::config",
            "train::estimate",
            "train::record",
        ],
    ),
    (
        "project",
        &["run_state", "protocol", "data", "train::config"],
    ),
    ("language", &["reason"]),
    ("chart", &["language"]),
    (
        "report",
        &[
            "protocol",
            "run_state",
            "language",
            "chart",
            "data",
            "eval::metrics",
            "eval::score",
            "train::config",
        ],
    ),
    ("requests", &["protocol"]),
    ("offline", &[]),
    ("service_worker", &["checksum", "offline"]),
    ("storage", &["reason", "checksum", "archive", "protocol"]),
    ("port", &[]),
    ("chunk", &[]),
    (
        "keeper",
        &[
            "reason", "checksum", "protocol", "storage", "requests", "port",
        ],
    ),
    (
        "worker",
        &[
            "reason", "checksum", "archive", "data", "text", "kernel", "model", "eval", "adapter",
            "train", "device", "hub", "protocol", "requests", "port", "chunk",
        ],
    ),
    (
        "ui",
        &[
            "reason",
            "protocol",
            "run_state",
            "project",
            "language",
            "requests",
            "offline",
            "chart",
            "report",
            "port",
            "chunk",
            "data",
            "eval::baseline",
            "eval::metrics",
            "eval::score",
            "eval::tested",
            "hub",
            "train::config",
            "train::estimate",
            "train::record",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file of the library and its entry points, with what it holds before its unit tests.
fn sources() -> Vec<(PathBuf, String)> {
    rust_files("src")
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text
                .split("\n#[cfg(test)]\nmod ")
                .next()
                .unwrap_or_default();
            let code = code.split("\n#[cfg(all(test,").next().unwrap_or_default();
            (
                path.strip_prefix(root().join("src")).unwrap().to_owned(),
                code.to_owned(),
            )
        })
        .collect()
}

/// The layer that a file belongs to.
fn layer(path: &Path) -> String {
    let first = path.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// The paths behind `crate::` in a file, braces opened one level: `data::Table`, `train::config::TrainConfig`.
fn imports(code: &str) -> BTreeSet<String> {
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut found = BTreeSet::new();
    for (start, _) in code.match_indices("crate::") {
        let rest = &code[start + "crate::".len()..];
        let path: String = rest
            .chars()
            .take_while(|&letter| letter.is_alphanumeric() || "_:".contains(letter))
            .collect();
        match rest[path.len()..].strip_prefix('{') {
            Some(list) => {
                for item in list.split('}').next().unwrap_or_default().split(',') {
                    found.insert(format!("{path}{}", item.trim()));
                }
            }
            None => {
                found.insert(path);
            }
        }
    }
    found
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let own = layer(&path);
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == own) else {
            continue;
        };
        for import in imports(&code) {
            let within = |layer: &str| import == layer || import.starts_with(&format!("{layer}::"));
            if !within(&own) && !allowed.iter().any(|layer| within(layer)) {
                wrong.push(format!("{} imports {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    let library = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules = library
        .lines()
        .filter_map(|line| {
            let packages = ["pub use tabtune_kernels::", "pub use tabtune_encodings as "];
            let mut starts = ["pub mod ", "mod "].into_iter().chain(packages);
            starts.find_map(|start| line.strip_prefix(start))
        })
        .map(|rest| rest.trim_end_matches(';'));
    let modules: BTreeSet<&str> = modules.collect();
    let layers: BTreeSet<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    assert_eq!(modules, layers);
}

/// A device is made in `device.rs` alone. The kernels are of one backend and say which.
#[test]
fn only_device_and_kernels_name_a_backend() {
    let kernels = [
        "kernel/flex.rs",
        "kernel/flex",
        "kernel/cube",
        "kernel/cube.rs",
        "kernel/ops.rs",
    ];
    for (path, code) in sources() {
        if path == Path::new("device.rs") {
            continue;
        }
        let names: &[&str] = if kernels.iter().any(|kernel| path.starts_with(kernel)) {
            &["wgpu", "Device::flex"]
        } else {
            &["wgpu", "Device::flex", "burn_flex", "Flex", "Cube"]
        };
        let code: String = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        for name in names {
            assert!(!code.contains(name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn nothing_that_a_user_can_cause_panics() {
    for (path, code) in sources() {
        for call in [
            ".unwrap()",
            ".expect(",
            "panic!(",
            "unreachable!(",
            "todo!(",
            "unimplemented!(",
        ] {
            assert!(!code.contains(call), "{} calls {call}", path.display());
        }
    }
}

/// In browsers the tables of encodings are a module of their own.
#[test]
fn no_worker_links_the_tables_of_encodings() {
    for feature in ["ui", "worker,cpu", "worker,gpu", "storage"] {
        let tree = dependencies(feature);
        for package in ["encoding_rs", "chardetng", "tabtune-encodings"] {
            let linked = tree.lines().any(|line| line.starts_with(package));
            assert!(!linked, "{feature} links {package}");
        }
    }
}

#[test]
fn neither_page_nor_storage_worker_links_the_engine() {
    for (feature, own) in [("ui", "leptos v"), ("storage", "zip v")] {
        let tree = dependencies(feature);
        assert!(tree.contains(own), "{tree}");
        for engine in ["burn", "cubecl", "wgpu", "tokenizers", "safetensors"] {
            let linked = tree.lines().any(|line| line.starts_with(engine));
            assert!(!linked, "{feature} links {engine}");
        }
        assert_eq!(tree.contains("leptos v"), feature == "ui");
    }
}

/// What is built in browsers with these features, a line each.
fn dependencies(feature: &str) -> String {
    let tree = Command::new(env!("CARGO"))
        .current_dir(root())
        .args([
            "tree",
            "--offline",
            "--package",
            "tabtune",
            "--edges",
            "normal",
            "--prefix",
            "none",
        ])
        .args([
            "--target",
            "wasm32-unknown-unknown",
            "--no-default-features",
            "--features",
            feature,
        ])
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    String::from_utf8(tree.stdout).unwrap()
}

#[test]
fn imports_are_read_as_they_are_written() {
    let code = "use crate::data::{Table, Dataset};\n// crate::ui\nlet x = crate::train::config::X;";
    let found: Vec<String> = imports(code).into_iter().collect();
    assert_eq!(found, ["data::Dataset", "data::Table", "train::config::X"]);
}
