//! The browser's part: Tabtune's own workers and its peers, served side by side; `tests/bench` measures them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tabtune::protocol::Precision;

use super::measurement::{Measurement, TABTUNE, TABTUNE_INT8};
use super::texts::Case;
use crate::chromium::Chromium;
use crate::models::encoders::{EMBEDDED, SECOND};
use crate::page;
use crate::process::run;
use crate::serve::{Audience, Mount, StaticServer};
use crate::tools::Workspace;

/// The bench's own page.
const PAGE: &str = "xtask/bench";
/// Where the peers' files are served.
const PEERS: &str = "/peers/";

/// Tabtune's workers by their loaders, what those are, and whether they use all threads. Those that the build has are measured.
const BUILDS: [(&str, &str, bool); 2] = [
    ("worker-cpu", MODULE, false),
    ("worker-threads", CLASSIC, true),
];

/// What a worker's script is, as `Worker` wants to hear it.
const MODULE: &str = "module";
pub const CLASSIC: &str = "classic";

/// Something to measure.
#[derive(Debug, Clone, Serialize)]
pub struct Contender {
    name: String,
    threads: u32,
    is_tabtune: bool,
    /// What Tabtune predicts with.
    precision: Precision,
    /// What the bench's page opens it with.
    options: Value,
}

/// What `tests/bench` is told.
#[derive(Debug, Serialize)]
pub struct Plan<'a> {
    pub groups: Vec<&'static str>,
    pub rounds: u32,
    pub contenders: Vec<Contender>,
    pub cases: &'a [Case],
    pub encoder: &'a str,
    pub small_encoder: &'a str,
}

/// What it answers.
#[derive(Debug, Deserialize)]
pub struct Outcome {
    pub facts: Facts,
    pub measurements: Vec<Measurement>,
    pub embeddings: Value,
}

/// What the browser says of itself and the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub browser: String,
    pub isolated: bool,
    pub threads: u32,
    /// The GPU adapter, if there is one.
    pub adapter: Option<String>,
}

impl<'a> Plan<'a> {
    /// With the usual encoders, and nothing to measure yet.
    pub fn new(groups: Vec<&'static str>, rounds: u32, cases: &'a [Case]) -> Self {
        Self {
            groups,
            rounds,
            contenders: Vec::new(),
            cases,
            encoder: SECOND,
            small_encoder: EMBEDDED,
        }
    }
}

/// Tabtune's builds and its peers, each with one thread and with all.
pub fn contenders(workspace: &Workspace, threads: &[u32]) -> Vec<Contender> {
    let most = threads.iter().copied().max().unwrap_or(1);
    let mut all = Vec::new();
    for (build, script, uses_all) in BUILDS {
        if workspace
            .dist()
            .join(format!("{build}_loader.js"))
            .is_file()
        {
            let threads = if uses_all { most } else { 1 };
            for precision in [Precision::Float32, Precision::Int8] {
                all.push(tabtune(
                    &format!("../{build}_loader.js"),
                    script,
                    threads,
                    precision,
                ));
            }
        }
    }
    for &threads in threads {
        for (dtype, file) in [("fp32", "model"), ("int8", "model_quantized")] {
            all.push(onnxruntime(dtype, file, threads));
        }
        for (dtype, called) in [("fp32", "fp32"), ("q8", "int8")] {
            all.push(transformers(dtype, called, threads));
        }
    }
    all
}

/// Tabtune's worker behind a loader.
pub fn tabtune(loader: &str, script: &str, threads: u32, precision: Precision) -> Contender {
    let name = match precision {
        Precision::Float32 => TABTUNE,
        Precision::Int8 => TABTUNE_INT8,
    };
    Contender {
        name: name.to_owned(),
        threads,
        is_tabtune: true,
        precision,
        options: json!({ "tabtune": loader, "type": script, "threads": threads }),
    }
}

fn onnxruntime(dtype: &str, file: &str, threads: u32) -> Contender {
    let model = format!("{PEERS}models/{SECOND}/onnx/{file}.onnx");
    let data = (dtype == "fp32").then(|| format!("{model}_data"));
    Contender {
        name: format!("onnxruntime-web {dtype}"),
        threads,
        is_tabtune: false,
        precision: Precision::Float32,
        options: json!({
            "library": "onnxruntime-web", "name": SECOND, "model": model, "data": data, "threads": threads,
            "ortFiles": format!("{PEERS}ort/"), "transformersFiles": format!("{PEERS}transformers/"),
            "models": format!("{PEERS}models/"),
        }),
    }
}

fn transformers(dtype: &str, called: &str, threads: u32) -> Contender {
    Contender {
        name: format!("transformers.js {called}"),
        threads,
        is_tabtune: false,
        precision: Precision::Float32,
        options: json!({
            "library": "transformers.js", "name": SECOND, "dtype": dtype, "threads": threads,
            "transformersFiles": format!("{PEERS}transformers/"),
            "transformersOrtFiles": format!("{PEERS}transformers/ort/"), "models": format!("{PEERS}models/"),
        }),
    }
}

/// Carries a plan out. Files in `first` come before the page's own.
pub fn measure(
    workspace: &Workspace,
    plan: &Plan<'_>,
    peers: Option<&Path>,
    first: &[Mount],
) -> Result<Outcome> {
    let chromium = Chromium::ensure()?;
    let dist = workspace.dist();
    let mount = |prefix: &str, folder: &Path| Mount {
        prefix: prefix.to_owned(),
        folder: folder.to_owned(),
    };
    let mut mounts = vec![mount("/bench/", &workspace.root.join(PAGE))];
    mounts.extend(peers.map(|peers| mount(PEERS, peers)));
    mounts.extend(first.iter().cloned());
    mounts.push(mount("/", &dist));
    let bench = StaticServer::start(0, mounts, Audience::Isolated)?;
    // The page as a visitor has it, for what is measured of loading.
    let own = page::own_page(&dist, "/".to_owned(), true)?;
    let server = StaticServer::start(0, vec![mount("/", &dist)], Audience::OwnOrigin(own))?;
    let folder = workspace.cache.target().join("bench");
    fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let (told, out) = (folder.join("plan.json"), folder.join("outcome.json"));
    fs::write(&told, serde_json::to_vec(plan)?)?;
    run(workspace
        .cargo()?
        .args(["test", "--release", "--test", "bench"])
        .env("TABTUNE_BENCH_PLAN", &told)
        .env("TABTUNE_BENCH_OUT", &out)
        .env(
            "TABTUNE_BENCH_URL",
            format!("http://{}/bench/", bench.address()),
        )
        .env("TABTUNE_URL", format!("http://{}/", server.address()))
        .env("TABTUNE_CHROMIUM", &chromium.browser)
        .env("TABTUNE_CHROMEDRIVER", &chromium.driver))?;
    drop((bench, server));
    let outcome = fs::read(&out).with_context(|| format!("cannot read {}", out.display()))?;
    Ok(serde_json::from_slice(&outcome)?)
}
