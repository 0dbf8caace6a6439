//! The service worker, which keeps the page's files so that the page opens without a connection.

#[cfg(target_arch = "wasm32")]
fn main() -> Result<(), wasm_bindgen::JsValue> {
    tabtune::service_worker::start()
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
