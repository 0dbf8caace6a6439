//! The golden checks on a GPU, natively, through Vulkan or Metal; SwiftShader's and lavapipe's Vulkan do.
//!
//! `cargo xtask test --only gpu` runs them on lavapipe, which unlike SwiftShader has 16-bit numbers; other checks of WebGPU are
//! made in a browser. A kernel that is being written is tried in seconds by
//! `cargo test --release --features gpu --test golden_gpu`.

#![cfg(feature = "gpu")]

mod golden;

use golden::{GPU, Subject};
use pollster::block_on;
use tabtune::model::has_float16;

/// One test: a GPU can be opened once a process.
#[test]
fn on_the_gpu() {
    block_on(async {
        let gpu = tabtune::device::gpu(true).await.expect("a GPU");
        let subject = Subject {
            device: gpu.device,
            tolerance: GPU,
            fp16: false,
        };
        golden::check_device(&subject, 3).await;
        if has_float16(&subject.device) {
            golden::check_float16(&subject.device, 2).await;
        } else {
            println!("{} has no 16-bit numbers: not checked", gpu.adapter);
        }
    });
}
