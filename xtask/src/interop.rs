//! Shows that transformers and PEFT compute what Tabtune does, with its files and with theirs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::models;
use crate::models::encoders::EMBEDDED;
use crate::process::{executable, find_on_path, run};
use crate::steps::{announce, step};
use crate::tools::Workspace;

/// Largest difference of a logit that is rounding.
const TOLERANCE: f64 = 1e-4;

/// Ways to train, by name: the arguments of the terminal example.
const METHODS: [(&str, &[&str]); 4] = [
    ("LoRA, mean", &["--method", "lora", "--pooling", "mean"]),
    ("LoRA, pooler", &["--method", "lora", "--pooling", "pooler"]),
    (
        "LoRA on all six, max",
        &[
            "--method",
            "lora",
            "--pooling",
            "max",
            "--lora-targets",
            "query,key,value,attention_output,intermediate,output",
        ],
    ),
    (
        "full, pooler",
        &["--method", "full", "--pooling", "pooler", "--lr", "0.0001"],
    ),
];

/// Two logits of the same text, one from each side.
struct Comparison {
    encoder: &'static str,
    what: String,
    ours: PathBuf,
    theirs: PathBuf,
}

/// The parts of a check, and where they lie.
struct Interop<'a> {
    workspace: &'a Workspace,
    sources: PathBuf,
    out: PathBuf,
    jobs: Vec<Value>,
    comparisons: Vec<Comparison>,
}

/// Trains, exports, computes on both sides and compares. `python` has transformers and PEFT; without one they are
/// installed.
pub fn check(workspace: &Workspace, python: Option<PathBuf>) -> Result<()> {
    let sources = workspace.root.join("xtask/interop");
    let python = match python {
        Some(python) => python,
        None => install(workspace, &sources)?,
    };
    step("examples", || {
        let build = [
            "build",
            "--release",
            "--example",
            "finetune",
            "--example",
            "predict",
        ];
        run(workspace.cargo()?.args(build))?;
        Ok("built".to_owned())
    })?;
    let out = workspace.cache.target().join("interop");
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("cannot remove {}", out.display()))?;
    }
    let mut interop = Interop {
        workspace,
        sources,
        out,
        jobs: Vec::new(),
        comparisons: Vec::new(),
    };
    models::verify_embedded(workspace)?;
    let encoders = [
        (
            "tiny-bert",
            workspace.root.join("tests/fixtures/tiny-bert"),
            "0.01",
        ),
        (EMBEDDED, workspace.models().join(EMBEDDED), "0.001"),
    ];
    for (name, folder, rate) in &encoders {
        for (method, arguments) in METHODS {
            step(&format!("{name}: {method}"), || {
                interop.train(name, folder, method, arguments, rate)?;
                Ok("trained and exported".to_owned())
            })?;
        }
        interop.plan_adapters(name, folder);
    }
    step("transformers and PEFT", || {
        interop.run_python(&python)?;
        Ok("computed".to_owned())
    })?;
    for (name, folder, _) in &encoders {
        step(&format!("{name}: adapters of PEFT's"), || {
            interop.load_adapters(name, folder)?;
            Ok("loaded".to_owned())
        })?;
    }
    interop.compare()
}

/// A virtual environment with the pinned packages, in the cache.
fn install(workspace: &Workspace, sources: &Path) -> Result<PathBuf> {
    let requirements = sources.join("requirements.txt");
    let pins = fs::read(&requirements)
        .with_context(|| format!("cannot read {}", requirements.display()))?;
    let place = workspace.cache.tool("interop", &models::sha256(&pins)[..8]);
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = place.join(folder).join(executable("python"));
    step("transformers, PEFT and PyTorch", || {
        let complete = place.join("complete");
        if complete.is_file() {
            return Ok("cached".to_owned());
        }
        let system = find_on_path(&["python3", "python"])
            .context("Python 3 is needed: install it, or name one with --python")?;
        announce("installing transformers, PEFT and PyTorch, once; this takes some minutes");
        run(Command::new(system)
            .args(["-m", "venv", "--clear"])
            .arg(&place))?;
        let install = ["-m", "pip", "install", "--quiet", "--requirement"];
        run(Command::new(&python).args(install).arg(&requirements))?;
        fs::write(&complete, "")?;
        Ok("installed".to_owned())
    })?;
    Ok(python)
}

impl Interop<'_> {
    fn example(&self, name: &str) -> Result<Command> {
        let examples = self.workspace.cache.target().join("release/examples");
        self.workspace.command(examples.join(executable(name)))
    }

    /// Asks a model of ours.
    fn predict(&self, encoder: &Path, option: &str, model: &Path, result: &Path) -> Result<()> {
        let mut predict = self.example("predict")?;
        predict
            .arg("--model")
            .arg(encoder)
            .arg(option)
            .arg(model)
            .arg("--texts")
            .arg(self.sources.join("texts.txt"))
            .arg("--json")
            .arg(result)
            .stdout(std::process::Stdio::null());
        run(&mut predict)
    }

    /// A short run with every export; what is said of the project is what the exports are held to.
    fn train(
        &mut self,
        encoder: &'static str,
        folder: &Path,
        method: &str,
        arguments: &[&str],
        rate: &str,
    ) -> Result<()> {
        let out = self.out.join(encoder).join(method.replace([' ', ','], "-"));
        fs::create_dir_all(&out)?;
        let data = self.sources.join("reviews.csv");
        let mut finetune = self.example("finetune")?;
        finetune.arg("--model").arg(folder);
        for part in ["--train", "--val", "--test"] {
            finetune.arg(part).arg(&data);
        }
        let adapts = arguments.contains(&"lora");
        if adapts {
            finetune.arg("--export-peft").arg(out.join("adapter"));
            finetune.args(["--lr", rate]);
        }
        finetune
            .args(["--epochs", "2", "--batch", "8"])
            .args(arguments)
            .arg("--export-merged")
            .arg(out.join("merged.zip"))
            .arg("--save-project")
            .arg(out.join("run.tabtune"))
            .arg("--json")
            .arg(out.join("run.json"))
            .stdout(std::process::Stdio::null());
        run(&mut finetune)?;
        let ours = out.join("ours.json");
        self.predict(folder, "--project", &out.join("run.tabtune"), &ours)?;

        let mut expect = |what: &str, mut job: Value| {
            let theirs = out.join(format!("{what}.json"));
            job["do"] = json!("load");
            job["result"] = json!(theirs);
            self.jobs.push(job);
            self.comparisons.push(Comparison {
                encoder,
                what: format!("{method}: {what}"),
                ours: ours.clone(),
                theirs,
            });
        };
        if adapts {
            let adapter = out.join("adapter");
            let arguments = json!({"base": folder, "adapter": adapter});
            expect(
                "adapter",
                json!({"folder": adapter, "arguments": arguments}),
            );
        }
        let merged = out.join("merged");
        let arguments = json!({"folder": merged});
        let zip = out.join("merged.zip");
        expect(
            "merged",
            json!({"folder": merged, "zip": zip, "arguments": arguments}),
        );
        Ok(())
    }

    /// Adapters that PEFT is to make on an encoder.
    fn plan_adapters(&mut self, encoder: &'static str, folder: &Path) {
        let head = json!(["classifier", "pooler"]);
        for (what, task, settings) in [
            (
                "by PEFT: query and value, classification",
                "SEQ_CLS",
                json!({"target_modules": ["query", "value"], "modules_to_save": head}),
            ),
            (
                "by PEFT: all linear layers, mean",
                "FEATURE_EXTRACTION",
                json!({"target_modules": "all-linear", "use_rslora": true}),
            ),
        ] {
            let out = self.out.join(encoder).join(task);
            let theirs = out.join("theirs.json");
            self.jobs.push(json!({
                "do": "make", "encoder": folder, "folder": out, "task_type": task, "settings": settings,
                "result": theirs,
            }));
            self.comparisons.push(Comparison {
                encoder,
                what: what.to_owned(),
                ours: out.join("ours.json"),
                theirs,
            });
        }
    }

    fn load_adapters(&self, encoder: &str, folder: &Path) -> Result<()> {
        for task in ["SEQ_CLS", "FEATURE_EXTRACTION"] {
            let out = self.out.join(encoder).join(task);
            self.predict(folder, "--adapter", &out, &out.join("ours.json"))?;
        }
        Ok(())
    }

    fn run_python(&self, python: &Path) -> Result<()> {
        let texts = fs::read_to_string(self.sources.join("texts.txt"))?;
        let texts: Vec<&str> = texts.lines().collect();
        let jobs = self.out.join("jobs.json");
        fs::write(
            &jobs,
            json!({"texts": texts, "jobs": self.jobs}).to_string(),
        )?;
        let mut command = self.workspace.command(python)?;
        command
            .arg("-W")
            .arg("ignore")
            .arg(self.sources.join("interop.py"))
            .arg(jobs)
            // Everything is on this machine; nothing else is to be looked for.
            .env("HF_HUB_OFFLINE", "1");
        run(&mut command)
    }

    fn compare(&self) -> Result<()> {
        println!("{:26}  {:42}  largest difference", "encoder", "model");
        let mut far = 0;
        for comparison in &self.comparisons {
            let worst = comparison.difference()?;
            println!(
                "{:26}  {:42}  {worst:.1e}",
                comparison.encoder, comparison.what
            );
            far += usize::from(worst > TOLERANCE || worst.is_nan());
        }
        if far > 0 {
            bail!("{far} models differ by more than {TOLERANCE:e}");
        }
        println!("all logits agree within {TOLERANCE:e}");
        Ok(())
    }
}

/// What the example `predict` writes.
#[derive(Deserialize)]
struct Ours {
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    logits: Vec<f64>,
}

impl Comparison {
    /// The largest difference between two logits.
    fn difference(&self) -> Result<f64> {
        let ours: Ours = read(&self.ours)?;
        let ours: Vec<Vec<f64>> = ours
            .answers
            .into_iter()
            .map(|answer| answer.logits)
            .collect();
        let theirs: Vec<Vec<f64>> = read(&self.theirs)?;
        largest_difference(&ours, &theirs)
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("cannot read {}", path.display()))
}

fn largest_difference(ours: &[Vec<f64>], theirs: &[Vec<f64>]) -> Result<f64> {
    let widths = |rows: &[Vec<f64>]| rows.iter().map(Vec::len).collect::<Vec<_>>();
    ensure!(
        !ours.is_empty() && widths(ours) == widths(theirs),
        "there are not as many logits on both sides"
    );
    let differences = ours
        .iter()
        .flatten()
        .zip(theirs.iter().flatten())
        .map(|(a, b)| (a - b).abs());
    // A difference that is no number is the largest.
    Ok(differences.fold(0.0, |most, difference| {
        if difference > most || difference.is_nan() {
            difference
        } else {
            most
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logits_are_compared_one_by_one() {
        let found = largest_difference(
            &[vec![1.0, 2.0], vec![3.0, 4.0]],
            &[vec![1.0, 2.5], vec![3.0, 3.75]],
        );
        assert_eq!(found.unwrap(), 0.5);
        assert!(
            largest_difference(&[vec![f64::NAN]], &[vec![1.0]])
                .unwrap()
                .is_nan()
        );
        assert!(largest_difference(&[], &[]).is_err());
        assert!(largest_difference(&[vec![1.0]], &[vec![1.0, 2.0]]).is_err());
    }
}
