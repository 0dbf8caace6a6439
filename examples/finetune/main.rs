//! The engine from a terminal: fine-tunes an encoder on CSV files, as the page does in a browser.
//!
//! ```text
//! cargo run --release --example finetune -- --model www/models/paraphrase-MiniLM-L3-v2 \
//!     --train train.csv --val val.csv --test test.csv --json out.json
//! ```

mod arguments;
mod export;
mod record;
#[path = "../shared/mod.rs"]
mod shared;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use burn::tensor::Device;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tabtune::data::{Dataset, Part, SplitTables, Table};
use tabtune::train::record::RunEnd;
use tabtune::train::{Finished, Progress, set_up};

use arguments::Arguments;
use record::{Record, Seconds};
use shared::{Result, load};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let device = arguments.device.open()?;
    pollster::block_on(finetune(arguments, &device))
}

async fn finetune(arguments: &Arguments, device: &Device) -> Result<()> {
    let mut seconds = Seconds::default();
    let mut clock = Instant::now();
    let dataset = dataset(arguments)?;
    let autodiff = device.clone().autodiff();
    let loaded = load(&arguments.model, &autodiff)?;
    let config = arguments.config(loaded.encoder.config.num_hidden_layers as u32);
    let mut trainer = set_up(&loaded.encoder, &dataset, config.clone(), &autodiff)?;
    seconds.load = clock.elapsed().as_secs_f64();

    let bar = progress_bar(trainer.session().steps())?;
    let (mut steps, mut validation, mut tokens) = (Vec::new(), Vec::new(), 0_u64);
    let finished = loop {
        clock = Instant::now();
        let progress = trainer.advance().await?;
        let taken = clock.elapsed().as_secs_f64();
        match progress {
            Progress::Steps(read) => {
                seconds.train += taken;
                for step in read {
                    tokens += u64::from(step.tokens);
                    bar.set_position(step.step.into());
                    bar.set_message(format!("loss {:.4}", step.loss));
                    steps.push(step);
                }
            }
            Progress::Evaluating { part, .. } => match part {
                Part::Test => seconds.test += taken,
                Part::Train | Part::Validation => seconds.validation += taken,
            },
            Progress::Validated(record) => {
                let record = record::validation(&record)?;
                bar.println(format!("validation {record}"));
                validation.push(record);
            }
            Progress::Finished(finished) => break *finished,
        }
    };
    bar.finish();

    let Finished {
        end,
        best_step,
        test,
    } = finished;
    if let RunEnd::NotFinite { step, loss } = end {
        eprintln!("the loss became {loss} at step {step}: try a third of the learning rate");
    }
    let test = test.ok_or("there are no test examples")?;
    record::print_report(&test.report);
    export::write(arguments, &loaded, &dataset, &trainer, &test.report).await?;
    let record = Record {
        model: arguments.model.display().to_string(),
        device: arguments.device,
        config,
        steps,
        validation,
        end,
        best_step,
        test: record::test(&test.report)?,
        predictions: record::predictions(&dataset, &test.outcome),
        labels: dataset.labels,
        tokens_per_second: tokens as f64 / seconds.train,
        seconds,
    };
    println!(
        "{:.0} tokens a second in training; training took {:.1} s",
        record.tokens_per_second, record.seconds.train
    );
    std::fs::write(&arguments.json, serde_json::to_vec_pretty(&record)?)?;
    Ok(())
}

fn dataset(arguments: &Arguments) -> Result<Dataset> {
    let [train, validation, test] = [&arguments.train, &arguments.val, &arguments.test].map(table);
    Ok(Dataset::from_splits(
        &arguments.train.display().to_string(),
        SplitTables {
            train: &train?,
            validation: &validation?,
            test: &test?,
        },
        &arguments.text_column,
        &arguments.label_column,
        arguments.problem(),
    )?)
}

fn table(path: impl AsRef<Path>) -> Result<Table> {
    let name = path.as_ref().display().to_string();
    let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    Ok(Table::parse(&name, &bytes)?)
}

fn progress_bar(steps: u32) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} steps, {eta} left, {msg}")?;
    Ok(ProgressBar::new(steps.into()).with_style(style))
}
