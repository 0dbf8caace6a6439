//! Token ids and mean embeddings of texts, as the engine sees them, to hold beside those of another library.
//!
//! ```text
//! cargo run --release --example embed -- --model FOLDER --texts texts.json --json out.json
//! ```
//!
//! `texts.json` is an array of strings. The output is an array of objects with `ids` and `embedding`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use serde::Serialize;
use tabtune::model::encoder::BatchTensors;
use tabtune::model::pooling::pool;
use tabtune::model::{FolderFiles, PretrainedEncoder};
use tabtune::text::TokenBatch;
use tabtune::train::config::Pooling;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Embed texts with a text encoder.
#[derive(Parser)]
struct Arguments {
    /// Hugging Face folder
    #[arg(long)]
    model: PathBuf,
    /// A JSON array of texts
    #[arg(long)]
    texts: PathBuf,
    /// Longest text in tokens
    #[arg(long, default_value_t = 128)]
    max_length: usize,
    /// Where to write token ids and embeddings
    #[arg(long)]
    json: PathBuf,
}

#[derive(Serialize)]
struct Embedded {
    ids: Vec<u32>,
    embedding: Vec<f32>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let device = tabtune::device::cpu();
    let clock = Instant::now();
    let encoder = PretrainedEncoder::load(&files(&arguments.model)?, &device)?;
    println!("loaded in {:.2} s", clock.elapsed().as_secs_f64());
    let tokenizer = encoder.tokenizer.truncating(arguments.max_length)?;
    let texts: Vec<String> = serde_json::from_slice(&std::fs::read(&arguments.texts)?)?;
    let mut embedded = Vec::with_capacity(texts.len());
    for text in &texts {
        let ids = tokenizer.encode(text)?;
        let batch = TokenBatch::pad(&[&ids], tokenizer.pad_id());
        let batch = BatchTensors::new(&batch, &device);
        let hidden = encoder.model.forward(&batch);
        let mean = pool(Pooling::Mean, hidden, batch.padding);
        let embedding = mean.into_data().iter::<f32>().collect();
        embedded.push(Embedded { ids, embedding });
    }
    std::fs::write(&arguments.json, serde_json::to_vec(&embedded)?)?;
    Ok(())
}

fn files(folder: &Path) -> Result<FolderFiles> {
    let names = std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<std::io::Result<Vec<String>>>()?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    FolderFiles::read(&names, |name| Ok(std::fs::read(folder.join(name))?))
}
