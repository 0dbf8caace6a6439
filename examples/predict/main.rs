//! Asks a trained model from a terminal: a PEFT adapter, or a Tabtune model.
//!
//! ```text
//! cargo run --release --example predict -- --model www/models/paraphrase-MiniLM-L3-v2 \
//!     --tabtune run.tabtune-model --text "A wonderful film."
//! ```

#[path = "../shared/mod.rs"]
mod shared;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use burn::tensor::Device;
use clap::{ArgGroup, Parser};
use serde::Serialize;
use tabtune::adapter::{ADAPTER_FILES, AdapterError, Files, SavedModel};
use tabtune::data::Problem;
use tabtune::eval::{Pipeline, THRESHOLD, logits};
use tabtune::text::TokenBatch;

use shared::{DeviceName, Loaded, Result, load, named, read};

/// Ask a trained text classifier.
#[derive(Parser)]
#[command(group(ArgGroup::new("trained").required(true).args(["adapter", "tabtune"])))]
#[command(group(ArgGroup::new("asked").required(true).multiple(true).args(["texts", "text"])))]
struct Arguments {
    /// Hugging Face folder of the encoder that the model was made from
    #[arg(long)]
    model: PathBuf,
    /// Folder or zip of a PEFT adapter
    #[arg(long)]
    adapter: Option<PathBuf>,
    /// A .tabtune-model file
    #[arg(long)]
    tabtune: Option<PathBuf>,
    /// File with a text in each line
    #[arg(long)]
    texts: Option<PathBuf>,
    /// A text; may be repeated
    #[arg(long)]
    text: Vec<String>,
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    device: DeviceName,
    /// Where to write logits and outputs
    #[arg(long)]
    json: Option<PathBuf>,
}

/// What `--json` gets.
#[derive(Serialize)]
struct Record {
    labels: Vec<String>,
    answers: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    text: String,
    logits: Vec<f32>,
    /// Probabilities in label order; a number.
    outputs: Vec<f64>,
}

fn main() -> ExitCode {
    match pollster::block_on(run(&Arguments::parse())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let mut texts = arguments.text.clone();
    if let Some(path) = &arguments.texts {
        let lines = String::from_utf8(read(path)?).map_err(|error| named(path, &error))?;
        texts.extend(lines.lines().map(str::to_owned));
    }
    let device = arguments.device.open()?;
    let loaded = load(&arguments.model, &device)?;
    let path = arguments.adapter.as_ref().or(arguments.tabtune.as_ref());
    let path = path.ok_or("give --adapter or --tabtune")?;
    let model = open(path, &loaded, &device)?;
    let mut answers = Vec::new();
    for text in texts {
        let ids = model.tokenizer.encode(&text)?;
        let batch = TokenBatch::pad(&[&ids], model.tokenizer.pad_id());
        let logits = logits(&model.model, &batch, &device).await?.concat();
        let outputs = model.scale.outputs(&logits);
        println!("{}\t{text}", says(&model, &outputs));
        answers.push(Answer {
            text,
            logits,
            outputs,
        });
    }
    if let Some(path) = &arguments.json {
        let record = Record {
            labels: model.labels.to_vec(),
            answers,
        };
        let json = serde_json::to_vec_pretty(&record)?;
        std::fs::write(path, json).map_err(|error| named(path, &error))?;
    }
    Ok(())
}

/// A Tabtune model or an adapter, in a file or as a folder.
fn open(path: &Path, loaded: &Loaded, device: &Device) -> Result<Pipeline> {
    let saved = if path.is_dir() {
        let mut files = Files::new();
        for name in ADAPTER_FILES {
            let file = path.join(name);
            if file.is_file() {
                files.insert(name.to_owned(), read(&file)?);
            }
        }
        SavedModel::from_files(files)
    } else {
        SavedModel::from_zip(&read(path)?)
    };
    let opened = saved
        .and_then(|saved| saved.open(&loaded.encoder, &loaded.base, device))
        .map_err(|error| explained(path, &error))?;
    if let Some(name) = opened.other_encoder {
        eprintln!("the adapter says that it is for {name}");
    }
    Ok(opened.pipeline)
}

fn explained(path: &Path, error: &AdapterError) -> Box<dyn std::error::Error> {
    format!("{}: {error}. {}", path.display(), error.hint()).into()
}

/// The most probable label, every label of a text, or its number.
fn says(model: &Pipeline, outputs: &[f64]) -> String {
    let named = model.labels.iter().zip(outputs);
    let show = |(label, probability): (&String, &f64)| format!("{label} {probability:.3}");
    match model.scale.problem {
        Problem::SingleLabel => named
            .max_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(show)
            .unwrap_or_default(),
        Problem::MultiLabel { .. } => {
            let held = named.filter(|(_, probability)| **probability >= THRESHOLD);
            held.map(show).collect::<Vec<_>>().join(", ")
        }
        Problem::Regression => outputs.iter().map(f64::to_string).collect(),
    }
}
