//! A worker's end of the port: its global scope, messages in and out.

use js_sys::ArrayBuffer;
use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::{PortError, files, pack, unpack};

/// The worker's global scope.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// A message and what lies beside it.
pub struct Received<T> {
    /// The message.
    pub message: T,
    /// Bytes, which are the worker's now.
    pub buffer: Option<ArrayBuffer>,
    /// Handles to files.
    pub files: Vec<File>,
}

/// Hears every message of the page from now on.
pub fn listen<T: DeserializeOwned>(mut hear: impl FnMut(Result<Received<T>, PortError>) + 'static) {
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data();
        hear(unpack(&data).map(|(message, buffer)| Received {
            message,
            buffer,
            files: files(&data),
        }));
    });
    scope().set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget();
}

/// Sends the page a message and what lies beside it.
pub fn post<T: Serialize>(message: &T, buffer: Option<ArrayBuffer>, files: &[File]) {
    let packed = pack(message, buffer).and_then(|packed| match files {
        [] => Ok(packed),
        files => packed.with_files(files),
    });
    let sent = packed
        .map_err(|error| error.to_string())
        .and_then(|packed| {
            scope()
                .post_message_with_transfer(&packed.value, &packed.transfer)
                .map_err(|error| format!("{error:?}"))
        });
    if let Err(error) = sent {
        // There is no other way to the page than the one that failed.
        gloo::console::error!("a message could not be sent:", error);
    }
}
