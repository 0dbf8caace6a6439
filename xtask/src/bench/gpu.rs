//! The engine on this machine's GPU, natively through Vulkan or Metal, beside PyTorch on CUDA.
//!
//! A browser is not measured: it has the same kernels in the same language, and takes longer to ask for each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::contender::{self, Contender, NO_PYTORCH, PYTORCH, in_a_row, take_turns, text_files};
use super::machine::Machine;
use super::measurement::{Measurement, TABTUNE, TABTUNE_FP16};
use super::texts::Case;
use crate::models::{self, encoders::SECOND};
use crate::process::{executable, run};
use crate::steps::announce;
use crate::tools::Workspace;
use crate::vulkan::Vulkan;

/// Texts to what is said of them.
pub const FORWARD: &str = "forward, GPU";
/// Training steps of which each is read.
pub const STEP: &str = "step, GPU";
/// Training steps as a run takes them.
pub const STEPS: &str = "steps, GPU";
/// What the first of each takes.
pub const FIRST: &str = "first, GPU";

/// How many steps are taken as a run takes them.
const IN_A_ROW: u32 = 32;
/// The same where only the measurement itself is tried, which would take minutes.
const FEW_IN_A_ROW: u32 = 2;

/// How to measure on a GPU.
#[derive(Debug, Args)]
pub struct GpuBench {
    /// Measures forward passes and training steps on this machine's GPU instead, natively, in 32-bit and 16-bit numbers.
    #[arg(long = "gpu", id = "gpu", conflicts_with_all = ["only", "gpu_counts", "no_build"])]
    pub is_wanted: bool,
    /// Measures Tabtune with burn's autotune as well.
    #[arg(long, requires = "gpu")]
    autotune: bool,
    /// Measures this case alone, as the tables name it; may be repeated. The project's documents are then left as they are.
    #[arg(long = "case", value_name = "CASE", requires = "gpu")]
    cases: Vec<String>,
    /// Measures on lavapipe, to try the measurement itself. The project's documents are then left as they are.
    #[arg(long, requires = "gpu")]
    accept_software: bool,
    /// Builds the programs that are measured into a folder, for a machine without Rust, and measures nothing.
    #[arg(long, value_name = "FOLDER", requires = "gpu")]
    prepare: Option<PathBuf>,
    /// Measures the programs in a folder, and builds none.
    #[arg(
        long,
        value_name = "FOLDER",
        requires = "gpu",
        conflicts_with = "prepare"
    )]
    programs: Option<PathBuf>,
}

/// All that was measured on a GPU, and with what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GpuRecord {
    pub rounds: u32,
    pub machine: Machine,
    /// With the adapter behind each.
    pub versions: Vec<String>,
    /// Tokens of each case.
    pub tokens: BTreeMap<String, f64>,
    pub measurements: Vec<Measurement>,
    pub not_measured: Vec<String>,
}

impl GpuBench {
    /// Whether the documents may tell of it.
    pub fn is_whole(&self) -> bool {
        self.cases.is_empty() && !self.accept_software
    }

    /// Measures. `None` if only programs were to be built.
    pub fn measure(
        &self,
        workspace: &Workspace,
        rounds: u32,
        python: Option<&Path>,
    ) -> Result<Option<GpuRecord>> {
        if let Some(folder) = &self.prepare {
            self.build(workspace, folder)?;
            return Ok(None);
        }
        let cases = self.cases(workspace)?;
        models::install(workspace, SECOND, false)?;
        let programs = self.programs(workspace)?;
        let mut machine = Machine::this();
        let mut field = self.field(workspace, &programs, python)?;
        let files = text_files(workspace, &cases)?;
        let mut tokens = BTreeMap::new();
        for (case, file) in cases.iter().zip(&files) {
            tokens.insert(case.name.clone(), field.tokens(file)?);
        }
        for (group, work) in self.works() {
            for (case, file) in cases.iter().zip(&files) {
                let work = match (group, case.tokens) {
                    (STEP, None) => continue,
                    (STEPS, None) => "epoch",
                    _ => work.as_str(),
                };
                announce(&format!("{group}, {}", case.name));
                field.measure([group, &case.name], rounds, work, file)?;
            }
        }
        machine.note_load();
        Ok(Some(GpuRecord {
            rounds,
            machine,
            versions: contender::end(field.contenders)?,
            tokens,
            measurements: field.measurements,
            not_measured: field.not_measured,
        }))
    }

    /// The folder with the programs, which are built where it is not named.
    fn programs(&self, workspace: &Workspace) -> Result<PathBuf> {
        if let Some(folder) = &self.programs {
            return Ok(std::path::absolute(folder)?);
        }
        let folder = workspace.cache.target().join("bench/gpu");
        self.build(workspace, &folder)?;
        Ok(folder)
    }

    /// The cases that are asked for.
    fn cases(&self, workspace: &Workspace) -> Result<Vec<Case>> {
        let mut cases = Case::all(workspace)?;
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        for asked in &self.cases {
            ensure!(
                names.contains(&asked.as_str()),
                "there is no case {asked:?}, but {}",
                names.join(", ")
            );
        }
        cases.retain(|case| self.cases.is_empty() || self.cases.contains(&case.name));
        Ok(cases)
    }

    /// The groups, and what is asked for in each.
    fn works(&self) -> [(&'static str, String); 3] {
        let in_a_row = match self.accept_software {
            true => FEW_IN_A_ROW,
            false => IN_A_ROW,
        };
        [
            (FORWARD, "forward".to_owned()),
            (STEP, "step".to_owned()),
            (STEPS, format!("steps {in_a_row}")),
        ]
    }

    /// The programs by their features, and what tells them apart in their names.
    fn builds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let all = [("gpu", ""), ("autotune", " autotune")];
        all.into_iter().take(if self.autotune { 2 } else { 1 })
    }

    /// Builds them into a folder.
    fn build(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        for (features, _) in self.builds() {
            announce(&format!("building the native engine with {features}"));
            run(workspace
                .cargo()?
                .args(["build", "--release", "--features", features])
                .args(["--example", "speed"]))?;
            let examples = workspace.cache.target().join("release/examples");
            let program = folder.join(program(features));
            fs::copy(examples.join(executable("speed")), &program)
                .with_context(|| format!("cannot write {}", program.display()))?;
        }
        announce(&format!("the programs lie in {}", folder.display()));
        Ok(())
    }

    /// All that can take part.
    fn field(
        &self,
        workspace: &Workspace,
        programs: &Path,
        python: Option<&Path>,
    ) -> Result<Field> {
        let mut field = Field::default();
        let model = workspace.models().join(SECOND);
        let software = match self.accept_software {
            true => Vulkan::ensure()?,
            false => None,
        };
        let mut commands = Vec::new();
        for (features, called) in self.builds() {
            for (fp16, name) in [(false, TABTUNE), (true, TABTUNE_FP16)] {
                let mut command = workspace.command(programs.join(program(features)))?;
                command.arg("--model").arg(&model).args(["--device", "gpu"]);
                command.args(fp16.then_some("--fp16"));
                command.args(self.accept_software.then_some("--accept-software"));
                if let Some(software) = &software {
                    software.use_in(&mut command);
                }
                commands.push((
                    name.replacen(TABTUNE, &format!("{TABTUNE}{called}"), 1),
                    command,
                ));
            }
        }
        match python {
            Some(python) => {
                for (name, arguments) in [
                    (PYTORCH.to_owned(), &["--device", "cuda"][..]),
                    (format!("{PYTORCH} fp16"), &["--device", "cuda", "--fp16"]),
                ] {
                    let command = contender::pytorch(workspace, python, &model, 1, arguments)?;
                    commands.push((name, command));
                }
            }
            None => {
                field.not_measured.push(NO_PYTORCH.to_owned());
            }
        }
        for (name, command) in commands {
            match Contender::start(&name, 1, command) {
                Ok(contender) => field.contenders.push(contender),
                Err(error) if name == TABTUNE => return Err(error),
                Err(error) => field.not_measured.push(format!("{error:#}")),
            }
        }
        Ok(field)
    }
}

/// All that take part, and what was measured of them.
#[derive(Default)]
struct Field {
    contenders: Vec<Contender>,
    measurements: Vec<Measurement>,
    not_measured: Vec<String>,
}

impl Field {
    /// Tokens of the texts of a file.
    fn tokens(&mut self, file: &Path) -> Result<f64> {
        let engine = self.contenders.first_mut();
        let engine = engine.context("nothing is left to measure")?;
        engine.ask("tokens", file.display())
    }

    /// Measures a piece of work, a first time beforehand. Whoever cannot do it takes no part from then on.
    fn measure(
        &mut self,
        [group, case]: [&str; 2],
        rounds: u32,
        work: &str,
        file: &Path,
    ) -> Result<()> {
        for mut contender in std::mem::take(&mut self.contenders) {
            match contender.ask(work, file.display()) {
                Ok(taken) => {
                    self.measurements.push(Measurement {
                        group: FIRST.to_owned(),
                        case: format!("{case}, {group}"),
                        contender: contender.name.clone(),
                        threads: contender.threads,
                        unit: "ms".to_owned(),
                        values: vec![taken],
                    });
                    self.contenders.push(contender);
                }
                Err(error) => {
                    let since = format!("{error:#}, from {group} of {case} on");
                    self.not_measured.push(since);
                }
            }
        }
        let of = [group, case];
        let measured = take_turns(&mut self.contenders, rounds, of, |contender| {
            in_a_row(|| contender.ask(work, file.display()))
        })?;
        // Told at once: a machine that was lent may be gone before all is measured.
        for measurement in &measured {
            println!("{measurement}");
        }
        self.measurements.extend(measured);
        Ok(())
    }
}

/// A program's file name.
fn program(features: &str) -> String {
    executable(&format!("speed-{features}"))
}
