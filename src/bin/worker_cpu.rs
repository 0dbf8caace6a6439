//! The worker that computes on the CPU.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tabtune::worker::start();
}
