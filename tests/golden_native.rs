//! The golden checks on flex, natively.

mod golden;

use golden::{CPU, Folder, Subject};
use pollster::block_on;
use tabtune::model::has_int8;

fn cpu() -> Subject {
    Subject {
        device: tabtune::device::cpu(),
        tolerance: CPU,
        fp16: false,
    }
}

fn folder(name: &str) -> Folder {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("www/models")
        .join(name);
    let read = |file: &str| {
        let path = root.join(file);
        std::fs::read(&path).unwrap_or_else(|error| {
            panic!(
                "{}: {error}; run `cargo xtask models {name}`",
                path.display()
            )
        })
    };
    Folder::single(
        read("config.json"),
        read("tokenizer.json"),
        read("model.safetensors"),
    )
}

#[test]
fn tokens_of_tiny_bert() {
    golden::check_tiny_bert_tokens();
}

#[test]
fn tokens_of_minilm() {
    for name in ["paraphrase-MiniLM-L3-v2", "all-MiniLM-L6-v2"] {
        golden::check_minilm_tokens(&folder(name).0.tokenizer);
    }
}

#[test]
fn tokens_of_the_families() {
    golden::check_family_tokens();
}

#[test]
fn kernels() {
    block_on(golden::check_kernels(&cpu()));
}

#[test]
fn hidden_states_of_tiny_bert() {
    block_on(golden::check_tiny_bert(&cpu()));
}

#[test]
fn hidden_states_of_the_families() {
    block_on(golden::check_families(&cpu()));
}

#[test]
fn hidden_states_of_l3() {
    let golden = include_bytes!("fixtures/golden/paraphrase-MiniLM-L3-v2.safetensors");
    block_on(golden::check_encoder(
        &folder("paraphrase-MiniLM-L3-v2"),
        golden,
        &cpu(),
    ));
}

#[test]
fn hidden_states_of_l6() {
    let golden = include_bytes!("fixtures/golden/all-MiniLM-L6-v2.safetensors");
    block_on(golden::check_encoder(
        &folder("all-MiniLM-L6-v2"),
        golden,
        &cpu(),
    ));
}

#[test]
fn adapters_of_peft() {
    block_on(golden::check_adapters(&cpu()));
}

#[test]
fn products_in_8_bits() {
    if has_int8(&tabtune::device::cpu()) {
        block_on(golden::check_int8(&cpu()));
    }
}

#[test]
fn gradients_of_adapters_and_head() {
    block_on(golden::check_gradients(&cpu()));
}

#[test]
fn ten_steps_of_adamw() {
    block_on(golden::check_ten_steps(&cpu()));
}

#[test]
fn optimizers() {
    block_on(golden::check_training(&cpu(), "optimizer/", 10));
}

#[test]
fn schedules() {
    block_on(golden::check_training(&cpu(), "schedule/", 10));
}

#[test]
fn objectives() {
    block_on(golden::check_training(&cpu(), "objective/", 10));
}

#[test]
fn methods() {
    block_on(golden::check_training(&cpu(), "method/", 10));
}

#[test]
fn poolings() {
    block_on(golden::check_training(&cpu(), "pooling/", 10));
}

#[test]
fn clipping_accumulation_and_adversarial_steps() {
    block_on(golden::check_training(&cpu(), "step/", 10));
}

#[test]
fn the_base_is_frozen() {
    block_on(golden::check_frozen_base(&cpu()));
}
