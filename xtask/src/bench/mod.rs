//! How fast Tabtune is beside others, in the same browser and natively; and how large, how soon ready, how hungry.
//!
//! `tests/bench` does the browser's part, `examples/speed` the native ones; the little JavaScript that other libraries need is
//! in `xtask/bench`, which this command alone serves.

mod agreement;
mod browser;
mod contender;
mod gpu;
mod machine;
mod measurement;
mod native;
mod peers;
mod report;
mod small_encoder;
mod texts;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use tabtune::protocol::Precision;

use self::agreement::Agreement;
use self::browser::{Facts, Plan};
use self::gpu::{GpuBench, GpuRecord};
use self::machine::Machine;
use self::measurement::{Measurement, TABTUNE};
use self::texts::Case;
use crate::models::{self, catalog, encoders::SECOND};
use crate::serve::Mount;
use crate::steps::announce;
use crate::tools::Workspace;
use crate::{budget, page};

/// A part of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// Texts to embeddings in the browser, beside onnxruntime-web and transformers.js.
    Forward,
    /// Training steps in the browser.
    Training,
    /// Epochs a minute, and memory.
    Epochs,
    /// From an address to a prediction.
    Loading,
    /// Sizes of the modules.
    Size,
    /// Forward passes and training steps natively, beside PyTorch.
    Native,
}

/// What to measure.
#[derive(Debug, Args)]
pub struct Bench {
    /// Measures this alone; may be repeated. The project's documents are then left as they are.
    #[arg(long, value_enum, value_name = "GROUP")]
    only: Vec<Group>,
    /// Rounds that count; another one comes before.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Python that has PyTorch, transformers and PEFT (xtask/interop/requirements.txt), to be compared with natively.
    #[arg(long)]
    python: Option<PathBuf>,
    /// Measures the page in dist/ as it is, and builds none.
    #[arg(long)]
    no_build: bool,
    /// Where the numbers are written; the tables go to the documents only where this is left out.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Counts dispatches, submits and bytes of a training step and a forward pass on WebGPU instead.
    #[arg(long, conflicts_with_all = ["only", "python"])]
    gpu_counts: bool,
    #[command(flatten)]
    gpu: GpuBench,
}

/// All that was measured, and with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    rounds: u32,
    machine: Machine,
    browser: Facts,
    versions: Vec<String>,
    measurements: Vec<Measurement>,
    agreement: Vec<Agreement>,
    not_measured: Vec<String>,
    /// What was measured on a GPU, which may be another machine's and of another day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gpu: Option<GpuRecord>,
}

/// Where the documents have the numbers.
const JSON: &str = "bench.json";

/// Measures, prints the tables and writes them.
pub fn run(workspace: &Workspace, bench: &Bench) -> Result<()> {
    if bench.gpu.is_wanted {
        return run_on_gpu(workspace, bench);
    }
    models::install(workspace, SECOND, false)?;
    if !bench.no_build {
        page::set_up(workspace)?;
        page::build(workspace)?;
    }
    ensure!(
        workspace.dist().join("models").join(SECOND).is_dir(),
        "there is no built page with {SECOND}: run this without --no-build"
    );
    let mut record = match bench.gpu_counts {
        true => count_gpu(workspace, bench.rounds)?,
        false => measure(workspace, bench)?,
    };
    println!("\n{}", report::markdown(&record));
    if let Some(out) = &bench.out {
        return write_json(out, &record);
    }
    if bench.only.is_empty() && !bench.gpu_counts {
        record.gpu = documented(workspace)?.and_then(|before| before.gpu);
        document(workspace, &record)?;
        report::update_readme(&workspace.root.join("README.md"), &record)?;
    }
    Ok(())
}

/// The same on this machine's GPU. What else the documents tell stays.
fn run_on_gpu(workspace: &Workspace, bench: &Bench) -> Result<()> {
    let (gpu, python) = (&bench.gpu, bench.python.as_deref());
    let Some(measured) = gpu.measure(workspace, bench.rounds, python)? else {
        return Ok(());
    };
    println!("\n{}", report::gpu(&measured));
    if let Some(out) = &bench.out {
        return write_json(out, &measured);
    }
    if gpu.is_whole() {
        let before = documented(workspace)?;
        let mut record =
            before.context("`cargo xtask bench` comes first: its documents are missing")?;
        record.gpu = Some(measured);
        document(workspace, &record)?;
    }
    Ok(())
}

/// What the documents tell so far.
fn documented(workspace: &Workspace) -> Result<Option<Record>> {
    let path = workspace.root.join("docs").join(JSON);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let record = serde_json::from_slice(&bytes);
    record.with_context(|| format!("{} holds no measurements", path.display()))
}

/// Has the documents tell it.
fn document(workspace: &Workspace, record: &Record) -> Result<()> {
    let docs = workspace.root.join("docs");
    fs::write(docs.join("bench.md"), report::markdown(record))?;
    write_json(&docs.join(JSON), record)
}

fn write_json(path: &Path, record: &impl Serialize) -> Result<()> {
    let json = serde_json::to_string_pretty(record)? + "\n";
    fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    announce(&format!("the numbers lie in {}", path.display()));
    Ok(())
}

fn measure(workspace: &Workspace, bench: &Bench) -> Result<Record> {
    let wants = |group| bench.only.is_empty() || bench.only.contains(&group);
    let mut machine = Machine::this();
    let mut threads = vec![1, machine.cores];
    threads.dedup();
    let cases = Case::all(workspace)?;

    let in_browser = [
        (Group::Forward, "forward"),
        (Group::Training, "training"),
        (Group::Epochs, "epochs"),
        (Group::Loading, "loading"),
    ];
    let groups = in_browser.into_iter().filter(|(group, _)| wants(*group));
    let mut plan = Plan::new(groups.map(|(_, name)| name).collect(), bench.rounds, &cases);
    plan.contenders = browser::contenders(workspace, &threads);
    let peers = wants(Group::Forward)
        .then(|| peers::ensure(workspace))
        .transpose()?;
    let outcome = browser::measure(workspace, &plan, peers.as_deref(), &[])?;
    let mut measurements = outcome.measurements;
    let embeddings = agreement::embeddings(outcome.embeddings)?;
    let agreement = match cases.last() {
        Some(case) if !embeddings.is_empty() => agreement::measure(workspace, case, &embeddings)?,
        _ => Vec::new(),
    };
    let mut not_measured = Vec::new();
    let mut versions = vec![
        format!("onnxruntime-web {}", peers::ONNXRUNTIME),
        format!(
            "transformers.js {} (on onnxruntime-web {})",
            peers::TRANSFORMERS,
            peers::TRANSFORMERS_ONNXRUNTIME
        ),
    ];
    if wants(Group::Size) {
        for size in budget::measure(workspace)? {
            measurements.push(Measurement {
                group: "size".to_owned(),
                case: size.module,
                contender: TABTUNE.to_owned(),
                threads: 1,
                unit: "kB".to_owned(),
                values: vec![size.brotli / 1000.0],
            });
        }
    }
    if wants(Group::Native) {
        let python = bench.python.as_deref();
        let (with, found) = native::measure(workspace, &cases, bench.rounds, python, &threads)?;
        versions.extend(with);
        measurements.extend(found);
        if python.is_none() {
            not_measured.push(contender::NO_PYTORCH.to_owned());
        }
    }
    machine.note_load();
    Ok(Record {
        rounds: bench.rounds,
        machine,
        browser: outcome.facts,
        versions,
        measurements,
        agreement,
        not_measured,
        gpu: None,
    })
}

/// Counts what a step and a forward pass ask of WebGPU, on SwiftShader.
fn count_gpu(workspace: &Workspace, rounds: u32) -> Result<Record> {
    let mut machine = Machine::this();
    let models = workspace.cache.target().join("bench/models");
    small_encoder::write(workspace, &models)?;
    catalog::write_step(&models)?;
    let cases = [Case::of_shape((4, 16))];
    let mut plan = Plan::new(vec!["gpu-counts"], rounds, &cases);
    plan.contenders = vec![browser::tabtune(
        "counting.js",
        browser::CLASSIC,
        1,
        Precision::Float32,
    )];
    plan.encoder = small_encoder::NAME;
    let first = Mount {
        prefix: "/models/".to_owned(),
        folder: models,
    };
    let outcome = browser::measure(workspace, &plan, None, &[first])?;
    machine.note_load();
    Ok(Record {
        rounds,
        machine,
        browser: outcome.facts,
        versions: Vec::new(),
        measurements: outcome.measurements,
        agreement: Vec::new(),
        not_measured: Vec::new(),
        gpu: None,
    })
}
