//! What does not fit is named.

use std::collections::BTreeMap;

use pollster::block_on;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use tabtune::adapter::{AdapterError, Files, export_peft, import_peft};
use tabtune::data::Problem;
use tabtune::train::config::{Method, TrainConfig};

use super::support::{Run, cpu, encoder, read_folder, settings};

const QUERY: &str = "base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight";

fn refused(encoder_name: &str, files: &Files) -> AdapterError {
    let (encoder, _) = encoder(encoder_name, &cpu());
    let error = import_peft(files, &encoder, &cpu()).unwrap_err();
    assert!(!error.hint().is_empty());
    error
}

/// The adapter with its tensors changed: type, shape and bytes by name.
fn edited(edit: impl Fn(&mut BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>)) -> Files {
    let mut files = read_folder("peft/classifier");
    let bytes = files["adapter_model.safetensors"].clone();
    let read = SafeTensors::deserialize(&bytes)
        .unwrap()
        .tensors()
        .into_iter();
    let mut tensors = read
        .map(|(name, view)| {
            let tensor = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
            (name, tensor)
        })
        .collect();
    edit(&mut tensors);
    let views = tensors.iter().map(|(name, (dtype, shape, bytes))| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    let bytes = safetensors::serialize(views.collect::<Vec<_>>(), None).unwrap();
    files.insert("adapter_model.safetensors".to_owned(), bytes);
    files
}

fn message(files: &Files) -> String {
    refused("tiny-bert", files).to_string()
}

#[test]
fn tensors_that_do_not_fit_are_named() {
    let own = QUERY.trim_start_matches("base_model.model.");
    assert_eq!(
        message(&edited(|tensors| drop(tensors.remove(QUERY)))),
        format!("adapter_model.safetensors does not fit: {own} is missing")
    );
    let surplus = edited(|tensors| {
        let tensor = tensors[QUERY].clone();
        tensors.insert(QUERY.replace("query", "key"), tensor);
    });
    assert_eq!(
        message(&surplus),
        format!(
            "adapter_model.safetensors does not fit: {} is not expected",
            own.replace("query", "key")
        )
    );
    let misshapen = edited(|tensors| {
        if let Some((_, shape, _)) = tensors.get_mut(QUERY) {
            shape.reverse();
        }
    });
    assert_eq!(
        message(&misshapen),
        format!("adapter_model.safetensors does not fit: {own} has shape [32, 4], not [4, 32]")
    );
    let integers = edited(|tensors| {
        if let Some((dtype, ..)) = tensors.get_mut(QUERY) {
            *dtype = Dtype::I32;
        }
    });
    assert!(message(&integers).contains("is of type I32"));
    let infinite = edited(|tensors| {
        if let Some((_, _, bytes)) = tensors.get_mut(QUERY) {
            bytes[..4].copy_from_slice(&f32::INFINITY.to_le_bytes());
        }
    });
    assert!(
        message(&infinite).ends_with(&format!("{own} holds a value that is not a finite number"))
    );
    let twice = edited(|tensors| {
        let tensor = tensors[QUERY].clone();
        tensors.insert(QUERY.replace("lora_A", "lora_A.default"), tensor);
    });
    assert!(message(&twice).contains("is not expected"));
}

#[test]
fn too_many_outputs_are_refused() {
    let files = edited(|tensors| {
        let shape = vec![1_001, 32];
        let tensor = (Dtype::F32, shape, vec![0; 1_001 * 32 * 4]);
        tensors.insert("base_model.model.classifier.weight".to_owned(), tensor);
    });
    assert!(matches!(
        refused("tiny-bert", &files),
        AdapterError::Labels { outputs: 1_001, .. }
    ));
}

#[test]
fn another_encoder_is_refused() {
    let error = refused("tiny-distilbert", &read_folder("peft/classifier"));
    assert_eq!(
        error.to_string(),
        "target_modules names no linear layer of this encoder: query, value"
    );
    let error = refused("tiny-roberta", &read_folder("peft/classifier"));
    assert!(matches!(error, AdapterError::Tensors { .. }), "{error}");
    let mut files = read_folder("peft/classifier");
    let config = with(&files, "modules_to_save", serde_json::json!(["LayerNorm"]));
    files.insert("adapter_config.json".to_owned(), config);
    assert_eq!(
        message(&files),
        "adapter_config.json sets modules_to_save to \"LayerNorm\", which cannot be used here"
    );
}

fn with(files: &Files, field: &str, value: serde_json::Value) -> Vec<u8> {
    let mut config: serde_json::Value =
        serde_json::from_slice(&files["adapter_config.json"]).unwrap();
    config[field] = value;
    serde_json::to_vec(&config).unwrap()
}

#[test]
fn a_rank_that_the_weights_do_not_have_is_refused() {
    let mut files = read_folder("peft/classifier");
    let config = with(&files, "r", 8.into());
    files.insert("adapter_config.json".to_owned(), config);
    assert!(message(&files).contains("has shape [4, 32], not [8, 32]"));
}

#[test]
fn files_that_are_not_there_are_named() {
    let whole = read_folder("peft/mean");
    for name in whole.keys() {
        let mut files = whole.clone();
        files.remove(name);
        assert_eq!(message(&files), format!("{name} is missing"));
    }
}

#[test]
fn a_head_must_name_its_pooling() {
    let mut files = read_folder("peft/mean");
    let bytes = files["head.safetensors"].clone();
    let tensors = SafeTensors::deserialize(&bytes).unwrap().tensors();
    let bytes = safetensors::serialize(tensors, None).unwrap();
    files.insert("head.safetensors".to_owned(), bytes);
    assert!(matches!(
        refused("tiny-bert", &files),
        AdapterError::Pooling { found: None }
    ));
}

#[test]
fn labels_must_be_as_many_as_outputs() {
    let mut files = read_folder("peft/mean");
    let about = |version: u32, labels: &[&str], max_length: u32| {
        let about = serde_json::json!({
            "version": version, "problem": "SingleLabel", "labels": labels, "max_length": max_length,
        });
        serde_json::to_vec(&about).unwrap()
    };
    for (about, message) in [
        (
            about(1, &["a", "b"], 16),
            "there are 2 labels for 3 outputs",
        ),
        (
            about(1, &["a", "b", "c"], 999),
            "the settings ask for 999 tokens",
        ),
        (
            about(2, &["a", "b", "c"], 16),
            "tabtune_config.json is of version 2",
        ),
        (b"{".to_vec(), "tabtune_config.json cannot be read"),
    ] {
        files.insert("tabtune_config.json".to_owned(), about);
        let error = refused("tiny-bert", &files).to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn only_lora_has_an_adapter() {
    let config = TrainConfig {
        method: Method::HeadOnly,
        ..settings()
    };
    let run = Run::new("tiny-bert", Problem::SingleLabel, config);
    let error = block_on(export_peft(&run.trained())).unwrap_err();
    assert!(matches!(error, AdapterError::NoAdapter));
}
