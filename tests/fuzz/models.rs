//! Files of encoders, adapters, saved models and checkpoints.

use std::collections::BTreeMap;

use pollster::block_on;
use tabtune::adapter::{Files, SavedModel, archive, import_peft, save_tabtune_model};
use tabtune::data::{ColumnChoice, Dataset, Problem, SplitConfig, Table};
use tabtune::model::{EncoderConfig, WeightFiles, Weights};
use tabtune::text::{Tokenizer, default_prompt};
use tabtune::train::{Checkpoint, set_up};

use crate::harness::{Target, run};
use crate::mutation::{Corpus, Shape};
use crate::support::{Run, cpu, encoder, read_folder, settings};

const FAMILIES: [&str; 4] = [
    "tiny-bert",
    "tiny-distilbert",
    "tiny-roberta",
    "tiny-xlm-roberta",
];

/// A file of each family's folder.
fn files(name: &str) -> Vec<Vec<u8>> {
    FAMILIES
        .iter()
        .map(|family| read_folder(family)[name].clone())
        .collect()
}

#[test]
fn config() {
    let corpus = Corpus::new(
        Shape::Json,
        files("config.json"),
        &[
            "bert",
            "roberta",
            "gelu",
            "relu",
            "hidden_size",
            "vocab_size",
            "absolute",
        ],
    );
    let target = Target {
        name: "config",
        share: 60,
        factor: 300,
        base: 2 << 20,
    };
    run(&target, &corpus, |input| {
        match EncoderConfig::from_json(input) {
            Ok(_) => true,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                false
            }
        }
    });
}

#[test]
fn prompts() {
    let file = br#"{"__version__": {}, "prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": "query"}"#;
    let corpus = Corpus::new(
        Shape::Json,
        vec![file.to_vec()],
        &["query", "passage", "prompts"],
    );
    let target = Target {
        name: "prompts",
        share: 30,
        factor: 300,
        base: 2 << 20,
    };
    run(&target, &corpus, |input| default_prompt(input).is_ok());
}

/// Small tokenizers, each with other parts of the library.
const TOKENIZERS: &[&str] = &[
    include_str!("seeds/word-piece.json"),
    include_str!("seeds/byte-pairs.json"),
    include_str!("seeds/unigram.json"),
];

#[test]
fn tokenizer() {
    let seeds = TOKENIZERS.iter().map(|file| file.as_bytes().to_vec());
    let corpus = Corpus::new(
        Shape::Json,
        seeds.collect(),
        &[
            "WordPiece",
            "BPE",
            "Unigram",
            "WordLevel",
            "Metaspace",
            "ByteLevel",
            "Split",
            "Regex",
            "(a+)+$",
            "[",
            "Precompiled",
            "Replace",
            "Strip",
            "Sequence",
            "Lowercase",
            "TemplateProcessing",
            "RobertaProcessing",
            "BertProcessing",
            "Digits",
            "Punctuation",
            "Prepend",
            "AAAA",
            "max_length",
            "unk_id",
            "[UNK]",
        ],
    );
    let target = Target {
        name: "tokenizer",
        share: 20,
        factor: 3_000,
        base: 16 << 20,
    };
    run(&target, &corpus, |input| {
        match Tokenizer::from_bytes(input) {
            Ok(tokenizer) => {
                for text in ["", "good 评论 \u{1F600}e\u{301} a\u{0}b", "aaaa aaaa 12"] {
                    if let Ok(ids) = tokenizer.encode(text) {
                        assert!(ids.iter().all(|&id| id <= tokenizer.largest_id()));
                    }
                }
                if let Ok(short) = tokenizer.truncating(8) {
                    let ids = short.encode("one two three four five six");
                    assert!(!ids.is_ok_and(|ids| ids.len() > 8));
                }
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.hint().is_empty());
                false
            }
        }
    });
}

#[test]
fn weights() {
    let config = EncoderConfig::from_json(&read_folder("tiny-roberta")["config.json"]).unwrap();
    let whole = read_folder("tiny-roberta")["model.safetensors"].clone();
    let corpus = Corpus::new(
        Shape::Safetensors,
        vec![whole],
        &[
            "F32",
            "F16",
            "BF16",
            "F4",
            "I64",
            "U8",
            "data_offsets",
            "shape",
            "__metadata__",
        ],
    );
    let target = Target {
        name: "safetensors",
        share: 40,
        factor: 100,
        base: 4 << 20,
    };
    let device = cpu();
    run(&target, &corpus, |input| {
        let files = WeightFiles::Single(input.to_vec());
        match Weights::open(&files, &config, &device) {
            Ok(weights) => {
                let _ = weights.surplus();
                true
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                false
            }
        }
    });
}

#[test]
fn weights_index() {
    let folder = read_folder("tiny-xlm-roberta");
    let config = EncoderConfig::from_json(&folder["config.json"]).unwrap();
    let corpus = Corpus::new(
        Shape::Json,
        vec![folder["model.safetensors.index.json"].clone()],
        &[
            "weight_map",
            "model-00001-of-00003.safetensors",
            "../x",
            "total_size",
        ],
    );
    let target = Target {
        name: "weights-index",
        share: 20,
        factor: 300,
        base: 4 << 20,
    };
    let names: Vec<&str> = folder.keys().map(String::as_str).collect();
    let device = cpu();
    run(&target, &corpus, |input| {
        let read = |name: &str| -> Result<Vec<u8>, tabtune::model::WeightsError> {
            Ok(match name {
                "model.safetensors.index.json" => input.to_vec(),
                _ => folder[name].clone(),
            })
        };
        let files = WeightFiles::read(&names, read);
        let opened = files.and_then(|files| Weights::open(&files, &config, &device).map(drop));
        if let Err(error) = &opened {
            assert!(!error.to_string().is_empty());
        }
        opened.is_ok()
    });
}

#[test]
fn adapter_config() {
    peft("peft-config", "adapter_config.json", Shape::Json);
}

#[test]
fn adapter_weights() {
    peft(
        "peft-weights",
        "adapter_model.safetensors",
        Shape::Safetensors,
    );
}

/// Adapters with one file damaged.
fn peft(name: &'static str, file: &'static str, shape: Shape) {
    let whole = read_folder("peft/mean");
    let (encoder, _) = encoder("tiny-bert", &cpu());
    let corpus = Corpus::new(
        shape,
        vec![whole[file].clone()],
        &[
            "LORA",
            "SEQ_CLS",
            "target_modules",
            "all-linear",
            "query",
            "(a+)+$",
            "lora_A",
            "base_model.model",
            "F16",
        ],
    );
    let target = Target {
        name,
        share: 20,
        factor: 1_000,
        base: 8 << 20,
    };
    run(&target, &corpus, |input| {
        let mut files = whole.clone();
        files.insert(file.to_owned(), input.to_vec());
        match import_peft(&files, &encoder, &cpu()) {
            Ok(_) => true,
            Err(error) => {
                assert!(!error.to_string().is_empty() && !error.hint().is_empty());
                false
            }
        }
    });
}

#[test]
fn saved_model() {
    let trained = Run::new("tiny-bert", Problem::SingleLabel, settings());
    let saved = block_on(save_tabtune_model(&trained.trained())).unwrap();
    let adapter: Files = read_folder("peft/mean");
    let seeds = vec![saved, archive::pack(&adapter).unwrap()];
    let corpus = Corpus::new(
        Shape::Zip,
        seeds,
        &["labels", "version", "lora", "manifest.json", "\"scale\":"],
    );
    let target = Target {
        name: "saved-model",
        share: 20,
        factor: 1_100,
        base: 8 << 20,
    };
    let (encoder, base) = encoder("tiny-bert", &cpu());
    run(&target, &corpus, |input| {
        let opened = SavedModel::from_zip(input).and_then(|saved| {
            saved.find_encoder(Some(&base), &[])?;
            saved.open(&encoder, &base, &cpu())
        });
        if let Err(error) = &opened {
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        }
        opened.is_ok()
    });
}

#[test]
fn checkpoint() {
    let device = cpu().autodiff();
    let (encoder, _) = encoder("tiny-bert", &device);
    let rows = "text,label\n".to_owned() + &"good,yes\nbad,no\n".repeat(10);
    let table = Table::parse("own.csv", rows.as_bytes()).unwrap();
    let columns = ColumnChoice {
        text: 0,
        label: 1,
        split: None,
    };
    let dataset = Dataset::from_table(
        &table,
        columns,
        Problem::SingleLabel,
        SplitConfig::default(),
    )
    .unwrap();
    let mut trainer = set_up(&encoder, &dataset, settings(), &device).unwrap();
    block_on(trainer.advance()).unwrap();
    let saved = block_on(trainer.checkpoint()).unwrap();
    let corpus = Corpus::new(
        Shape::Safetensors,
        vec![saved.as_bytes().to_vec()],
        &[
            "F32",
            "F64",
            "shape",
            "data_offsets",
            "__metadata__",
            "parameter.",
        ],
    );
    let target = Target {
        name: "checkpoint",
        share: 20,
        factor: 300,
        base: 8 << 20,
    };
    run(&target, &corpus, |input| {
        match trainer.restore(&Checkpoint::from_bytes(input.to_vec())) {
            Ok(()) => true,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                false
            }
        }
    });
}

#[test]
fn adapter_folder() {
    let whole: BTreeMap<String, Vec<u8>> = read_folder("peft/mean");
    let corpus = Corpus::new(
        Shape::Json,
        vec![whole["adapter_config.json"].clone()],
        &["base_model_name_or_path"],
    );
    let target = Target {
        name: "adapter-folder",
        share: 20,
        factor: 1_000,
        base: 4 << 20,
    };
    run(&target, &corpus, |input| {
        let mut files = whole.clone();
        files.insert("adapter_config.json".to_owned(), input.to_vec());
        SavedModel::from_files(files).is_ok()
    });
}
