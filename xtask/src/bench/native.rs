//! The engine natively, beside PyTorch: programs that do a line's work and answer with the time that it took.

use std::fmt::Display;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use super::measurement::{Measurement, TABTUNE};
use super::texts::Case;
use crate::models::encoders::SECOND;
use crate::process::{executable, run};
use crate::steps::announce;
use crate::tools::Workspace;

/// Threads of the engine: natively burn-flex is built for one.
const ENGINE_THREADS: u32 = 1;

/// PyTorch with PEFT.
const PYTORCH: &str = "PyTorch + PEFT";

/// A program that is asked line by line.
struct Contender {
    name: &'static str,
    threads: u32,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// What it says first.
    version: String,
}

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
    let mut contenders = vec![Contender::tabtune(workspace, &model)?];
    for &threads in threads {
        if let Some(python) = python {
            contenders.push(Contender::pytorch(workspace, python, &model, threads)?);
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
            let mut values = vec![Vec::new(); contenders.len()];
            for round in 0..=rounds {
                for (contender, values) in contenders.iter_mut().zip(&mut values) {
                    let milliseconds = contender.ask(work, file.display())?;
                    if round > 0 {
                        values.push(milliseconds);
                    }
                }
            }
            for (contender, values) in contenders.iter().zip(values) {
                measurements.push(Measurement {
                    group: group.to_owned(),
                    case: case.name.clone(),
                    contender: contender.name.to_owned(),
                    threads: contender.threads,
                    unit: "ms".to_owned(),
                    values,
                });
            }
        }
    }
    measurements.extend(cores(&mut contenders[0], rounds, threads)?);
    let mut versions: Vec<String> = Vec::new();
    for contender in contenders {
        if !versions.contains(&contender.version) {
            versions.push(contender.version.clone());
        }
        contender.end()?;
    }
    Ok((versions, measurements))
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

/// The texts of each case in a file.
fn text_files(workspace: &Workspace, cases: &[Case]) -> Result<Vec<PathBuf>> {
    let folder = workspace.cache.target().join("bench/texts");
    fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let write = |(number, case): (usize, &Case)| {
        let path = folder.join(format!("{number}.json"));
        fs::write(&path, serde_json::to_vec(&case.texts)?)?;
        Ok(path)
    };
    cases.iter().enumerate().map(write).collect()
}

impl Contender {
    fn tabtune(workspace: &Workspace, model: &Path) -> Result<Self> {
        let examples = workspace.cache.target().join("release/examples");
        let mut command = workspace.command(examples.join(executable("speed")))?;
        command.arg("--model").arg(model);
        Self::start(TABTUNE, ENGINE_THREADS, command)
    }

    fn pytorch(workspace: &Workspace, python: &Path, model: &Path, threads: u32) -> Result<Self> {
        let mut command = workspace.command(python)?;
        command
            .args(["-W", "ignore"])
            .arg(workspace.root.join("xtask/bench/pytorch.py"))
            .arg(model)
            .env("OMP_NUM_THREADS", threads.to_string())
            // Everything is on this machine; nothing else is to be looked for.
            .env("HF_HUB_OFFLINE", "1");
        Self::start(PYTORCH, threads, command)
    }

    fn start(name: &'static str, threads: u32, mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let questions = child.stdin.take().context("it was given a pipe")?;
        let answers = child.stdout.take().context("it was given a pipe")?;
        let mut started = Self {
            name,
            threads,
            child,
            questions,
            answers: BufReader::new(answers),
            version: String::new(),
        };
        started.version = started.line()?;
        Ok(started)
    }

    /// What it says of a piece of work: milliseconds, but for that of [`cores`].
    fn ask(&mut self, work: &str, of: impl Display) -> Result<f64> {
        writeln!(self.questions, "{work} {of}")?;
        let answer = self.line()?;
        answer
            .parse()
            .with_context(|| format!("{} answered {answer:?}", self.name))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.answers.read_line(&mut line)? == 0 {
            bail!("{} ended before it was told to", self.name);
        }
        Ok(line.trim().to_owned())
    }

    fn end(mut self) -> Result<()> {
        drop(self.questions);
        self.child.wait()?;
        Ok(())
    }
}
