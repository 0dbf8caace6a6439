//! How well the terminal example learns the labelled texts of a folder, beside PyTorch with PEFT.
//!
//! Every run is kept in docs/quality.json, from which docs/quality.md is written: runs add up over sessions, and one that
//! is there is not made again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::process::run as run_command;
use crate::steps::{announce, step};
use crate::tools::Workspace;

/// What to run.
#[derive(Debug, Args)]
pub struct Quality {
    /// Folder with a folder for each set, which holds train.csv, val.csv and test.csv.
    #[arg(long, value_name = "DIR", default_value = "../shared/data")]
    data: PathBuf,
    /// Sets to run over.
    #[arg(long, value_delimiter = ',', default_value = "uci,sms,lang4")]
    sets: Vec<String>,
    /// Encoders below www/models.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "paraphrase-MiniLM-L3-v2,all-MiniLM-L6-v2"
    )]
    encoders: Vec<String>,
    /// Seeds 0, 1, … of each.
    #[arg(long, default_value_t = 3)]
    seeds: u32,
    /// What to call the settings below.
    #[arg(long, default_value = "default")]
    recipe: String,
    /// Settings of the example, after `--`.
    #[arg(last = true)]
    settings: Vec<String>,
}

/// A run that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Record {
    recipe: String,
    settings: Vec<String>,
    encoder: String,
    set: String,
    seed: u32,
    /// Of the last epoch, what a choice between recipes may look at.
    validation_accuracy: f64,
    test_accuracy: f64,
    test_macro_f1: f64,
    train_seconds: f64,
}

/// PyTorch with transformers and PEFT on the same splits: LoRA of rank 8 on query and value, mean pooling, linear head.
const REFERENCE: [(&str, &str, &str); 4] = [
    ("all-MiniLM-L6-v2", "uci", ".9175 ± .0034"),
    ("all-MiniLM-L6-v2", "sms", ".9903, one seed"),
    ("paraphrase-MiniLM-L3-v2", "uci", ".8872 ± .0040"),
    ("paraphrase-MiniLM-L3-v2", "sms", ".9913, one seed"),
];

/// Makes the runs that are missing, and writes the table.
pub fn run(workspace: &Workspace, quality: &Quality) -> Result<()> {
    let docs = workspace.root.join("docs");
    let path = docs.join("quality.json");
    let mut records: Vec<Record> = match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .with_context(|| format!("{} cannot be read", path.display()))?,
        Err(_) => Vec::new(),
    };
    announce("building the terminal example");
    run_command(
        workspace
            .cargo()?
            .args(["build", "--release", "--example", "finetune"]),
    )?;
    for encoder in &quality.encoders {
        for set in &quality.sets {
            for seed in 0..quality.seeds {
                let known = records.iter().any(|record| {
                    (&record.recipe, &record.encoder, &record.set, record.seed)
                        == (&quality.recipe, encoder, set, seed)
                });
                if known {
                    continue;
                }
                step(
                    &format!("{} {encoder} {set} seed {seed}", quality.recipe),
                    || {
                        let record = finetune(workspace, quality, encoder, set, seed)?;
                        let found = format!("test accuracy {:.4}", record.test_accuracy);
                        records.push(record);
                        fs::write(&path, serde_json::to_vec_pretty(&records)?)?;
                        Ok(found)
                    },
                )?;
            }
        }
    }
    let table = docs.join("quality.md");
    fs::write(&table, markdown(&records))?;
    println!("{}", markdown(&records));
    Ok(())
}

fn finetune(
    workspace: &Workspace,
    quality: &Quality,
    encoder: &str,
    set: &str,
    seed: u32,
) -> Result<Record> {
    let data = workspace.root.join(&quality.data).join(set);
    ensure!(data.is_dir(), "there is no folder {}", data.display());
    let model = workspace.models().join(encoder);
    ensure!(
        model.is_dir(),
        "there is no {encoder} in www/models: `cargo xtask models {encoder}` fetches it"
    );
    let json = workspace.cache.target().join("quality.json");
    let mut example = workspace.command(
        workspace
            .cache
            .target()
            .join("release/examples")
            .join(crate::process::executable("finetune")),
    )?;
    example.arg("--model").arg(model);
    for part in ["train", "val", "test"] {
        example
            .arg(format!("--{part}"))
            .arg(data.join(format!("{part}.csv")));
    }
    example
        .args(["--seed", &seed.to_string(), "--json"])
        .arg(&json)
        .args(&quality.settings);
    run_command(&mut example)?;
    let result = read(&json)?;
    let number = |pointer: &str| {
        result
            .pointer(pointer)
            .and_then(Value::as_f64)
            .with_context(|| format!("the example told no {pointer}"))
    };
    let epochs = result["validation"].as_array().map_or(0, Vec::len);
    Ok(Record {
        recipe: quality.recipe.clone(),
        settings: quality.settings.clone(),
        encoder: encoder.to_owned(),
        set: set.to_owned(),
        seed,
        validation_accuracy: number(&format!(
            "/validation/{}/accuracy",
            epochs.saturating_sub(1)
        ))?,
        test_accuracy: number("/test/accuracy")?,
        test_macro_f1: number("/test/macro_average/f1")?,
        train_seconds: number("/seconds/train")?,
    })
}

fn read(path: &Path) -> Result<Value> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(serde_json::from_slice(&bytes)?)
}

/// A row for each recipe, encoder and set: means over the seeds.
fn markdown(records: &[Record]) -> String {
    let mut text = String::from(
        "# Quality\n\nMade by `cargo xtask quality`. Accuracies are means over seeds ± standard deviation; the reference \
         is PyTorch with\ntransformers and PEFT on the same splits. A choice between recipes looks at validation alone.\n\n\
         | recipe | encoder | set | seeds | validation | test | macro F1 | reference | training |\n\
         |---|---|---|---|---|---|---|---|---|\n",
    );
    let mut groups: Vec<Vec<&Record>> = Vec::new();
    for record in records {
        let key = |record: &Record| {
            (
                record.recipe.clone(),
                record.encoder.clone(),
                record.set.clone(),
            )
        };
        match groups.iter_mut().find(|group| key(group[0]) == key(record)) {
            Some(group) => group.push(record),
            None => groups.push(vec![record]),
        }
    }
    for group in groups {
        let Record {
            recipe,
            encoder,
            set,
            ..
        } = group[0];
        let column = |value: fn(&Record) -> f64| {
            spread(&group.iter().map(|record| value(record)).collect::<Vec<_>>())
        };
        let reference = REFERENCE
            .iter()
            .find(|(of, on, _)| of == encoder && on == set)
            .map_or("", |(.., value)| value);
        let seconds = group.iter().map(|record| record.train_seconds).sum::<f64>();
        text += &format!(
            "| {recipe} | {encoder} | {set} | {} | {} | {} | {} | {reference} | {:.0} s |\n",
            group.len(),
            column(|record| record.validation_accuracy),
            column(|record| record.test_accuracy),
            column(|record| record.test_macro_f1),
            seconds / group.len() as f64
        );
    }
    let mut recipes: Vec<&Record> = Vec::new();
    for record in records {
        if !recipes.iter().any(|known| known.recipe == record.recipe) {
            recipes.push(record);
        }
    }
    text += "\nThe recipes' settings, where they are not the example's defaults:\n\n";
    for record in recipes {
        let settings = if record.settings.is_empty() {
            "none".to_owned()
        } else {
            format!("`{}`", record.settings.join(" "))
        };
        text += &format!("- {}: {settings}\n", record.recipe);
    }
    text
}

/// Mean ± sample standard deviation, without the leading zero.
fn spread(values: &[f64]) -> String {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>();
    let short = |value: f64| format!("{value:.4}").trim_start_matches('0').to_owned();
    if values.len() < 2 {
        short(mean)
    } else {
        format!(
            "{} ± {}",
            short(mean),
            short((squares / (count - 1.0)).sqrt())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(seed: u32, test_accuracy: f64) -> Record {
        Record {
            recipe: "default".into(),
            settings: Vec::new(),
            encoder: "all-MiniLM-L6-v2".into(),
            set: "uci".into(),
            seed,
            validation_accuracy: 0.9,
            test_accuracy,
            test_macro_f1: 0.8,
            train_seconds: 10.0,
        }
    }

    #[test]
    fn seeds_share_a_row_beside_their_reference() {
        let text = markdown(&[record(0, 0.91), record(1, 0.92), record(2, 0.93)]);
        let row = "| default | all-MiniLM-L6-v2 | uci | 3 | .9000 ± .0000 | .9200 ± .0100 | .8000 ± .0000 \
                   | .9175 ± .0034 | 10 s |";
        assert!(text.contains(row), "{text}");
    }

    #[test]
    fn one_seed_has_no_spread() {
        assert_eq!(spread(&[1.0]), "1.0000");
        assert_eq!(spread(&[0.5]), ".5000");
    }
}
