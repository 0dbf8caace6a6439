//! Every hidden state, against the encoders of transformers.

use burn::tensor::Device;
use serde::Deserialize;
use tabtune::model::encoder::BatchTensors;
use tabtune::model::pooling::pool;
use tabtune::model::{Encoder, EncoderConfig, EncoderPlan, FolderFiles, WeightFiles};
use tabtune::text::{TokenBatch, Tokenizer};
use tabtune::train::config::Pooling;

use super::Subject;
use super::fixture::{Golden, assert_close, read, without_padding};

/// A Hugging Face folder.
pub struct Folder(pub FolderFiles);

macro_rules! fixture {
    ($path:literal) => {
        include_bytes!(concat!("../fixtures/", $path)).to_vec()
    };
}

impl Folder {
    pub fn single(config: Vec<u8>, tokenizer: Vec<u8>, weights: Vec<u8>) -> Self {
        Self(FolderFiles {
            config,
            tokenizer,
            prompts: None,
            weights: WeightFiles::Single(weights),
        })
    }

    pub fn tiny_bert() -> Self {
        Self::single(
            fixture!("tiny-bert/config.json"),
            fixture!("tiny-bert/tokenizer.json"),
            fixture!("tiny-bert/model.safetensors"),
        )
    }

    /// In float16.
    pub fn tiny_distilbert() -> Self {
        Self::single(
            fixture!("tiny-distilbert/config.json"),
            fixture!("tiny-distilbert/tokenizer.json"),
            fixture!("tiny-distilbert/model.safetensors"),
        )
    }

    /// In bfloat16, its names behind `roberta.`, with the head of its pretraining.
    pub fn tiny_roberta() -> Self {
        Self::single(
            fixture!("tiny-roberta/config.json"),
            fixture!("tiny-roberta/tokenizer.json"),
            fixture!("tiny-roberta/model.safetensors"),
        )
    }

    /// In float32, in three files.
    pub fn tiny_xlm_roberta() -> Self {
        let shards = [
            (
                "model-00001-of-00003.safetensors",
                fixture!("tiny-xlm-roberta/model-00001-of-00003.safetensors"),
            ),
            (
                "model-00002-of-00003.safetensors",
                fixture!("tiny-xlm-roberta/model-00002-of-00003.safetensors"),
            ),
            (
                "model-00003-of-00003.safetensors",
                fixture!("tiny-xlm-roberta/model-00003-of-00003.safetensors"),
            ),
        ];
        Self(FolderFiles {
            config: fixture!("tiny-xlm-roberta/config.json"),
            tokenizer: fixture!("tiny-xlm-roberta/tokenizer.json"),
            prompts: None,
            weights: WeightFiles::Sharded {
                index: fixture!("tiny-xlm-roberta/model.safetensors.index.json"),
                shards: shards
                    .into_iter()
                    .map(|(name, bytes)| (name.to_owned(), bytes))
                    .collect(),
            },
        })
    }

    pub fn load(&self, device: &Device) -> (EncoderConfig, Encoder) {
        let plan = EncoderPlan::read(&self.0.config, &self.0.tokenizer, None).unwrap();
        let encoder = plan.load(&self.0.weights, device).unwrap();
        // What is left over is a head of pretraining, and nothing of the encoder's.
        for name in &encoder.surplus {
            assert!(name.starts_with("lm_head."), "{name} is not used");
        }
        (encoder.config, encoder.model)
    }
}

async fn check_hidden_states(
    model: &Encoder,
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
        &without_padding(&read(last).await, batch),
        &without_padding(&golden.floats(&name), batch),
        subject.tolerance.hidden,
    );
}

/// The tiny encoder, whose configured epsilon is not the default, and whose file has a pooler.
pub async fn check_tiny_bert(subject: &Subject) {
    let golden = Golden::open(include_bytes!("../fixtures/golden/tiny-bert.safetensors"));
    let (_, model) = Folder::tiny_bert().load(&subject.device);
    let model = model.in_float16(subject.fp16);
    let batch = golden.batch("batch.0.", 0);
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
    let texts = texts(include_str!("../fixtures/golden/encoders.json"));
    check_texts(folder, &texts, &Golden::open(golden), subject).await;
}

/// A tiny encoder of each other family, each stored in another way, on such texts and one with a padding piece in it.
pub async fn check_families(subject: &Subject) {
    let texts = texts(include_str!("../fixtures/golden/families.json"));
    for (folder, golden) in [
        (
            Folder::tiny_distilbert(),
            &include_bytes!("../fixtures/golden/tiny-distilbert.safetensors")[..],
        ),
        (
            Folder::tiny_roberta(),
            &include_bytes!("../fixtures/golden/tiny-roberta.safetensors")[..],
        ),
        (
            Folder::tiny_xlm_roberta(),
            &include_bytes!("../fixtures/golden/tiny-xlm-roberta.safetensors")[..],
        ),
    ] {
        let golden = Golden::open(golden);
        let pooled = check_texts(&folder, &texts, &golden, subject).await;
        // DistilBERT never has a pooler; the head of RoBERTa's pretraining needs none, so that file has none.
        assert_eq!(pooled.is_some(), golden.has("pooler_output"));
        if let Some(pooled) = pooled {
            assert_close(
                "pooler_output",
                &pooled,
                &golden.floats("pooler_output"),
                subject.tolerance.hidden,
            );
        }
    }
}

fn texts(json: &str) -> Vec<String> {
    #[derive(Deserialize)]
    struct Texts {
        texts: Vec<String>,
    }
    serde_json::from_str::<Texts>(json).unwrap().texts
}

/// Token ids, every hidden state and their mean. Returns the pooler's output, if there is a pooler.
async fn check_texts(
    folder: &Folder,
    texts: &[String],
    golden: &Golden<'_>,
    subject: &Subject,
) -> Option<Vec<f32>> {
    let (_, model) = folder.load(&subject.device);
    let model = model.in_float16(subject.fp16);
    let tokenizer = Tokenizer::from_bytes(&folder.0.tokenizer).unwrap();
    let ids: Vec<Vec<u32>> = texts
        .iter()
        .map(|text| tokenizer.encode(text).unwrap())
        .collect();
    let batch = TokenBatch::pad(&ids, tokenizer.pad_id());
    assert_eq!(
        batch,
        golden.batch("", tokenizer.pad_id()),
        "token ids, padded to the longest text"
    );
    check_hidden_states(&model, &batch, golden, subject).await;

    let inputs = BatchTensors::new(&batch, &subject.device);
    let hidden = model.forward(&inputs);
    let pooled = pool(Pooling::Mean, hidden.clone(), inputs.padding.clone());
    assert_close(
        "pooled",
        &read(pooled).await,
        &golden.floats("pooled"),
        subject.tolerance.hidden,
    );
    match model.pooler_output(hidden) {
        Some(pooled) => Some(read(pooled).await),
        None => None,
    }
}
