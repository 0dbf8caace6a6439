//! How large the built modules are, as a visitor's browser fetches them: compressed by brotli.
//!
//! `cargo xtask test --only budget` runs it. The ceilings only ever go down: who makes a module smaller lowers its ceiling to
//! what it is then, and who needs more room finds it elsewhere in the same module.

use std::env;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use brotli::CompressorWriter;
use serde::Serialize;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// What most hosts compress with: 11 is for files that are packed once and beforehand.
const QUALITY: u32 = 9;
/// Brotli's largest ordinary window, 4 MiB.
const WINDOW: u32 = 22;

/// What a module may weigh, in kilobytes (1000 bytes).
struct Budget {
    /// How its file's name begins.
    module: &'static str,
    /// What it ought to weigh one day.
    target: u32,
    /// What it may weigh now.
    ceiling: u32,
}

const BUDGETS: [Budget; 13] = [
    // What a visitor waits for.
    Budget {
        module: "app",
        target: 350,
        ceiling: 275,
    },
    // What comes behind it: the chunks that `src/ui/chunks.rs` names, and what both of them need.
    Budget {
        module: "app-work",
        target: 180,
        ceiling: 184,
    },
    Budget {
        module: "app-results",
        target: 150,
        ceiling: 157,
    },
    Budget {
        module: "app-shared",
        target: 180,
        ceiling: 200,
    },
    // What it takes to have an encoder and to ask a model, the tokenizer included.
    Budget {
        module: "worker-cpu",
        target: 1100,
        ceiling: 1040,
    },
    // What comes behind it: the chunks that `src/worker/chunks.rs` names, and what both of them need.
    Budget {
        module: "worker-cpu_data",
        target: 170,
        ceiling: 173,
    },
    Budget {
        module: "worker-cpu_training",
        target: 300,
        ceiling: 340,
    },
    Budget {
        module: "worker-cpu_shared",
        target: 100,
        ceiling: 100,
    },
    Budget {
        module: "worker-threads",
        target: 1200,
        ceiling: 1595,
    },
    Budget {
        module: "worker-gpu",
        target: 3400,
        ceiling: 3157,
    },
    Budget {
        module: "worker-storage",
        target: 150,
        ceiling: 220,
    },
    // For files that are in none of Unicode's encodings.
    Budget {
        module: "encodings",
        target: 150,
        ceiling: 156,
    },
    Budget {
        module: "service-worker",
        target: 60,
        ceiling: 80,
    },
];

/// A module's size.
#[derive(Serialize)]
struct Size {
    module: &'static str,
    /// Bytes as they are, and compressed.
    bytes: usize,
    brotli: usize,
    target: u32,
    ceiling: u32,
}

#[test]
fn no_module_outgrows_its_ceiling() -> Result {
    let dist = env::var("TABTUNE_DIST").map_err(|_| "run `cargo xtask test --only budget`")?;
    let all = names(Path::new(&dist))?;
    let parts = all.iter().filter(|name| part_of_page(name).is_some());
    assert_eq!(parts.count(), 4, "each part of the page has a budget");
    let is_part = |name: &&String| name.starts_with("worker-cpu") && name.ends_with(".wasm");
    let parts = all.iter().filter(is_part);
    assert_eq!(parts.count(), 4, "so has each of the worker's");
    let mut sizes = Vec::new();
    for budget in &BUDGETS {
        let module = find(Path::new(&dist), budget.module)?;
        sizes.push(Size {
            module: budget.module,
            bytes: module.len(),
            brotli: packed(&module)?,
            target: budget.target,
            ceiling: budget.ceiling,
        });
    }
    println!(
        "{:<20} {:>10} {:>10} {:>10} {:>10}  (kB, brotli {QUALITY})",
        "module", "plain", "brotli", "ceiling", "target"
    );
    for size in &sizes {
        println!(
            "{:<20} {:>10} {:>10} {:>10} {:>10}",
            size.module,
            size.bytes / 1000,
            size.brotli.div_ceil(1000),
            size.ceiling,
            size.target
        );
    }
    if let Ok(out) = env::var("TABTUNE_BUDGET_OUT") {
        fs::write(out, serde_json::to_vec(&sizes)?)?;
    }
    let over: Vec<&str> = sizes
        .iter()
        .filter(|size| size.brotli > size.ceiling as usize * 1000)
        .map(|size| size.module)
        .collect();
    assert!(over.is_empty(), "over their ceilings: {over:?}");
    Ok(())
}

/// The one module whose file's name begins so; the service worker's lies in its script, and that for encodings has no glue.
fn find(dist: &Path, module: &str) -> Result<Vec<u8>> {
    match module {
        "service-worker" => return Ok(fs::read(dist.join("service-worker.js"))?),
        "encodings" => return Ok(fs::read(dist.join("encodings.wasm"))?),
        _ => {}
    }
    let mut found = names(dist)?.into_iter().filter(|name| {
        // app-HASH_bg.wasm and app-HASH_work.wasm of the page, worker-cpu_bg.wasm and worker-cpu_data.wasm.
        let part = part_of_page(name);
        match part {
            Some(part) => module
                .strip_prefix("app")
                .is_some_and(|end| end.strip_prefix('-').unwrap_or("bg") == part),
            None => ["_bg.wasm", ".wasm"]
                .iter()
                .any(|end| name.strip_suffix(end) == Some(module)),
        }
    });
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(fs::read(dist.join(name))?),
        _ => Err(format!(
            "{} holds no one {module}: build the page first",
            dist.display()
        )
        .into()),
    }
}

/// Which part of the page's module a file is.
fn part_of_page(name: &str) -> Option<&str> {
    let (_, part) = name
        .strip_prefix("app-")?
        .strip_suffix(".wasm")?
        .split_once('_')?;
    Some(part)
}

fn names(dist: &Path) -> Result<Vec<String>> {
    let names =
        fs::read_dir(dist)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

/// Bytes that are sent.
fn packed(bytes: &[u8]) -> Result<usize> {
    let mut writer = CompressorWriter::new(Vec::new(), 1 << 16, QUALITY, WINDOW);
    writer.write_all(bytes)?;
    Ok(writer.into_inner().len())
}
