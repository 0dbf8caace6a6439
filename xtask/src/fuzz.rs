//! Damaged files by the million against every parser: `tests/fuzz`, with as many inputs as one likes.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use crate::process::run as run_command;
use crate::steps::{announce, step};
use crate::tools::Workspace;

/// What to run.
#[derive(Debug, Args)]
pub struct Fuzz {
    /// Inputs of all parsers together.
    #[arg(long, default_value_t = 1_000_000)]
    inputs: u64,
    /// Repeats the inputs of an earlier run.
    #[arg(long)]
    seed: Option<u64>,
    /// Parsers, by a part of their names; without one, all.
    names: Vec<String>,
}

/// What a parser was given, and what it took.
#[derive(Debug, Deserialize)]
struct Report {
    parser: String,
    inputs: u64,
    accepted: u64,
    seconds: f64,
    slowest_milliseconds: f64,
    most_memory: u64,
}

/// Runs the tests, each parser's on a thread of its own, and adds up their reports.
pub fn run(workspace: &Workspace, fuzz: &Fuzz) -> Result<()> {
    let folder = workspace.cache.target().join("fuzz");
    if folder.is_dir() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let seed = match fuzz.seed {
        Some(seed) => seed,
        None => SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .context("the clock stands before 1970")?
            .as_secs(),
    };
    announce(&format!("{} inputs, --seed {seed}", fuzz.inputs));
    let mut tests = workspace.cargo()?;
    tests
        .args(["test", "--release", "--test", "fuzz", "--"])
        .args(&fuzz.names)
        .env("TABTUNE_FUZZ_INPUTS", fuzz.inputs.to_string())
        .env("TABTUNE_FUZZ_SEED", seed.to_string())
        .env("TABTUNE_FUZZ_REPORT", &folder);
    let mut broken = None;
    step("fuzz", || {
        broken = run_command(&mut tests).err();
        let reports = read(&folder)?;
        for report in &reports {
            println!(
                "  {:<16} {:>9} inputs, {:>9} accepted, {:>6.0} s, slowest {:>7.1} ms, at most {:>6.2} MB",
                report.parser,
                report.inputs,
                report.accepted,
                report.seconds,
                report.slowest_milliseconds,
                report.most_memory as f64 / 1e6,
            );
        }
        let inputs: u64 = reports.iter().map(|report| report.inputs).sum();
        Ok(format!("{inputs} inputs to {} parsers", reports.len()))
    })?;
    match broken {
        Some(error) => bail!(
            "{error:#}; what a parser broke on lies in {}",
            folder.display()
        ),
        None => Ok(()),
    }
}

fn read(folder: &std::path::Path) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let report = serde_json::from_slice(&fs::read(&path)?)
                .with_context(|| format!("cannot read {}", path.display()))?;
            reports.push(report);
        }
    }
    reports.sort_by(|a: &Report, b: &Report| a.parser.cmp(&b.parser));
    Ok(reports)
}
