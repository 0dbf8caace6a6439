//! `cargo xtask`: the project's own command. It sets up what a build needs, builds, serves and tests.
//!
//! Nothing but Rust has to be installed before. What is fetched goes to a cache outside the checkout
//! ([`cache::Cache`]), so that a second run, or a second clone, needs no network.

mod apt;
mod axe;
mod bench;
mod budget;
mod cache;
mod chromium;
mod deny;
mod finish;
mod fuzz;
mod icons;
mod interop;
mod lighthouse;
mod models;
mod npm;
mod page;
mod process;
mod python;
mod quality;
mod serve;
mod soak;
mod steps;
mod target;
mod test;
mod tools;
mod vulkan;
mod wheel;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::models::catalog;
use crate::models::encoders::{EMBEDDED, ENCODERS};
use crate::test::TestStep;
use crate::tools::Workspace;

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "Sets up, builds, serves and tests Tabtune."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the page and serves it on this machine.
    Serve {
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Opens the page in the default browser.
        #[arg(long)]
        open: bool,
        /// Serves the service worker too. Without it, a page that is built anew is there at the next reload.
        #[arg(long)]
        offline: bool,
    },
    /// Builds the page into dist/, which any file server can host under any path.
    Build,
    /// Adds policy, headers and service worker to what Trunk has built; Trunk runs this itself.
    Finish,
    /// Makes the icons in www/icons anew from tabtune.svg, with Chromium.
    Icons,
    /// Runs every check and test.
    Test {
        /// Runs this step alone; may be repeated.
        #[arg(long, value_enum, value_name = "STEP")]
        only: Vec<TestStep>,
        /// Runs the end-to-end tests whose name holds one of these alone.
        #[arg(last = true, value_name = "NAME")]
        names: Vec<String>,
    },
    /// Installs what a build needs, and nothing more.
    Setup {
        /// Installs what the tests need too: Chromium, its driver, a Vulkan driver and the second encoder.
        #[arg(long)]
        tests: bool,
    },
    /// Puts encoders into www/models, where the page offers them. Without a name: lists them.
    Models {
        names: Vec<String>,
        /// Makes them anew from their packages even if they are there.
        #[arg(long)]
        rebuild: bool,
    },
    /// Makes pictures of the page in each of its states, themes and languages, at three widths.
    Screenshots {
        #[arg(long, value_name = "DIR", default_value = "screenshots")]
        out: PathBuf,
    },
    /// Measures the built page with Lighthouse; needs Node.js.
    Lighthouse,
    /// Fine-tunes on the labelled texts of a folder and writes docs/quality.md.
    Quality(quality::Quality),
    /// Shows that transformers and PEFT compute the same with files of Tabtune's, and Tabtune with theirs.
    Interop {
        /// Python that has them, of the versions in xtask/interop/requirements.txt; without it they are installed.
        #[arg(long)]
        python: Option<PathBuf>,
    },
    /// Gives damaged files to every parser that meets one.
    Fuzz(fuzz::Fuzz),
    /// Trains in the built page for long and looks whether it slows down or grows.
    Soak(soak::Soak),
    /// Measures speed, sizes and memory beside onnxruntime-web, transformers.js and PyTorch; needs Node.js and Python 3.
    Bench(bench::Bench),
    /// Writes index.json, the list of the encoders in a folder's subfolders.
    Catalog {
        #[arg(long, value_name = "DIR", default_value = "www/models")]
        out: PathBuf,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::find()?;
    target::claim(&workspace, &workspace.cache.target())?;
    match command {
        Command::Serve {
            port,
            open,
            offline,
        } => {
            serve::check_port(port)?;
            page::set_up(&workspace)?;
            page::build(&workspace)?;
            page::serve(&workspace, port, open, offline)
        }
        Command::Build => {
            page::set_up(&workspace)?;
            page::build(&workspace)
        }
        Command::Finish => finish::run(&workspace),
        Command::Icons => icons::make(&workspace),
        Command::Test { only, names } => test::run(&workspace, &only, &names),
        Command::Screenshots { out } => test::screenshots(&workspace, &out),
        Command::Lighthouse => lighthouse::run_on(&workspace),
        Command::Setup { tests } => {
            page::set_up(&workspace)?;
            if tests {
                test::set_up(&workspace)?;
            }
            Ok(())
        }
        Command::Models { names, .. } if names.is_empty() => {
            for encoder in ENCODERS {
                let place = if encoder.name == EMBEDDED {
                    "part of the repository"
                } else {
                    "fetched on demand"
                };
                println!("{}  ({place}) {}", encoder.name, encoder.description);
            }
            Ok(())
        }
        Command::Models { names, rebuild } => {
            for name in names {
                models::install(&workspace, &name, rebuild)?;
            }
            catalog::write_step(&workspace.models())
        }
        Command::Quality(quality) => quality::run(&workspace, &quality),
        Command::Interop { python } => interop::check(&workspace, python),
        Command::Fuzz(fuzz) => fuzz::run(&workspace, &fuzz),
        Command::Soak(soak) => soak::run(&workspace, &soak),
        Command::Bench(bench) => bench::run(&workspace, &bench),
        Command::Catalog { out } => catalog::write_step(&out),
    }
}
