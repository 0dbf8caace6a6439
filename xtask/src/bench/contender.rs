//! Programs that are asked line by line: each does a line's work and answers with the time that it took.

use std::fmt::Display;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::measurement::{Measurement, Spread};
use super::texts::Case;
use crate::tools::Workspace;

/// PyTorch with PEFT.
pub const PYTORCH: &str = "PyTorch + PEFT";

/// What is said where it takes no part.
pub const NO_PYTORCH: &str = "PyTorch, for want of `--python`";

/// What is asked in a row lasts so long at least.
const LEAST: Duration = Duration::from_millis(250);

/// A program that is being asked.
pub struct Contender {
    pub name: String,
    pub threads: u32,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// What it says first.
    pub version: String,
}

impl Contender {
    /// Starts a program, and waits until it is ready.
    pub fn start(name: &str, threads: u32, mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let questions = child.stdin.take().context("it was given a pipe")?;
        let answers = child.stdout.take().context("it was given a pipe")?;
        let mut started = Self {
            name: name.to_owned(),
            threads,
            child,
            questions,
            answers: BufReader::new(answers),
            version: String::new(),
        };
        started.version = started.line()?;
        Ok(started)
    }

    /// What it says of a piece of work: milliseconds, where it does not say otherwise.
    pub fn ask(&mut self, work: &str, of: impl Display) -> Result<f64> {
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

/// PyTorch with so many threads; `arguments` beside the encoder's folder.
pub fn pytorch(
    workspace: &Workspace,
    python: &Path,
    model: &Path,
    threads: u32,
    arguments: &[&str],
) -> Result<Command> {
    let mut command = workspace.command(python)?;
    command
        .args(["-W", "ignore"])
        .arg(workspace.root.join("xtask/bench/pytorch.py"))
        .arg(model)
        .args(arguments)
        .env("OMP_NUM_THREADS", threads.to_string())
        // Everything is on this machine; nothing else is to be looked for.
        .env("HF_HUB_OFFLINE", "1");
    Ok(command)
}

/// The texts of each case in a file.
pub fn text_files(workspace: &Workspace, cases: &[Case]) -> Result<Vec<PathBuf>> {
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

/// Has the contenders take turns, round by round. The first round does not count.
pub fn take_turns(
    contenders: &mut [Contender],
    rounds: u32,
    [group, case]: [&str; 2],
    mut milliseconds: impl FnMut(&mut Contender) -> Result<f64>,
) -> Result<Vec<Measurement>> {
    let mut values = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (contender, values) in contenders.iter_mut().zip(&mut values) {
            let taken = milliseconds(contender)?;
            if round > 0 {
                values.push(taken);
            }
        }
    }
    let measurement = |(contender, values): (&Contender, _)| Measurement {
        group: group.to_owned(),
        case: case.to_owned(),
        contender: contender.name.clone(),
        threads: contender.threads,
        unit: "ms".to_owned(),
        values,
    };
    Ok(contenders.iter().zip(values).map(measurement).collect())
}

/// The median of what `ask` answers, so often in a row as makes up a quarter of a second.
pub fn in_a_row(mut ask: impl FnMut() -> Result<f64>) -> Result<f64> {
    let begun = Instant::now();
    let mut all = Vec::new();
    while all.is_empty() || begun.elapsed() < LEAST {
        all.push(ask()?);
    }
    Spread::of(all)
        .map(|spread| spread.median)
        .context("it was asked once at least")
}

/// Ends all of them. What they called themselves, each name once.
pub fn end(contenders: Vec<Contender>) -> Result<Vec<String>> {
    let mut versions = Vec::new();
    for contender in contenders {
        if !versions.contains(&contender.version) {
            versions.push(contender.version.clone());
        }
        contender.end()?;
    }
    Ok(versions)
}
