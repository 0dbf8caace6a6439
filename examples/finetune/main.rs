//! The engine from a terminal: fine-tunes an encoder on CSV files, as the page does in a browser.
//!
//! ```text
//! cargo run --release --example finetune -- --model www/models/paraphrase-MiniLM-L3-v2 \
//!     --train train.csv --val val.csv --test test.csv --json out.json
//! ```

mod arguments;
mod record;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use burn::tensor::Device;
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use tabtune::data::{Dataset, Part, SplitTables, Table};
use tabtune::model::{FolderFiles, MissingFile, PretrainedEncoder};
use tabtune::train::record::RunEnd;
use tabtune::train::{Finished, Progress, set_up};

use arguments::{Arguments, DeviceName};
use record::{Record, Seconds};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

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
    let device = open(arguments.device)?;
    pollster::block_on(finetune(arguments, &device))
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

async fn finetune(arguments: &Arguments, device: &Device) -> Result<()> {
    let config = arguments.config();
    let mut seconds = Seconds::default();
    let mut clock = Instant::now();
    let dataset = dataset(arguments)?;
    let autodiff = device.clone().autodiff();
    let encoder = load(&arguments.model, &autodiff)?;
    let mut trainer = set_up(&encoder, &dataset, config.clone(), &autodiff)?;
    seconds.load = clock.elapsed().as_secs_f64();

    let bar = progress_bar(trainer.session().steps())?;
    let (mut steps, mut validation, mut tokens) = (Vec::new(), Vec::new(), 0_u64);
    let finished = loop {
        clock = Instant::now();
        let progress = trainer.advance().await?;
        let taken = clock.elapsed().as_secs_f64();
        match progress {
            Progress::Step(step) => {
                seconds.train += taken;
                tokens += u64::from(step.tokens);
                bar.set_position(step.step.into());
                bar.set_message(format!("loss {:.4}", step.loss));
                steps.push(step);
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

fn progress_bar(steps: u32) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} steps, {eta} left, {msg}")?;
    Ok(ProgressBar::new(steps.into()).with_style(style))
}
