//! The worker that computes on the CPU with a thread for each core; each thread runs this program, too.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tabtune::worker::start();
}
