//! Time, and turns of the browser's event loop.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel};

/// The worker's global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker started; never goes back, whatever the machine's clock does.
pub fn now() -> f64 {
    scope()
        .performance()
        .map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// Waits.
pub async fn sleep(milliseconds: u32) {
    let (done, waiting) = futures_channel::oneshot::channel();
    let timeout = gloo::timers::callback::Timeout::new(milliseconds, move || {
        // Nobody waits any more only if this very future was dropped.
        let _ = done.send(());
    });
    // The timer sends before it goes.
    let _ = waiting.await;
    drop(timeout);
}

/// Lets the browser deliver messages. A message to oneself is a task of its own like a timer, but not held
/// back for four milliseconds as nested timers are.
pub async fn turn() -> Result<(), JsValue> {
    let channel = MessageChannel::new()?;
    let port = channel.port1();
    let promise = Promise::new(&mut |resolve, _| {
        let deliver = Closure::once_into_js(move || {
            // Fails only if `resolve` throws, which a promise's own does not.
            let _ = resolve.call0(&JsValue::NULL);
        });
        port.set_onmessage(Some(deliver.unchecked_ref()));
    });
    channel.port2().post_message(&JsValue::NULL)?;
    JsFuture::from(promise).await?;
    port.close();
    Ok(())
}
