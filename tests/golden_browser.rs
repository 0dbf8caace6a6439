//! The golden checks in Chromium, in a dedicated worker: on flex, and on WebGPU (SwiftShader where there is no GPU).
//!
//! `cargo xtask test` runs them, and serves `www/` and `tests/fixtures/` to them meanwhile.

#![cfg(target_arch = "wasm32")]

mod golden;

use golden::{CPU, Folder, GPU, Subject};
use js_sys::Uint8Array;
use tabtune::device;
use tabtune::model::has_int8;
use tabtune::train::self_check;
use tabtune::worker::run_constructors;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Where `cargo xtask test` serves the encoders. A test in a browser has no environment to read it from.
const FILES: &str = "http://127.0.0.1:8931";

async fn fetch(path: &str) -> Vec<u8> {
    let scope: web_sys::DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let response = JsFuture::from(scope.fetch_with_str(&format!("{FILES}/{path}")))
        .await
        .expect("the file server runs");
    let response: web_sys::Response = response.unchecked_into();
    assert!(response.ok(), "{path}: {}", response.status());
    let buffer = JsFuture::from(response.array_buffer().unwrap())
        .await
        .unwrap();
    Uint8Array::new(&buffer).to_vec()
}

async fn folder(name: &str) -> Folder {
    Folder::single(
        fetch(&format!("models/{name}/config.json")).await,
        fetch(&format!("models/{name}/tokenizer.json")).await,
        fetch(&format!("models/{name}/model.safetensors")).await,
    )
}

/// Every check on one device. One test a device: WebGPU can be opened once a worker, and the checks share it.
///
/// `steps` of each setting of a run are taken: ten have their final values compared, and software WebGPU is slow.
async fn check(subject: Subject, steps: usize) {
    golden::check_device(&subject, steps).await;
    for (name, golden) in [
        (
            "paraphrase-MiniLM-L3-v2",
            &include_bytes!("fixtures/golden/paraphrase-MiniLM-L3-v2.safetensors")[..],
        ),
        (
            "all-MiniLM-L6-v2",
            &include_bytes!("fixtures/golden/all-MiniLM-L6-v2.safetensors")[..],
        ),
    ] {
        golden::check_encoder(&folder(name).await, golden, &subject).await;
    }
}

#[wasm_bindgen_test]
async fn on_the_cpu() {
    run_constructors();
    let subject = Subject {
        device: device::cpu(),
        tolerance: CPU,
    };
    assert!(has_int8(&device::cpu()), "Chromium has relaxed SIMD");
    golden::check_int8(&subject).await;
    check(subject, 10).await;
}

#[wasm_bindgen_test]
async fn on_webgpu() {
    run_constructors();
    let gpu = device::gpu(true)
        .await
        .expect("Chromium offers a WebGPU adapter");
    let difference = self_check::difference(&gpu.device, &device::cpu())
        .await
        .unwrap();
    assert!(
        difference < self_check::TOLERANCE,
        "self-check: {difference:e}"
    );
    let subject = Subject {
        device: gpu.device,
        tolerance: GPU,
    };
    check(subject, 3).await;
}

#[wasm_bindgen_test]
async fn tokens() {
    run_constructors();
    golden::check_tiny_bert_tokens();
    golden::check_family_tokens();
    for name in ["paraphrase-MiniLM-L3-v2", "all-MiniLM-L6-v2"] {
        golden::check_minilm_tokens(&folder(name).await.0.tokenizer);
    }
}
