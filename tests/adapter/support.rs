//! Encoders, adapters and small runs.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use pollster::block_on;
use serde::Deserialize;
use tabtune::adapter::{BaseModel, DataFingerprint, Files, ImportedAdapter, Trained, fingerprint};
use tabtune::data::{ColumnChoice, Dataset, Problem, SplitConfig, Table};
use tabtune::eval::metrics::EvaluationReport;
use tabtune::eval::{Pipeline, logits};
use tabtune::model::{FolderFiles, PretrainedEncoder, PretrainedError};
use tabtune::text::TokenBatch;
use tabtune::train::config::TrainConfig;
use tabtune::train::{Progress, set_up};

pub fn cpu() -> Device {
    tabtune::device::cpu()
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

pub fn read_folder(name: &str) -> Files {
    let entries = std::fs::read_dir(fixtures().join(name)).unwrap();
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read(path).unwrap())
    };
    entries.map(read).collect()
}

/// An encoder of the fixtures, and its name and content.
pub fn encoder(name: &str, device: &Device) -> (PretrainedEncoder, BaseModel) {
    encoder_of(name, &read_folder(name), device)
}

/// An encoder of a folder's files.
pub fn encoder_of(name: &str, files: &Files, device: &Device) -> (PretrainedEncoder, BaseModel) {
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    let files =
        FolderFiles::read::<PretrainedError>(&names, |name| Ok(files[name].clone())).unwrap();
    let encoder = PretrainedEncoder::load(&files, device).unwrap();
    let base = BaseModel::new(name.to_owned(), Some("MIT".to_owned()), &encoder);
    (encoder, base)
}

/// golden/peft.json.
#[derive(Deserialize)]
pub struct Golden {
    pub texts: Vec<String>,
    pub max_length: u32,
    pub cases: std::collections::BTreeMap<String, Case>,
}

#[derive(Deserialize)]
pub struct Case {
    pub encoder: String,
    pub logits: Vec<Vec<f32>>,
}

pub fn golden() -> Golden {
    serde_json::from_slice(include_bytes!("../fixtures/golden/peft.json")).unwrap()
}

/// What a model says of texts, one at a time.
pub fn ask(pipeline: &Pipeline, texts: &[String]) -> Vec<Vec<f32>> {
    let ask = |text: &String| {
        let ids = pipeline.tokenizer.encode(text).unwrap();
        let batch = TokenBatch::pad(&[&ids], pipeline.tokenizer.pad_id());
        block_on(logits(&pipeline.model, &batch, &pipeline.device))
            .unwrap()
            .concat()
    };
    texts.iter().map(ask).collect()
}

pub fn pipeline(mut adapter: ImportedAdapter, encoder: &PretrainedEncoder) -> Pipeline {
    adapter.config.max_length = golden().max_length;
    adapter.pipeline(encoder, &cpu()).unwrap()
}

/// Largest difference between two rows of numbers.
pub fn difference(found: &[Vec<f32>], expected: &[Vec<f32>]) -> f32 {
    assert_eq!(found.len(), expected.len());
    found
        .iter()
        .zip(expected)
        .flat_map(|(found, expected)| {
            assert_eq!(found.len(), expected.len());
            found.iter().zip(expected).map(|(a, b)| (a - b).abs())
        })
        .fold(0.0, f32::max)
}

/// A model after a short run, with what its files say.
pub struct Run {
    pub encoder: PretrainedEncoder,
    pub base: BaseModel,
    pub config: TrainConfig,
    pub pipeline: Pipeline,
    pub data: DataFingerprint,
    pub report: Option<EvaluationReport>,
}

impl Run {
    pub fn new(encoder_name: &str, problem: Problem, config: TrainConfig) -> Self {
        Self::on(encoder_name, &read_folder(encoder_name), problem, config)
    }

    /// On an encoder of a folder's files.
    pub fn on(encoder_name: &str, files: &Files, problem: Problem, config: TrainConfig) -> Self {
        let device = cpu().autodiff();
        let (encoder, base) = encoder_of(encoder_name, files, &device);
        let dataset = dataset(problem);
        let mut trainer = set_up(&encoder, &dataset, config.clone(), &device).unwrap();
        let report = loop {
            if let Progress::Finished(finished) = block_on(trainer.advance()).unwrap() {
                break finished.test.map(|test| test.report);
            }
        };
        Self {
            pipeline: trainer.pipeline(),
            data: fingerprint(&dataset),
            encoder,
            base,
            config,
            report,
        }
    }

    pub fn trained(&self) -> Trained<'_> {
        Trained {
            encoder: &self.encoder,
            base: &self.base,
            model: &self.pipeline.model,
            config: &self.config,
            labels: &self.pipeline.labels,
            scale: self.pipeline.scale,
            data: &self.data,
            report: self.report.as_ref(),
        }
    }
}

/// Settings that move every trained weight in a few steps.
pub fn settings() -> TrainConfig {
    TrainConfig {
        epochs: 1,
        batch_size: 4,
        max_length: 16,
        learning_rate: 2e-2,
        warmup_ratio: 0.0,
        ..TrainConfig::default()
    }
}

fn dataset(problem: Problem) -> Dataset {
    let labels = match problem {
        Problem::SingleLabel => ["good", "bad \"quoted\" `x`"],
        Problem::MultiLabel { .. } => ["joy|relief", "fear"],
        Problem::Regression => ["1.25", "-3.1"],
    };
    let mut csv = "text\tlabel\n".to_owned();
    for row in 0..20 {
        let text = ["The food was great", "I would not buy it again"][row % 2];
        csv += &format!("{text} {row}\t{}\n", labels[row % 2].replace('"', "'"));
    }
    let table = Table::parse("reviews.tsv", csv.as_bytes()).unwrap();
    let columns = ColumnChoice {
        text: 0,
        label: 1,
        split: None,
    };
    Dataset::from_table(&table, columns, problem, SplitConfig::default()).unwrap()
}
