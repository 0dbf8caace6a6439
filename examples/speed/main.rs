//! The engine natively, as `cargo xtask bench` measures it: the work that the page's worker does for the same texts.
//!
//! ```text
//! cargo run --release --example speed -- --model www/models/all-MiniLM-L6-v2
//! ```
//!
//! It reads a line for each piece of work and answers with the milliseconds that it took:
//!
//! - `forward TEXTS.json`: what the model says of the texts, an array of strings.
//! - `step TEXTS.json`: a step of LoRA with the default settings on the texts as one batch.
//!
//! To `registers THREADS` it answers with the billions of multiplications and additions a second that so many threads reach
//! in registers.

#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "the other examples use more of it")]
mod shared;

mod registers;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use burn::tensor::Device;
use clap::Parser;
use tabtune::data::Dataset;
use tabtune::eval::{Asking, Pipeline};
use tabtune::model::PretrainedEncoder;
use tabtune::train::config::{Method, TrainConfig};
use tabtune::train::{Progress, Trainer, set_up};

use shared::{Result, load, named, read, training_examples};

/// Longest text in tokens.
const MAX_LENGTH: u32 = 128;

/// Epochs of a run, more than there will be steps.
const EPOCHS: u32 = 1000;

/// Does work that is named on standard input and tells how long it took
#[derive(Parser)]
struct Arguments {
    /// Hugging Face folder of the encoder
    #[arg(long)]
    model: PathBuf,
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
    let mut contender = Contender::new(&arguments.model)?;
    say(&format!("tabtune {}", env!("CARGO_PKG_VERSION")))?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (work, of) = line.trim().split_once(' ').ok_or("give work and a file")?;
        if work == "registers" {
            say(&registers::giga_operations(of.parse()?).to_string())?;
            continue;
        }
        let path = Path::new(of);
        let texts: Vec<String> =
            serde_json::from_slice(&read(path)?).map_err(|error| named(path, &error))?;
        let milliseconds = match work {
            "forward" => contender.forward(&texts).await?,
            "step" => contender.step(path, &texts).await?,
            _ => return Err(format!("there is no work {work}").into()),
        };
        say(&milliseconds.to_string())?;
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    println!("{line}");
    Ok(std::io::stdout().flush()?)
}

/// An encoder and what was made of it.
struct Contender {
    device: Device,
    encoder: PretrainedEncoder,
    pipeline: Option<Pipeline>,
    /// Runs under way, by the file of their texts.
    runs: BTreeMap<PathBuf, Trainer>,
}

impl Contender {
    fn new(model: &Path) -> Result<Self> {
        let device = tabtune::device::cpu().autodiff();
        Ok(Self {
            encoder: load(model, &device)?.encoder,
            device,
            pipeline: None,
            runs: BTreeMap::new(),
        })
    }

    /// A run that has not begun.
    fn trainer(&self, texts: &[String], method: Method) -> Result<Trainer> {
        let config = TrainConfig {
            method,
            batch_size: texts.len() as u32,
            max_length: MAX_LENGTH,
            epochs: EPOCHS,
            ..TrainConfig::default()
        };
        Ok(set_up(
            &self.encoder,
            &dataset(texts)?,
            config,
            &self.device,
        )?)
    }

    async fn forward(&mut self, texts: &[String]) -> Result<f64> {
        let pipeline = match self.pipeline.take() {
            Some(pipeline) => pipeline,
            // The encoder as it came, with a head that nothing was learnt into.
            None => {
                let two = ["one".to_owned(), "two".to_owned()];
                self.trainer(&two, Method::HeadOnly)?.pipeline()
            }
        };
        let begun = Instant::now();
        let mut asking = Asking::new(&pipeline, texts.iter().map(String::as_str))?;
        while asking.step(&pipeline).await? {}
        let taken = milliseconds(begun);
        drop(asking.finish());
        self.pipeline = Some(pipeline);
        Ok(taken)
    }

    async fn step(&mut self, path: &Path, texts: &[String]) -> Result<f64> {
        if !self.runs.contains_key(path) {
            let trainer = self.trainer(texts, Method::Lora)?;
            self.runs.insert(path.to_owned(), trainer);
        }
        let trainer = self.runs.get_mut(path).ok_or("the run was just begun")?;
        loop {
            let begun = Instant::now();
            match trainer.advance().await? {
                Progress::Steps(_) => return Ok(milliseconds(begun)),
                // There is nothing to validate on between two epochs.
                Progress::Evaluating { .. } | Progress::Validated(_) => {}
                Progress::Finished(_) => return Err("the run is over".into()),
            }
        }
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// The texts as examples to train on, with two labels in turn; a single text is there twice.
fn dataset(texts: &[String]) -> Result<Dataset> {
    let texts = texts.iter().cycle().take(texts.len().max(2));
    let rows = texts.zip(["a", "b"].into_iter().cycle());
    let csv: String = rows
        .map(|(text, label)| format!("\"{}\",{label}\n", text.replace('"', "\"\"")))
        .collect();
    training_examples(format!("text,label\n{csv}").as_bytes())
}
