//! Lighthouse on the built page, as a visitor's browser would get it from a host that compresses.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::chromium::Chromium;
use crate::page;
use crate::process::{find_on_path, run};
use crate::serve::{Audience, Mount, StaticServer};
use crate::steps::{announce, step};
use crate::tools::Workspace;

/// The package of npm's that is run.
const LIGHTHOUSE: &str = "lighthouse@13.5.0";

/// What is looked at, by Lighthouse's names.
const CATEGORIES: [&str; 3] = ["performance", "accessibility", "best-practices"];

/// The least of 100 points in each.
const LEAST: f64 = 95.0;

/// Times that the page is loaded; the median counts, since loads differ.
const ROUNDS: usize = 3;

/// Times that a round is tried: on a busy machine Lighthouse sometimes misses the page's beginning (`NO_NAVSTART`).
const TRIES: usize = 2;

/// Measures the page in dist/ and fails if a category has less than [`LEAST`] points.
pub fn run_on(workspace: &Workspace) -> Result<()> {
    let dist = workspace.dist();
    ensure!(
        dist.join("index.html").is_file(),
        "there is no built page: run `cargo xtask build` first"
    );
    let npx = find_on_path(&["npx", "npx.cmd"])
        .context("Lighthouse runs on Node.js: install it with npm, then run this again")?;
    let chromium = Chromium::ensure()?;
    let page = page::own_page(&dist, "/".to_owned(), true)?;
    let mount = Mount {
        prefix: page.root.clone(),
        folder: dist,
    };
    let server = StaticServer::start(0, vec![mount], Audience::OwnOrigin(page))?;
    let report = workspace.cache.target().join("lighthouse.json");
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        announce(&format!("Lighthouse, round {round} of {ROUNDS}"));
        let mut command = workspace.command(&npx)?;
        command
            .args(["--yes", LIGHTHOUSE])
            .arg(format!("http://{}/", server.address()))
            .args(["--preset=desktop", "--output=json", "--quiet"])
            .arg(format!("--output-path={}", report.display()))
            .arg(format!("--only-categories={}", CATEGORIES.join(",")))
            .arg("--chrome-flags=--headless --no-sandbox")
            .env("CHROME_PATH", &chromium.browser);
        run_again(&mut command)?;
        let report: Value = serde_json::from_slice(&fs::read(&report)?)?;
        rounds.push(CATEGORIES.map(|category| points(&report, category)));
    }
    drop(server);
    let mut low = Vec::new();
    for (index, category) in CATEGORIES.into_iter().enumerate() {
        let found: Option<Vec<f64>> = rounds.iter().map(|round| round[index]).collect();
        let mut found = found.with_context(|| format!("Lighthouse gave {category} no score"))?;
        found.sort_by(f64::total_cmp);
        let median = found[found.len() / 2];
        step(category, || {
            Ok(format!("{median:.0} of 100; rounds: {found:.0?}"))
        })?;
        if median < LEAST {
            low.push(category);
        }
    }
    if !low.is_empty() {
        bail!("{} below {LEAST}: see {}", low.join(", "), report.display());
    }
    Ok(())
}

/// Runs a command, and once more if it fails.
fn run_again(command: &mut Command) -> Result<()> {
    for _ in 1..TRIES {
        match run(command) {
            Ok(()) => return Ok(()),
            Err(error) => announce(&format!("once more: {error:#}")),
        }
    }
    run(command)
}

/// The points of a category, 0 to 100.
fn points(report: &Value, category: &str) -> Option<f64> {
    let score = report["categories"][category]["score"].as_f64()?;
    Some(score * 100.0)
}
