//! All checks and tests, in the order in which they are worth running.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::axe;
use crate::budget;
use crate::chromium::Chromium;
use crate::deny;
use crate::finish;
use crate::models::{self, catalog, encoders::SECOND};
use crate::page;
use crate::process::run as run_command;
use crate::serve::{Audience, Mount, StaticServer};
use crate::steps::{announce, step};
use crate::tools::{self, WASM, Workspace};
use crate::vulkan::Vulkan;

/// Where tests in a browser find www/ (at `/`) and tests/fixtures/ (at `/fixtures/`). WebAssembly has no
/// environment variables, so the tests could not be told of another port.
const FILES_PORT: u16 = 8931;

/// All of the library that exists in browsers: page and worker are never built together but to be checked.
const WASM_FEATURES: &[&str] = &[
    "--package",
    "tabtune",
    "--package",
    "tabtune-encodings",
    "--target",
    WASM,
    "--no-default-features",
    "--features",
    "programs,ui,split,worker,gpu,threads,storage,service-worker",
];

/// The path that end-to-end tests find the page under: it must work under any.
const PAGE_PREFIX: &str = "/some/sub/path/";

/// The end-to-end test that goes through the page's states.
const TOUR: &str = "the_page_is_clear_to_everyone";

/// The hub that index.html names, which the tests must not ask.
const HUB: &str = "https://huggingface.co/";

/// A part of `cargo xtask test`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestStep {
    /// rustfmt finds nothing to change.
    Format,
    /// clippy finds nothing, natively and for browsers.
    Lint,
    /// The dependencies' licences, sources and advisories are as deny.toml has them.
    Deny,
    /// The documentation builds, and its links lead somewhere.
    Docs,
    /// Tests on this machine itself.
    Native,
    /// Tests of the engine on Vulkan, on this machine itself, where there is a driver.
    Gpu,
    /// Tests of the engine in Chromium, on the CPU and on WebGPU.
    Browser,
    /// The page builds.
    Page,
    /// No module of the built page is larger than it may be.
    Budget,
    /// The built page, used as a person would, through WebDriver.
    EndToEnd,
}

/// Sees to what the tests need beyond what the page needs.
pub fn set_up(workspace: &Workspace) -> Result<()> {
    Chromium::ensure()?;
    axe::ensure(&workspace.cache)?;
    Vulkan::ensure()?;
    models::install(workspace, SECOND, false)
}

/// Makes the pictures of the test that goes through the page's states.
pub fn screenshots(workspace: &Workspace, out: &Path) -> Result<()> {
    page::set_up(workspace)?;
    page::build(workspace)?;
    let out = std::path::absolute(out)?;
    end_to_end(workspace, &[TOUR.to_owned()], Some(&out))?;
    announce(&format!("the pictures lie in {}", out.display()));
    Ok(())
}

/// Runs the chosen steps, or all if none is chosen. The checks all have their say; after them the first
/// failure ends the run. Of the end-to-end tests only those run whose name holds one of `names`, if there are any.
pub fn run(workspace: &Workspace, only: &[TestStep], names: &[String]) -> Result<()> {
    let steps = if only.is_empty() {
        TestStep::value_variants()
    } else {
        only
    };
    let any = |users: &[TestStep]| steps.iter().any(|step| users.contains(step));
    if any(&[TestStep::Browser, TestStep::Page, TestStep::EndToEnd]) {
        page::set_up(workspace)?;
    } else if any(&[TestStep::Lint, TestStep::Docs]) {
        tools::ensure_wasm_target(workspace)?;
    }
    if any(&[TestStep::Browser, TestStep::EndToEnd]) {
        Chromium::ensure()?;
    }
    if any(&[TestStep::EndToEnd]) {
        axe::ensure(&workspace.cache)?;
    }
    if any(&[TestStep::Native, TestStep::Browser]) {
        models::install(workspace, SECOND, false)?;
    }
    let mut failed = Vec::new();
    for &step in steps {
        if !step.is_check() && !failed.is_empty() {
            break;
        }
        if let Err(error) = step.run(workspace, names) {
            eprintln!("error: {error:#}");
            failed.push(step);
        }
    }
    if !failed.is_empty() {
        let again: Vec<_> = failed
            .iter()
            .map(|step| format!("--only {}", step.name()))
            .collect();
        bail!(
            "the tests failed; run what failed again with `cargo xtask test {}`",
            again.join(" ")
        );
    }
    Ok(())
}

impl TestStep {
    /// Whether the step only looks at the sources.
    fn is_check(self) -> bool {
        match self {
            Self::Format | Self::Lint | Self::Deny | Self::Docs => true,
            Self::Native
            | Self::Gpu
            | Self::Browser
            | Self::Page
            | Self::Budget
            | Self::EndToEnd => false,
        }
    }

    /// Its name on the command line.
    fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    fn run(self, workspace: &Workspace, names: &[String]) -> Result<()> {
        announce(&self.name());
        step(&self.name(), || {
            match self {
                Self::Format => run_command(workspace.cargo()?.args(["fmt", "--all", "--check"])),
                Self::Lint => lint(workspace),
                Self::Deny => return deny::check(workspace),
                Self::Docs => docs(workspace),
                Self::Native => native(workspace),
                Self::Gpu => return gpu(workspace),
                Self::Browser => browser(workspace),
                Self::Page => page::build(workspace),
                Self::Budget => budget::check(workspace),
                Self::EndToEnd => end_to_end(workspace, names, None),
            }
            .map(|()| "passed".to_owned())
        })
    }
}

/// Clippy over everything that is ever built: all that runs natively, then page and worker.
fn lint(workspace: &Workspace) -> Result<()> {
    // Programs that xtask runs by themselves are no part of `cargo test`, so they are named. What the GPU's feature adds is seen with
    // the worker below.
    let native = [
        "--workspace",
        "--all-targets",
        "--features",
        "tabtune/bench",
    ];
    let programs = ["e2e", "soak", "bench", "budget"].map(|name| ["--test", name]);
    let wasm = ["--lib", "--bins", "--test", "golden_browser"];
    // One profile for all steps: build scripts and macros are compiled once.
    let clippy = ["clippy", "--release"];
    let deny = ["--", "-D", "warnings"];
    run_command(
        workspace
            .cargo()?
            .args(clippy)
            .args(native)
            .args(programs.concat())
            .args(deny),
    )?;
    run_command(
        workspace
            .cargo()?
            .args(clippy)
            .args(WASM_FEATURES)
            .args(wasm)
            .args(deny),
    )
}

/// The tests of the library and of its packages, then xtask's, each with the features and the profile that it is used with.
fn native(workspace: &Workspace) -> Result<()> {
    run_command(
        workspace
            .cargo()?
            .args(["test", "--release", "--package", "tabtune"])
            .args(["--package", "tabtune-kernels"])
            .args(["--package", "tabtune-encodings"]),
    )?;
    // Once more as the worker with threads has them.
    run_command(
        workspace
            .cargo()?
            .args(["test", "--release", "--package", "tabtune-kernels"])
            .args(["--features", "threads"]),
    )?;
    run_command(
        workspace
            .cargo()?
            .args(["test", "--package", "xtask", "--profile", "xtask"]),
    )
}

/// The golden tests and the number of dispatches on Vulkan, with the profile of the tests before.
fn gpu(workspace: &Workspace) -> Result<String> {
    let Some(vulkan) = Vulkan::ensure()? else {
        return Ok("left out, there is no driver".to_owned());
    };
    let mut tests = workspace.cargo()?;
    tests
        .args([
            "test",
            "--release",
            "--package",
            "tabtune",
            "--features",
            "gpu",
        ])
        .args(["--test", "golden_gpu", "--test", "gpu_dispatches"]);
    vulkan.use_in(&mut tests);
    run_command(&mut tests)?;
    Ok("passed".to_owned())
}

/// Rustdoc over the library and its kernels with all modules, some of which exist in browsers only, and over xtask.
fn docs(workspace: &Workspace) -> Result<()> {
    let rustdoc = || -> Result<_> {
        let mut cargo = workspace.cargo()?;
        cargo
            .args(["doc", "--release", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-D warnings");
        Ok(cargo)
    };
    // The kernels beside the package that gives the libraries below both of them what they want in a browser.
    run_command(
        rustdoc()?
            .args(WASM_FEATURES)
            .args(["--package", "tabtune-kernels", "--lib"]),
    )?;
    run_command(rustdoc()?.args(["--package", "xtask"]))
}

/// The golden tests, in Chromium.
fn browser(workspace: &Workspace) -> Result<()> {
    let chromium = Chromium::ensure()?;
    let mounts = vec![
        Mount {
            prefix: "/fixtures/".to_owned(),
            folder: workspace.root.join("tests/fixtures"),
        },
        Mount {
            prefix: "/".to_owned(),
            folder: workspace.root.join("www"),
        },
    ];
    let files = StaticServer::start(FILES_PORT, mounts, Audience::AnyOrigin)?;
    let capabilities = workspace.cache.target().join("webdriver.json");
    chromium.write_capabilities(&workspace.root.join("webdriver.json"), &capabilities)?;
    // The profile of the page's own modules: the engine is compiled once for both.
    let result = run_command(
        workspace
            .cargo()?
            .args([
                "test",
                "--profile",
                "wasm-release",
                "--target",
                WASM,
                "--no-default-features",
            ])
            .args(["--features", "worker,gpu", "--test", "golden_browser"])
            .env("CHROMEDRIVER", &chromium.driver)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
            // In seconds. Software WebGPU takes its time to compile shaders.
            .env("WASM_BINDGEN_TEST_TIMEOUT", "900"),
    );
    drop(files);
    result
}

/// The tests of the built page.
fn end_to_end(workspace: &Workspace, names: &[String], pictures: Option<&Path>) -> Result<()> {
    on_built_page(workspace, "e2e", |tests| {
        if let Some(folder) = pictures {
            tests.env("TABTUNE_SCREENSHOTS", folder);
        }
        tests.args(["--", "--test-threads=1"]).args(names);
    })
}

/// Runs a test program beside a server of the built page. `arrange` adds what it is told.
pub fn on_built_page(
    workspace: &Workspace,
    program: &str,
    arrange: impl FnOnce(&mut Command),
) -> Result<()> {
    let dist = workspace.dist();
    ensure!(
        dist.join("index.html").is_file(),
        "there is no built page: run `cargo xtask build` first"
    );
    let chromium = Chromium::ensure()?;
    let axe = axe::ensure(&workspace.cache)?;
    // The page, with one encoder more: a tiny one, which trains in no time.
    let (fixtures, list) = (
        workspace.root.join("tests/fixtures"),
        workspace.cache.target().join("end-to-end"),
    );
    catalog::write_step_from(&[&dist.join("models"), &fixtures], &list)?;
    let models = format!("{PAGE_PREFIX}models/");
    let mounts = [(&models, &list), (&models, &fixtures)].map(|(prefix, folder)| Mount {
        prefix: prefix.clone(),
        folder: folder.clone(),
    });
    // A hub of the tests' own, which they start and stop as they need it.
    let hub = format!("{}:{}", Ipv4Addr::LOCALHOST, free_port()?);
    let entry = workspace.cache.target().join("end-to-end-page");
    write_page_with_hub(&dist, &format!("http://{hub}/"), &entry)?;
    // Tests of the service worker have servers of their own; in all others it would fetch everything once more.
    let own = page::own_page(&entry, PAGE_PREFIX.to_owned(), false)?;
    let page = [&entry, &dist].map(|folder| Mount {
        prefix: PAGE_PREFIX.to_owned(),
        folder: folder.clone(),
    });
    let mounts = mounts.into_iter().chain(page).collect();
    let server = StaticServer::start(0, mounts, Audience::OwnOrigin(own))?;
    let mut tests = workspace.cargo()?;
    tests
        .args(["test", "--release", "--test", program])
        .env(
            "TABTUNE_URL",
            format!("http://{}{PAGE_PREFIX}", server.address()),
        )
        .env("TABTUNE_HUB", hub)
        .env("TABTUNE_DIST", dist)
        .env("TABTUNE_AXE", axe)
        .env("TABTUNE_CHROMIUM", &chromium.browser)
        .env("TABTUNE_CHROMEDRIVER", &chromium.driver);
    arrange(&mut tests);
    let result = run_command(&mut tests);
    drop(server);
    result
}

/// A free port that no system gives away by itself, as Linux does from 32768 on and others from 49152: the tests open it
/// and close it again and again.
fn free_port() -> Result<u16> {
    let first = 20_000 + (std::process::id() % 10_000) as u16;
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    (first..32_000)
        .find(is_free)
        .context("no port from 20000 to 32000 is free")
}

/// Writes the built page's index.html to `folder`, with another hub in it and without its service worker.
fn write_page_with_hub(dist: &Path, hub: &str, folder: &Path) -> Result<()> {
    let mut named = 0;
    page::write_variant(dist, folder, |html| {
        named = html.matches(HUB).count();
        finish::without_service_worker(&html.replace(HUB, hub))
    })?;
    ensure!(named == 1, "index.html does not name {HUB} once");
    Ok(())
}
