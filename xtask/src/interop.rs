//! Shows that transformers and PEFT compute what Tabtune does, with its files and with theirs.

mod comparison;
mod problem;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use comparison::Comparison;
use problem::Problem;

use crate::models;
use crate::models::encoders::EMBEDDED;
use crate::process::{executable, run};
use crate::python;
use crate::steps::step;
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

/// What is trained on.
struct Encoder {
    name: &'static str,
    folder: PathBuf,
    /// Learning rate of adapters.
    rate: &'static str,
}

/// The parts of a check, and where they lie.
struct Interop<'a> {
    workspace: &'a Workspace,
    sources: PathBuf,
    out: PathBuf,
    jobs: Vec<Value>,
    comparisons: Vec<Comparison>,
    /// Folders of adapters that PEFT makes, after those of their encoders.
    made: Vec<(PathBuf, PathBuf)>,
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
        made: Vec::new(),
    };
    models::verify_embedded(workspace)?;
    let encoders = [
        Encoder {
            name: "tiny-bert",
            folder: workspace.root.join("tests/fixtures/tiny-bert"),
            rate: "0.01",
        },
        Encoder {
            name: EMBEDDED,
            folder: workspace.models().join(EMBEDDED),
            rate: "0.001",
        },
    ];
    for encoder in &encoders {
        for problem in Problem::ALL {
            step(&format!("{}, {}", encoder.name, problem.name()), || {
                for method in METHODS {
                    interop.train(encoder, problem, method)?;
                }
                Ok("trained and exported".to_owned())
            })?;
        }
        interop.plan_adapters(encoder);
    }
    step("transformers and PEFT", || {
        interop.run_python(&python)?;
        Ok("computed".to_owned())
    })?;
    step("adapters of PEFT's", || {
        interop.load_adapters()?;
        Ok("loaded".to_owned())
    })?;
    interop.compare()
}

/// A virtual environment with the pinned packages, in the cache.
fn install(workspace: &Workspace, sources: &Path) -> Result<PathBuf> {
    let mut python = PathBuf::new();
    step("transformers, PEFT and PyTorch", || {
        let requirements = sources.join("requirements.txt");
        python = python::environment(workspace, &requirements, "interop")?;
        Ok("present".to_owned())
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

    /// A short run with every export; what is said of the Tabtune model is what the exports are held to.
    fn train(
        &mut self,
        encoder: &Encoder,
        problem: Problem,
        (method, arguments): (&str, &[&str]),
    ) -> Result<()> {
        let out = self.out.join(encoder.name).join(problem.name());
        let out = out.join(method.replace([' ', ','], "-"));
        fs::create_dir_all(&out)?;
        let reviews = fs::read_to_string(self.sources.join("reviews.csv"))?;
        let data = out.join("reviews.csv");
        fs::write(&data, problem.table(&reviews))?;
        let mut finetune = self.example("finetune")?;
        finetune.arg("--model").arg(&encoder.folder);
        for part in ["--train", "--val", "--test"] {
            finetune.arg(part).arg(&data);
        }
        let adapts = arguments.contains(&"lora");
        if adapts {
            finetune.arg("--export-peft").arg(out.join("adapter"));
            finetune.args(["--lr", encoder.rate]);
        }
        finetune
            .args(["--problem", problem.name()])
            .args(["--epochs", "2", "--batch", "8"])
            .args(arguments)
            .arg("--export-merged")
            .arg(out.join("merged.zip"))
            .arg("--save-tabtune")
            .arg(out.join("run.tabtune-model"))
            .arg("--json")
            .arg(out.join("run.json"))
            .stdout(std::process::Stdio::null());
        run(&mut finetune)?;
        let ours = out.join("ours.json");
        let tabtune = out.join("run.tabtune-model");
        self.predict(&encoder.folder, "--tabtune", &tabtune, &ours)?;

        let mut expect = |what: &str, mut job: Value| {
            let theirs = out.join(format!("{what}.json"));
            job["do"] = json!("load");
            job["result"] = json!(theirs);
            self.jobs.push(job);
            self.comparisons.push(Comparison {
                encoder: encoder.name,
                problem,
                what: format!("{method}: {what}"),
                ours: ours.clone(),
                theirs,
            });
        };
        if adapts {
            let adapter = out.join("adapter");
            let arguments = json!({"base": encoder.folder, "adapter": adapter});
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
            json!({
                "folder": merged, "zip": zip, "arguments": arguments, "problem_type": problem.problem_type(),
            }),
        );
        Ok(())
    }

    /// Adapters that PEFT is to make on an encoder.
    fn plan_adapters(&mut self, encoder: &Encoder) {
        for problem in Problem::ALL {
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
                let out = self.out.join(encoder.name).join(problem.name()).join(task);
                let theirs = out.join("theirs.json");
                self.jobs.push(json!({
                    "do": "make", "encoder": encoder.folder, "folder": out, "task_type": task, "settings": settings,
                    "problem_type": problem.problem_type(), "outputs": problem.outputs(), "result": theirs,
                }));
                self.comparisons.push(Comparison {
                    encoder: encoder.name,
                    problem,
                    what: what.to_owned(),
                    ours: out.join("ours.json"),
                    theirs,
                });
                self.made.push((encoder.folder.clone(), out));
            }
        }
    }

    fn load_adapters(&self) -> Result<()> {
        for (encoder, adapter) in &self.made {
            self.predict(encoder, "--adapter", adapter, &adapter.join("ours.json"))?;
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
        let row = |encoder: &str, problem: &str, model: &str, difference: &str| {
            println!("{encoder:26}  {problem:10}  {model:42}  {difference}");
        };
        row("encoder", "problem", "model", "largest difference");
        let mut far = 0;
        for comparison in &self.comparisons {
            let worst = comparison.difference()?;
            row(
                comparison.encoder,
                comparison.problem.name(),
                &comparison.what,
                &format!("{worst:.1e}"),
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
