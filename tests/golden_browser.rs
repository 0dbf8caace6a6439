//! The golden checks in Chromium, in a dedicated worker: on flex, and on WebGPU (SwiftShader where there is no GPU). And
//! the scratch files that only a worker has.
//!
//! `cargo xtask test` runs them, and serves `www/` and `tests/fixtures/` to them meanwhile.

#![cfg(target_arch = "wasm32")]

mod golden;

use golden::{CPU, Folder, GPU, Subject};
use js_sys::Uint8Array;
use tabtune::device;
use tabtune::eval::SpillStore;
use tabtune::model::has_int8;
use tabtune::port::opfs::StorageManager;
use tabtune::port::{scratch_folder, sleep, sweep_scratch};
use tabtune::train::self_check;
use tabtune::worker::{ScratchFile, run_constructors};
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
        fp16: false,
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
        fp16: false,
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

/// Names of the scratch files that there are.
async fn scratch_files() -> Vec<String> {
    let manager = StorageManager::of_browser().unwrap();
    let folder = scratch_folder(&manager).await.unwrap();
    folder.names("file").await.unwrap()
}

/// What a run spills is read back as it was, nobody takes it away meanwhile, and it goes with the run.
#[wasm_bindgen_test]
async fn spilled_bytes_come_back_and_go() {
    let mut file = ScratchFile::create(1000).await.expect("there is room");
    assert_eq!(file.capacity(), 1000);
    file.write(500, &[1, 2, 3]).unwrap();
    file.write(10, &[4, 5]).unwrap();
    sweep_scratch().await;
    assert_eq!(scratch_files().await.len(), 1, "it is in use");
    let mut bytes = [0; 3];
    file.read(500, &mut bytes).unwrap();
    assert_eq!(bytes, [1, 2, 3]);
    file.read(9, &mut bytes).unwrap();
    assert_eq!(bytes, [0, 4, 5]);
    assert!(file.read(501, &mut bytes).is_err(), "there are only two");
    drop(file);
    // The browser removes it a turn later.
    for _ in 0..100 {
        if scratch_files().await.is_empty() {
            return;
        }
        sleep(10).await;
    }
    panic!("the file is still there");
}

/// What a worker has left that was ended in the middle of a run is removed.
#[wasm_bindgen_test]
async fn what_is_left_of_a_run_is_swept() {
    let manager = StorageManager::of_browser().unwrap();
    let folder = scratch_folder(&manager).await.unwrap();
    folder.make_file("left").await.unwrap();
    assert!(scratch_files().await.contains(&"left".to_owned()));
    sweep_scratch().await;
    assert!(!scratch_files().await.contains(&"left".to_owned()));
}
