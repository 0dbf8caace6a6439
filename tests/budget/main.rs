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

const BUDGETS: [Budget; 7] = [
    Budget {
        module: "app",
        target: 350,
        ceiling: 675,
    },
    // The tokenizer included.
    Budget {
        module: "worker-cpu",
        target: 1100,
        ceiling: 1528,
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
        "{:<16} {:>10} {:>10} {:>10} {:>10}  (kB, brotli {QUALITY})",
        "module", "plain", "brotli", "ceiling", "target"
    );
    for size in &sizes {
        println!(
            "{:<16} {:>10} {:>10} {:>10} {:>10}",
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
    for entry in fs::read_dir(dist)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let rest = name.strip_prefix(module).unwrap_or_default();
        // app-HASH_bg.wasm and worker-cpu_bg.wasm.
        if rest.ends_with("_bg.wasm") && (rest.starts_with('_') || module == "app") {
            return Ok(fs::read(&path)?);
        }
    }
    Err(format!("{} holds no {module}: build the page first", dist.display()).into())
}

/// Bytes that are sent.
fn packed(bytes: &[u8]) -> Result<usize> {
    let mut writer = CompressorWriter::new(Vec::new(), 1 << 16, QUALITY, WINDOW);
    writer.write_all(bytes)?;
    Ok(writer.into_inner().len())
}
