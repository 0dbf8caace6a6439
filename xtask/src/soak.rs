//! Training in the built page for long: whether it slows down or grows. `tests/soak` does it.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::steps::announce;
use crate::test::on_built_page;
use crate::tools::Workspace;

/// How long.
#[derive(Debug, Args)]
pub struct Soak {
    /// Minutes of training.
    #[arg(long, default_value_t = 30)]
    minutes: u32,
    /// Computes with one thread, as browsers do that lend no more.
    #[arg(long)]
    one_thread: bool,
    /// Where the samples are written.
    #[arg(long, value_name = "FILE", default_value = "soak.json")]
    out: PathBuf,
}

/// Trains, and compares the first third of the time with the last.
pub fn run(workspace: &Workspace, soak: &Soak) -> Result<()> {
    let out = std::path::absolute(&soak.out)?;
    announce(&format!("training for {} minutes", soak.minutes));
    on_built_page(workspace, "soak", |program| {
        program
            .env("TABTUNE_SOAK_MINUTES", soak.minutes.to_string())
            .env(
                "TABTUNE_SOAK_QUERY",
                match soak.one_thread {
                    true => "?device=cpu&threads=1",
                    false => "?device=cpu",
                },
            )
            .env("TABTUNE_SOAK_OUT", &out);
    })?;
    announce(&format!("the samples lie in {}", out.display()));
    Ok(())
}
