//! How well the terminal example learns the labelled texts of a folder, beside PyTorch with PEFT.
//!
//! Every run is kept in docs/quality.json, from which docs/quality.md is written: runs add up, and one that is there is not
//! made again. `xtask/quality/peft_reference.py` makes the reference's runs, in docs/peft_reference.json.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::process::run as run_command;
use crate::steps::{announce, step};
use crate::tools::Workspace;

/// What to run.
#[derive(Debug, Args)]
pub struct Quality {
    /// Folder with a folder for each set, which holds train.csv, val.csv and test.csv.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Sets to run over.
    #[arg(long, value_delimiter = ',', default_value = "uci,sms")]
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
    validation_loss: f64,
    test_accuracy: f64,
    test_macro_f1: f64,
}

/// A run of `peft_reference.py`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Reference {
    encoder: String,
    set: String,
    validation_accuracy: f64,
    test_accuracy: f64,
    test_macro_f1: f64,
}

/// What PyTorch with transformers and PEFT reached before `peft_reference.py` was there, by the same recipe with the
/// learning rate chosen on validation: encoder, set, test accuracy.
const EARLIER_REFERENCE: [(&str, &str, &str); 4] = [
    ("all-MiniLM-L6-v2", "uci", ".9175 ± .0034"),
    ("all-MiniLM-L6-v2", "sms", ".9903"),
    ("paraphrase-MiniLM-L3-v2", "uci", ".8872 ± .0040"),
    ("paraphrase-MiniLM-L3-v2", "sms", ".9913"),
];

/// Makes the runs that are missing, and writes the table.
pub fn run(workspace: &Workspace, quality: &Quality) -> Result<()> {
    let docs = workspace.root.join("docs");
    let path = docs.join("quality.json");
    let mut records: Vec<Record> = read_if_there(&path)?;
    let references: Vec<Reference> = read_if_there(&docs.join("peft_reference.json"))?;
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
    let table = markdown(&records, &references);
    fs::write(docs.join("quality.md"), &table)?;
    println!("{table}");
    Ok(())
}

fn read_if_there<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    if path.exists() {
        read(path)
    } else {
        Ok(Vec::new())
    }
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
    let result: Value = read(&json)?;
    let number = |pointer: &str| {
        result
            .pointer(pointer)
            .and_then(Value::as_f64)
            .with_context(|| format!("the example told no {pointer}"))
    };
    let epochs = result["validation"].as_array().map_or(0, Vec::len);
    let last = epochs.saturating_sub(1);
    Ok(Record {
        recipe: quality.recipe.clone(),
        settings: quality.settings.clone(),
        encoder: encoder.to_owned(),
        set: set.to_owned(),
        seed,
        validation_accuracy: number(&format!("/validation/{last}/accuracy"))?,
        validation_loss: number(&format!("/validation/{last}/loss"))?,
        test_accuracy: number("/test/accuracy")?,
        test_macro_f1: number("/test/macro_average/f1")?,
    })
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} cannot be read", path.display()))
}

/// A table for each encoder: the reference's row, then one for each recipe, over the sets.
fn markdown(records: &[Record], references: &[Reference]) -> String {
    let mut text = String::from(
        "# Quality\n\nMade by `cargo xtask quality`, on the splits of a folder of labelled texts. Accuracies and macro F1 \
         are means over\nseeds ± standard deviation, of the last epoch's weights; a choice between recipes looks at \
         validation alone. PEFT is PyTorch\nwith transformers and PEFT on the same splits, by \
         `xtask/quality/peft_reference.py`: LoRA of rank 8 on query and value, mean\npooling, linear head. Where it has no \
         validation, it was run before that script was there.\n",
    );
    for encoder in unique(records.iter().map(|record| record.encoder.as_str())) {
        text += &format!(
            "\n## {encoder}\n\n| set | recipe | seeds | validation | validation loss | test | macro F1 |\n\
             |---|---|---|---|---|---|---|\n"
        );
        let of_encoder = || records.iter().filter(|record| record.encoder == encoder);
        for set in unique(of_encoder().map(|record| record.set.as_str())) {
            text += &reference_row(encoder, set, references);
            let of_set = || of_encoder().filter(|record| record.set == set);
            for recipe in unique(of_set().map(|record| record.recipe.as_str())) {
                let runs: Vec<&Record> = of_set().filter(|run| run.recipe == recipe).collect();
                text += &format!(
                    "| {set} | {recipe} | {} | {} | {} | {} | {} |\n",
                    runs.len(),
                    column(&runs, |run| run.validation_accuracy),
                    column(&runs, |run| run.validation_loss),
                    column(&runs, |run| run.test_accuracy),
                    column(&runs, |run| run.test_macro_f1),
                );
            }
        }
    }
    text += "\nThe recipes' settings, where they are not the example's defaults:\n\n";
    for recipe in unique(records.iter().map(|record| record.recipe.as_str())) {
        let runs = records.iter().filter(|record| record.recipe == recipe);
        let settings = runs.map(|run| match run.settings.join(" ") {
            settings if settings.is_empty() => "none".to_owned(),
            settings => format!("`{settings}`"),
        });
        let settings: Vec<String> = settings.collect();
        let settings = unique(settings.iter().map(String::as_str));
        text += &format!("- {recipe}: {}\n", settings.join(" or "));
    }
    text
}

fn reference_row(encoder: &str, set: &str, references: &[Reference]) -> String {
    let fits = |run: &&Reference| run.encoder == encoder && run.set == set;
    let runs: Vec<&Reference> = references.iter().filter(fits).collect();
    if !runs.is_empty() {
        return format!(
            "| {set} | PEFT | {} | {} | | {} | {} |\n",
            runs.len(),
            column(&runs, |run| run.validation_accuracy),
            column(&runs, |run| run.test_accuracy),
            column(&runs, |run| run.test_macro_f1),
        );
    }
    let earlier = EARLIER_REFERENCE.iter();
    let mut earlier = earlier.filter(|(of, on, _)| (*of, *on) == (encoder, set));
    earlier.next().map_or_else(String::new, |(.., test)| {
        let seeds = if test.contains('±') { 3 } else { 1 };
        format!("| {set} | PEFT | {seeds} | | | {test} | |\n")
    })
}

/// Without repetitions, in the order of the first.
fn unique<'a>(values: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn column<T>(runs: &[&T], value: impl Fn(&T) -> f64) -> String {
    spread(&runs.iter().map(|run| value(run)).collect::<Vec<_>>())
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
            validation_loss: 0.3,
            test_accuracy,
            test_macro_f1: 0.8,
        }
    }

    #[test]
    fn seeds_share_a_row_below_their_reference() {
        let records = [record(0, 0.91), record(1, 0.92), record(2, 0.93)];
        let row = "| uci | default | 3 | .9000 ± .0000 | .3000 ± .0000 | .9200 ± .0100 | .8000 ± .0000 |\n";
        let text = markdown(&records, &[]);
        let earlier = "| uci | PEFT | 3 | | | .9175 ± .0034 | |\n";
        assert!(text.contains(&format!("{earlier}{row}")), "{text}");

        let reference = Reference {
            encoder: "all-MiniLM-L6-v2".into(),
            set: "uci".into(),
            validation_accuracy: 0.5,
            test_accuracy: 0.7,
            test_macro_f1: 0.8,
        };
        let text = markdown(&records, &[reference]);
        let made = "| uci | PEFT | 1 | .5000 | | .7000 | .8000 |\n";
        assert!(text.contains(&format!("{made}{row}")), "{text}");
        assert!(text.contains("\n- default: none\n"), "{text}");
    }

    #[test]
    fn one_seed_has_no_spread() {
        assert_eq!(spread(&[1.0]), "1.0000");
        assert_eq!(spread(&[0.5]), ".5000");
    }
}
