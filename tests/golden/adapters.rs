//! Adapters that PEFT wrote, against the logits that it computes with them.

use std::collections::BTreeMap;

use serde::Deserialize;
use tabtune::adapter::{Files, import_peft};
use tabtune::eval::logits;
use tabtune::model::PretrainedEncoder;
use tabtune::text::TokenBatch;

use super::Subject;
use super::encoders::Folder;
use super::fixture::assert_close;

#[derive(Deserialize)]
struct Golden {
    texts: Vec<String>,
    max_length: u32,
    cases: BTreeMap<String, Case>,
}

#[derive(Deserialize)]
struct Case {
    encoder: String,
    logits: Vec<Vec<f32>>,
}

macro_rules! folder {
    ($name:literal, $($file:literal),+) => {
        (
            $name,
            Files::from([$((
                $file.to_owned(),
                include_bytes!(concat!("../fixtures/peft/", $name, "/", $file)).to_vec(),
            )),+]),
        )
    };
}

/// The folders of `tests/fixtures/peft`. A test in a browser cannot list them.
fn folders() -> [(&'static str, Files); 9] {
    macro_rules! adapter {
        ($name:literal) => {
            folder!($name, "adapter_config.json", "adapter_model.safetensors")
        };
    }
    macro_rules! adapter_and_head {
        ($name:literal) => {
            folder!(
                $name,
                "adapter_config.json",
                "adapter_model.safetensors",
                "head.safetensors"
            )
        };
    }
    [
        adapter!("all-linear"),
        adapter!("classifier"),
        adapter!("distilbert"),
        adapter_and_head!("max"),
        adapter_and_head!("mean"),
        adapter_and_head!("one-layer"),
        adapter!("pooler"),
        adapter!("roberta"),
        adapter!("rslora"),
    ]
}

fn encoder(name: &str) -> Folder {
    match name {
        "tiny-bert" => Folder::tiny_bert(),
        "tiny-distilbert" => Folder::tiny_distilbert(),
        "tiny-roberta" => Folder::tiny_roberta(),
        "tiny-xlm-roberta" => Folder::tiny_xlm_roberta(),
        other => panic!("no fixture is called {other}"),
    }
}

/// Every adapter of the fixtures, in every family and pooling.
pub async fn check_adapters(subject: &Subject) {
    let golden: Golden =
        serde_json::from_slice(include_bytes!("../fixtures/golden/peft.json")).unwrap();
    let folders = folders();
    assert_eq!(golden.cases.len(), folders.len());
    for (name, files) in folders {
        let case = &golden.cases[name];
        let device = &subject.device;
        let encoder = PretrainedEncoder::load(&encoder(&case.encoder).0, device).unwrap();
        let mut adapter = import_peft(&files, &encoder, device).unwrap();
        assert_eq!(adapter.labels, ["LABEL_0", "LABEL_1", "LABEL_2"]);
        adapter.config.max_length = golden.max_length;
        let pipeline = adapter.pipeline(&encoder, device).unwrap();
        for (text, expected) in golden.texts.iter().zip(&case.logits) {
            let ids = pipeline.tokenizer.encode(text).unwrap();
            let batch = TokenBatch::pad(&[&ids], pipeline.tokenizer.pad_id());
            let found = logits(&pipeline.model, &batch, device).await.unwrap();
            let what = format!("{name}, {text:?}");
            assert_close(&what, &found.concat(), expected, subject.tolerance.hidden);
        }
    }
}
