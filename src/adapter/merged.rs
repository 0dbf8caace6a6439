//! A trained model as a Hugging Face folder of its own.

use serde_json::{Map, Value, json};

use super::archive::pack;
use super::card::{README, card};
use super::parameters::{self, Scope};
use super::peft::{HEAD, HeadNames, pooling_name};
use super::snippet::Card;
use super::source::{output_names, problem_type};
use super::tensors::{PYTORCH, Tensors, write};
use super::{AdapterError, Files, Trained};
use crate::model::Family;
use crate::model::folder::{CONFIG, PROMPTS, SINGLE, TOKENIZER};

/// transformers' settings of a tokenizer.
pub const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
/// The special pieces, in folders of older versions of transformers.
pub const SPECIAL_TOKENS: &str = "special_tokens_map.json";

/// Files of an encoder's folder that a merged model takes along where they are there.
pub const TOKENIZER_FILES: [&str; 2] = [TOKENIZER_CONFIG, SPECIAL_TOKENS];

/// A zip of a Hugging Face folder: the encoder with adapters merged into its float32 weights, and the head. With
/// [`Pooling::Pooler`](crate::train::config::Pooling::Pooler) it is the family's `ForSequenceClassification`, with
/// another pooling the bare encoder and `head.safetensors`. A number comes out in its own unit.
///
/// `beside` are the encoder's [`TOKENIZER_FILES`], as far as they are known.
///
/// # Errors
/// If a small file of the encoder's cannot be read, or the device fails.
pub async fn export_merged(trained: &Trained<'_>, beside: &Files) -> Result<Vec<u8>, AdapterError> {
    let family = trained.encoder.config.family;
    let names = family.names();
    let pooling = pooling_name(trained.config.pooling);

    let mut model = trained.model.clone();
    model.encoder = model.encoder.merged();
    // RoBERTa's classifier has no pooler; BERT's is its head's dense layer.
    let pooler = names.pooler.filter(|_| pooling.is_none());
    let wanted = |_, name: &str| pooler.is_none_or(|pooler| !name.starts_with(pooler));
    let mut read = parameters::read(&model, names, wanted).await?;
    let encoder = read.remove(&Scope::Encoder).unwrap_or_default();
    let mut head = read.remove(&Scope::Head).unwrap_or_default();
    trained.restore_unit(&mut head);

    let mut files = Files::new();
    let tensors = match pooling {
        Some(pooling) => {
            files.insert(HEAD.to_owned(), write(&head, ("pooling", pooling))?);
            encoder
        }
        None => {
            let head_names = HeadNames::of(family);
            let encoder = encoder
                .into_iter()
                .map(|(name, tensor)| (format!("{}{name}", names.prefix), tensor));
            let head = head
                .into_iter()
                .map(|(name, tensor)| (head_names.rename(&name), tensor));
            encoder.chain(head).collect::<Tensors>()
        }
    };
    files.insert(SINGLE.to_owned(), write(&tensors, PYTORCH)?);
    let source = &trained.encoder.files;
    files.insert(CONFIG.to_owned(), config(trained)?);
    files.insert(TOKENIZER.to_owned(), source.tokenizer.to_vec());
    for file in TOKENIZER_FILES {
        if let Some(bytes) = beside.get(file) {
            files.insert(file.to_owned(), bytes.clone());
        }
    }
    if !beside.contains_key(TOKENIZER_CONFIG) {
        let config = tokenizer_config(&source.tokenizer, trained.encoder.config.max_tokens())?;
        files.insert(TOKENIZER_CONFIG.to_owned(), config);
    }
    if let Some(json) = &source.prompts {
        files.insert(PROMPTS.to_owned(), prompts(json)?);
    }
    files.insert(README.to_owned(), card(Card::Merged, trained)?.into_bytes());
    pack(&files).map_err(AdapterError::Pack)
}

/// The encoder's config.json, with what transformers reads of a classifier.
fn config(trained: &Trained<'_>) -> Result<Vec<u8>, AdapterError> {
    let json = |source| AdapterError::Json {
        file: CONFIG,
        source,
    };
    let mut config: Map<String, Value> =
        serde_json::from_slice(&trained.encoder.files.config).map_err(json)?;
    let class = match trained.encoder.config.family {
        Family::Bert => "Bert",
        Family::DistilBert => "DistilBert",
        Family::Roberta => "Roberta",
        Family::XlmRoberta => "XLMRoberta",
    };
    let class = match pooling_name(trained.config.pooling) {
        Some(_) => format!("{class}Model"),
        None => format!("{class}ForSequenceClassification"),
    };
    let names = output_names(trained.scale.problem, trained.labels);
    let named = |pairs: Map<String, Value>| Value::Object(pairs);
    let id2label = names.iter().enumerate();
    let id2label = id2label.map(|(id, name)| (id.to_string(), json!(name)));
    let label2id = names.iter().enumerate();
    let label2id = label2id.map(|(id, name)| (name.clone(), json!(id)));
    for (field, value) in [
        ("architectures", json!([class])),
        ("dtype", json!("float32")),
        ("id2label", named(id2label.collect())),
        ("label2id", named(label2id.collect())),
        ("num_labels", json!(trained.outputs())),
        ("problem_type", json!(problem_type(trained.scale.problem))),
    ] {
        config.insert(field.to_owned(), value);
    }
    // The older name of `dtype`, and where the encoder was once loaded from.
    config.remove("torch_dtype");
    config.remove("_name_or_path");
    serde_json::to_vec_pretty(&config).map_err(json)
}

/// What the encoder's folder says of prompts. The file's other fields are of the library that wrote it, and of comparing
/// embeddings.
fn prompts(json: &[u8]) -> Result<Vec<u8>, AdapterError> {
    let error = |source| AdapterError::Json {
        file: PROMPTS,
        source,
    };
    let mut prompts: Map<String, Value> = serde_json::from_slice(json).map_err(error)?;
    prompts.retain(|field, _| matches!(field.as_str(), "prompts" | "default_prompt_name"));
    serde_json::to_vec_pretty(&prompts).map_err(error)
}

/// What transformers must know of a tokenizer beside its tokenizer.json: which pieces are special, and how.
fn tokenizer_config(tokenizer: &[u8], max_tokens: usize) -> Result<Vec<u8>, AdapterError> {
    let json = |source| AdapterError::Json {
        file: TOKENIZER,
        source,
    };
    let tokenizer: Value = serde_json::from_slice(tokenizer).map_err(json)?;
    let mut config = Map::from_iter([
        (
            "tokenizer_class".to_owned(),
            json!("PreTrainedTokenizerFast"),
        ),
        ("model_max_length".to_owned(), json!(max_tokens)),
        // Every text is of the first type, which models take for granted.
        (
            "model_input_names".to_owned(),
            json!(["input_ids", "attention_mask"]),
        ),
    ]);
    let added = tokenizer["added_tokens"].as_array().into_iter().flatten();
    for piece in added.filter_map(|added| added["content"].as_str()) {
        let roles: &[&str] = match piece {
            "[PAD]" | "<pad>" => &["pad_token"],
            "[UNK]" | "<unk>" => &["unk_token"],
            "[MASK]" | "<mask>" => &["mask_token"],
            "[CLS]" => &["cls_token"],
            "[SEP]" => &["sep_token"],
            "<s>" => &["bos_token", "cls_token"],
            "</s>" => &["eos_token", "sep_token"],
            _ => &[],
        };
        for role in roles {
            config.insert((*role).to_owned(), json!(piece));
        }
    }
    serde_json::to_vec_pretty(&config).map_err(json)
}
