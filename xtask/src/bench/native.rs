//! The engine natively on the CPU, beside PyTorch.

use std::path::Path;

use anyhow::Result;

use super::contender::{self, Contender, PYTORCH, take_turns, text_files};
use super::measurement::{Measurement, TABTUNE};
use super::texts::Case;
use crate::models::encoders::SECOND;
use crate::process::{executable, run};
use crate::steps::announce;
use crate::tools::Workspace;

/// Threads of the engine: natively burn-flex is built for one.
const ENGINE_THREADS: u32 = 1;

/// Measures forward passes and steps. PyTorch takes part if there is a Python that has it. What took part, and what was
/// measured.
pub fn measure(
    workspace: &Workspace,
    cases: &[Case],
    rounds: u32,
    python: Option<&Path>,
    threads: &[u32],
) -> Result<(Vec<String>, Vec<Measurement>)> {
    announce("building the native engine");
    run(workspace
        .cargo()?
        .args(["build", "--release", "--example", "speed"]))?;
    let model = workspace.models().join(SECOND);
    let mut contenders = vec![tabtune(workspace, &model)?];
    for &threads in threads {
        if let Some(python) = python {
            let command = contender::pytorch(workspace, python, &model, threads, &[])?;
            contenders.push(Contender::start(PYTORCH, threads, command)?);
        }
    }
    let files = text_files(workspace, cases)?;
    let mut measurements = Vec::new();
    for (work, group) in [("forward", "forward, native"), ("step", "training, native")] {
        for (case, file) in cases.iter().zip(&files) {
            if work == "step" && case.tokens.is_none() {
                continue;
            }
            announce(&format!("{group}, {}", case.name));
            let of = [group, &case.name];
            measurements.extend(take_turns(&mut contenders, rounds, of, |contender| {
                contender.ask(work, file.display())
            })?);
        }
    }
    measurements.extend(cores(&mut contenders[0], rounds, threads)?);
    Ok((contender::end(contenders)?, measurements))
}

fn tabtune(workspace: &Workspace, model: &Path) -> Result<Contender> {
    let examples = workspace.cache.target().join("release/examples");
    let mut command = workspace.command(examples.join(executable("speed")))?;
    command.arg("--model").arg(model);
    Contender::start(TABTUNE, ENGINE_THREADS, command)
}

/// What the cores compute at most, which the engine's example finds out: a bound for what threads can gain.
fn cores(engine: &mut Contender, rounds: u32, threads: &[u32]) -> Result<Vec<Measurement>> {
    announce("cores");
    let mut values = vec![Vec::new(); threads.len()];
    for _ in 0..rounds {
        for (threads, values) in threads.iter().zip(&mut values) {
            values.push(engine.ask("registers", threads)?);
        }
    }
    let measurement = |(&threads, values)| Measurement {
        group: "cores".to_owned(),
        case: "multiplications and additions".to_owned(),
        contender: "the processor".to_owned(),
        threads,
        unit: "Gop/s".to_owned(),
        values,
    };
    Ok(threads.iter().zip(values).map(measurement).collect())
}
