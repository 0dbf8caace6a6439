//! Messages over `postMessage`: one serde value, and beside it big bytes as a transferred buffer, or files of the
//! user's as handles: their bytes are on the disk, and the worker reads what it needs. Files of the browser's own, too.

#[cfg(any(feature = "worker", feature = "storage"))]
mod file_reader;
#[cfg(any(feature = "worker", feature = "storage"))]
mod in_worker;
pub mod opfs;
mod scratch;

use js_sys::{Array, ArrayBuffer, Reflect, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

#[cfg(any(feature = "worker", feature = "storage"))]
pub use file_reader::FileReader;
#[cfg(any(feature = "worker", feature = "storage"))]
pub use in_worker::{Received, listen, post, scope};
pub use scratch::{scratch_folder, sweep_scratch};

const MESSAGE: &str = "message";
const BUFFER: &str = "buffer";
const FILES: &str = "files";

/// A message ready for `postMessage`.
pub struct Packed {
    /// The value to post.
    pub value: JsValue,
    /// The buffers to transfer with it.
    pub transfer: Array,
}

impl Packed {
    /// Puts files beside the message.
    ///
    /// # Errors
    /// If the browser does not let it.
    pub fn with_files(self, files: &[web_sys::File]) -> Result<Self, PortError> {
        let files: Array = files.iter().collect();
        Reflect::set(&self.value, &FILES.into(), &files).map_err(PortError::new)?;
        Ok(self)
    }
}

/// The files beside a message.
pub fn files(value: &JsValue) -> Vec<web_sys::File> {
    let files = Reflect::get(value, &FILES.into()).unwrap_or_default();
    let files = files.dyn_into::<Array>().unwrap_or_default();
    files
        .iter()
        .filter_map(|file| file.dyn_into().ok())
        .collect()
}

/// A message that does not hold what its type says: page and worker are of different builds.
#[derive(Debug, thiserror::Error)]
#[error("a message between page and worker could not be read: {detail}")]
pub struct PortError {
    detail: String,
}

impl PortError {
    fn new(detail: impl std::fmt::Debug) -> Self {
        Self {
            detail: format!("{detail:?}"),
        }
    }
}

/// Packs a message, and the bytes beside it if there are any.
///
/// # Errors
/// If the message cannot be turned into a JavaScript value.
pub fn pack<T: Serialize>(message: &T, buffer: Option<ArrayBuffer>) -> Result<Packed, PortError> {
    let value = js_sys::Object::new();
    let transfer = Array::new();
    let body = serde_wasm_bindgen::to_value(message).map_err(PortError::new)?;
    Reflect::set(&value, &MESSAGE.into(), &body).map_err(PortError::new)?;
    if let Some(buffer) = buffer {
        Reflect::set(&value, &BUFFER.into(), &buffer).map_err(PortError::new)?;
        transfer.push(&buffer);
    }
    Ok(Packed {
        value: value.into(),
        transfer,
    })
}

/// Reads a message and the bytes beside it.
///
/// # Errors
/// If the value does not hold a `T`.
pub fn unpack<T: DeserializeOwned>(value: &JsValue) -> Result<(T, Option<ArrayBuffer>), PortError> {
    let body = Reflect::get(value, &MESSAGE.into()).map_err(PortError::new)?;
    let message = serde_wasm_bindgen::from_value(body).map_err(PortError::new)?;
    let buffer = Reflect::get(value, &BUFFER.into()).map_err(PortError::new)?;
    Ok((message, buffer.dyn_into::<ArrayBuffer>().ok()))
}

/// Copies bytes into a buffer of their own, which can be transferred.
pub fn to_buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// Copies a transferred buffer into this module's memory.
pub fn to_bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}

/// The browser's words for an error.
pub fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(
        || format!("{error:?}"),
        |error| String::from(error.message()),
    )
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
