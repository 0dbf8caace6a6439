//! Every hidden state, against `BertModel` of transformers.

use burn::tensor::Device;
use serde::Deserialize;
use tabtune::model::encoder::BatchTensors;
use tabtune::model::pooling::pool;
use tabtune::model::{BertConfig, BertModel, Weights};
use tabtune::text::{TokenBatch, Tokenizer};
use tabtune::train::config::Pooling;

use super::Subject;
use super::fixture::{Golden, assert_close, read};

/// The files of a Hugging Face folder.
pub struct Folder {
    pub config: Vec<u8>,
    pub tokenizer: Vec<u8>,
    pub weights: Vec<u8>,
}

impl Folder {
    pub fn tiny_bert() -> Self {
        Self {
            config: include_bytes!("../fixtures/tiny-bert/config.json").to_vec(),
            tokenizer: include_bytes!("../fixtures/tiny-bert/tokenizer.json").to_vec(),
            weights: include_bytes!("../fixtures/tiny-bert/model.safetensors").to_vec(),
        }
    }

    pub fn load(&self, device: &Device) -> (BertConfig, BertModel) {
        let config = BertConfig::from_json(&self.config).unwrap();
        let weights = Weights::open(&self.weights, device).unwrap();
        let model = BertModel::load(&config, &weights).unwrap();
        assert!(weights.surplus(&config).is_empty());
        (config, model)
    }
}

async fn check_hidden_states(
    model: &BertModel,
    batch: &TokenBatch,
    golden: &Golden<'_>,
    subject: &Subject,
) {
    let inputs = BatchTensors::new(batch, &subject.device);
    let states = model.hidden_states(&inputs);
    for (index, state) in states.iter().enumerate() {
        let name = format!("hidden_states.{index}");
        assert_close(
            &name,
            &read(state.clone()).await,
            &golden.floats(&name),
            subject.tolerance.hidden,
        );
    }
    let last = model.forward(&inputs);
    let name = format!("hidden_states.{}", states.len() - 1);
    assert_close(
        "forward",
        &read(last).await,
        &golden.floats(&name),
        subject.tolerance.hidden,
    );
}

/// The tiny encoder, whose configured epsilon is not the default, and whose file has a pooler.
pub async fn check_tiny_bert(subject: &Subject) {
    let golden = Golden::open(include_bytes!("../fixtures/golden/tiny-bert.safetensors"));
    let (_, model) = Folder::tiny_bert().load(&subject.device);
    let batch = golden.batch("batch.0.");
    check_hidden_states(&model, &batch, &golden, subject).await;

    let last = model.forward(&BatchTensors::new(&batch, &subject.device));
    let pooled = model.pooler_output(last).expect("the file has a pooler");
    assert_close(
        "pooler_output",
        &read(pooled).await,
        &golden.floats("pooler_output"),
        subject.tolerance.hidden,
    );
}

/// A published encoder on English, emoji, Chinese and empty text.
pub async fn check_encoder(folder: &Folder, golden: &[u8], subject: &Subject) {
    #[derive(Deserialize)]
    struct Texts {
        texts: Vec<String>,
    }
    let texts: Texts =
        serde_json::from_str(include_str!("../fixtures/golden/encoders.json")).unwrap();
    let golden = Golden::open(golden);
    let (_, model) = folder.load(&subject.device);
    let tokenizer = Tokenizer::from_bytes(&folder.tokenizer).unwrap();
    let ids: Vec<Vec<u32>> = texts
        .texts
        .iter()
        .map(|text| tokenizer.encode(text).unwrap())
        .collect();
    let batch = TokenBatch::pad(&ids, tokenizer.pad_id());
    assert_eq!(
        batch,
        golden.batch(""),
        "token ids, padded to the longest text"
    );
    check_hidden_states(&model, &batch, &golden, subject).await;

    let inputs = BatchTensors::new(&batch, &subject.device);
    let pooled = pool(
        Pooling::Mean,
        model.forward(&inputs),
        inputs.padding.clone(),
    );
    assert_close(
        "pooled",
        &read(pooled).await,
        &golden.floats("pooled"),
        subject.tolerance.hidden,
    );
}
