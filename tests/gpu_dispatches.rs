//! How many kernels a training step and a forward pass launch on a GPU. Any does, SwiftShader's Vulkan too: what is
//! counted depends on no adapter.
//!
//! `cargo test --release --features gpu --test gpu_dispatches -- --nocapture` shows which they are. A browser's own count,
//! with submits and bytes, is `cargo xtask bench --gpu-counts`.

#![cfg(feature = "gpu")]

mod golden;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use burn::cubecl::config::{TypeNameFormatLevel, type_name_format};
use burn::cubecl::logging::{LaunchObservation, LaunchObserver};
use burn::tensor::Device;
use golden::Folder;
use pollster::block_on;
use tabtune::data::{Problem, Target};
use tabtune::model::encoder::BatchTensors;
use tabtune::model::{TextClassifier, has_float16};
use tabtune::text::EncodedExample;
use tabtune::train::config::TrainConfig;
use tabtune::train::{LabelledBatch, Objective, TrainSession};

/// A step of two layers was 620 when burn's own operations made it up.
const MOST_OF_A_STEP: usize = 200;
const MOST_OF_A_FORWARD: usize = 70;
/// What 16-bit numbers may add to a step: they are turned where the layers begin and end, forward and back, and the loss is scaled.
const MOST_OF_FLOAT16: usize = 8;

#[derive(Default)]
struct Launches(Mutex<BTreeMap<String, usize>>);

impl LaunchObserver for Launches {
    fn launched(&self, kernel: &'static str) {
        let name = type_name_format(kernel, TypeNameFormatLevel::Balanced);
        *self.0.lock().unwrap().entry(name).or_default() += 1;
    }
}

/// Counts what some work launches.
async fn count(what: &str, work: impl Future<Output = ()>) -> usize {
    let launches = Arc::new(Launches::default());
    let watching = LaunchObservation::new(launches.clone());
    work.await;
    drop(watching);
    let launches = launches.0.lock().unwrap();
    let total = launches.values().sum();
    println!("{what}: {total}");
    let mut launches: Vec<_> = launches.iter().collect();
    launches.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (kernel, count) in launches {
        println!("  {count:4} {kernel}");
    }
    total
}

#[test]
fn a_step_is_few_dispatches() {
    block_on(async {
        let plain = tabtune::device::gpu(true).await.expect("a GPU").device;
        let (step, forward) = launches(&plain, false).await;
        assert!(step <= MOST_OF_A_STEP, "a step launches {step}");
        assert!(forward <= MOST_OF_A_FORWARD, "a forward launches {forward}");
        if has_float16(&plain) {
            let (in_float16, _) = launches(&plain, true).await;
            let more = in_float16.saturating_sub(step);
            assert!(more <= MOST_OF_FLOAT16, "16-bit numbers launch {more} more");
        }
    });
}

/// Launches of a step and of a forward pass.
async fn launches(plain: &Device, fp16: bool) -> (usize, usize) {
    let config = TrainConfig {
        fp16,
        ..TrainConfig::default()
    };
    let example = |index: u32| EncodedExample {
        ids: vec![2, 10 + index, 20 + 3 * index, 3],
        target: Target::Class(index % 2),
    };
    let examples: Vec<_> = (0..4).map(example).collect();
    let device = plain.clone().autodiff();
    let (shape, encoder) = Folder::tiny_bert().load(&device);
    assert_eq!(encoder.layers.len(), 2);
    let targets = examples.iter().map(|example| &example.target);
    let objective = Objective::new(Problem::SingleLabel, 2, targets, &config);
    let model = TextClassifier::init(encoder, &shape, 2, &config, &device);
    let batch = LabelledBatch::new(&examples, 0);
    let mut session = TrainSession::new(model, objective, examples, 0, config, device);
    // The first step makes the optimizer's memory.
    session.step_on(std::slice::from_ref(&batch)).await.unwrap();
    let step = count(&format!("step, fp16: {fp16}"), async {
        session.step_on(std::slice::from_ref(&batch)).await.unwrap();
    })
    .await;
    let model = session.model();
    let forward = count("forward", async {
        let tensors = BatchTensors::new(&batch.tokens, plain);
        model.forward(&tensors).into_data_async().await.unwrap();
    })
    .await;
    (step, forward)
}
