//! The engine natively, as `cargo xtask bench` measures it: the work that the page's worker does for the same texts.
//!
//! ```text
//! cargo run --release --example speed -- --model www/models/all-MiniLM-L6-v2
//! cargo run --release --features gpu --example speed -- --model www/models/all-MiniLM-L6-v2 --device gpu --fp16
//! ```
//!
//! It says what it is, then reads a line for each piece of work and answers with the milliseconds that it took:
//!
//! - `forward TEXTS.json`: what the model says of the texts, an array of strings.
//! - `step TEXTS.json`: a step of LoRA with the default settings on the texts as one batch, until its loss was read.
//! - `steps N TEXTS.json`: such a step where so many are taken as a run takes them: on a GPU several are read together.
//! - `epoch TEXTS.json`: an epoch of LoRA on the texts in batches of like length.
//!
//! To `tokens TEXTS.json` it answers with how many the texts have together, to `registers THREADS` with the billions of
//! multiplications and additions a second that so many threads reach in registers.

#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "the other examples use more of it")]
mod shared;

mod registers;

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use burn::tensor::Device;
use clap::Parser;
use tabtune::data::Dataset;
use tabtune::device::is_asynchronous;
use tabtune::eval::{Asking, Pipeline};
use tabtune::model::{PretrainedEncoder, has_float16};
use tabtune::train::config::{Method, TrainConfig};
use tabtune::train::{LogInterval, Progress, Trainer, set_up};

use shared::{DeviceName, Result, load, named, read, training_examples};

/// Longest text in tokens.
const MAX_LENGTH: u32 = 128;

/// Steps of an epoch whose batches are as large as all texts together.
const STEPS: usize = 64;
/// Epochs of a run, more than will be measured.
const EPOCHS: u32 = 1000;

/// Does work that is named on standard input and tells how long it took
#[derive(Parser)]
struct Arguments {
    /// Hugging Face folder of the encoder
    #[arg(long)]
    model: PathBuf,
    /// Where to compute
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    device: DeviceName,
    /// The encoder's layers in 16-bit numbers, in forward passes too
    #[arg(long)]
    fp16: bool,
    /// Accepts a GPU that is emulated in software: nothing that is measured on it tells of GPUs
    #[arg(long)]
    accept_software: bool,
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
    let mut contender = Contender::new(arguments)?;
    say(&contender.name)?;
    for line in std::io::stdin().lock().lines() {
        let answer = contender.answer(line?.trim()).await?;
        say(&answer.to_string())?;
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    println!("{line}");
    Ok(std::io::stdout().flush()?)
}

/// An encoder and what was made of it.
struct Contender {
    name: String,
    device: Device,
    fp16: bool,
    encoder: PretrainedEncoder,
    pipeline: Option<Pipeline>,
    /// Runs under way, by the file of their texts.
    runs: BTreeMap<(PathBuf, Batches), Run>,
}

/// What the batches of a run are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Batches {
    /// As large as all texts together.
    Whole,
    /// Of the default settings' size and of texts of like length.
    ByLength,
}

/// A run under way.
struct Run {
    trainer: Trainer,
    /// As the page's worker has it, where there is one.
    log_interval: Option<LogInterval>,
}

impl Contender {
    fn new(arguments: &Arguments) -> Result<Self> {
        let (device, adapter) = arguments.device.open_named(arguments.accept_software)?;
        if arguments.fp16 && !has_float16(&device) {
            return Err("16-bit numbers need a GPU that has shader-f16".into());
        }
        let version = env!("CARGO_PKG_VERSION");
        let device = device.autodiff();
        Ok(Self {
            name: match adapter {
                Some(adapter) => format!("tabtune {version} on {adapter}"),
                None => format!("tabtune {version}"),
            },
            fp16: arguments.fp16,
            encoder: load(&arguments.model, &device)?.encoder,
            device,
            pipeline: None,
            runs: BTreeMap::new(),
        })
    }

    /// Does what a line asks for.
    async fn answer(&mut self, line: &str) -> Result<f64> {
        let (work, of) = line.split_once(' ').ok_or("give work and a file")?;
        match work {
            "registers" => Ok(registers::giga_operations(of.parse()?)),
            "tokens" => self.tokens(&texts(of)?),
            "forward" => self.forward(&texts(of)?).await,
            "step" => self.run(of, Batches::Whole)?.take(1).await,
            "steps" => {
                let (steps, of) = of.split_once(' ').ok_or("give a number and a file")?;
                let steps = steps.parse::<NonZeroU32>()?.get();
                let taken = self.run(of, Batches::Whole)?.take(steps).await?;
                Ok(taken / f64::from(steps))
            }
            "epoch" => {
                let run = self.run(of, Batches::ByLength)?;
                run.take(run.trainer.session().steps_per_epoch()).await
            }
            _ => Err(format!("there is no work {work}").into()),
        }
    }

    /// A run that has not begun.
    fn trainer(&self, texts: &[String], method: Method, batches: Batches) -> Result<Trainer> {
        let default = TrainConfig::default();
        let (batch_size, copies) = match batches {
            Batches::Whole => (texts.len() as u32, STEPS),
            Batches::ByLength => (default.batch_size, 1),
        };
        let config = TrainConfig {
            method,
            batch_size,
            group_by_length: batches == Batches::ByLength,
            max_length: MAX_LENGTH,
            epochs: EPOCHS,
            fp16: self.fp16,
            ..default
        };
        let dataset = dataset(texts, copies)?;
        Ok(set_up(&self.encoder, &dataset, config, &self.device)?)
    }

    /// Tokens of all texts, as they are trained on.
    fn tokens(&self, texts: &[String]) -> Result<f64> {
        let tokenizer = self.encoder.tokenizer.truncating(MAX_LENGTH as usize)?;
        let mut tokens = 0;
        for text in texts {
            tokens += tokenizer.encode(text)?.len();
        }
        Ok(tokens as f64)
    }

    async fn forward(&mut self, texts: &[String]) -> Result<f64> {
        let pipeline = match self.pipeline.take() {
            Some(pipeline) => pipeline,
            // The encoder as it came, with a head that nothing was learnt into.
            None => {
                let two = ["one".to_owned(), "two".to_owned()];
                let trainer = self.trainer(&two, Method::HeadOnly, Batches::Whole)?;
                let mut pipeline = trainer.pipeline();
                pipeline.model = pipeline.model.in_float16(self.fp16);
                pipeline
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

    /// The run on the texts of a file, which begins when it is first asked for.
    fn run(&mut self, path: &str, batches: Batches) -> Result<&mut Run> {
        let of = (PathBuf::from(path), batches);
        if !self.runs.contains_key(&of) {
            let run = Run {
                trainer: self.trainer(&texts(path)?, Method::Lora, batches)?,
                log_interval: is_asynchronous(&self.device).then(LogInterval::default),
            };
            self.runs.insert(of.clone(), run);
        }
        Ok(self.runs.get_mut(&of).ok_or("the run was just begun")?)
    }
}

impl Run {
    /// Takes so many steps: the milliseconds until the last one's loss was read.
    async fn take(&mut self, steps: u32) -> Result<f64> {
        let begun = Instant::now();
        let mut asked = begun;
        let mut left = steps;
        while left > 0 {
            let interval = self.log_interval.as_ref();
            let logging_steps = interval.map_or(1, LogInterval::steps);
            self.trainer.set_logging_steps(logging_steps.min(left));
            match self.trainer.advance().await? {
                Progress::Steps(read) if read.is_empty() => {}
                Progress::Steps(read) => {
                    let read = read.len() as u32;
                    if let Some(interval) = &mut self.log_interval {
                        interval.note(read, asked.elapsed().as_secs_f64());
                    }
                    asked = Instant::now();
                    left = left.saturating_sub(read);
                }
                // There is nothing to validate on between two epochs.
                Progress::Evaluating { .. } | Progress::Validated(_) => {}
                Progress::Finished(_) => return Err("the run is over".into()),
            }
        }
        Ok(milliseconds(begun))
    }
}

/// The texts of a file.
fn texts(path: &str) -> Result<Vec<String>> {
    let path = Path::new(path);
    serde_json::from_slice(&read(path)?).map_err(|error| named(path, &error))
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// The texts as examples to train on, so many times, with two labels in turn.
fn dataset(texts: &[String], copies: usize) -> Result<Dataset> {
    let texts = texts.iter().cycle().take(texts.len() * copies);
    let rows = texts.zip(["a", "b"].into_iter().cycle());
    let csv: String = rows
        .map(|(text, label)| format!("\"{}\",{label}\n", text.replace('"', "\"\"")))
        .collect();
    training_examples(format!("text,label\n{csv}").as_bytes())
}
