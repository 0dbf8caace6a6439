//! The engine from a terminal: fine-tunes an encoder on CSV files, as the page does in a browser.
//!
//! ```text
//! cargo run --release --example finetune -- --model www/models/paraphrase-MiniLM-L3-v2 \
//!     --train train.csv --val val.csv --test test.csv --json out.json
//! ```

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use burn::tensor::Device;
use clap::{Parser, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use tabtune::data::{Dataset, Part, SplitTables, Table};
use tabtune::eval::metrics::{ClassificationReport, classification_report};
use tabtune::eval::{Evaluation, Outcome};
use tabtune::model::{FolderFiles, MissingFile, PretrainedEncoder, TextClassifier};
use tabtune::text::EncodedExample;
use tabtune::train::TrainSetup;
use tabtune::train::config::{LoraConfig, TrainConfig};
use tabtune::train::record::{StepRecord, ValidationRecord};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Fine-tune a text encoder with LoRA on labelled CSV files.
#[derive(Parser)]
struct Arguments {
    /// Hugging Face folder: config.json, tokenizer.json, and model.safetensors or its index with the files it names
    #[arg(long)]
    model: PathBuf,
    /// Examples to learn from
    #[arg(long)]
    train: PathBuf,
    /// Examples to follow training with
    #[arg(long)]
    val: PathBuf,
    /// Examples for the final report
    #[arg(long)]
    test: PathBuf,
    #[arg(long, default_value = "text")]
    text_column: String,
    #[arg(long, default_value = "label")]
    label_column: String,
    #[arg(long, default_value_t = TrainConfig::default().epochs)]
    epochs: u32,
    /// Peak learning rate
    #[arg(long, default_value_t = TrainConfig::default().learning_rate)]
    lr: f64,
    /// Examples a step
    #[arg(long, default_value_t = TrainConfig::default().batch_size)]
    batch: u32,
    /// Longest text in tokens
    #[arg(long, default_value_t = TrainConfig::default().max_length)]
    max_length: u32,
    #[arg(long, default_value_t = LoraConfig::default().rank)]
    lora_rank: u32,
    #[arg(long, default_value_t = LoraConfig::default().alpha)]
    lora_alpha: f64,
    #[arg(long, default_value_t = LoraConfig::default().dropout)]
    lora_dropout: f64,
    #[arg(long, default_value_t = TrainConfig::default().head_dropout)]
    head_dropout: f64,
    #[arg(long, default_value_t = TrainConfig::default().weight_decay)]
    weight_decay: f64,
    /// Share of the steps in which the learning rate rises
    #[arg(long, default_value_t = TrainConfig::default().warmup_ratio)]
    warmup: f64,
    /// Clip gradients to this global norm; 0 leaves them alone
    #[arg(long, default_value_t = TrainConfig::default().max_grad_norm.unwrap_or(0.0))]
    max_grad_norm: f64,
    #[arg(long, default_value_t = TrainConfig::default().seed)]
    seed: u32,
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    device: DeviceName,
    /// Where to write settings, losses, report and predictions
    #[arg(long)]
    json: PathBuf,
}

#[derive(Clone, Copy, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum DeviceName {
    Cpu,
    /// Vulkan or Metal; needs `--features gpu`
    Gpu,
}

/// What `--json` gets.
#[derive(Serialize)]
struct Record {
    model: String,
    device: DeviceName,
    config: TrainConfig,
    labels: Vec<String>,
    steps: Vec<StepRecord>,
    validation: Vec<ValidationRecord>,
    test: ClassificationReport,
    predictions: Vec<Prediction>,
    seconds: Seconds,
    /// Tokens trained on in a second, padding left out.
    tokens_per_second: f64,
}

#[derive(Serialize)]
struct Prediction {
    text: String,
    label: String,
    predicted: String,
    /// In label order.
    probabilities: Vec<f32>,
}

/// Wall-clock seconds by phase.
#[derive(Serialize, Default)]
struct Seconds {
    load: f64,
    train: f64,
    validation: f64,
    test: f64,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments = Arguments::parse();
    let config = arguments.config();
    let device = open(arguments.device)?;
    pollster::block_on(finetune(&arguments, config, &device))
}

impl Arguments {
    fn config(&self) -> TrainConfig {
        TrainConfig {
            epochs: self.epochs,
            learning_rate: self.lr,
            batch_size: self.batch,
            max_length: self.max_length,
            lora: LoraConfig {
                rank: self.lora_rank,
                alpha: self.lora_alpha,
                dropout: self.lora_dropout,
                ..LoraConfig::default()
            },
            head_dropout: self.head_dropout,
            weight_decay: self.weight_decay,
            warmup_ratio: self.warmup,
            max_grad_norm: (self.max_grad_norm > 0.0).then_some(self.max_grad_norm),
            seed: self.seed,
        }
    }
}

fn open(device: DeviceName) -> Result<Device> {
    match device {
        DeviceName::Cpu => Ok(tabtune::device::cpu()),
        #[cfg(feature = "gpu")]
        DeviceName::Gpu => Ok(pollster::block_on(tabtune::device::gpu(true))?.device),
        #[cfg(not(feature = "gpu"))]
        DeviceName::Gpu => Err("this build has no GPU: add --features gpu".into()),
    }
}

async fn finetune(arguments: &Arguments, config: TrainConfig, device: &Device) -> Result<()> {
    let mut seconds = Seconds::default();
    let clock = Instant::now();
    let tables = [&arguments.train, &arguments.val, &arguments.test].map(|path| table(path));
    let [train, validation, test] = tables;
    let dataset = Dataset::from_splits(
        &arguments.train.display().to_string(),
        SplitTables {
            train: &train?,
            validation: &validation?,
            test: &test?,
        },
        &arguments.text_column,
        &arguments.label_column,
    )?;
    let autodiff = device.clone().autodiff();
    let encoder = load(&arguments.model, &autodiff)?;
    let TrainSetup {
        mut session,
        validation,
        test,
        tokenizer,
    } = TrainSetup::new(&encoder, &dataset, config.clone(), &autodiff)?;
    seconds.load = clock.elapsed().as_secs_f64();

    let bar = progress_bar(session.steps())?;
    let (mut steps, mut validations, mut tokens) = (Vec::new(), Vec::new(), 0_u64);
    while !session.is_done() {
        let clock = Instant::now();
        let report = session.step().await?;
        seconds.train += clock.elapsed().as_secs_f64();
        tokens += u64::from(report.tokens);
        bar.set_position(report.step.into());
        bar.set_message(format!("loss {:.4}", report.loss));
        steps.push(report);

        if report.step.is_multiple_of(session.steps_per_epoch()) && !validation.is_empty() {
            let clock = Instant::now();
            let outcome = evaluate(
                &session.model(),
                &validation,
                &config,
                tokenizer.pad_id(),
                device,
            )
            .await?;
            seconds.validation += clock.elapsed().as_secs_f64();
            let epoch = report.step / session.steps_per_epoch();
            bar.println(format!(
                "epoch {epoch}: validation loss {:.4}, accuracy {:.4}",
                outcome.loss, outcome.accuracy
            ));
            validations.push(ValidationRecord {
                epoch,
                step: report.step,
                loss: outcome.loss,
                accuracy: outcome.accuracy,
            });
        }
    }
    bar.finish();

    let clock = Instant::now();
    let outcome = evaluate(&session.model(), &test, &config, tokenizer.pad_id(), device).await?;
    seconds.test = clock.elapsed().as_secs_f64();
    let truth: Vec<u32> = test.iter().map(|example| example.label).collect();
    let report = classification_report(&dataset.labels, &truth, &outcome.predicted())?;
    print_report(&report);

    let record = Record {
        model: arguments.model.display().to_string(),
        device: arguments.device,
        tokens_per_second: tokens as f64 / seconds.train,
        predictions: predictions(&dataset, &outcome),
        labels: dataset.labels,
        config,
        steps,
        validation: validations,
        test: report,
        seconds,
    };
    println!(
        "{:.0} tokens a second in training; training took {:.1} s",
        record.tokens_per_second, record.seconds.train
    );
    std::fs::write(&arguments.json, serde_json::to_vec_pretty(&record)?)?;
    Ok(())
}

fn table(path: &Path) -> Result<Table> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Table::parse(&path.display().to_string(), &bytes)?)
}

fn load(folder: &Path, device: &Device) -> Result<PretrainedEncoder> {
    let named = |path: &Path, error| format!("{}: {error}", path.display());
    let entries = std::fs::read_dir(folder).map_err(|error| named(folder, error))?;
    let names = entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<String>>>()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    MissingFile::check(&names)
        .map_err(|missing| format!("{}: {missing}. {}", folder.display(), missing.hint()))?;
    let files = FolderFiles::read::<Box<dyn std::error::Error>>(&names, |name| {
        let path = folder.join(name);
        Ok(std::fs::read(&path).map_err(|error| named(&path, error))?)
    })?;
    Ok(PretrainedEncoder::load(&files, device)
        .map_err(|error| format!("{}: {error}. {}", folder.display(), error.hint()))?)
}

async fn evaluate(
    model: &TextClassifier,
    examples: &Arc<[EncodedExample]>,
    config: &TrainConfig,
    pad_id: u32,
    device: &Device,
) -> Result<Outcome> {
    let mut evaluation = Evaluation::new(examples.clone(), config.batch_size as usize, pad_id);
    while evaluation.step(model, device).await? {}
    Ok(evaluation.finish())
}

fn predictions(dataset: &Dataset, outcome: &Outcome) -> Vec<Prediction> {
    let tested = dataset
        .split
        .part(Part::Test)
        .iter()
        .map(|&index| &dataset.examples[index as usize]);
    let label = |index: u32| dataset.labels[index as usize].clone();
    tested
        .zip(&outcome.probabilities)
        .zip(outcome.predicted())
        .map(|((example, probabilities), predicted)| Prediction {
            text: example.text.clone(),
            label: label(example.label),
            predicted: label(predicted),
            probabilities: probabilities.clone(),
        })
        .collect()
}

fn progress_bar(steps: u32) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} steps, {eta} left, {msg}")?;
    Ok(ProgressBar::new(steps.into()).with_style(style))
}

fn print_report(report: &ClassificationReport) {
    let width = report
        .per_class
        .iter()
        .map(|class| class.label.chars().count())
        .max()
        .unwrap_or(0)
        .max(8);
    println!("{:width$}  precision  recall      f1  support", "");
    for class in &report.per_class {
        println!(
            "{:width$}  {:9.4}  {:6.4}  {:6.4}  {:7}",
            class.label, class.precision, class.recall, class.f1, class.support
        );
    }
    for (name, average) in [
        ("macro", &report.macro_average),
        ("weighted", &report.weighted_average),
    ] {
        println!(
            "{name:width$}  {:9.4}  {:6.4}  {:6.4}",
            average.precision, average.recall, average.f1
        );
    }
    println!("accuracy {:.4}", report.accuracy);
}
