//! What 8-bit integers cost: a trained model's accuracy on labelled texts in both precisions, and how far its probabilities
//! move.
//!
//! ```text
//! cargo run --release --example precision -- --model www/models/paraphrase-MiniLM-L3-v2 \
//!     --tabtune run.tabtune-model --test test.csv
//! ```

#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "the other examples use more of it")]
mod shared;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tabtune::adapter::SavedModel;
use tabtune::data::{Problem, Table};
use tabtune::eval::{Asking, Pipeline};

use shared::{Result, load, named, read};

/// Compare a trained text classifier in 8-bit integers with itself in floating point
#[derive(Parser)]
struct Arguments {
    /// Hugging Face folder of the encoder that the model was made from
    #[arg(long)]
    model: PathBuf,
    /// A .tabtune-model file of single labels
    #[arg(long)]
    tabtune: PathBuf,
    /// Labelled texts
    #[arg(long)]
    test: PathBuf,
    #[arg(long, default_value = "text")]
    text_column: String,
    #[arg(long, default_value = "label")]
    label_column: String,
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
    let device = tabtune::device::cpu();
    let loaded = load(&arguments.model, &device)?;
    let path = &arguments.tabtune;
    let opened = SavedModel::from_zip(&read(path)?)
        .and_then(|saved| saved.open(&loaded.encoder, &loaded.base, &device))
        .map_err(|error| named(path, &error))?;
    let exact = opened.pipeline;
    if exact.scale.problem != Problem::SingleLabel {
        return Err("the model does not predict single labels".into());
    }
    let int8 = exact
        .in_int8()
        .ok_or("this machine has no instructions for 8-bit integers")?;
    let examples = Examples::read(arguments)?;
    let exact = examples.ask(&exact).await?;
    let int8 = examples.ask(&int8).await?;
    let all = examples.texts.len() as f64;
    let differences = exact.probabilities.iter().zip(&int8.probabilities);
    let differences: Vec<f64> = differences
        .map(|(one, other)| (one - other).abs())
        .collect();
    let same = exact.labels.iter().zip(&int8.labels);
    let same = same.filter(|(one, other)| one == other).count();
    println!("{} texts", examples.texts.len());
    println!(
        "accuracy, float32 {:.4}, int8 {:.4}",
        exact.accuracy, int8.accuracy
    );
    println!(
        "difference {:+.2} points",
        100.0 * (int8.accuracy - exact.accuracy)
    );
    println!("same label {:.2} %", 100.0 * same as f64 / all);
    println!(
        "probabilities differ by {:.4} on average, {:.4} at most",
        differences.iter().sum::<f64>() / differences.len() as f64,
        differences.iter().copied().fold(0.0, f64::max)
    );
    println!("{:.1} s, {:.1} s", exact.seconds, int8.seconds);
    Ok(())
}

/// Labelled texts.
struct Examples {
    texts: Vec<String>,
    labels: Vec<String>,
}

/// What a model says of them.
struct Answers {
    labels: Vec<String>,
    /// Of every label of every text.
    probabilities: Vec<f64>,
    accuracy: f64,
    seconds: f64,
}

impl Examples {
    fn read(arguments: &Arguments) -> Result<Self> {
        let path = &arguments.test;
        let name = path.to_string_lossy();
        let table = Table::parse(&name, &read(path)?).map_err(|error| named(path, &error))?;
        let column = |name: &str| -> Result<Vec<String>> {
            let column = table.columns().iter().position(|column| column == name);
            let column = column.ok_or(format!("{}: no column {name}", path.display()))?;
            let cells = (0..table.rows()).map(|row| table.cell(row, column as u32));
            Ok(cells
                .map(|cell| cell.unwrap_or_default().trim().to_owned())
                .collect())
        };
        Ok(Self {
            texts: column(&arguments.text_column)?,
            labels: column(&arguments.label_column)?,
        })
    }

    async fn ask(&self, pipeline: &Pipeline) -> Result<Answers> {
        let begun = Instant::now();
        let mut asking = Asking::new(pipeline, self.texts.iter().map(String::as_str))?;
        while asking.step(pipeline).await? {}
        let seconds = begun.elapsed().as_secs_f64();
        let answers = asking.finish();
        let outputs: Vec<Vec<f64>> = answers
            .into_iter()
            .map(|answer| answer.map(|answer| answer.outputs).unwrap_or_default())
            .collect();
        let label = |outputs: &Vec<f64>| {
            let best = (0..outputs.len()).max_by(|&a, &b| outputs[a].total_cmp(&outputs[b]));
            best.map_or_else(String::new, |best| pipeline.labels[best].clone())
        };
        let labels: Vec<String> = outputs.iter().map(label).collect();
        let right = labels.iter().zip(&self.labels);
        let right = right.filter(|(said, is)| said == is).count();
        Ok(Answers {
            accuracy: right as f64 / self.texts.len().max(1) as f64,
            probabilities: outputs.concat(),
            labels,
            seconds,
        })
    }
}
