//! The worker that computes on WebGPU, and on the CPU where that fails.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tabtune::worker::start();
}
