//! Time, and turns of the browser's event loop.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

pub use crate::port::{scope, sleep};

/// Milliseconds since the worker started; never goes back, whatever the machine's clock does.
pub fn now() -> f64 {
    scope()
        .performance()
        .map_or_else(js_sys::Date::now, |performance| performance.now())
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
