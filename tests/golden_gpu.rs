//! The golden checks on a GPU, natively, through Vulkan or Metal; SwiftShader's and lavapipe's Vulkan do.
//!
//! `cargo xtask test` runs the same checks in a browser. Here a kernel that is being written is tried in seconds:
//! `cargo test --release --features gpu --test golden_gpu`.

#![cfg(feature = "gpu")]

mod golden;

use golden::{GPU, Subject};
use pollster::block_on;

/// One test: a GPU can be opened once a process.
#[test]
fn on_the_gpu() {
    block_on(async {
        let gpu = tabtune::device::gpu(true).await.expect("a GPU");
        let subject = Subject {
            device: gpu.device,
            tolerance: GPU,
        };
        golden::check_device(&subject, 3).await;
    });
}
