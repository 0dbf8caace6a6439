//! Asks a model that Tabtune saved, with Tabtune as a library.
//!
//! ```text
//! cargo run --release --example ask
//! ```

use std::error::Error;
use std::fs;
use std::path::Path;

use tabtune::adapter::{BaseModel, SavedModel};
use tabtune::model::{FolderFiles, PretrainedEncoder};

/// The Hugging Face folder of the encoder: config.json, tokenizer.json, model.safetensors.
const ENCODER: &str = "www/models/paraphrase-MiniLM-L3-v2";
/// The file that was saved.
const MODEL: &str = "model.tabtune-model";

fn main() -> Result<(), Box<dyn Error>> {
    let device = tabtune::device::cpu();
    let folder = Path::new(ENCODER);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let files =
        FolderFiles::read::<Box<dyn Error>>(&names, |name| Ok(fs::read(folder.join(name))?))?;
    let encoder = PretrainedEncoder::load(&files, &device)?;
    let base = BaseModel::new(ENCODER.to_owned(), None, &encoder);

    let saved = SavedModel::from_zip(&fs::read(MODEL)?)?;
    let model = saved.open(&encoder, &base, &device)?.pipeline;
    let answer = pollster::block_on(model.ask("The text to classify."))?;
    if model.labels.is_empty() {
        println!("{:?}", answer.outputs);
    }
    for (label, probability) in model.labels.iter().zip(&answer.outputs) {
        println!("{label} {probability:.3}");
    }
    Ok(())
}
