//! The worker that keeps projects in the browser.

fn main() {
    #[cfg(target_arch = "wasm32")]
    tabtune::keeper::start();
}
